import { parse } from "csv-parse/sync";
import { afterEach, describe, expect, it } from "vitest";
import type { RecordedDecision } from "../../functions/ledger/decisions.ts";
import { loadSnapshot } from "../../functions/ledger/grants.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import { type ResponsibleLine, readResponsibleBook } from "../../functions/review/people/responsible.ts";
import { type ReviewerRules, reviewerKinds } from "../../functions/review/people/routing.ts";
import type { WhoReviews } from "../../functions/review/people/who-reviews.ts";
import { employeeOf, nearestPartners } from "../../functions/sandbox/company/company.ts";
import { undecidedGrants } from "../../functions/stages/show/asked-reviewers.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { settingsIn } from "../report/written-report.ts";
import { decide } from "./decide.ts";
import { endLives, type Life, openLife, sourceId } from "./open-life.ts";
import { failedChecksOf, newReviewId, planOf, planReview, runReview, stagesOf } from "./run-review.ts";

afterEach(endLives);

const rulesOf = (more: Partial<ReviewerRules> = {}): ReviewerRules => ({
  order: [...reviewerKinds],
  roleOwners: {},
  fallback: null,
  delegates: [],
  ...more,
});

const ask = (life: Life, rules: ReviewerRules | null): void => {
  life.config.sources[0]!.reviewers = rules;
};

const bookOf = async ({ store }: Life, review: string) => {
  const { snapshot } = (await loadSnapshot({ store, sourceId, review }))!;
  const { key, sha256 } = snapshot.responsible!;
  return await readResponsibleBook(store.readLines<ResponsibleLine>(key, sha256));
};

const partnerCalls = ({ sandbox }: Life): Record<string, number> => {
  const { employeesBpsBatchGet, bps, bpsGetByDepartment, securityGroupsQuery } = sandbox.calls.byEndpoint;
  const called = { employeesBpsBatchGet, bps, bpsGetByDepartment, securityGroupsQuery };
  return Object.fromEntries(Object.entries(called).map(([name, { calls }]) => [name, calls]));
};

