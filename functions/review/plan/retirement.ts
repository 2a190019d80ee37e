import { sha256 } from "../../basics/hash.ts";
import type { Grant, Role, Scopes } from "../grants/grant.ts";
import { type Fault, fault } from "../proof/faults.ts";
import type { Outcome } from "../proof/receipt.ts";
import { retiredRole } from "../rules/built-in-rules.ts";
import { itemOf, type Plan } from "./plan.ts";

/** A former holder of a retired role, as the snapshot showed the grant. */
export type FormerMember = { grantId: string; holderId: string; name: string | null; scopes: Scopes | null };

/** Written before a role is deleted (`retired-roles/<id>.intent.json`): the role, and who held the role. */
export type RetirementIntent = {
  formatVersion: 1;
  role: Role;
  planHash: string;
  members: FormerMember[];
  at: string;
};

/**
 * The outcome of deleting a role (`retired-roles/<id>.outcome.json`). `refused`: the provider did not delete the role,
 * because the role has holders again. `failed`: the role still exists, or nobody knows. `verifiedAt`: when a read
 * confirmed the outcome.
 */
export type RetirementOutcome = {
  formatVersion: 1;
  roleId: string;
  planHash: string;
  outcome: "deleted" | "already-gone" | "refused" | "failed";
  detail: string | null;
  requestId: string | null;
  at: string;
  verifiedAt: string | null;
};

/** The id in the keys of a role's receipts: the first 16 hex digits of the SHA-256 of `<source>\n<role.id>`. */
export function retirementId(source: string, roleId: string): string {
  return sha256(`${source}\n${roleId}`).slice(0, 16);
}

/** A role that is to be retired, and the role's grants in the snapshot. */
export type RetiringRole = { role: Role; grants: Grant[] };

function isRemoved(outcome: Outcome | undefined): boolean {
  return (outcome?.outcome === "revoked" || outcome?.outcome === "already-gone") && outcome.verifiedAt !== null;
}

/**
 * The grants that prevent the deletion of a role: all that are not proved removed by this plan because of the
 * retirement.
 */
export function standingGrants<G extends Pick<Grant, "id">>(
  grants: readonly G[],
  { plan, outcomes }: { plan: Plan; outcomes: ReadonlyMap<string, Outcome> },
): G[] {
  return grants.filter(({ id }) => !itemOf(plan, id)?.rules.includes(retiredRole.id) || !isRemoved(outcomes.get(id)));
}

/** The former holders of a role, for the role's receipt. */
export function formerMembers({ grants }: RetiringRole): FormerMember[] {
  return grants.map(({ id, holder, scopes }) => ({ grantId: id, holderId: holder.id, name: holder.name, scopes }));
}

/** The receipts of a review's retired roles. */
export type Retirements = { intents: readonly RetirementIntent[]; outcomes: readonly RetirementOutcome[] };

/**
 * The faults in the receipts of retired roles: each receipt must name a plan of the review, and a role that the review
 * emptied first.
 */
export function retirementFaults(
  { intents, outcomes }: Retirements,
  review: { plans: readonly Plan[]; grantOutcomes: ReadonlyMap<string, Outcome> },
): Fault[] {
  const plans = new Set(review.plans.map(({ planHash }) => planHash));
  const begun = new Set(intents.map(({ role }) => role.id));
  const settled = new Set(outcomes.map(({ roleId }) => roleId));
  const ofIntents = intents.flatMap(({ role: { id: role, status }, planHash, members }) => [
    ...(plans.has(planHash) ? [] : [fault("role-no-plan", { role })]),
    ...(status === "retiring" ? [] : [fault("role-not-retiring", { role })]),
    ...(settled.has(role) ? [] : [fault("role-no-outcome", { role })]),
    ...members
      .filter(({ grantId }) => !isRemoved(review.grantOutcomes.get(grantId)))
      .map(({ grantId: grant }) => fault("role-member", { role, grant })),
  ]);
  const unannounced = outcomes.filter(({ roleId, outcome }) => outcome !== "already-gone" && !begun.has(roleId));
  return [...ofIntents, ...unannounced.map(({ roleId: role }) => fault("role-unannounced", { role }))];
}
