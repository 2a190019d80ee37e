import { afterEach, describe, expect, it } from "vitest";
import { epochMs, isoInstant } from "../../functions/basics/time.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { Finding } from "../../functions/review/rules/finding.ts";
import type { NoDecision, Rule } from "../../functions/review/rules/policy.ts";
import type { Pair } from "../../functions/sandbox/company/company.ts";
import { sortedPairs } from "../../functions/sandbox/planted.ts";
import { undecidedGrants } from "../../functions/stages/show/asked-reviewers.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { dayMs, decide } from "./decide.ts";
import { daysPass, endLives, grantIdOf, type Life, openLife, sourceId } from "./open-life.ts";
import { balanceOf, goneSince, outcomeOf, planOf, planReview, resultOf, stagesOf } from "./run-review.ts";

afterEach(endLives);

/** Old grants of people who stay, to be decided on within 14 days. */
const asks = (onNoDecision: NoDecision, more: Partial<Rule> = {}): Rule => ({
  id: "to-decide",
  when: 'holder.status == "active" && grant.grantedAt < now - days(200)',
  then: "flag",
  noticeDays: 0,
  reason: { en: "Held for over 200 days", zh: "持有已超过 200 天" },
  overridable: true,
  onNoDecision,
  ...more,
});

/** A company under a policy that waits 14 days, for decisions alone, with both keys unless a test takes one away. */
const openWindow = async (rule: Rule): Promise<Life> => {
  const life = await openLife({ people: 400 });
  const { policy } = life.config;
  policy.decideWithinDays = 14;
  policy.rules = [rule, ...policy.rules.filter(({ noticeDays }) => noticeDays === 0)];
  Object.assign(policy.guard, { allowExpireUndecided: true, maxExpiries: 500, maxShare: 1 });
  return life;
};

/** Assess and expire, as everything that looks at an open review does; gives expire's answer. */
const look = async (life: Life, review: string) => {
  const stages = stagesOf(life, review);
  await stages.assess();
  return await stages.expire();
};

const undecidedOf = async (life: Life, review: string) =>
  (await planOf(life, review)).items.filter(({ ifUndecided, hold }) => ifUndecided && !hold);

const askedAbout = async (life: Life, review: string): Promise<string[]> => {
  const ids: string[] = [];
  for await (const id of undecidedGrants(life.stageOf(review), await planOf(life, review))) ids.push(id);
  return ids;
};

const daysBetween = (from: string, to: string): number => Math.round((epochMs(to) - epochMs(from)) / dayMs);

const pairOf = ({ holderId, roleId }: Pair): Pair => ({ holderId, roleId });

const findingsAbout = async ({ store }: Life, review: string, assessment: string): Promise<Finding[]> => {
  const { findings } = reviewKeys(sourceId, review).assessment(assessment);
  const lines: Finding[] = [];
  for await (const line of store.readLines<Finding>(findings)) if (line.rule === "to-decide") lines.push(line);
  return lines;
};

const heldBy = ({ sandbox }: Life, { holderId, roleId }: Pair) =>
  sandbox.company.grantsByHolder.get(holderId)?.get(roleId) ?? expect.fail("not held");

/** Somebody adds a department to what a grant holds for. */
const widen = (life: Life, one: Pair): void => {
  const { sandbox, clock } = life;
  const held = heldBy(life, one);
  const added = [{ dimension: "department", ids: [sandbox.company.departments[1]?.id ?? ""] }];
  const grant = { ...held, scopes: [...(held.scopes ?? []), added] };
  sandbox.happen([{ op: "grant", by: "company", at: clock.now(), appId: null, call: null, grant }]);
};