describe("a snapshot that is asked who reviews", () => {
  it("keeps everybody's partners as the company's books name them, and who has left", async () => {
    const life = await openLife();
    ask(life, rulesOf());
    const review = newReviewId(life);
    await stagesOf(life, review).snapshot();
    const book = await bookOf(life, review);
    const { company } = life.sandbox;
    const holders = [...company.grantsByHolder.keys()];
    expect(book.partnersByHolder.size).toBeGreaterThan(holders.length / 2);
    for (const holderId of holders) {
      const { departmentId, locationId } = employeeOf(company, holderId)!;
      expect(book.partnersByHolder.get(holderId) ?? []).toEqual(nearestPartners(company, departmentId));
      expect(book.localPartnersByHolder.get(holderId) ?? []).toEqual(company.partners.byLocation.get(locationId) ?? []);
    }
    const [former] = company.partners.byDepartment.get(company.departments[2]!.id)!;
    expect(book.peopleById.get(former!)).toMatchObject({ status: "left", name: employeeOf(company, former!)!.name });
  });

  it("asks about a department further up only where its own cannot decide, and never twice", async () => {
    const life = await openLife();
    ask(life, rulesOf({ order: ["department-hrbp"] }));
    const review = newReviewId(life);
    await stagesOf(life, review).snapshot();
    const { departments } = await bookOf(life, review);
    const asked = departments.filter(({ above }) => above !== undefined);
    expect(asked.length).toBeLessThan(departments.length / 2);
    const calls = partnerCalls(life);
    expect(calls.bpsGetByDepartment).toBeGreaterThan(0);
    expect(calls.bpsGetByDepartment).toBeLessThanOrEqual(asked.length);
    expect(calls).toMatchObject({ bps: 1, employeesBpsBatchGet: 0, securityGroupsQuery: 0 });
  });

  it("asks nobody where the configuration does not", async () => {
    const life = await openLife();
    ask(life, null);
    const review = newReviewId(life);
    await stagesOf(life, review).snapshot();
    expect(Object.values(partnerCalls(life))).toEqual([0, 0, 0, 0]);
    const { snapshot } = (await loadSnapshot({ store: life.store, sourceId, review }))!;
    expect(snapshot.responsible).toBeUndefined();
    expect(await life.store.get(reviewKeys(sourceId, review).responsible)).toBeNull();
  });

  it("gives the same bytes when it was cut off at every turn, and asks nothing twice", async () => {
    const whole = await openLife();
    ask(whole, rulesOf());
    const review = newReviewId(whole);
    await stagesOf(whole, review).snapshot();
    const cut = await openLife();
    ask(cut, rulesOf());
    for (let status = "continue", turns = 0; status === "continue"; turns += 1) {
      const looks = { left: 3 + turns };
      const stage = cut.stageWith({ review, shouldStop: () => looks.left-- <= 0 });
      status = (await takeSnapshot(stage)).status;
      expect(turns).toBeLessThan(200);
    }
    const bytesOf = async ({ store }: Life) => (await store.get(reviewKeys(sourceId, review).responsible))?.body;
    expect(await bytesOf(cut)).toEqual(await bytesOf(whole));
    expect(partnerCalls(cut)).toEqual(partnerCalls(whole));
  });

  it("fails, and leaves no snapshot, where HRBPs cannot be read", async () => {
    const life = await openLife({ quirks: { failFor: { employeesBpsBatchGet: { status: 500, code: 1161501 } } } });
    ask(life, rulesOf());
    const review = newReviewId(life);
    await expect(stagesOf(life, review).snapshot()).rejects.toThrow(/batchGetEmployeePartners/);
    expect(await failedChecksOf(life, review)).toBeNull();
  });

  it("is incomplete where an owner is named for a role that is not there", async () => {
    const life = await openLife();
    ask(life, rulesOf({ roleOwners: { no_such_role: "6967" } }));
    const review = newReviewId(life);
    expect(await stagesOf(life, review).snapshot()).toMatchObject({ status: "incomplete" });
    expect(await failedChecksOf(life, review)).toEqual(["role-owners-exist"]);
  });
});

const rowsOf = async ({ store }: Life, key: string): Promise<Record<string, string>[]> =>
  parse(new TextDecoder().decode((await store.get(key))!.body), { bom: true, columns: true });

