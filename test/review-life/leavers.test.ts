import { afterEach, describe, expect, it } from "vitest";
import { readReceipts } from "../../functions/ledger/receipts.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { Evidence } from "../../functions/review/proof/evidence.ts";
import type { Outcome } from "../../functions/review/proof/receipt.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { daysPass, endLives, type Life, sourceId, storedText } from "./open-life.ts";
import { planOf, runReview } from "./run-review.ts";
import { leave, reviewedLife, runSweep } from "./swept-life.ts";

afterEach(endLives);

/** What a review or sweep wrote of the removal of one holder's grants. */
async function receiptsOf(life: Life, review: string, holder: string): Promise<Outcome[]> {
  const { items } = await planOf(life, review);
  const { outcomes } = await readReceipts({ store: life.store, sourceId, review });
  return items.flatMap(({ grantId, holderId }) => (holderId === holder ? (outcomes.get(grantId) ?? []) : []));
}

const leaversIn = async ({ store }: Life, review: string): Promise<Evidence["leavers"]> =>
  (await store.getJson<Evidence>(reviewKeys(sourceId, review).evidence))?.leavers;

const faultsOf = async ({ store }: Life, review: string): Promise<string[]> =>
  (await verifyEvidence({ store, source: sourceId, review }, null)).faults;

const reportOf = (life: Life, review: string): string => storedText(life, reviewKeys(sourceId, review).html);

/** Somebody kept access for days, as no sweep looked. */
async function lateSweep(life: Life): Promise<string> {
  leave(life);
  await daysPass(life, 3);
  return await runSweep(life);
}

describe("how long leavers kept access", () => {
  it("counts a last day that was entered late from the last look before it, and says so in receipt, evidence and report", async () => {
    const life = await reviewedLife();
    const before = await runSweep(life);
    await daysPass(life, 1);
    const [leaver] = leave(life, 1, 4);
    const sweep = await runSweep(life);
    const receipts = await receiptsOf(life, sweep, leaver!);
    expect(receipts.length).toBeGreaterThan(0);
    for (const { enteredAfter, leaverHours } of receipts) {
      expect(enteredAfter?.review).toBe(before);
      expect(leaverHours).toBeGreaterThan(23.5);
      expect(leaverHours).toBeLessThan(25);
    }
    expect(await leaversIn(life, sweep)).toMatchObject({ enteredLate: 1 });
    expect(reportOf(life, sweep)).toContain("1 last day was entered late");
    expect(reportOf(life, sweep)).toContain("最后工作日系补录");
    expect(await faultsOf(life, sweep)).toEqual([]);
  });

  it("counts a last day that was entered in time from its end, whatever sweeps looked before", async () => {
    const life = await reviewedLife();
    await runSweep(life);
    await daysPass(life, 1);
    const [leaver] = leave(life);
    const sweep = await runSweep(life);
    for (const { enteredAfter, leaverHours } of await receiptsOf(life, sweep, leaver!)) {
      expect(enteredAfter).toBeUndefined();
      expect(leaverHours).toBeLessThan(24);
    }
  });

  it("says why somebody kept it for too long: nobody looked", async () => {
    const life = await reviewedLife();
    const sweep = await lateSweep(life);
    const leavers = await leaversIn(life, sweep);
    expect(leavers).toMatchObject({ late: 1, lateBecause: [{ code: "leaver-seen-late" }] });
    expect(reportOf(life, sweep)).toMatch(
      /slowest [\d.]+ h, 1 beyond 24 h: no review or sweep had read it for \d+ hours\./,
    );
    expect(reportOf(life, sweep)).toMatch(/1 人超过 24 小时：长达 \d+ 小时没有复核或清理读取过/);
  });

  it("says why: an earlier sweep had found it and its brake held it", async () => {
    const life = await reviewedLife();
    const { guard } = life.config.policy;
    guard.sweepMaxExpiries = 0;
    leave(life);
    const held = await runSweep(life);
    await daysPass(life, 1);
    guard.sweepMaxExpiries = 50;
    const sweep = await runSweep(life);
    const { lateBecause } = (await leaversIn(life, sweep))!;
    expect(lateBecause).toContainEqual({ code: "leaver-held-before", figures: { review: held, by: "brake" } });
    expect(await faultsOf(life, sweep)).toEqual([]);
    expect(reportOf(life, sweep)).toContain(`${held} had found it and held it (Stopped by the brake, awaits approval)`);
  });

  it("is told of the quarter's sweeps in the report of the next review", async () => {
    const life = await reviewedLife();
    const sweep = await lateSweep(life);
    const { max } = (await leaversIn(life, sweep))!;
    await daysPass(life, 60);
    const review = await runReview(life);
    const part = reportOf(life, review).split('id="leavers-en"')[1]?.split("</section>")[0] ?? "";
    expect(part).toContain(sweep);
    expect(part).toContain(`slowest ${max} h`);
  });
});
