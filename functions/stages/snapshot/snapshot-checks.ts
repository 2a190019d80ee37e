import { type IdSet, openIdSet } from "../../basics/id-set.ts";
import type { Grant, Role } from "../../review/grants/grant.ts";
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
  return [
    {
      name: "names-read",
      passed: true,
      detail: `names left out, as they judge nothing and could not be read: ${about}. ${reason}`,
      because: { code: "names-unread", figures: { about, reason } },
    },
  ];
}

function listingsEnded({ state }: Facts): Check {
  return {
    name: "listings-ended",
    passed: state.open.length === 0,
    detail: `${state.listings} listings ended properly after ${state.pages} pages; ${state.open.length} did not`,
  };
}

/** No check where the provider does not say how many grants it has. */
function grantsAsAnnounced({ state, tally }: Facts): Check[] {
  const totals = Object.values(state.announced);
  if (totals.length === 0) return [];
  const announced = totals.reduce((sum, total) => sum + total, 0);
  const passed = announced === tally.grants;
  const listed = `the provider says that there are ${announced}, and ${tally.grants} were listed`;
  const where = `by ${state.announcedBy}, whose ${state.pages} pages ended properly: either grants change while they are listed, or some are hidden`;
  return [{ name: "grants-as-announced", passed, detail: passed ? listed : `${listed} ${where}` }];
}

function rolesAreKnown({ state }: Facts): Check {
  return {
    name: "roles-known",
    passed: state.unknownRoles.length === 0,
    detail:
      state.unknownRoles.length === 0
        ? "every grant names a role of the role list"
        : `grants name roles that the role list lacks: ${state.unknownRoles.join(", ")}; may the app read every role?`,
  };
}

function unknownHoldersAreFew({ stage, tally }: Facts): Check {
  const share = tally.holders.size === 0 ? 0 : tally.unknownHolders.size / tally.holders.size;
  const { maxUnknownShare } = stage.policy.guard;
  return {
    name: "unknown-holders-few",
    passed: share <= maxUnknownShare,
    detail: `${tally.unknownHolders.size} of ${tally.holders.size} holders could not be read; guard.maxUnknownShare allows ${maxUnknownShare}`,
  };
}

function leaversAreVisible({ stage, state }: Facts): Check {
  const { leavers } = state.counts;
  const isExpected = stage.policy.guard.expectLeavers && leavers !== undefined;
  return {
    name: "leavers-visible",
    passed: !isExpected || leavers > 0,
    detail:
      leavers === undefined
        ? "this provider has no list of people who left"
        : leavers > 0
          ? `${leavers} people who left were asked for by id`
          : `nobody who ever left is visible${isExpected ? ": set the app's data range to everyone, or guard.expectLeavers to false if truly nobody has left" : ", and guard.expectLeavers is false"}`,
  };
}

function canariesArePresent({ stage, tally }: Facts): Check {
  const { canaries } = stage.policy.guard;
  const missing = canaries.filter((canary) => !tally.canaries.has(canary));
  return {
    name: "canaries-present",
    passed: missing.length === 0,
    detail:
      missing.length === 0
        ? `${canaries.length} of ${canaries.length} canaries found`
        : `not found: ${missing.map(({ holder, role }) => `${holder} with ${role}`).join(", ")}; do guard.canaries name grants that exist?`,
  };
}

function protectedEntriesExist({ stage, tally, roles }: Facts): Check {
  const { protectedRoles, protectedHolders } = stage.policy.guard;
  const knownRoles = new Set(roles.flatMap(({ id, code }) => [id, code ?? id]));
  const missing = [
    ...protectedRoles.filter((role) => !knownRoles.has(role)).map((role) => `role ${role}`),
    ...protectedHolders.filter((holder) => !tally.holders.has(holder)).map((holder) => `holder ${holder}`),
  ];
  return {
    name: "protected-entries-exist",
    passed: missing.length === 0,
    detail:
      missing.length === 0
        ? `${protectedRoles.length} protected roles and ${protectedHolders.length} protected holders found`
        : `not found: ${missing.join(", ")}; correct guard.protectedRoles or guard.protectedHolders`,
  };
}

/** A misspelt role in `roleOwners` would silently give its grants, and the names of their holders, to another reviewer. */
function roleOwnersExist({ state, roles }: Facts): Check[] {
  if (!state.reviewers) return [];
  const known = new Set(roles.flatMap(({ id, code }) => [id, code ?? id]));
  const owned = Object.keys(state.reviewers.roleOwners);
  const missing = owned.filter((role) => !known.has(role));
  return [
    {
      name: "role-owners-exist",
      passed: missing.length === 0,
      detail:
        missing.length === 0
          ? `${owned.length} roles with an owner found`
          : `not found: ${missing.map((role) => `role ${role}`).join(", ")}; correct reviewers.roleOwners of this source`,
    },
  ];
}

function populationIsThere({ tally, previous }: Facts): Check {
  const before = previous?.population.grants ?? 0;
  return {
    name: "population-not-empty",
    passed: tally.grants > 0 || before === 0,
    detail: `${tally.grants} grants; ${previous ? `${before} in review ${previous.review}` : "no earlier review"}`,
  };
}
