import { afterEach, describe, expect, it } from "vitest";
import { loadSnapshot } from "../../functions/ledger/grants.ts";
import type { Check } from "../../functions/review/grants/snapshot.ts";
import { dayMs } from "../../functions/sandbox/company/company.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { endLives, type Life, openLife, sourceId } from "./open-life.ts";
import { failedChecksOf, newReviewId, planReview, resultOf, stagesOf } from "./run-review.ts";

afterEach(endLives);

async function checkOf({ store }: Life, review: string, name: string, source = sourceId): Promise<Check | undefined> {
  const loaded = await loadSnapshot({ store, sourceId: source, review });
  return loaded?.snapshot.checks.find((check) => check.name === name);
}

const personId = "person_info.person_id";

function leaverIds({ sandbox }: Life): string[] {
  return [...new Set(sandbox.planted.first.findings.leaver.map(({ holderId }) => holderId))];
}

/** The fields of holders that rules of a policy may use, by their names at the vendor. */
const fieldNames: [string, string][] = [
  ["email", "email_address"],
  ["departmentId", "department_id"],
  ["managerId", "direct_manager_id"],
  ["lastDay", "expiration_date"],
  ["employedAgain", personId],
];

describe("leavers of whom the provider does not say which person they are", () => {
  it("are flagged, each, and the others expire", async () => {
    const life = await openLife();
    const hidden = leaverIds(life).slice(0, 2);
    life.sandbox.quirks.withheldFields = { [personId]: hidden };
    const { review, assessed } = await planReview(life);
    expect(assessed.status).toBe("done");
    const { findings } = await resultOf(life, review);
    const isHidden = ({ holderId }: { holderId: string }): boolean => hidden.includes(holderId);
    const { leaver } = life.sandbox.planted.first.findings;
    expect(findings["left-person-unknown"]).toEqual(leaver.filter(isHidden));
    expect(findings.leaver).toEqual(leaver.filter((pair) => !isHidden(pair)));
    expect(await checkOf(life, review, "leavers-identified")).toMatchObject({ passed: true });
  });

  it("leave the snapshot incomplete where that is all of them", async () => {
    const life = await openLife();
    life.sandbox.quirks.withheldFields = { [personId]: leaverIds(life) };
    life.sandbox.quirks.withheldFields[personId]!.push(
      ...life.sandbox.planted.first.findings["left-but-employed-again"].map(({ holderId }) => holderId),
    );
    const review = newReviewId(life);
    expect(await stagesOf(life, review).snapshot()).toMatchObject({ status: "incomplete" });
    expect(await failedChecksOf(life, review)).toEqual(["leavers-identified"]);
  });
});

describe("a field that comes for nobody", () => {
  it.each(fieldNames)("leaves the snapshot incomplete where a rule uses it: holder.%s", async (field, name) => {
    const life = await openLife();
    const hasText = ["email", "departmentId", "managerId"].includes(field);
    life.config.policy.rules.push({
      ...life.config.policy.rules.find(({ id }) => id === "unknown-holder")!,
      id: "uses-the-field",
      when: hasText ? `holder["${field}"] == "x" && role.holders > 3` : `has(holder.${field}) && role.holders > 3`,
    });
    life.sandbox.quirks.withheldFields = { [name]: ["*"] };
    const review = newReviewId(life);
    const stages = stagesOf(life, review);
    expect(await stages.snapshot()).toMatchObject({ status: "incomplete" });
    // Without a person, whether somebody is employed again is still told of those who have not left.
    const failed = field === "employedAgain" ? ["leavers-identified"] : ["fields-answered"];
    expect(await failedChecksOf(life, review)).toEqual(failed);
    if (field !== "employedAgain")
      expect((await checkOf(life, review, "fields-answered"))?.detail).toContain(`holder.${field}`);
    expect(await stages.expire()).toMatchObject({ status: "incomplete" });
  });

  it("is a note where no rule uses it", async () => {
    const life = await openLife();
    life.sandbox.quirks.withheldFields = { email_address: ["*"] };
    const review = newReviewId(life);
    expect(await stagesOf(life, review).snapshot()).toMatchObject({ status: "done" });
    expect(await checkOf(life, review, "fields-answered")).toMatchObject({
      passed: true,
      detail: "no holder came with holder.email, and no rule uses it",
      because: { code: "fields-unused", figures: { fields: "holder.email" } },
    });
  });
});