describe("an assessment that is asked who reviews", () => {
  it("routes every grant to somebody who is here and does not hold it, and says how much is whose", async () => {
    const life = await openLife();
    const { company } = life.sandbox;
    const owner = company.employees.find(({ id, lastDay }) => lastDay === null && !company.grantsByHolder.has(id))!;
    ask(life, rulesOf({ roleOwners: { hr_administrator: owner.id } }));
    const { review } = await planReview(life);
    const keys = reviewKeys(sourceId, review).assessment("0001");
    const rows = await rowsOf(life, keys.csv);
    const who = (await life.store.getJson<WhoReviews>(keys.reviewers))!;
    for (const { reviewer_id, reviewer_by, holder_id, role_code } of rows) {
      expect(reviewer_id).not.toBe(holder_id);
      expect(employeeOf(company, reviewer_id ?? "")?.lastDay ?? null).toBeNull();
      if (role_code === "hr_administrator") expect([reviewer_id, reviewer_by]).toEqual([owner.id, "role-owner"]);
    }
    expect(who.reviewers.reduce((sum, { grants }) => sum + grants, 0)).toBe(rows.length);
    const notable = rows.filter(({ findings, due_at }) => findings !== "" || due_at !== "");
    expect(who.reviewers.reduce((sum, each) => sum + each.notable, 0)).toBe(notable.length);
    const plan = await planOf(life, review);
    let asking = 0;
    for await (const _ of undecidedGrants(life.stageOf(review), plan)) asking += 1;
    expect(asking).toBeGreaterThan(0);
    expect(who.reviewers.reduce((sum, { undecided }) => sum + undecided, 0)).toBe(asking);
    const used = new Set(rows.map(({ reviewer_by }) => reviewer_by));
    expect([...used]).toEqual(expect.arrayContaining(["role-owner", "holder-hrbp", "location-bp", "manager"]));
  });

  it("names in the report the departments that holders work in", async () => {
    const life = await openLife();
    ask(life, rulesOf());
    const { review } = await planReview(life);
    const { html } = reviewKeys(sourceId, review).assessment("0001");
    const { departmentNames } = settingsIn(new TextDecoder().decode((await life.store.get(html))!.body));
    const { company } = life.sandbox;
    const holders = company.employees.filter(({ id }) => company.grantsByHolder.has(id));
    const names = holders.flatMap(({ departmentId }) => company.departmentById.get(departmentId)?.name.zh ?? []);
    expect(names.length).toBeGreaterThan(10);
    expect(Object.values(departmentNames)).toEqual(expect.arrayContaining(names));
  });

  it("tells which departments have no HRBP, who covers them, and which HRBPs have left", async () => {
    const life = await openLife();
    ask(life, rulesOf());
    const { review } = await planReview(life);
    const { reviewers } = reviewKeys(sourceId, review).assessment("0001");
    const { coverage, formerReviewers } = (await life.store.getJson<WhoReviews>(reviewers))!;
    const { company } = life.sandbox;
    const nameOf = (id: string) => company.departmentById.get(id)?.name.zh;
    const without = company.departments.filter(
      ({ id }) =>
        !company.partners.byDepartment.has(id) &&
        [...company.grantsByHolder.keys()].some((holder) => employeeOf(company, holder)?.departmentId === id),
    );
    expect(coverage!.uncoveredDepartments.map(({ id }) => id).sort()).toEqual(without.map(({ id }) => id).sort());
    for (const { id, name, coveredBy } of coverage!.uncoveredDepartments) {
      expect(name).toBe(nameOf(id));
      const above = coveredBy ? company.partners.byDepartment.get(coveredBy.id) : [];
      expect(above).toEqual(nearestPartners(company, id));
    }
    const [former] = company.partners.byDepartment.get(company.departments[2]!.id)!;
    expect(coverage!.formerPartners).toMatchObject([{ id: former, departments: [{ id: company.departments[2]!.id }] }]);
    expect(formerReviewers.map(({ id }) => id)).toContain(former);
  });

  it("lets a delegate decide on nothing of their own, whoever they stand in for", async () => {
    const life = await openLife();
    const [holderId = "", another = ""] = life.sandbox.company.backgroundHolders;
    const [roleId = ""] = life.sandbox.company.grantsByHolder.get(holderId)!.keys();
    ask(
      life,
      rulesOf({
        order: ["fallback"],
        fallback: another,
        delegates: [{ from: another, to: holderId, until: "2099-12-31" }],
      }),
    );
    const { review } = await planReview(life);
    const rows = await rowsOf(life, reviewKeys(sourceId, review).assessment("0001").csv);
    for (const row of rows) {
      const stands =
        row.holder_id === another ? [null, null] : row.holder_id === holderId ? [another, ""] : [holderId, another];
      expect([row.reviewer_id || null, row.delegate_of || (row.reviewer_id ? "" : null)]).toEqual(stands);
    }
    await decide(life, review, [{ holderId, roleId, decision: "keep", reviewer: holderId }]);
    const again = await stagesOf(life, review).assess();
    const { decisions } = reviewKeys(sourceId, review).assessment(String(again.assessment));
    const [line = ""] = new TextDecoder().decode((await life.store.get(decisions))!.body).split("\n");
    expect((JSON.parse(line) as RecordedDecision).fault).toContain("nobody decides on their own");
  });

  it("is sealed with the same reviewers", async () => {
    const life = await openLife();
    ask(life, rulesOf());
    const review = await runReview(life);
    const keys = reviewKeys(sourceId, review);
    const reviewerOf = async (key: string) =>
      (await rowsOf(life, key)).map(({ grant_id, reviewer_id }) => [grant_id, reviewer_id]);
    expect(await reviewerOf(keys.csv)).toEqual(await reviewerOf(keys.assessment("0001").csv));
  });
});
