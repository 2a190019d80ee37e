import { afterEach, describe, expect, it } from "vitest";
import { storedFindings } from "../../functions/ledger/plans.ts";
import type { Pair } from "../../functions/sandbox/company/company.ts";
import { sortedPairs } from "../../functions/sandbox/planted.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { decide, type Told } from "./decide.ts";
import { daysPass, endLives, grantIdOf, type Life, openLife, sourceId } from "./open-life.ts";
import { failedChecksOf, newReviewId, planOf, planReview, resultOf, runReview, stagesOf } from "./run-review.ts";

afterEach(endLives);

const reason = { en: "Prepares and approves payments", zh: "同时制单与审批付款" };

/** Two roles that somebody who is here holds together, and everybody who does. */
function heldTogether({ sandbox }: Life): { roles: [string, string]; pairs: Pair[] } {
  const byHolder = Map.groupBy(sandbox.grants(), ({ holderId }) => holderId);
  const background = new Set(sandbox.company.backgroundHolders);
  const [first] = [...byHolder].filter(([holder, grants]) => background.has(holder) && grants.length > 1);
  if (!first) throw new Error("nobody holds two roles");
  const roles: [string, string] = [first[1][0]!.roleId, first[1][1]!.roleId];
  const pairs = [...byHolder].flatMap(([holderId, grants]) =>
    roles.every((role) => grants.some(({ roleId }) => roleId === role))
      ? roles.map((roleId) => ({ holderId, roleId }))
      : [],
  );
  return { roles, pairs: sortedPairs(pairs) };
}

/** A life whose policy sets the two roles against each other, the second by its code. */
async function conflictingLife(): Promise<{ life: Life; pairs: Pair[]; ours: [Pair, Pair] }> {
  const life = await openLife({ people: 200 });
  const { roles, pairs } = heldTogether(life);
  const codeOf = (id: string) => life.sandbox.company.roles.find((role) => role.id === id)?.code ?? id;
  const side = (...of: string[]) => [{ source: sourceId, roles: of }];
  life.config.policy.conflicts = [{ id: "pay", between: [side(roles[0]), side(codeOf(roles[1]))], reason }];
  const [one, other] = pairs;
  return { life, pairs, ours: [one!, other!] };
}

async function foundOf(life: Life, review: string) {
  const found = [];
  const plan = await planOf(life, review);
  for await (const lines of storedFindings({ store: life.store, sourceId, review }, plan))
    found.push(...lines.parseAll());
  return found.filter(({ rule }) => rule === "conflict:pay");
}

const suppressionOf = async (life: Life, review: string, pair: Pair) =>
  (await foundOf(life, review)).find(({ grantId }) => grantId === grantIdOf(pair))?.suppressedBy ?? null;

async function assessedWith(life: Life, review: string, decisions: Told[]): Promise<void> {
  await decide(life, review, decisions);
  await stagesOf(life, review).assess();
}

