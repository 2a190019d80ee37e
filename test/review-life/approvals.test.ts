import { afterEach, describe, expect, it } from "vitest";
import { type Approving, approvePlan, refusePlan } from "../../functions/ledger/plans.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { Approval } from "../../functions/review/plan/approval.ts";
import type { ProvenBy } from "../../functions/review/rules/decision.ts";
import type { Stage } from "../../functions/review/stage.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { endLives, type Life, openLife, sourceId } from "./open-life.ts";
import { planReview, stagesOf } from "./run-review.ts";

afterEach(endLives);

/** A plan that its brake stops, and ways to speak about it. */
async function heldPlan(change: (life: Life) => void) {
  const life = await openLife({ people: 100 });
  life.host = "open.feishu.cn"; // the first review of a real host is always stopped
  change(life);
  const { review, assessed } = await planReview(life);
  const planHash = String(assessed.planHash);
  const stage = (): Stage => life.stageOf(review);
  const approve = (by: string, more: Partial<Approving> = {}) =>
    approvePlan(stage(), { planHash, by, reason: "looked at every item", ...more });
  const refuse = (by: string) => refusePlan(stage(), { planHash, by, reason: "not before the audit" });
  const approval = () => life.store.getJson<Approval>(reviewKeys(sourceId, review).approval(planHash));
  return { life, review, planHash, approve, refuse, approval, stages: stagesOf(life, review) };
}

const signedInAs = (subject: string): ProvenBy => ({
  provider: "sandbox",
  subject,
  tenant: null,
  signedInAt: "2026-10-01T02:00:00Z",
  session: "5e55",
});

const twoNeeded = ({ config }: Life): void => {
  config.policy.guard.approvals = 2;
};

const namedApprovers = (life: Life): void => {
  life.config.desk = { approvers: ["on_first", "on_second"] } as unknown as NonNullable<Life["config"]["desk"]>;
};

describe("a brake that one approver lifts", () => {
  it("is lifted by a name, and the approval says who, when, why and by what that is proven", async () => {
    const { approve, approval, stages } = await heldPlan(() => {});
    expect(await approve("Lin")).toMatchObject({ isApproved: true, approvalsNeeded: 1 });
    const { by, reason, at, approvedBy } = (await approval())!;
    expect(approvedBy).toEqual([{ by, reason, at, provenBy: null }]);
    expect(await stages.expire()).toMatchObject({ status: "done" });
  });

  it("is not lifted by a name where approvers are configured, but by one of them who signed in", async () => {
    const { approve, approval, stages } = await heldPlan(namedApprovers);
    await expect(approve("Lin")).rejects.toThrow("a name proves nobody");
    await expect(approve("Lin", { provenBy: signedInAs("on_third") })).rejects.toThrow("desk.approvers");
    expect(await approval()).toBeNull();
    expect(await stages.expire()).toMatchObject({ status: "held" });
    await approve("Lin", { provenBy: signedInAs("on_first") });
    expect((await approval())?.approvedBy).toMatchObject([{ provenBy: { subject: "on_first" } }]);
    expect(await stages.expire()).toMatchObject({ status: "done" });
  });

  it("is not lifted by a name where decisions have to be of those who are asked", async () => {
    const { life, approve, approval } = await heldPlan(() => {});
    life.config.policy.decisions = "routed";
    await expect(approve("Lin")).rejects.toThrow("policy.decisions is not any");
    expect(await approval()).toBeNull();
  });

  it("stays in place where approvers were configured after somebody gave a name", async () => {
    const { life, approve, stages } = await heldPlan(() => {});
    await approve("Lin");
    namedApprovers(life);
    expect(await stages.expire()).toMatchObject({ status: "held" });
    await approve("Lin", { provenBy: signedInAs("on_second") });
    expect(await stages.expire()).toMatchObject({ status: "done" });
  });
});

describe("a brake that two approvers lift", () => {
  it("is lifted by two different people: one who says yes twice is one", async () => {
    const { life, review, approve, approval, stages } = await heldPlan(twoNeeded);
    expect(await approve("Lin")).toMatchObject({ isApproved: false, approvalsNeeded: 2 });
    expect(await approve(" LIN ")).toMatchObject({ isApproved: false, approvedBy: [{ by: "Lin" }] });
    expect(await approval()).toBeNull();
    expect(await stages.expire()).toMatchObject({ status: "held" });
    expect(await approve("Wang")).toMatchObject({ isApproved: true });
    expect((await approval())?.approvedBy).toMatchObject([{ by: "Lin" }, { by: "Wang" }]);
    expect(await stages.expire()).toMatchObject({ status: "done" });
    await stages.seal();
    expect((await verifyEvidence({ store: life.store, source: sourceId, review }, null)).faults).toEqual([]);
  });

  it("stays in place where a second one was asked for after the first had lifted it", async () => {
    const { life, approve, stages } = await heldPlan(() => {});
    await approve("Lin");
    twoNeeded(life);
    expect(await stages.expire()).toMatchObject({ status: "held" });
    await approve("Wang");
    expect(await stages.expire()).toMatchObject({ status: "done" });
  });

  it("is lifted by two all the same where the configuration asks for one by now: the plan's policy asked for two", async () => {
    const { life, approve, stages } = await heldPlan(twoNeeded);
    await approve("Lin");
    life.config.policy.guard.approvals = 1;
    expect(await stages.expire()).toMatchObject({ status: "held" });
  });

  it("is a fault of the pack where an approval names fewer than the policy asked for", async () => {
    const { life, review, planHash, approval, approve, stages } = await heldPlan(twoNeeded);
    await approve("Lin");
    const yes = { by: "Lin", reason: "alone", at: "2026-10-01T02:00:30Z", provenBy: null };
    const forged = { formatVersion: 1, planHash, ...yes, approvedBy: [yes, { ...yes, by: "lin" }] };
    await life.store.createJson(reviewKeys(sourceId, review).approval(planHash), forged);
    expect(await approval()).not.toBeNull();
    expect(await stages.expire()).toMatchObject({ status: "held" });
    await stages.seal();
    const { faults } = await verifyEvidence({ store: life.store, source: sourceId, review }, null);
    expect(faults).toContainEqual(expect.stringContaining("names 1 different approvers"));
  });
});

describe("a plan that was refused", () => {
  it("is not carried out, and nobody can approve it any more", async () => {
    const { refuse, approve, approval, stages } = await heldPlan(twoNeeded);
    await approve("Lin");
    expect(await refuse("Wang")).toMatchObject({ refusedBy: { by: "Wang", reason: "not before the audit" } });
    await expect(approve("Zhao")).rejects.toThrow("it was refused");
    expect(await approval()).toBeNull();
    expect(await stages.expire()).toMatchObject({ status: "held" });
    expect(await stages.seal()).toMatchObject({ balanced: true, revoked: 0 });
  });

  it("cannot be one that was approved", async () => {
    const { refuse, approve } = await heldPlan(() => {});
    await approve("Lin");
    await expect(refuse("Wang")).rejects.toThrow("it was approved");
  });
});
