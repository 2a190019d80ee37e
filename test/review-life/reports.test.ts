import { parse } from "csv-parse/sync";
import { afterEach, describe, expect, it } from "vitest";
import { loadSnapshot } from "../../functions/ledger/grants.ts";
import { pagePhrasesOf } from "../../functions/report/page/page.ts";
import { detailText } from "../../functions/report/words/detail-text.ts";
import { phrasesOf } from "../../functions/report/words/words.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import { employeeOf } from "../../functions/sandbox/company/company.ts";
import { currentReport } from "../../functions/stages/show/current-report.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { daysPass, endLives, grantIdOf, type Life, openLife, sourceId } from "./open-life.ts";
import { planOf, planReview, runReview } from "./run-review.ts";

afterEach(endLives);

const textOf = async ({ store }: Life, key: string): Promise<string> => {
  const stored = (await store.get(key)) ?? expect.fail(`no ${key}`);
  return new TextDecoder().decode(stored.body);
};

describe("the reports of a life", () => {
  it("of the second review name what the first removed", async () => {
    const life = await openLife();
    const { company, planted } = life.sandbox;
    await runReview(life);
    await daysPass(life, 1);
    life.sandbox.liveOn();
    const second = await runReview(life);
    const html = await textOf(life, reviewKeys(sourceId, second).html);
    expect(planted.first.revoked.length).toBeGreaterThan(3);
    for (const { holderId, roleId } of planted.first.revoked) {
      const holder = employeeOf(company, holderId)?.name ?? expect.fail("no such person");
      const role = company.roleById.get(roleId)?.name.zh ?? expect.fail("no such role");
      expect(html).toContain(holder);
      expect(html).toContain(role);
    }
  });

  it("have a CSV row for every grant, each with what became of it", async () => {
    const life = await openLife();
    const before = life.sandbox.grants();
    const { revoked } = life.sandbox.planted.first;
    const review = await runReview(life);
    const csv = await textOf(life, reviewKeys(sourceId, review).csv);
    const cells = parse(csv, { bom: true, columns: true }) as Record<string, string>[];
    // Behind a `'` where a spreadsheet would take the id for a number.
    const plain = (id = ""): string => id.replace(/^'(?=\d+(e\d+)?$)/, "");
    const rows = cells.map((row): Record<string, string> => ({ ...row, grant_id: plain(row.grant_id) }));
    expect(rows.map(({ grant_id }) => grant_id).sort()).toEqual(before.map(grantIdOf).sort());
    const removed = rows.filter(({ outcome }) => outcome === "revoked").map(({ grant_id }) => grant_id);
    expect(removed.sort()).toEqual(revoked.map(grantIdOf).sort());
  });

  it("say in Chinese whatever the review wrote of a hold, and what each check proves", async () => {
    const life = await openLife({ people: 400 });
    const { review } = await planReview(life);
    const holds = (await planOf(life, review)).items.flatMap(({ hold }) => hold ?? []);
    expect(new Set(holds.map(({ detail }) => detail)).size).toBeGreaterThan(3);
    for (const hold of holds) expect(detailText(hold, phrasesOf("zh"))).not.toMatch(/[a-z]{2,} [a-z]{2,}/);
    const { snapshot } = (await loadSnapshot({ store: life.store, sourceId, review })) ?? expect.fail("no snapshot");
    for (const { name } of snapshot.checks) expect(pagePhrasesOf("zh").checks).toHaveProperty([name]);
  });

  it("show an open review as it stands, without touching its evidence", async () => {
    const life = await openLife();
    const { review } = await planReview(life);
    const report = await currentReport(life.stageOf(review));
    expect(report?.htmlKey).toMatch(/^checkpoints\//);
    expect(await life.store.get(reviewKeys(sourceId, review).html)).toBeNull();
  });

  it("are sealed with evidence that verifies, review after review", async () => {
    const life = await openLife();
    for (let count = 0; count < 2; count += 1) {
      const review = await runReview(life);
      expect((await verifyEvidence({ store: life.store, source: sourceId, review }, null)).faults).toEqual([]);
      await daysPass(life, 1);
      life.sandbox.liveOn();
    }
  });
});
