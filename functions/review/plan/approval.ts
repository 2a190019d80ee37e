import type { Caller, Reasons } from "../proof/act.ts";
import type { ProvenBy } from "../rules/decision.ts";

/** What one person said of a held plan. `provenBy`: the sign-in that proves who it was; null: a name that somebody gave. */
export type Approver = Reasons & { at: string; provenBy: ProvenBy | null };

/**
 * `approvals/<plan hash>.json`: who lifted the brake of exactly that plan, when and why. It is written once as many approved
 * as the policy asks for; `by`, `reason` and `at` are of the last of them. Evidence of an earlier version lacks `caller` and
 * `approvedBy`.
 */
export type Approval = Reasons & {
  formatVersion: 1;
  planHash: string;
  at: string;
  caller?: Caller;
  approvedBy?: Approver[];
};

/**
 * `approvals`: how many different people lift a brake. `approvers`: who may, by what their sign-in proves. `namesCount`:
 * whether a name that nothing proves counts as well.
 */
export type ApproverRules = { approvals: number; approvers: readonly string[]; namesCount: boolean };

/** Who an approver is: what the sign-in proves, else the name as it was given. */
export function identityOf({ by, provenBy }: Pick<Approver, "by" | "provenBy">): string {
  return provenBy === null ? `name:${by.normalize("NFKC").trim().toLowerCase()}` : `subject:${provenBy.subject}`;
}

/** Everybody who is named in an approval, be it of an earlier version. */
export function approversIn({ by, reason, at, approvedBy }: Approval): Approver[] {
  return approvedBy ?? [{ by, reason, at, provenBy: null }];
}

/** Whether somebody's word on a plan counts. */
export function mayApprove(
  { provenBy }: Pick<Approver, "provenBy">,
  { approvers, namesCount }: ApproverRules,
): boolean {
  return provenBy === null ? namesCount : approvers.includes(provenBy.subject);
}

/** The approvers who count, each person once. */
export function countedApprovers(said: readonly Approver[], rules: ApproverRules): Approver[] {
  const byIdentity = new Map(said.filter((each) => mayApprove(each, rules)).map((each) => [identityOf(each), each]));
  return [...byIdentity.values()];
}
