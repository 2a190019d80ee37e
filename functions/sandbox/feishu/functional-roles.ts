import { DroppedConnection } from "../calls.ts";
import type { FunctionalChange, FunctionalRole, MemberScope } from "../company/functional-books.ts";
import { fromIdType, toIdType } from "../company/ids.ts";
import { namesGrant } from "../quirks.ts";
import { departmentTypeOf, holderIn, userIdFor } from "./contact.ts";
import { bodyList, emptyPage, pageOf, positionOf, sliceAfter } from "./parameters.ts";
import { faulty, messageOf, Refusal } from "./refusal.ts";
import type { Call, World } from "./world.ts";

const mostMembers = 1000;

/** The vendor's `reason` codes for the members of a batch. */
const reasons = { done: 1, invalid: 2, notAllowed: 3, alreadyIn: 4, notIn: 5 } as const;

type Result = { user_id: string; reason: number };
type Judged = Result & { holderId: string | null };

function membersIn(call: Call): string[] {
  const members = bodyList(call, "members");
  // The page of removals calls `members` optional, but does not document an empty list: the sandbox refuses it.
  if (members.length === 0) throw faulty(call.endpoint, "missing", "members");
  return members;
}

/** Each member with the reason of its answer. Only members with reason 1 are to be changed. */
function judgeAll(world: World, call: Call, reasonOf: (holderId: string) => number): Judged[] {
  return membersIn(call).map((id) => {
    const holderId = holderIn(world, call, id);
    if (holderId === null) return { user_id: id, reason: reasons.invalid, holderId };
    const isHidden = world.company.functional.outOfRange.has(holderId);
    return { user_id: id, reason: isHidden ? reasons.notAllowed : reasonOf(holderId), holderId };
  });
}

function doneIn(judged: Judged[]): string[] {
  return judged.flatMap(({ reason, holderId }) => (reason === reasons.done && holderId !== null ? [holderId] : []));
}

function answerOf(world: World, roleId: string, judged: Judged[]): Result[] {
  const isLeftOut = ({ holderId }: Judged): boolean =>
    holderId !== null && namesGrant(world.quirks.memberResultMissing, holderId, roleId);
  return judged.filter((one) => !isLeftOut(one)).map(({ user_id, reason }) => ({ user_id, reason }));
}

/** Records a change, unless it concerns no member. */
function recordChange(world: World, call: Call, change: FunctionalChange): void {
  if ("holderIds" in change && change.holderIds.length === 0) return;
  world.record([{ op: "functional", by: "api", at: world.now(), appId: call.app.appId, change }]);
}

function loseFirstRemovals(world: World, roleId: string, holderIds: string[]): void {
  const lost = holderIds.filter(
    (id) => namesGrant(world.quirks.loseRemovalBefore, id, roleId) && !world.lostRemovals.has(`${id}:${roleId}`),
  );
  for (const id of lost) world.lostRemovals.add(`${id}:${roleId}`);
  if (lost.length > 0) throw new DroppedConnection("lost before it was carried out");
}

/** `PATCH …/members/batch_delete`: code 0 even if no member is removed. The list is called `result`, not `results`. */
export function batchDeleteMembers(world: World, call: Call): unknown {
  const { id: roleId, membersByHolder } = roleIn(world, call);
  const { quirks } = world;
  const judged = judgeAll(world, call, (holderId) => {
    if (!membersByHolder.has(holderId)) return reasons.notIn;
    return quirks.memberReasons[`${holderId}:${roleId}`] ?? reasons.done;
  });
  const done = doneIn(judged);
  for (const { holderId } of judged) world.repeats.asked(`${holderId}:${roleId}`);
  loseFirstRemovals(world, roleId, done);
  const removed = done.filter((holderId) => !namesGrant(quirks.ignoreRemoval, holderId, roleId));
  for (const holderId of removed) keepShowing(world, roleId, holderId);
  recordChange(world, call, { kind: "remove", roleId, holderIds: removed });
  if (removed.some((holderId) => namesGrant(quirks.loseRemovalAnswer, holderId, roleId))) {
    throw new DroppedConnection("lost after it was carried out");
  }
  return { result: answerOf(world, roleId, judged) };
}

