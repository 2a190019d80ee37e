import { hasLeft } from "../company/calendar.ts";
import { employeeOf, type Grant } from "../company/company.ts";
import type { World } from "./world.ts";

/** A listing shows holders that nobody asked for by id; leavers may be hidden there. */
export type Reading = "listing" | "byId";

/** Removed grants that are still to be shown; each read uses up one showing. */
function ghostsOf(world: World, holderId: string): Grant[] {
  const ghosts = world.ghostsByHolder.get(holderId);
  if (ghosts === undefined) return [];
  const shown = ghosts.filter((ghost) => ghost.readsLeft > 0);
  for (const ghost of shown) ghost.readsLeft -= 1;
  if (shown.length === 0) world.ghostsByHolder.delete(holderId);
  return shown.map((ghost) => ghost.grant);
}

/** Whether the app's data range shows this holder at all. */
function isInRange(world: World, holderId: string, reading: Reading): boolean {
  const employee = employeeOf(world.company, holderId);
  if (employee === undefined) return false;
  const isHiding = world.quirks.onTheJobRange || (world.quirks.leaversHidden && reading === "listing");
  return !isHiding || !hasLeft(employee, world.now());
}

/** The grants of a holder that a read shows. */
export function visibleGrants(world: World, holderId: string, reading: Reading): Grant[] {
  if (!isInRange(world, holderId, reading)) return [];
  const held = [...(world.company.grantsByHolder.get(holderId)?.values() ?? [])];
  const ghosts = ghostsOf(world, holderId).filter((ghost) => !held.some((grant) => grant.roleId === ghost.roleId));
  const all = [...held, ...ghosts];
  const missed = world.quirks.listingMissesGrant;
  if (reading === "byId" || missed.length === 0) return all;
  return all.filter((grant) => !missed.includes(holderId) && !missed.includes(`${holderId}:${grant.roleId}`));
}

/** Whether a holder has anything to show, without using up a showing. */
export const mayHold = (world: World, holderId: string): boolean =>
  world.company.grantsByHolder.has(holderId) || world.ghostsByHolder.has(holderId);
