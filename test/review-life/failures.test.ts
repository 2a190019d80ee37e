import { afterEach, describe, expect, it } from "vitest";
import { readReceipts } from "../../functions/ledger/receipts.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { Endpoint } from "../../functions/sandbox/feishu/endpoints.ts";
import { endLives, type Life, openLife, sourceId } from "./open-life.ts";
import { failedChecksOf, goneSince, newReviewId, planReview, resultOf, stagesOf } from "./run-review.ts";

afterEach(endLives);

/** What the provider's calls are called in errors. Names are not among them: they judge nothing (names.test.ts). */
const callOf: Partial<Record<Endpoint, string>> = {
  tenantAccessToken: "tenantAccessToken",
  securityGroups: "listSecurityGroups",
  authorizationsQuery: "queryAuthorizations",
  assignedUsersSearch: "searchAssignedUsers",
  employeesBatchGet: "batchGetEmployees",
  employeesSearch: "searchEmployees",
};
const readEndpoints = Object.keys(callOf) as Endpoint[];
const readBeforeRemoval: Endpoint[] = [
  "tenantAccessToken",
  "securityGroups",
  "authorizationsQuery",
  "employeesBatchGet",
];

const failures = [
  { status: 500, code: 1161501 },
  { status: 403, code: 99991672 },
] as const;

const failing = (endpoints: readonly Endpoint[]) =>
  endpoints.flatMap((endpoint) => failures.map((failure) => ({ endpoint, ...failure })));

const messageOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => expect.fail("the stage went through"),
    (error: Error) => error.message,
  );

describe("a snapshot of which one endpoint fails for good", () => {
  it.each(failing(readEndpoints))("leaves no snapshot.json, $endpoint with $code", async ({ endpoint, ...failure }) => {
    const life = await openLife({ people: 200, quirks: { failFor: { [endpoint]: failure } } });
    const before = life.sandbox.grants();
    const review = newReviewId(life);
    const stages = stagesOf(life, review);
    const message = await messageOf(stages.snapshot());
    expect(message).toMatch(
      new RegExp(
        `^Cannot [a-z' ]+ \\(${callOf[endpoint]}\\) of people-hq at \\S+ by credentials.read.* as the provider answered ${failure.code}`,
      ),
    );
    expect(await failedChecksOf(life, review)).toBeNull();
    await expect(stages.assess()).rejects.toThrow("has no snapshot.json");
    await expect(stages.expire()).rejects.toThrow("has no plan");
    await expect(stages.seal()).rejects.toThrow("has no snapshot.json");
    expect(goneSince(before, life)).toEqual([]);
  });

  it("goes on where it stopped once the provider is well again, and comes out the same", async () => {
    const life = await openLife({ people: 200 });
    const review = newReviewId(life);
    const stages = stagesOf(life, review);
    life.sandbox.quirks.failFor = { assignedUsersSearch: { status: 500, code: 1161501 } };
    await messageOf(stages.snapshot());
    const { calls } = life.sandbox.calls.byEndpoint.employeesSearch;
    life.sandbox.quirks.failFor = {};
    expect(await stages.snapshot()).toMatchObject({ status: "done", grants: life.sandbox.grants().length });
    expect(life.sandbox.calls.byEndpoint.employeesSearch.calls, "nothing is listed twice").toBe(calls);
  });
});

describe("removals before which one endpoint fails for good", () => {
  it.each(failing(readBeforeRemoval))("do not begin, $endpoint with $code", async ({ endpoint, ...failure }) => {
    const { life, before, review, stages } = await plannedLife();
    life.sandbox.quirks.failFor = { [endpoint]: failure };
    const message = await messageOf(stages.expire());
    expect(message).toMatch(
      new RegExp(
        `^Cannot [a-z' ]+ \\(${callOf[endpoint]}\\) of people-hq at \\S+ by credentials.read.* as the provider answered ${failure.code}`,
      ),
    );
    expect(goneSince(before, life)).toEqual([]);
    await expectNoReceipts(life, review);
  });
});

async function plannedLife() {
  const life = await openLife({ people: 200 });
  const before = life.sandbox.grants();
  const { review } = await planReview(life);
  return { life, before, review, stages: stagesOf(life, review) };
}

async function expectNoReceipts({ store }: Life, review: string): Promise<void> {
  const { intents, outcomes } = await readReceipts({ store, sourceId, review });
  expect([intents.size, outcomes.size]).toEqual([0, 0]);
}

describe("removals that the provider refuses for the app's sake", () => {
  const refusals = [
    ["a missing permission", 403, 99991672],
    ["a wrong secret", 400, 99991543],
    ["a used-up quota", 429, 99991403],
    ["an address that is not allowed", 403, 99991401],
  ] as const;

  it.each(refusals)("stop the stage and leave no outcome: %s", async (_what, status, code) => {
    const { life, before, review, stages } = await plannedLife();
    const { revoked } = life.sandbox.planted.first;
    life.sandbox.quirks.failFor = { removeRoleAssign: { status, code } };
    const message = await messageOf(stages.expire());
    expect(message).toMatch(
      /^Cannot take a role away \(removeRoleAssign\) of people-hq at \S+ by credentials.write as /,
    );
    expect(message).toContain(`as the provider answered ${code}`);
    const { outcomes } = await readReceipts({ store: life.store, sourceId, review });
    expect(outcomes.size).toBe(0);
    expect(goneSince(before, life)).toEqual([]);
    life.sandbox.quirks.failFor = {};
    expect(await stages.expire()).toMatchObject({ status: "done", revoked: revoked.length });
    expect(await stages.seal()).toMatchObject({ balanced: true, revoked: revoked.length });
    expect(goneSince(before, life)).toEqual(revoked);
  });

  it("do not hide what became of those that were carried out", async () => {
    const { life, before, review, stages } = await plannedLife();
    const { quirks, company } = life.sandbox;
    const refused = { removeRoleAssign: { status: 403, code: 99991672 } };
    Object.defineProperty(quirks, "failFor", { get: () => (company.removedPairs.size >= 2 ? refused : {}) });
    await messageOf(stages.expire());
    const gone = goneSince(before, life);
    expect(gone.length).toBe(2);
    expect((await resultOf(life, review)).outcomes).toEqual({ revoked: gone });
  });

  it("that fail inside again and again are left open, and told", async () => {
    const { life, before, review, stages } = await plannedLife();
    const { revoked } = life.sandbox.planted.first;
    life.sandbox.quirks.failFor = { removeRoleAssign: { status: 500, code: 1161501 } };
    const message = await messageOf(stages.expire());
    expect(message).toContain("1161501");
    expect(message).toContain("removeRoleAssign");
    expect(life.sandbox.calls.byEndpoint.removeRoleAssign.calls).toBe(3 * revoked.length);
    expect(await life.store.getJson(reviewKeys(sourceId, review).evidence)).toBeNull();
    expect(goneSince(before, life)).toEqual([]);
    expect(await stages.seal()).toMatchObject({ failed: revoked.length, balanced: true });
  });
});