/** `POST …/members/batch_create`. The vendor does not document what a new member manages. */
export function batchCreateMembers(world: World, call: Call): unknown {
  const { id: roleId, membersByHolder } = roleIn(world, call);
  const judged = judgeAll(world, call, (holderId) =>
    membersByHolder.has(holderId) ? reasons.alreadyIn : reasons.done,
  );
  const holderIds = doneIn(judged);
  if (membersByHolder.size + holderIds.length > mostMembers) throw new Refusal(400, 41209, messageOf(41209));
  const scope: MemberScope = { type: world.quirks.functionalDefaultScope };
  recordChange(world, call, { kind: "add", roleId, holderIds, scope });
  return { results: answerOf(world, roleId, judged) };
}

/** `PATCH …/members/scopes`: sets the departments of each member that is named. */
export function setMemberScopes(world: World, call: Call): unknown {
  const { id: roleId, membersByHolder } = roleIn(world, call);
  const asked = bodyList(call, "departments");
  if (asked.length === 0) throw faulty(call.endpoint, "missing", "departments");
  const type = departmentTypeOf(call);
  const departmentIds = asked.map((id) => fromIdType(id, type));
  if (departmentIds.some((id) => id === null || !world.company.departmentById.has(id))) {
    throw new Refusal(400, 41210, messageOf(41210));
  }
  const judged = judgeAll(world, call, (holderId) => (membersByHolder.has(holderId) ? reasons.done : reasons.notIn));
  recordChange(world, call, {
    kind: "scope",
    roleId,
    holderIds: doneIn(judged),
    departmentIds: departmentIds.filter((id) => id !== null),
  });
  return { results: answerOf(world, roleId, judged) };
}

function nameIn(world: World, call: Call, exceptRoleId: string | null): string {
  const { role_name: name } = call.body;
  if (typeof name !== "string" || name === "") throw faulty(call.endpoint, "missing", "role_name");
  if (name.length > 50) throw faulty(call.endpoint, "length", "role_name");
  const isTaken = [...world.company.functional.rolesById.values()].some(
    (role) => role.name === name && role.id !== exceptRoleId,
  );
  if (isTaken) throw new Refusal(400, 41201, messageOf(41201));
  return name;
}

/** `POST contact/v3/functional_roles`. */
export function createRole(world: World, call: Call): unknown {
  const name = nameIn(world, call, null);
  const roleId = `7n${(world.company.functional.rolesById.size * 7919 + world.now()).toString(36).padStart(13, "0")}`;
  recordChange(world, call, { kind: "create-role", roleId, name });
  return { role_id: roleId };
}

/** `PUT contact/v3/functional_roles/:role_id`. */
export function renameRole(world: World, call: Call): unknown {
  const { id: roleId } = roleIn(world, call);
  recordChange(world, call, { kind: "rename-role", roleId, name: nameIn(world, call, roleId) });
  return {};
}

function letSomebodyJoin(world: World, roleId: string): void {
  if (!world.quirks.memberJoinsBeforeDelete.includes(roleId)) return;
  const holderId = world.company.backgroundHolders.at(-1) ?? "";
  const change: FunctionalChange = { kind: "add", roleId, holderIds: [holderId], scope: { type: "None" } };
  world.record([{ op: "functional", by: "company", at: world.now(), appId: null, change }]);
}

function loseDeletion(world: World, when: "before" | "after"): void {
  if (world.quirks.loseRoleDeletion !== when) return;
  world.quirks.loseRoleDeletion = false;
  throw new DroppedConnection(`lost ${when} the role was deleted`);
}

/** `DELETE contact/v3/functional_roles/:role_id`: refused while the role has members. */
export function deleteRole(world: World, call: Call): unknown {
  letSomebodyJoin(world, call.parameters.role_id ?? "");
  world.repeats.asked(call.parameters.role_id ?? "");
  const { id: roleId, membersByHolder } = roleIn(world, call);
  if (membersByHolder.size > 0) throw new Refusal(400, 41206, messageOf(41206));
  loseDeletion(world, "before");
  recordChange(world, call, { kind: "delete-role", roleId });
  loseDeletion(world, "after");
  return {};
}

