import { type IdSet, openIdSet } from "../../basics/id-set.ts";
import type { Grant, Role } from "../../review/grants/grant.ts";
import { sayCheck } from "../../review/grants/say-check.ts";
import type { Check, Snapshot } from "../../review/grants/snapshot.ts";
import type { Guard } from "../../review/rules/policy.ts";
import type { Stage } from "../../review/stage.ts";
import type { SnapshotState } from "./snapshot-state.ts";

/** Counts over the grants of a snapshot, for its checks and its role list. `canaries`: the policy's canaries that were found. */
export type Tally = {
  grants: number;
  holders: IdSet;
  unknownHolders: IdSet;
  holdersByRole: Map<string, { all: number; active: number }>;
  canaries: Set<Guard["canaries"][number]>;
};

export function openTally(): Tally {
  return {
    grants: 0,
    holders: openIdSet(),
    unknownHolders: openIdSet(),
    holdersByRole: new Map(),
    canaries: new Set(),
  };
}

export function countGrant({ policy }: Stage, tally: Tally, { holder, role }: Grant): void {
  tally.grants++;
  tally.holders.add(holder.id);
  if (holder.status === "unknown") tally.unknownHolders.add(holder.id);
  for (const canary of policy.guard.canaries) {
    if (canary.holder === holder.id && (canary.role === role.id || canary.role === role.code))
      tally.canaries.add(canary);
  }
  const byRole = tally.holdersByRole.get(role.id) ?? { all: 0, active: 0 };
  byRole.all++;
  if (holder.status === "active" || holder.status === "leaving") byRole.active++;
  tally.holdersByRole.set(role.id, byRole);
}

type Facts = { stage: Stage; state: SnapshotState; tally: Tally; roles: Role[]; previous: Snapshot | null };

/** Every proof that the snapshot is whole: the checks that hold for any source, and the source's own. */
export function snapshotChecks(facts: Facts): Check[] {
  return [
    listingsEnded(facts),
    ...grantsAsAnnounced(facts),
    rolesAreKnown(facts),
    unknownHoldersAreFew(facts),
    leaversAreVisible(facts),
    canariesArePresent(facts),
    protectedEntriesExist(facts),
    ...roleOwnersExist(facts),
    populationIsThere(facts),
    ...facts.state.checks,
    ...namesAreMissing(facts),
  ];
}

/** A note and no proof: no rule looks at a name, so names that cannot be read leave the snapshot complete. */
function namesAreMissing({ state }: Facts): Check[] {
  const { notes = [] } = state;
  if (notes.length === 0) return [];
  const about = notes.map((note) => note.about).join(", ");
  const reason = notes.map((note) => note.reason).join("; ");
  return [sayCheck("names-read", true, "names-unread", { about, reason })];
}

function listingsEnded({ state }: Facts): Check {
  const { listings, pages, open } = state;
  return sayCheck("listings-ended", open.length === 0, "listings-ended", { listings, pages, open: open.length });
}

/** No check where the provider does not say how many grants it has. */
function grantsAsAnnounced({ state, tally }: Facts): Check[] {
  const totals = Object.values(state.announced);
  if (totals.length === 0) return [];
  const announced = totals.reduce((sum, total) => sum + total, 0);
  const listed = tally.grants;
  const name = "grants-as-announced";
  if (announced === listed) return [sayCheck(name, true, "grants-announced", { announced, listed })];
  const { announcedBy: call = "", pages } = state;
  return [sayCheck(name, false, "grants-differ", { announced, listed, call, pages })];
}

function rolesAreKnown({ state: { unknownRoles } }: Facts): Check {
  const name = "roles-known";
  return unknownRoles.length === 0
    ? sayCheck(name, true, "roles-listed")
    : sayCheck(name, false, "roles-unlisted", { roles: unknownRoles.join(", ") });
}

function unknownHoldersAreFew({ stage, tally }: Facts): Check {
  const [unread, holders] = [tally.unknownHolders.size, tally.holders.size];
  const { maxUnknownShare } = stage.policy.guard;
  const passed = holders === 0 || unread / holders <= maxUnknownShare;
  return sayCheck("unknown-holders-few", passed, "holders-unread", { unread, holders, maxUnknownShare });
}

function leaversAreVisible({ stage, state }: Facts): Check {
  const name = "leavers-visible";
  const { leavers } = state.counts;
  if (leavers === undefined) return sayCheck(name, true, "leavers-unlisted");
  if (leavers > 0) return sayCheck(name, true, "leavers-asked-for", { leavers });
  return stage.policy.guard.expectLeavers
    ? sayCheck(name, false, "leavers-missing")
    : sayCheck(name, true, "leavers-unexpected");
}

function canariesArePresent({ stage, tally }: Facts): Check {
  const name = "canaries-present";
  const { canaries } = stage.policy.guard;
  const missing = canaries.filter((canary) => !tally.canaries.has(canary));
  if (missing.length === 0)
    return sayCheck(name, true, "canaries-found", { found: canaries.length, canaries: canaries.length });
  const pairs = missing.map(({ holder, role }) => `${holder} with ${role}`);
  return sayCheck(name, false, "canaries-missing", { missing: pairs.join(", ") });
}

function protectedEntriesExist({ stage, tally, roles }: Facts): Check {
  const name = "protected-entries-exist";
  const { protectedRoles, protectedHolders } = stage.policy.guard;
  const missingRoles = missingFrom(roles, protectedRoles);
  const missingHolders = protectedHolders.filter((holder) => !tally.holders.has(holder)).join(", ");
  if (missingRoles && missingHolders)
    return sayCheck(name, false, "protected-missing", { roles: missingRoles, holders: missingHolders });
  if (missingRoles) return sayCheck(name, false, "protected-roles-missing", { roles: missingRoles });
  if (missingHolders) return sayCheck(name, false, "protected-holders-missing", { holders: missingHolders });
  return sayCheck(name, true, "protected-found", { roles: protectedRoles.length, holders: protectedHolders.length });
}

/** A misspelt role in `roleOwners` would silently give its grants, and the names of their holders, to another reviewer. */
function roleOwnersExist({ state, roles }: Facts): Check[] {
  if (!state.reviewers) return [];
  const name = "role-owners-exist";
  const owned = Object.keys(state.reviewers.roleOwners);
  const missing = missingFrom(roles, owned);
  return [
    missing
      ? sayCheck(name, false, "role-owners-missing", { roles: missing })
      : sayCheck(name, true, "role-owners-found", { roles: owned.length }),
  ];
}

/** The configured roles that the role list has neither by id nor by code, as one figure. */
function missingFrom(roles: readonly Role[], configured: readonly string[]): string {
  const known = new Set(roles.flatMap(({ id, code }) => [id, code ?? id]));
  return configured.filter((role) => !known.has(role)).join(", ");
}

function populationIsThere({ tally: { grants }, previous }: Facts): Check {
  const name = "population-not-empty";
  if (!previous) return sayCheck(name, true, "population-first", { grants });
  const before = previous.population.grants;
  return sayCheck(name, grants > 0 || before === 0, "population-before", { grants, before, review: previous.review });
}