describe("a conflict within a source", () => {
  it("is found on each grant that takes part, names the other and the reason, and removes nothing", async () => {
    const { life, pairs, ours } = await conflictingLife();
    const review = await runReview(life);
    const { findings } = await resultOf(life, review);
    expect(findings["conflict:pay"]).toEqual(pairs);
    const found = (await foundOf(life, review)).find(({ grantId }) => grantId === grantIdOf(ours[0]));
    expect(found).toMatchObject({
      then: "flag",
      reason,
      suppressedBy: null,
      conflict: {
        all: 1,
        with: [{ source: sourceId, review, grantId: grantIdOf(ours[1]), holderId: ours[1].holderId }],
      },
    });
    expect((await planOf(life, review)).items.flatMap(({ rules }) => rules)).not.toContain("conflict:pay");
    expect((await verifyEvidence({ store: life.store, source: sourceId, review }, null)).faults).toEqual([]);
  });

  it("has a section in the report, and stands in its list and in report.csv with what it is held together with", async () => {
    const { life, ours } = await conflictingLife();
    const review = await runReview(life);
    const html = new TextDecoder().decode((await life.store.get(`reviews/${sourceId}/${review}/report.html`))?.body);
    const section = /<section id="conflicts-en">(.*?)<\/section>/s.exec(html)?.[1] ?? "";
    expect(section).toContain(ours[0].holderId);
    expect(section).toContain(reason.en);
    const csv = new TextDecoder().decode((await life.store.get(`reviews/${sourceId}/${review}/report.csv`))?.body);
    const line = csv.split("\n").find((each) => each.includes(grantIdOf(ours[0]))) ?? "";
    expect(line).toMatch(/conflict:pay: 同时制单与审批付款 \[people-hq\/\S+ since 20\d\d-/);
  });

  it("counts in the report and names in the statement what controls its rules serve", async () => {
    const { life } = await conflictingLife();
    const { policy } = life.config;
    policy.conflicts![0]!.controls = ["SOC2-CC6.3"];
    policy.rules[0]!.controls = ["SOC2-CC6.2", "SOC2-CC6.3"];
    const review = await runReview(life);
    const html = new TextDecoder().decode((await life.store.get(`reviews/${sourceId}/${review}/report.html`))?.body);
    const section = /<section id="controls-en">(.*?)<\/section>/s.exec(html)?.[1] ?? "";
    const removed = (await resultOf(life, review)).outcomes.revoked?.length;
    expect(section).toMatch(new RegExp(`SOC2-CC6.2.*leaver.*${removed}</td>.*SOC2-CC6.3.*conflict:pay`, "s"));
    const contents = await verifyEvidence({ store: life.store, source: sourceId, review }, null);
    expect(contents.faults).toEqual([]);
  });

  it("asks for a decision on either side: a keep answers its own alone, a revoke both", async () => {
    const { life, ours } = await conflictingLife();
    const [one, other] = ours;
    const { review } = await planReview(life);
    await assessedWith(life, review, [{ ...one, decision: "keep" }]);
    expect(await suppressionOf(life, review, one)).toMatchObject({ by: "decision" });
    expect(await suppressionOf(life, review, other)).toBeNull();
    await daysPass(life, 1);
    await assessedWith(life, review, [{ ...one, decision: "revoke" }]);
    expect(await suppressionOf(life, review, one)).toMatchObject({ because: { code: "decision-revokes" } });
    expect(await suppressionOf(life, review, other)).toMatchObject({ because: { code: "conflict-revoked" } });
  });

  it("takes a keep without a reason for no answer", async () => {
    const { life, ours } = await conflictingLife();
    const { review } = await planReview(life);
    await decide(life, review, [{ ...ours[0], decision: "keep", reason: "" }]);
    await stagesOf(life, review).assess();
    expect(await suppressionOf(life, review, ours[0])).toBeNull();
  });

  it("asks again once the keep is over", async () => {
    const { life, ours } = await conflictingLife();
    const { review } = await planReview(life);
    await decide(life, review, [{ ...ours[0], decision: "keep" }], 20);
    const stages = stagesOf(life, review);
    await stages.assess();
    await stages.expire();
    await stages.seal();
    await daysPass(life, 10);
    expect(await suppressionOf(life, await runReview(life), ours[0])).toMatchObject({ by: "decision" });
    await daysPass(life, 30);
    expect(await suppressionOf(life, await runReview(life), ours[0])).toBeNull();
  });

  it("is a failed check where it names a role that the source does not have", async () => {
    const { life } = await conflictingLife();
    life.config.policy.conflicts![0]!.between[1]![0]!.roles.push("no_such");
    const review = newReviewId(life);
    expect(await stagesOf(life, review).snapshot()).toMatchObject({ status: "incomplete" });
    expect(await failedChecksOf(life, review)).toEqual(["conflict-roles-exist"]);
  });
});