/** The role that a call's path names. */
function roleIn(world: World, call: Call): FunctionalRole {
  const role = world.company.functional.rolesById.get(call.parameters.role_id ?? "");
  if (role === undefined) throw new Refusal(404, 41202, messageOf(41202));
  return role;
}

function shapeOf(call: Call, holderId: string, scope: MemberScope): Record<string, unknown> {
  const type = departmentTypeOf(call);
  return {
    user_id: userIdFor(call, holderId),
    scope_type: scope.type,
    ...(scope.type === "Part" ? { department_ids: scope.departmentIds.map((id) => toIdType(id, type)) } : {}),
  };
}

function ghostKey(roleId: string): string {
  return `functional ${roleId}`;
}

/** Lets some reads more show a member that is about to be removed. */
function keepShowing(world: World, roleId: string, holderId: string): void {
  const scope = world.company.functional.rolesById.get(roleId)?.membersByHolder.get(holderId);
  if (world.quirks.delayedRemoval <= 0 || scope === undefined) return;
  const ghosts = world.functionalGhosts.get(ghostKey(roleId)) ?? [];
  world.functionalGhosts.set(ghostKey(roleId), [
    ...ghosts,
    { holderId, scope, readsLeft: world.quirks.delayedRemoval },
  ]);
}

/** The members that a read shows: the present ones, and those removed a few reads ago. */
function shownMembers(world: World, role: FunctionalRole): [string, MemberScope][] {
  const ghosts = (world.functionalGhosts.get(ghostKey(role.id)) ?? []).filter(({ readsLeft }) => readsLeft > 0);
  for (const ghost of ghosts) ghost.readsLeft -= 1;
  world.functionalGhosts.set(ghostKey(role.id), ghosts);
  const gone = ghosts.filter(({ holderId }) => !role.membersByHolder.has(holderId));
  return [...role.membersByHolder, ...gone.map(({ holderId, scope }): [string, MemberScope] => [holderId, scope])];
}

function pageSizeOf(call: Call): number {
  const text = call.query.get("page_size");
  if (text === null || text === "") return 20;
  if (!/^\d+$/.test(text)) throw faulty(call.endpoint, "type", "page_size");
  if (Number(text) > 100) throw faulty(call.endpoint, "range", "page_size");
  return Number(text) || 20;
}

/** `GET contact/v3/functional_roles/:role_id/members`: the members with what they manage. */
export function listMembers(world: World, call: Call): unknown {
  world.repeats.looked((key) => key.split(":").at(-1) === call.parameters.role_id);
  const role = roleIn(world, call);
  const token = call.query.get("page_token");
  const size = pageSizeOf(call);
  const position = positionOf(world, call, token);
  if (position.isEmptyPage) return withMembers(emptyPage(position), []);
  const shown = shownMembers(world, role).filter(([holderId]) => !isMissing(world, holderId, role.id));
  const { page, next } = sliceAfter(shown, position.cursor, size);
  const doubled = world.quirks.duplicateEntries ? [...page, ...page.slice(0, 1)] : page;
  return withMembers(
    pageOf(world, { token, items: [], next }),
    doubled.map((member) => shownAs(world, call, member)),
  );
}

function shownAs(world: World, call: Call, [holderId, scope]: [string, MemberScope]): Record<string, unknown> {
  const shown = shapeOf(call, holderId, scope);
  return world.quirks.emptyIds.includes(holderId) ? { ...shown, user_id: "" } : shown;
}

function isMissing({ quirks }: World, holderId: string, roleId: string): boolean {
  return quirks.listingMissesGrant.includes(holderId) || namesGrant(quirks.listingMissesGrant, holderId, roleId);
}

function withMembers({ items: _items, ...marks }: { items: unknown[] }, members: unknown[]): object {
  return { members, ...marks };
}

/** `GET contact/v3/functional_roles/:role_id/members/:member_id`: one member. */
export function getMember(world: World, call: Call): unknown {
  const role = roleIn(world, call);
  const holderId = holderIn(world, call, call.parameters.member_id ?? "");
  world.repeats.looked((key) => key === `${holderId}:${role.id}`);
  const found = shownMembers(world, role).find(([id]) => id === holderId);
  if (found === undefined) throw new Refusal(404, 41203, messageOf(41203));
  return { member: shownAs(world, call, found) };
}