describe("a window for deciding", () => {
  it("plans from the start exactly who expires if nobody decides, and takes leavers at once", async () => {
    const life = await openWindow(asks("expire"));
    const before = life.sandbox.grants();
    const { review } = await planReview(life);
    const { clock, sandbox } = life;
    const windowEndsAt = isoInstant(clock.now() + 14 * dayMs);
    const expired = await look(life, review);
    const undecided = await undecidedOf(life, review);
    expect(undecided.length).toBeGreaterThan(3);
    expect(new Set(undecided.map(({ notBefore }) => notBefore.slice(0, 10)))).toEqual(
      new Set([windowEndsAt.slice(0, 10)]),
    );
    expect(expired).toMatchObject({ status: "waiting", pending: undecided.length });
    expect(goneSince(before, life)).toEqual(sandbox.planted.first.revoked);
    await daysPass(life, 13.9);
    expect(await look(life, review)).toMatchObject({ status: "waiting", pending: undecided.length });
    await daysPass(life, 0.2);
    expect(await look(life, review)).toMatchObject({ status: "done", pending: 0 });
    expect(goneSince(before, life)).toEqual(sortedPairs([...sandbox.planted.first.revoked, ...undecided.map(pairOf)]));
    await stagesOf(life, review).seal();
    expect((await verifyEvidence({ store: life.store, source: sourceId, review }, null)).faults).toEqual([]);
  });

  it("lets leavers go while more are undecided than the brake allows, and stops those once it has ended", async () => {
    const life = await openWindow(asks("expire"));
    const before = life.sandbox.grants();
    life.config.policy.guard.maxExpiries = life.sandbox.planted.first.revoked.length;
    const { review } = await planReview(life);
    expect(await look(life, review)).toMatchObject({ status: "waiting" });
    const afterLeavers = goneSince(before, life);
    expect(afterLeavers).toEqual(life.sandbox.planted.first.revoked);
    await daysPass(life, 14.1);
    expect(await look(life, review)).toMatchObject({ status: "held", limits: [{ name: "maxExpiries" }] });
    expect(goneSince(before, life)).toEqual(afterLeavers);
  });

  it("is honoured: a keep holds, a revoke is carried out at once, and the rest expires", async () => {
    const life = await openWindow(asks("expire"));
    const { review } = await planReview(life);
    const [kept, revoked, ...rest] = await undecidedOf(life, review);
    if (!kept || !revoked) expect.fail("nobody is asked for a decision");
    await daysPass(life, 3);
    await decide(life, review, [
      { ...pairOf(kept), decision: "keep" },
      { ...pairOf(revoked), decision: "revoke" },
    ]);
    await look(life, review);
    expect((await outcomeOf(life, review, revoked))?.outcome).toBe("revoked");
    const { items } = await planOf(life, review);
    expect(items.find(({ grantId }) => grantId === revoked.grantId)).toMatchObject({ rules: ["revoke-decision"] });
    expect(items.find(({ grantId }) => grantId === kept.grantId)).toMatchObject({ hold: { by: "decision" } });
    await daysPass(life, 12);
    expect(await look(life, review)).toMatchObject({ status: "done" });
    const { outcomes } = await resultOf(life, review);
    expect(outcomes.revoked).toEqual(expect.arrayContaining(rest.map(pairOf)));
    expect(outcomes.revoked).not.toContainEqual(pairOf(kept));
  });

  it.each(["keep", "revoke"] as const)("is heeded to the last: a %s that came after the plan", async (decision) => {
    const life = await openWindow(asks("expire"));
    const { review } = await planReview(life);
    const [late] = await undecidedOf(life, review);
    if (!late) expect.fail("nobody is asked for a decision");
    await daysPass(life, 15);
    const stages = stagesOf(life, review);
    await stages.assess();
    await decide(life, review, [{ ...pairOf(late), decision }]);
    await stages.expire();
    expect(await outcomeOf(life, review, late)).toBeNull();
    expect(life.sandbox.grants().map(grantIdOf)).toContain(late.grantId);
  });

  it("does not end sooner as somebody takes it out of today's configuration, nor expire with a key taken away", async () => {
    const life = await openWindow(asks("expire"));
    const { review } = await planReview(life);
    const before = life.sandbox.grants();
    const stages = stagesOf(life, review);
    await stages.expire();
    const afterLeavers = life.sandbox.grants();
    expect(afterLeavers.length).toBeLessThan(before.length);
    life.config.policy.decideWithinDays = 0;
    expect(await stages.expire()).toMatchObject({ status: "waiting" });
    await daysPass(life, 15);
    life.config.policy.decideWithinDays = 14;
    life.config.policy.guard.allowExpireUndecided = false;
    expect(await stages.expire()).toMatchObject({ status: "done" });
    expect(life.sandbox.grants()).toEqual(afterLeavers);
    await stages.assess();
    expect(await undecidedOf(life, review)).toEqual([]);
  });

  it("begins anew with the next review, in which a notice runs on", async () => {
    const life = await openWindow(asks("expire", { noticeDays: 16 }));
    const first = await planReview(life);
    const [noticed] = await undecidedOf(life, first.review);
    if (!noticed) expect.fail("nobody is asked for a decision");
    await daysPass(life, 10);
    const second = await planReview(life);
    expect(await balanceOf(life, first.review)).toMatchObject({ balanced: true });
    const again = (await undecidedOf(life, second.review)).find(({ grantId }) => grantId === noticed.grantId);
    expect(again?.noticeAt).toBe(noticed.noticeAt);
    expect(daysBetween(noticed.noticeAt, noticed.notBefore)).toBe(16);
    expect(daysBetween(noticed.noticeAt, again!.notBefore)).toBe(24);
  });

  it("closes as kept what nobody decided on, in words that name nobody, whatever the plan", async () => {
    const life = await openWindow(asks("keep"));
    const { review } = await planReview(life);
    expect((await planOf(life, review)).items.some(({ ifUndecided }) => ifUndecided)).toBe(false);
    const open = await findingsAbout(life, review, "0001");
    expect(open.length).toBeGreaterThan(3);
    expect(open.every(({ suppressedBy }) => suppressedBy === null)).toBe(true);
    await daysPass(life, 13.99);
    await look(life, review);
    // Within an hour another look means the same assessment, but for the window that ends in between.
    await daysPass(life, 0.02);
    const stages = stagesOf(life, review);
    expect(await stages.assess()).toMatchObject({ assessment: "0002" });
    expect(await stages.assess()).toMatchObject({ assessment: "0002" });
    const closed = await findingsAbout(life, review, "0002");
    expect(closed.map(({ suppressedBy }) => suppressedBy?.by)).toEqual(open.map(() => "no-decision"));
    expect(await stages.expire()).toMatchObject({ status: "done" });
    await stages.seal();
    expect(await balanceOf(life, review)).toMatchObject({ balanced: true });
    expect((await verifyEvidence({ store: life.store, source: sourceId, review }, null)).faults).toEqual([]);
  });

  it("keeps a review open in report mode too, so that decisions can be made, and leaves a finding a finding", async () => {
    const life = await openWindow(asks("flag"));
    life.config.mode = "report";
    const { review, assessed } = await planReview(life);
    expect(assessed).toMatchObject({ status: "waiting", resumeAt: expect.stringMatching(/T.*Z$/) });
    expect(await stagesOf(life, review).expire()).toMatchObject({ status: "waiting", resumeAt: assessed.resumeAt });
    await daysPass(life, 15);
    expect(await stagesOf(life, review).assess()).toMatchObject({ status: "done", assessment: "0001" });
    expect((await findingsAbout(life, review, "0001")).every(({ suppressedBy }) => suppressedBy === null)).toBe(true);
  });

  it("asks nobody about what was decided, in later reviews either, until the grant is another one", async () => {
    const life = await openWindow(asks("flag"));
    life.config.mode = "report";
    const { review: first } = await planReview(life);
    const found = new Set((await findingsAbout(life, first, "0001")).map(({ grantId }) => grantId));
    const [one, other] = life.sandbox
      .grants()
      .filter((grant) => found.has(grantIdOf(grant)) && heldBy(life, grant).scopes !== null);
    if (!one || !other) expect.fail("nobody is asked for a decision");
    const [kept, revoked] = [grantIdOf(one), grantIdOf(other)];
    await decide(life, first, [
      { ...pairOf(one), decision: "keep" },
      { ...pairOf(other), decision: "revoke" },
    ]);
    await stagesOf(life, first).assess();
    const answers = async (review: string, assessment: string) => {
      const findings = await findingsAbout(life, review, assessment);
      return [kept, revoked].map((id) => findings.find(({ grantId }) => grantId === id)?.suppressedBy?.detail ?? null);
    };
    const said = [expect.stringMatching(/^kept until 2027/), expect.stringMatching(/^revoke decided at 2026/)];
    expect(await answers(first, "0002")).toEqual(said);
    const asked = await askedAbout(life, first);
    expect(asked.filter((id) => id === kept || id === revoked)).toEqual([]);
    await stagesOf(life, first).seal();
    await daysPass(life, 20);
    const { review: second } = await planReview(life);
    expect(await answers(second, "0001")).toEqual(said);
    await stagesOf(life, second).seal();
    widen(life, one);
    await daysPass(life, 20);
    const { review: third } = await planReview(life);
    expect(await answers(third, "0001")).toEqual([null, said[1]]);
    expect(await askedAbout(life, third)).toContain(kept);
  });
});