describe("the status, where it comes for nobody", () => {
  const sources: [string, (life: Life) => void][] = [
    [sourceId, ({ sandbox: { quirks } }) => Object.assign(quirks, { withheldFields: { employment_status: ["*"] } })],
    [
      "functional-roles",
      ({ sandbox: { quirks } }) => Object.assign(quirks, { deniedScopes: ["contact:user.employee:readonly"] }),
    ],
    ["cloud", ({ sandbox: { cloud } }) => Object.assign(cloud.quirks, { withoutUserStatus: true })],
  ];

  async function snapshotOf(life: Life, source: string) {
    const { sandbox, config } = life;
    // However many holders may be unknown.
    config.policy.guard.maxUnknownShare = 1;
    const credentials = source === "cloud" ? sandbox.cloud.keys : sandbox.apps;
    const endpoint = { baseUrl: sandbox.url, host: "sandbox", credentials };
    const review = newReviewId(life);
    const { status } = await takeSnapshot(life.stageWith({ review, sourceId: source, endpoint }));
    return { status, check: await checkOf(life, review, "fields-answered", source) };
  }

  it.each(sources)("leaves the snapshot incomplete where a rule uses it: %s", async (source, withhold) => {
    const life = await openLife();
    withhold(life);
    expect(await snapshotOf(life, source)).toMatchObject({
      status: "incomplete",
      check: { passed: false, because: { code: "fields-missing", figures: { fields: "holder.status" } } },
    });
  });

  it("is a note where no rule uses it", async () => {
    const life = await openLife();
    const [rule] = life.config.policy.rules;
    life.config.policy.rules = [{ ...rule!, when: "role.holders > 1000" }];
    life.sandbox.cloud.quirks.withoutUserStatus = true;
    expect((await snapshotOf(life, "cloud")).check).toMatchObject({
      passed: true,
      because: { code: "fields-unused", figures: { fields: "holder.status" } },
    });
  });
});

describe("somebody whose last day has passed, and who is still shown as hired", () => {
  it("is found by a rule of its own, and not as somebody who leaves soon", async () => {
    const life = await openLife();
    const [long, short] = leaverIds(life);
    life.sandbox.quirks.shownAsHired = [long!, short!];
    const { review } = await planReview(life);
    const { findings } = await resultOf(life, review);
    const late = life.sandbox.planted.first.findings.leaver.filter(({ holderId }) => [long, short].includes(holderId));
    expect(findings["last-day-passed"]).toEqual(late);
    expect(findings["leaving-soon"]).toEqual(life.sandbox.planted.first.findings["leaving-soon"]);
  });
});

describe("a reviewer of the configuration whom nobody is", () => {
  const nobody = "6967000999999999999";
  const until = (life: Life, days: number): string =>
    new Date(life.clock.now() + days * dayMs).toISOString().slice(0, 10);
  type Reviewers = NonNullable<ReturnType<Life["stageOf"]>["reviewers"]>;
  const cases: [string, (reviewers: Reviewers, life: Life) => void][] = [
    ["reviewers.fallback", (reviewers) => Object.assign(reviewers, { fallback: nobody })],
    [
      "reviewers.roleOwners.hr_administrator",
      (reviewers) => Object.assign(reviewers, { roleOwners: { hr_administrator: nobody } }),
    ],
    [
      "reviewers.delegates[1].to",
      ({ delegates, fallback }, life) => delegates.push({ from: fallback!, to: nobody, until: until(life, 30) }),
    ],
    [
      "reviewers.delegates[1].from",
      ({ delegates, fallback }, life) => delegates.push({ from: nobody, to: fallback!, until: until(life, 30) }),
    ],
  ];

  function reviewersOf(life: Life): Reviewers {
    return structuredClone(life.stageOf("any").reviewers!);
  }

  async function snapshotWith(life: Life, reviewers: Reviewers): Promise<string> {
    const review = newReviewId(life);
    await takeSnapshot({ ...life.stageOf(review), reviewers });
    return review;
  }

  it.each(cases)("is named, with the place where it is written: %s", async (at, change) => {
    const life = await openLife();
    const reviewers = reviewersOf(life);
    change(reviewers, life);
    const review = await snapshotWith(life, reviewers);
    expect((await checkOf(life, review, "reviewers-exist"))?.detail).toContain(`${nobody} (${at})`);
  });

  it("does no harm in a delegation that is over", async () => {
    const life = await openLife();
    const reviewers = reviewersOf(life);
    reviewers.delegates.push({ from: nobody, to: nobody, until: until(life, -2) });
    expect(await failedChecksOf(life, await snapshotWith(life, reviewers))).toEqual([]);
  });
});
