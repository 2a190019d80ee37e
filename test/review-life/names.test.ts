import { afterEach, describe, expect, it } from "vitest";
import { grantsOf } from "../../functions/ledger/grants.ts";
import type { Grant } from "../../functions/review/grants/grant.ts";
import type { Snapshot } from "../../functions/review/grants/snapshot.ts";
import { reviewIdOf, reviewKeys } from "../../functions/review/keys.ts";
import type { Quirks } from "../../functions/sandbox/quirks.ts";
import { assessGrants } from "../../functions/stages/assess/assess-grants.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { endLives, type Life, openLife } from "./open-life.ts";
import { resultOf, runReview } from "./run-review.ts";

afterEach(endLives);

const snapshotOf = async ({ store }: Life, review: string, source = "people-hq"): Promise<Snapshot> =>
  (await store.getJson<Snapshot>(reviewKeys(source, review).snapshot)) ?? expect.fail("there is no snapshot");

async function grantsIn(life: Life, review: string, source = "people-hq"): Promise<Grant[]> {
  const grants: Grant[] = [];
  for await (const grant of grantsOf(life.store, await snapshotOf(life, review, source))) grants.push(grant);
  return grants;
}

const noteOf = (snapshot: Snapshot) => snapshot.checks.find(({ name }) => name === "names-read");

const unread: [string, string, string, Partial<Quirks>][] = [
  ["no scope", "company", "99991672", { deniedScopes: ["corehr:company:read", "corehr:company:write"] }],
  [
    "no right to the data",
    "department",
    "1160103",
    { failFor: { departmentsBatchGet: { status: 403, code: 1160103 } } },
  ],
  ["a gateway's 404", "work_location", "HTTP 404", { failFor: { locationsBatchGet: { status: 404, code: 0 } } }],
  ["a lasting 500", "company", "1161501", { failFor: { companiesBatchGet: { status: 500, code: 1161501 } } }],
];

describe("names that cannot be read", () => {
  it.each(unread)("judge nothing: %s, %s", async (_why, dimension, told, quirks) => {
    const usual = await openLife();
    const expected = await resultOf(usual, await runReview(usual));
    const life = await openLife({ quirks });
    const review = await runReview(life);
    expect(await resultOf(life, review)).toEqual(expected);
    const snapshot = await snapshotOf(life, review);
    expect(snapshot.complete).toBe(true);
    expect(noteOf(snapshot)).toMatchObject({ passed: true, detail: expect.stringContaining(told) });
    expect(noteOf(snapshot)?.detail).toContain(`could not be read: ${dimension}. `);
    const names = (await grantsIn(life, review)).flatMap(({ scopes }) =>
      (scopes ?? [])
        .flat()
        .filter((part) => part.dimension === dimension)
        .flatMap((part) => part.names),
    );
    expect(new Set(names)).toEqual(new Set([null]));
  });

  it("judge nothing of functional roles either", async () => {
    const life = await openLife({ quirks: { failFor: { contactDepartmentsBatch: { status: 404, code: 0 } } } });
    const stage = life.stageWith({ review: reviewIdOf(life.clock.now()), sourceId: "functional-roles" });
    expect(await takeSnapshot(stage)).toMatchObject({ status: "done" });
    expect(noteOf(await snapshotOf(life, stage.review, "functional-roles"))).toMatchObject({ passed: true });
  });
});

describe("half an emoji in every name", () => {
  it.each(["people-hq", "functional-roles", "cloud"])(
    "is made well-formed, and reviewed to the seal: %s",
    async (sourceId) => {
      const life = await openLife({ quirks: { halfEmoji: true }, people: 400 });
      const { sandbox } = life;
      const endpoint =
        sourceId === "cloud"
          ? { endpoint: { baseUrl: sandbox.url, host: "sandbox", credentials: sandbox.cloud.keys } }
          : {};
      const stage = life.stageWith({ review: reviewIdOf(life.clock.now()), sourceId, ...endpoint });
      expect(await takeSnapshot(stage)).toMatchObject({ status: "done" });
      await assessGrants(stage);
      await expireGrants(stage);
      expect(await sealEvidence(stage)).toMatchObject({ status: "done" });
      const texts = (await grantsIn(life, stage.review, sourceId)).map((grant) => JSON.stringify(grant));
      expect(texts.some((text) => text.includes("\ufffd"))).toBe(true);
      expect(texts.some((text) => text.includes("\\ud83d"))).toBe(false);
    },
  );
});
