import { hashOfText } from "../basics/hash.ts";
import { ApprovalError, approvePlan, refusePlan } from "../ledger/plans.ts";
import type { ProvenBy } from "../review/rules/decision.ts";
import type { Stage } from "../review/stage.ts";
import { fieldFault, Refused, reasonFaults } from "./refusal.ts";

/** What an approver says of a plan: which, whether no, and why. */
export type SubmittedVerdict = { planHash: string; reason: string; isRefused: boolean };

/** Reads what an approver submits: 400 with every fault, where it cannot be understood. `field` gives a field as text. */
export function readVerdict(field: (name: string) => string): SubmittedVerdict {
  const planHash = hashOfText(field("planHash"));
  const [reason, verdict] = [field("reason"), field("verdict") || "approve"];
  const faults = [
    ...(/^[0-9a-f]{64}$/.test(planHash) ? [] : [fieldFault("planHash", "plan-hash")]),
    ...reasonFaults(reason),
    ...(verdict === "approve" || verdict === "refuse" ? [] : [fieldFault("verdict", "verdict")]),
  ];
  if (faults.length > 0) throw new Refused(400, "bad-request", { faults });
  return { planHash, reason, isRefused: verdict === "refuse" };
}

/** Who says yes or no to a plan, as evidence has them. */
type SignedInApprover = { by: string; provenBy: ProvenBy; caller: Stage["invocation"]["caller"] };

/** Approves a plan, or refuses it. A plan that is no longer the newest, or that was decided on, is a conflict. */
export async function giveVerdict(
  stage: Stage,
  { planHash, reason, isRefused }: SubmittedVerdict,
  { by, provenBy, caller }: SignedInApprover,
): Promise<void> {
  const asApprover = { ...stage, invocation: { ...stage.invocation, caller } };
  try {
    await (isRefused ? refusePlan : approvePlan)(asApprover, { planHash, by, reason, provenBy });
  } catch (error) {
    if (!(error instanceof ApprovalError)) throw error;
    if (error.reason === "not-approver") throw new Refused(403, "not-approver");
    throw new Refused(409, "changed", { faults: [fieldFault("planHash", error.reason)] });
  }
}
