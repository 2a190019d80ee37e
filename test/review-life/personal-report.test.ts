import { parse } from "csv-parse/sync";
import { afterEach, describe, expect, it } from "vitest";
import { decisionsCsv } from "../../functions/report/rows/decisions.ts";
import { decisionsPrefix, reviewKeys } from "../../functions/review/keys.ts";
import { type ReviewerRules, reviewerKinds } from "../../functions/review/people/routing.ts";
import type { WhoReviews } from "../../functions/review/people/who-reviews.ts";
import { employeeOf } from "../../functions/sandbox/company/company.ts";
import { assessGrants } from "../../functions/stages/assess/assess-grants.ts";
import { personalReport } from "../../functions/stages/show/personal-report.ts";
import { listedIn } from "../report/written-report.ts";
import { decide } from "./decide.ts";
import { endLives, grantIdOf, type Life, openLife, sourceId } from "./open-life.ts";
import { planOf, planReview, runReview } from "./run-review.ts";

afterEach(endLives);

const rules: ReviewerRules = { order: [...reviewerKinds], roleOwners: {}, fallback: null, delegates: [] };

const openRouted = async (): Promise<Life> => {
  const life = await openLife();
  life.config.sources[0]!.reviewers = rules;
  return life;
};

/** Whoever has most to review. */
const busiest = async ({ store }: Life, review: string): Promise<string> => {
  const who = await store.getJson<WhoReviews>(reviewKeys(sourceId, review).assessment("0001").reviewers);
  return who!.reviewers.toSorted((a, b) => b.grants - a.grants).find(({ id }) => id !== null)!.id!;
};

const csvOf = async ({ store }: Life, key: string): Promise<Record<string, string>[]> =>
  parse(new TextDecoder().decode((await store.get(key))!.body), { bom: true, columns: true });

describe("personalReport()", () => {
  it("holds the reviewer's grants, and names, ids and e-mails of nobody else, packed rows included", async () => {
    const life = await openRouted();
    const { company } = life.sandbox;
    const first = await planReview(life);
    const reviewer = await busiest(life, first.review);
    const isTheirs = ({ reviewer_id }: Record<string, string>) => reviewer_id === reviewer;
    const before = (await csvOf(life, reviewKeys(sourceId, first.review).assessment("0001").csv)).filter(isTheirs);
    // Somebody else has decided on some of them, in words of their own.
    const pairs = before
      .slice(0, 5)
      .map(({ holder_id = "", role_id = "" }) => ({ holderId: holder_id, roleId: role_id }));
    await decide(
      life,
      first.review,
      pairs.map((pair) => ({ ...pair, decision: "keep", reviewer: "Somebody Else" })),
    );
    await assessGrants(life.stageOf(first.review));
    const report = (await personalReport(life.stageOf(first.review), reviewer))!;
    const rows = await listedIn(report.html);
    expect(rows.map(({ grant }) => grant.id).sort()).toEqual(before.map(({ grant_id }) => grant_id).sort());
    const text = `${report.html}\n${JSON.stringify(rows)}`;
    const holders = new Set(rows.map(({ grant }) => grant.holder.id));
    const ownNames = new Set([reviewer, ...holders].map((id) => employeeOf(company, id)?.name));
    for (const { id, name, email } of company.employees) {
      if (id === reviewer || holders.has(id)) continue;
      expect(text.includes(id)).toBe(false);
      expect(text.includes(`"${email}"`)).toBe(false);
      if (!ownNames.has(name)) expect(text.includes(name)).toBe(false);
    }
    expect(/Somebody Else|looked at it/.test(text)).toBe(false);
    const own = new Set(rows.map(({ grant }) => grant.id));
    const others = life.sandbox
      .grants()
      .map(grantIdOf)
      .filter((id) => !own.has(id));
    expect(others.length).toBeGreaterThan(50);
    for (const id of others) expect(text.includes(id)).toBe(false);
  });

  it("gives decisions that the open review honours", async () => {
    const life = await openRouted();
    const { review } = await planReview(life);
    const reviewer = await busiest(life, review);
    const rows = await listedIn((await personalReport(life.stageOf(review), reviewer))!.html);
    const { grant } = rows.find((row) => row.grant.holder.status === "active" && row.item === null)!;
    const decidedAt = new Date(life.clock.now()).toISOString();
    const marks = new Map([
      [grant.id, { decision: "revoke" as const, until: null, reviewer, reason: "moved on", decidedAt }],
    ]);
    const csv = new TextEncoder().encode(decisionsCsv(review, marks));
    await life.store.create(`${decisionsPrefix(sourceId)}theirs.csv`, csv);
    await assessGrants(life.stageOf(review));
    expect((await planOf(life, review)).items.map(({ grantId }) => grantId)).toContain(grant.id);
  });

  it("of a sealed review says so, and goes by the reviewers it was sealed with", async () => {
    const life = await openRouted();
    const review = await runReview(life);
    const reviewer = await busiest(life, review);
    life.config.sources[0]!.reviewers = { ...rules, order: ["fallback"], fallback: "somebody" };
    const { html, grants } = (await personalReport(life.stageOf(review), reviewer))!;
    expect(grants).toBeGreaterThan(0);
    expect(html).toContain('"isSealed":true');
  });

  it("is none for somebody who has nothing to review", async () => {
    const life = await openRouted();
    const { review } = await planReview(life);
    expect(await personalReport(life.stageOf(review), "6967")).toBeNull();
  });
});
