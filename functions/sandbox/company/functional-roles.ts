import { canaryHolderId, protectedHolderId } from "../planted.ts";
import { type Company, type Employee, foundingLeavers } from "./company.ts";
import { type AccountState, emptyBooks, type FunctionalBooks, type MemberScope } from "./functional-books.ts";
import { toIdType } from "./ids.ts";
import { below, pick, type Random, seededRandom } from "./random.ts";

/** The functional roles that every company has. Nobody needs the last role any more. */
export const plantedRoles = [
  { id: "7vrj3vk70xk7v5r", name: "财务审批" },
  { id: "7k2m9qd31xw8t4p", name: "用印审批" },
  { id: "7c5h8bn42zt6y1q", name: "采购审批" },
  { id: "7f9w4sx65pd2r8m", name: "访客接待" },
  { id: "7d3g6jz87ma5c2v", name: "旧版报销审批" },
] as const;

/** The role for a configuration to retire. */
export const retirableRoleId = plantedRoles[4].id;

/** One in four of the background holders is in a functional role too. */
const everyNth = 4;
const usualRoles = 3;
/** With fewer holders, one unreadable holder would be more than a hundredth of them. */
const fewestForUnreadable = 100;

function isKnownByConfiguration({ id }: Employee): boolean {
  return id === protectedHolderId || id === canaryHolderId;
}

function partOf(company: Company, random: Random): MemberScope {
  return {
    type: "Part",
    departmentIds: [
      ...new Set(Array.from({ length: 1 + below(random, 2) }, () => pick(random, company.departments.slice(1)).id)),
    ],
  };
}

function scopeInTurn(company: Company, turn: number, random: Random): MemberScope {
  if (turn % 7 === 6) return { type: "All" };
  return turn % 4 === 3 ? { type: "None" } : partOf(company, random);
}

/**
 * The functional roles at the company's creation. They have a random stream of their own, so that they do not change
 * CoreHR's grants.
 */
export function foundFunctional(company: Company): FunctionalBooks {
  const random = seededRandom(company.seed * 7919 + 5);
  const books = emptyBooks();
  for (const role of plantedRoles) books.rolesById.set(role.id, { ...role, membersByHolder: new Map() });
  const join = (role: number, holderId: string, scope: MemberScope): void => {
    const id = plantedRoles[role]?.id ?? "";
    books.rolesById.get(id)?.membersByHolder.set(holderId, scope);
  };
  const set = (holderId: string, state: AccountState): void => void books.accountsByHolder.set(holderId, state);

  const background = company.backgroundHolders.filter((_id, index) => index % everyNth === 0);
  background.forEach((holderId, turn) => {
    join(turn % usualRoles, holderId, scopeInTurn(company, turn, random));
  });
  const [one, two, three] = foundingLeavers(company).filter((leaver) => !isKnownByConfiguration(leaver));
  if (one) join(0, one.id, partOf(company, random));
  if (two) join(1, two.id, { type: "None" });
  if (three) {
    join(2, three.id, { type: "All" });
    // People who exit their account on their own are shown as exited before the vendor shows them as resigned.
    set(three.id, "exited");
  }
  const [frozen, frozenWithAll, newcomer, invited, ...rest] = company.backgroundHolders.filter(
    (_id, index) => index % everyNth === 2,
  );
  if (frozen) join(3, frozen, partOf(company, random));
  if (frozen) set(frozen, "frozen");
  if (frozenWithAll) join(3, frozenWithAll, { type: "All" });
  if (frozenWithAll) set(frozenWithAll, "frozen");
  if (newcomer) join(3, newcomer, { type: "None" });
  if (newcomer) set(newcomer, "not-activated");
  if (invited) join(3, invited, partOf(company, random));
  if (invited) set(invited, "unjoined");
  for (const holderId of rest.slice(0, 4)) join(4, holderId, partOf(company, random));
  for (const { id, isUnreadable } of company.employees) if (isUnreadable) books.outOfRange.add(id);
  const [unreadable] = books.outOfRange;
  if (unreadable && background.length >= fewestForUnreadable) join(0, unreadable, { type: "None" });
  return books;
}

/**
 * A membership of a functional role. `userId` is the holder's id in the contact API, `holderId` the holder's id in
 * CoreHR.
 */
export type FunctionalGrant = { roleId: string; holderId: string; userId: string; scope: MemberScope };

/** The tenant-wide user id of an employment. */
export function userIdOf(holderId: string): string {
  return toIdType(holderId, "user_id");
}

/** Every membership, role by role. */
export function functionalGrantsOf({ functional }: Company): FunctionalGrant[] {
  return [...functional.rolesById.values()].flatMap(({ id: roleId, membersByHolder }) =>
    [...membersByHolder].map(([holderId, scope]) => ({
      roleId,
      holderId,
      userId: userIdOf(holderId),
      scope: structuredClone(scope),
    })),
  );
}
