import { toIdType } from "../company/ids.ts";
import type { FunctionalRole, MemberScope } from "../functional/books.ts";
import { namesGrant } from "../quirks.ts";
import { departmentTypeOf, holderIn, userIdFor } from "./functional-ids.ts";
import { emptyPage, pageOf, positionOf, sliceAfter } from "./pages.ts";
import { faulty, messageOf, Refusal } from "./refusal.ts";
import type { Call, Handler, World } from "./world.ts";

/** The role that a call's path names. */
export function roleIn(world: World, call: Call): FunctionalRole {
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

const ghostKey = (roleId: string): string => `functional ${roleId}`;

/** A member that a read still shows although the removal has been carried out. */
export function haunt(world: World, roleId: string, holderId: string): void {
  const scope = world.company.functional.rolesById.get(roleId)?.membersByHolder.get(holderId);
  if (world.quirks.delayedRemoval <= 0 || scope === undefined) return;
  const ghosts = world.functionalGhosts.get(ghostKey(roleId)) ?? [];
  world.functionalGhosts.set(ghostKey(roleId), [
    ...ghosts,
    { holderId, scope, readsLeft: world.quirks.delayedRemoval },
  ]);
}

/** Who a read shows now: the members, and whoever was removed a few reads ago. */
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
export const listMembers: Handler = (world, call) => {
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
    doubled.map(([holderId, scope]) => shapeOf(call, holderId, scope)),
  );
};

const isMissing = ({ quirks }: World, holderId: string, roleId: string): boolean =>
  quirks.listingMissesGrant.includes(holderId) || namesGrant(quirks.listingMissesGrant, holderId, roleId);

function withMembers({ items: _items, ...marks }: { items: unknown[] }, members: unknown[]): object {
  return { members, ...marks };
}

/** `GET contact/v3/functional_roles/:role_id/members/:member_id`: one of them. */
export const getMember: Handler = (world, call) => {
  const role = roleIn(world, call);
  const holderId = holderIn(world, call, call.parameters.member_id ?? "");
  world.repeats.looked((key) => key === `${holderId}:${role.id}`);
  const found = shownMembers(world, role).find(([id]) => id === holderId);
  if (found === undefined) throw new Refusal(404, 41203, messageOf(41203));
  return { member: shapeOf(call, ...found) };
};
