import type { RoleToRetire } from "../../report/review-view.ts";
import type { Grant, Role } from "../../review/grants/grant.ts";
import { reviewKeys } from "../../review/keys.ts";
import type { Plan } from "../../review/plan/plan.ts";
import { type RetirementOutcome, standingGrants } from "../../review/plan/retirement.ts";
import type { Outcome } from "../../review/proof/receipt.ts";
import type { Stage } from "../../review/stage.ts";

/** The roles that the snapshot shows as to be retired, by id. */
export async function rolesToRetire({ store, sourceId, review }: Stage): Promise<Map<string, Role>> {
  const roles = new Map<string, Role>();
  for await (const { id, code, name, description, kind, status } of store.readLines<Role>(
    reviewKeys(sourceId, review).roles,
  )) {
    if (status === "retiring") roles.set(id, { id, code, name, description, kind, status });
  }
  return roles;
}

type Far = {
  plan: Plan;
  /** Every grant of such a role, among others. */
  grants: Iterable<Pick<Grant, "id" | "role">>;
  outcomes: ReadonlyMap<string, Outcome>;
  retired: ReadonlyMap<string, RetirementOutcome>;
};

/** How far the review came with every role that it is to retire, for its report. */
export function retirementProgress(roles: Map<string, Role>, { plan, grants, outcomes, retired }: Far): RoleToRetire[] {
  const grantsByRole = Map.groupBy(
    Iterator.from(grants).filter(({ role }) => roles.has(role.id)),
    ({ role }) => role.id,
  );
  return [...roles.values()].map((role) => {
    const ofRole = grantsByRole.get(role.id) ?? [];
    const standing = standingGrants(ofRole, { plan, outcomes });
    return {
      role: { id: role.id, name: role.name },
      members: ofRole.length,
      removed: ofRole.length - standing.length,
      outcome: retired.get(role.id) ?? null,
    };
  });
}
