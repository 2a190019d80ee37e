import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { sha256 } from "../../functions/basics/hash.ts";
import { dayMs, epochMs, isoInstant } from "../../functions/basics/time.ts";
import { CheckpointError } from "../../functions/ledger/checkpoint.ts";
import { loadSnapshot } from "../../functions/ledger/grants.ts";
import { LeaseHeldError, underSourceLease } from "../../functions/ledger/lease.ts";
import { newestPlan } from "../../functions/ledger/plans.ts";
import { readReceipts } from "../../functions/ledger/receipts.ts";
import { resolveReview } from "../../functions/ledger/review-order.ts";
import { writeSignedDecisions } from "../../functions/ledger/signed-decisions.ts";
import { isStopped, refuseWhileStopped, switchWrites } from "../../functions/ledger/stop.ts";
import { checkpointKey, leaseKey, reviewKeys, stopKey, stopRecordKey } from "../../functions/review/keys.ts";
import { type ReviewerRules, reviewerKinds } from "../../functions/review/people/routing.ts";
import type { WhoReviews } from "../../functions/review/people/who-reviews.ts";
import type { ObjectStore } from "../../functions/review/ports.ts";
import type { Evidence } from "../../functions/review/proof/evidence.ts";
import type { SignedDecisions } from "../../functions/review/rules/signed-decision.ts";
import { assessGrants } from "../../functions/stages/assess/assess-grants.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { overdueOf } from "../../functions/stages/seal/overdue.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { personalReport } from "../../functions/stages/show/personal-report.ts";
import type { SnapshotState } from "../../functions/stages/snapshot/snapshot-state.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { withLines } from "../../functions/store/jsonl.ts";
import { daysPass, endLives, type Life, openLife, plant, sourceId, storedText } from "../review-life/open-life.ts";
import { goneSince, newReviewId, planReview, runReview } from "../review-life/run-review.ts";
import { openMemoryStore } from "../store/memory-store.ts";

// Whoever can write below checkpoints/, and nowhere else, decides nothing: what a checkpoint says is compared with the
// clock, the configuration and what is below reviews/. Whatever does not fit ends, and the stage begins anew.

afterAll(endLives);

const people = 40;

/** A stage's store in which this object cannot be created: the stage is cut off there. */
function cutOffAt(life: Life, isLast: (key: string) => boolean) {
  const { store } = life;
  const refusing = <Args extends [string, ...unknown[]], T>(create: (...args: Args) => Promise<T>) => {
    return async (...args: Args): Promise<T> => {
      if (isLast(args[0])) throw new Error("cut off");
      return await create(...args);
    };
  };
  const broken: ObjectStore = {
    ...store,
    create: refusing(store.create),
    createFrom: refusing(store.createFrom),
    replace: refusing(store.replace),
  };
  return withLines(broken);
}

const verified = async ({ store }: Life, review: string): Promise<string[]> =>
  (await verifyEvidence({ store, source: sourceId, review }, null)).faults;

/** A snapshot that was read to its end, and cut off before anything of it was written; or before its manifest. */
async function readSnapshot(
  firstUnwritten: (keys: ReturnType<typeof reviewKeys>) => string = ({ part }) => part(0),
): Promise<{ life: Life; review: string; key: string }> {
  const life = await openLife({ people });
  const review = newReviewId(life);
  const unwritten = firstUnwritten(reviewKeys(sourceId, review));
  const store = cutOffAt(life, (key) => key === unwritten);
  await expect(takeSnapshot(life.stageWith({ review, store }))).rejects.toThrow("cut off");
  return { life, review, key: checkpointKey(sourceId, review, "snapshot.json") };
}

type Read = Awaited<ReturnType<typeof readSnapshot>>;
let readOnce: (Read & { objects: [string, Uint8Array][] }) | null = null;

/** The same, of one company for all tests that do not let days pass: each finds in the store what the first one did. */
async function sharedSnapshot(): Promise<Read> {
  if (!readOnce) {
    const read = await readSnapshot();
    readOnce = { ...read, objects: [...read.life.objects] };
  }
  const { objects, ...read } = readOnce;
  read.life.objects.clear();
  for (const [key, body] of objects) read.life.objects.set(key, body);
  return read;
}

const stateIn = (life: Life, key: string): SnapshotState => JSON.parse(storedText(life, key)) as SnapshotState;

/** The stage says what does not fit and what to do, and then does it. */
async function beginsAnew(life: Life, review: string, said: string): Promise<void> {
  const refusal = await takeSnapshot(life.stageOf(review)).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(CheckpointError);
  expect((refusal as Error).message).toContain(said);
  expect((refusal as Error).message).toMatch(
    /It was set aside: (run `snapshot` again, which begins anew|leave the review out)/,
  );
  const asked = life.clock.now();
  await takesSnapshot(life, asked, review);
}

async function takesSnapshot(life: Life, asked: number, review: string): Promise<void> {
  expect(await takeSnapshot(life.stageOf(review))).toMatchObject({
    status: "done",
    grants: life.sandbox.grants().length,
  });
  const { snapshot } = (await loadSnapshot({ store: life.store, sourceId, review }))!;
  expect(epochMs(snapshot.takenAt)).toBeGreaterThanOrEqual(asked);
}

describe("a snapshot that is gone on with", () => {
  it.each<[string, (state: SnapshotState, nowMs: number) => object, string]>([
    [
      "that was back-dated, to skip a window",
      (_, now) => ({ takenAt: isoInstant(now - 25 * dayMs) }),
      "was read to its end at",
    ],
    ["that was read in 2099", () => ({ takenAt: "2099-01-01T00:00:00.000Z" }), "was read to its end at 2099-01-01"],
    ["that was read at no time", () => ({ takenAt: "yesterday" }), "was read to its end at yesterday"],
    ["that began before its review", (_, now) => ({ startedAt: isoInstant(now - 25 * dayMs) }), "begins at"],
    ["that begins in 2099", () => ({ startedAt: "2099-01-01T00:00:00.000Z" }), "begins at 2099-01-01"],
    [
      "that begins within the hour, to be waited for",
      (_, now) => ({ startedAt: isoInstant(now + 30 * 60_000), takenAt: null }),
      "which is not between the review's id and now",
    ],
    [
      "that begins two minutes from now",
      (_, now) => ({ startedAt: isoInstant(now + 120_000), takenAt: null }),
      "which is not between the review's id and now",
    ],
    [
      "that is compared with another review",
      () => ({ previousReview: "2026-09-01T020000Z" }),
      "is compared with 2026-09-01T020000Z, and no review is before it",
    ],
    [
      "of another host",
      ({ origin }) => ({ origin: { ...origin, host: "elsewhere" } }),
      "was read from another host or app",
    ],
    [
      "whose grants are no files of its spool",
      ({ runs }) => ({ runs: runs.map((key) => key.replace("checkpoints/", "reviews/")) }),
      "names files that no snapshot keeps",
    ],
    ["whose grants are gone", () => ({ runs: ["nothing"] }), "names files that no snapshot keeps"],
    ["of another shape", () => ({ runs: "all" }), "is not what a snapshot leaves behind"],
  ])("is not believed where its checkpoint is one %s, and begins anew", async (_what, change, said) => {
    const { life, review, key } = await sharedSnapshot();
    const state = stateIn(life, key);
    plant(life, key, JSON.stringify({ ...state, ...change(state, life.clock.now()) }));
    await beginsAnew(life, review, said);
  });

  it.each(["{", "[]", "7", '"text"', "{}", "\u0000\u0001"])("begins anew where its checkpoint is %j", async (text) => {
    const { life, review, key } = await sharedSnapshot();
    plant(life, key, text);
    await beginsAnew(life, review, "");
  });

  it("is not written more than a day after it was read", async () => {
    const { life, review } = await readSnapshot();
    await daysPass(life, 2);
    await beginsAnew(life, review, "was read to its end more than a day ago");
  });

  it.each<[string, (state: SnapshotState) => string]>([
    ["grants", ({ runs }) => runs[0]!],
    ["reads", ({ readRuns }) => readRuns[0]!],
    ["roles", ({ rolesKey }) => rolesKey],
    ["who is responsible", ({ responsible }) => responsible!.key!],
  ])("compares the file of %s with the hash in its name, and begins anew", async (_what, keyOf) => {
    const { life, review, key } = await sharedSnapshot();
    const file = keyOf(stateIn(life, key));
    const lines = gunzipSync(life.objects.get(file)!).toString("utf8").trimEnd().split("\n");
    plant(life, file, gzipSync(`${lines.slice(1).join("\n")}\n`));
    await beginsAnew(life, review, `${file}, changed or gone since`);
  });

  it("is incomplete where grants left its spool, its file renamed by its hash and its state rewritten", async () => {
    const { life, review, key } = await sharedSnapshot();
    const state = stateIn(life, key);
    const [run = ""] = state.runs;
    const lines = gunzipSync(life.objects.get(run)!).toString("utf8").trimEnd().split("\n");
    const body = gzipSync(`${lines.slice(20).join("\n")}\n`);
    const renamed = run.replace(/[0-9a-f]{16}(?=\.jsonl\.gz$)/, sha256(body).slice(0, 16));
    expect(renamed).not.toBe(run);
    plant(life, renamed, body);
    plant(life, key, JSON.stringify({ ...state, grants: state.grants - 20, runs: [renamed, ...state.runs.slice(1)] }));
    const { status, failedChecks } = await takeSnapshot(life.stageOf(review));
    expect(status).toBe("incomplete");
    expect(failedChecks?.map(({ name }) => name)).toContain("pages-kept");
    expect(failedChecks?.find(({ name }) => name === "pages-kept")?.detail).toContain("below checkpoints/ was changed");
  });

  it("is given up where parts of it were written for good, and the next review begins", async () => {
    const { life, review, key } = await readSnapshot(({ snapshot }) => snapshot);
    plant(life, key, JSON.stringify({ ...stateIn(life, key), takenAt: "2026-09-01T00:00:00.000Z" }));
    await expect(takeSnapshot(life.stageOf(review))).rejects.toThrow(
      "leave the review out, and `snapshot` begins a new one",
    );
    await daysPass(life, 0.01);
    const asked = life.clock.now();
    const next = await resolveReview(life.store, { sourceId, review: undefined, nowMs: asked });
    expect(next > review).toBe(true);
    await takesSnapshot(life, asked, next);
    await assessGrants(life.stageOf(next));
    await sealEvidence(life.stageOf(next));
    expect(await verified(life, next)).toEqual([]);
  });

  /** A snapshot that was cut off while pages were read, with listings still open. */
  async function halfReadSnapshot(): Promise<{ life: Life; review: string; key: string }> {
    const life = await openLife({ people });
    const review = newReviewId(life);
    let asked = 0;
    const shouldStop = (): boolean => ++asked > 4;
    expect(await takeSnapshot(life.stageWith({ review, shouldStop }))).toMatchObject({ status: "continue" });
    return { life, review, key: checkpointKey(sourceId, review, "snapshot.json") };
  }

  it("comes to everything where it was cut off and nobody wrote into it", async () => {
    const { life, review, key } = await halfReadSnapshot();
    expect(stateIn(life, key).open.length).toBeGreaterThan(1);
    await takesSnapshot(life, life.clock.now(), review);
  });

  it.each<[string, (state: SnapshotState) => object]>([
    ["a listing", ({ open, listings }) => ({ open: open.slice(1), listings: listings - 1 })],
    ["a listing, though it counts it still", ({ open }) => ({ open: open.slice(1) })],
    ["every listing", ({ listings, open }) => ({ open: [], listings: listings - open.length })],
    ["the last file of its reads", ({ readRuns, open }) => ({ readRuns: readRuns.slice(0, -1), open: open.slice(1) })],
  ])("is incomplete where its checkpoint was cut off and %s left it", async (_what, change) => {
    const { life, review, key } = await halfReadSnapshot();
    const state = stateIn(life, key);
    plant(life, key, JSON.stringify({ ...state, ...change(state) }));
    const { status, failedChecks } = await takeSnapshot(life.stageOf(review));
    expect(status).toBe("incomplete");
    expect(failedChecks?.map(({ name }) => name)).toContain("listings-ended");
  });

  it.each<[string, (state: SnapshotState, nowMs: number) => object, string]>([
    [
      "a file of its reads",
      ({ readRuns }) => ({ readRuns: readRuns.slice(1) }),
      "leaves out files that it kept before",
    ],
    [
      "every listing and every read",
      () => ({ open: [], listings: 0, runs: [], readRuns: [], grants: 0 }),
      "leaves out files that it kept before",
    ],
    [
      "its proofs, and says that it was read to its end",
      (_, now) => ({ open: [], takenAt: isoInstant(now) }),
      "has no proof of it",
    ],
  ])("begins anew where its checkpoint was cut off and %s left it", async (_what, change, said) => {
    const { life, review, key } = await halfReadSnapshot();
    const state = stateIn(life, key);
    plant(life, key, JSON.stringify({ ...state, ...change(state, life.clock.now()) }));
    await beginsAnew(life, review, said);
  });

  it("begins anew where a file of its spool is gone", async () => {
    const { life, review, key } = await sharedSnapshot();
    life.objects.delete(stateIn(life, key).runs[0]!);
    await beginsAnew(life, review, "changed or gone since");
  });
});

describe("a lease", () => {
  const name = leaseKey(`source-${sourceId}`);
  const held = { invocation: "another", host: "elsewhere", pid: 1, sinceAt: "2026-09-30T00:00:00.000Z", windows: null };

  it.each([
    ["until 9999", JSON.stringify({ ...held, untilAt: "9999-12-31T23:59:59.000Z" })],
    ["until no time", JSON.stringify({ ...held, untilAt: "for ever" })],
    [
      "until tomorrow, which is longer than any lease",
      JSON.stringify({ ...held, untilAt: "2026-10-02T02:00:00.000Z" }),
    ],
    ["that nobody can read", "{"],
    ["that is none", "[]"],
    ["of nothing", "null"],
  ])("%s has run out", async (_what, text) => {
    const life = await openLife({ people });
    plant(life, name, text);
    expect(await underSourceLease(life.stageOf(newReviewId(life)), async () => "done")).toBe("done");
  });

  it("of somebody at work stands", async () => {
    const life = await openLife({ people });
    const untilAt = isoInstant(life.clock.now() + 4 * 60_000);
    plant(life, name, JSON.stringify({ ...held, untilAt }));
    await expect(underSourceLease(life.stageOf(newReviewId(life)), async () => "done")).rejects.toThrow(LeaseHeldError);
  });
});

describe("an assessment that is gone on with", () => {
  /** An assessment that was cut off before its plan, in the review of a fresh snapshot. */
  async function cutOffAssessment(): Promise<{ life: Life; review: string; key: string }> {
    const life = await openLife({ people });
    const review = newReviewId(life);
    await takeSnapshot(life.stageOf(review));
    await daysPass(life, 0.01);
    const { plan } = reviewKeys(sourceId, review).assessment("0001");
    const store = cutOffAt(life, (key) => key === plan);
    await expect(assessGrants(life.stageWith({ review, store }))).rejects.toThrow("cut off");
    return { life, review, key: checkpointKey(sourceId, review, "assess.json") };
  }

  it("goes on under its number soon after, and comes to one plan", async () => {
    const { life, review } = await cutOffAssessment();
    expect(await assessGrants(life.stageOf(review))).toMatchObject({ status: "done", assessment: "0001" });
  });

  it.each<[string, (inputs: Record<string, unknown>, nowMs: number) => object]>([
    ["created in 2099, which never came due", () => ({ createdAt: "2099-01-01T00:00:00.000Z" })],
    ["created 20 days ago, whose notices were over", (_, now) => ({ createdAt: isoInstant(now - 20 * dayMs) })],
    ["created before its snapshot", (_, now) => ({ createdAt: isoInstant(now - 0.02 * dayMs) })],
    ["created at no time", () => ({ createdAt: 7 })],
    ["under rules of somebody else's", ({ policy }) => ({ policy: { ...(policy as object), rules: [] } })],
    ["of another mode", () => ({ mode: "report" })],
    ["whose window is over", () => ({ windowEndedAt: "2026-09-01T00:00:00.000Z" })],
    ["of a number of somebody else's", () => ({ assessment: "0042" })],
  ])("makes a plan of its own, of now, where its checkpoint is one %s", async (_what, change) => {
    const { life, review, key } = await cutOffAssessment();
    const inputs = JSON.parse(storedText(life, key)) as Record<string, unknown>;
    plant(life, key, JSON.stringify({ ...inputs, ...change(inputs, life.clock.now()) }));
    const nowMs = life.clock.now();
    expect(await assessGrants(life.stageOf(review))).toMatchObject({ status: "done", assessment: "0002" });
    const plan = await newestPlan({ store: life.store, sourceId, review });
    expect(epochMs(plan!.createdAt)).toBeGreaterThanOrEqual(nowMs);
    const noticed = plan!.items.filter(({ rules }) => !rules.includes("leaver"));
    for (const { notBefore } of noticed) expect(epochMs(notBefore)).toBeGreaterThanOrEqual(nowMs);
    await expireGrants(life.stageOf(review));
    expect(await sealEvidence(life.stageOf(review))).toMatchObject({ balanced: true });
    expect(await verified(life, review)).toEqual([]);
  });

  it("begins a plan of now where it was cut off 20 days ago: nobody was told of the other", async () => {
    const { life, review } = await cutOffAssessment();
    await daysPass(life, 20);
    expect(await assessGrants(life.stageOf(review))).toMatchObject({ assessment: "0002" });
    expect((await newestPlan({ store: life.store, sourceId, review }))!.createdAt).toBe(isoInstant(life.clock.now()));
  });

  it.each(["{", "null", "[]"])("makes a plan of its own where its checkpoint is %s", async (text) => {
    const { life, review, key } = await cutOffAssessment();
    plant(life, key, text);
    expect(await assessGrants(life.stageOf(review))).toMatchObject({ status: "done", assessment: "0002" });
  });
});

describe("a removal that is gone on with", () => {
  const told = { task: "t-1", requestId: null };

  it("ignores a task that nobody began, reports it, and the review is sealed as if it were not there", async () => {
    const life = await openLife({ people });
    const before = life.sandbox.grants();
    const { review } = await planReview(life);
    const plan = await newestPlan({ store: life.store, sourceId, review });
    const startedAt = isoInstant(life.clock.now());
    const tasks = Object.fromEntries(plan!.items.map(({ grantId }) => [grantId, { ...told, startedAt }]));
    plant(life, checkpointKey(sourceId, review, "expire.json"), JSON.stringify({ tasks, accepted: tasks }));
    const said: string[] = [];
    const progress = (at: { counts: Record<string, number> }): void => void said.push(...Object.keys(at.counts));
    await expireGrants({ ...life.stageOf(review), progress });
    expect(said).toContain("ignored");
    const { intents, outcomes } = await readReceipts({ store: life.store, sourceId, review });
    expect([...outcomes.keys()].filter((id) => !intents.has(id))).toEqual([]);
    expect([...outcomes.values()].filter(({ outcome }) => outcome === "refused")).toEqual([]);
    expect(await sealEvidence(life.stageOf(review))).toMatchObject({ balanced: true });
    expect(goneSince(before, life)).toHaveLength(intents.size);
    expect(await verified(life, review)).toEqual([]);
  });

  it.each([
    ["of 2099, which would never end", "2099-01-01T00:00:00.000Z"],
    ["of now, of a provider that has no tasks", null],
    ["of no time", "soon"],
  ])("is not kept from its end by a task %s", async (_what, startedAt) => {
    const life = await openLife({ people });
    const { review } = await planReview(life);
    const store = cutOffAt(life, (key) => key.endsWith(".outcome.json"));
    await expect(expireGrants(life.stageWith({ review, store }))).rejects.toThrow("cut off");
    const { intents } = await readReceipts({ store: life.store, sourceId, review });
    const tasks = Object.fromEntries(
      [...intents.keys()].map((id) => [id, { ...told, startedAt: startedAt ?? isoInstant(life.clock.now()) }]),
    );
    plant(
      life,
      checkpointKey(sourceId, review, "expire.json"),
      JSON.stringify({ tasks, failures: { [[...intents.keys()][0]!]: 99 } }),
    );
    expect(await sealEvidence(life.stageOf(review))).toMatchObject({ status: "done", balanced: true });
    expect(await verified(life, review)).toEqual([]);
  });

  it.each(["{", "[]", "7"])("goes on where its checkpoint is %s", async (text) => {
    const life = await openLife({ people });
    const { review } = await planReview(life);
    plant(life, checkpointKey(sourceId, review, "expire.json"), text);
    await expireGrants(life.stageOf(review));
    expect(await sealEvidence(life.stageOf(review))).toMatchObject({ balanced: true });
  });
});

describe("sealing", () => {
  const forged = { sealedAt: "1999-01-01T00:00:00.000Z", mode: "report", language: "en", reviewers: null };

  it("is not begun by a checkpoint: the review goes on, and is sealed now, in the mode of its configuration", async () => {
    const life = await openLife({ people });
    const before = life.sandbox.grants();
    const { review } = await planReview(life);
    plant(life, checkpointKey(sourceId, review, "seal.json"), JSON.stringify(forged));
    expect(await expireGrants(life.stageOf(review))).not.toHaveProperty("sealed");
    expect(goneSince(before, life).length).toBeGreaterThan(0);
    const sealed = await sealEvidence(life.stageOf(review));
    expect(sealed).toMatchObject({ status: "done", balanced: true });
    const evidence = await life.store.getJson<Evidence>(reviewKeys(sourceId, review).evidence);
    expect(evidence).toMatchObject({ mode: "enforce", sealedAt: isoInstant(life.clock.now()) });
    expect(await verified(life, review)).toEqual([]);
  });

  it.each([
    ["of 1999", forged],
    ["of 2099", { ...forged, sealedAt: "2099-01-01T00:00:00.000Z" }],
    ["of no language", { sealedAt: "2026-10-01T02:00:00.000Z" }],
    ["of nothing", null],
  ])("that was cut off after its report ends all the same where its checkpoint is one %s", async (_what, value) => {
    const life = await openLife({ people });
    const { review } = await planReview(life);
    const { evidence } = reviewKeys(sourceId, review);
    const store = cutOffAt(life, (key) => key === evidence);
    await expect(sealEvidence(life.stageWith({ review, store }))).rejects.toThrow("cut off");
    await daysPass(life, 1);
    plant(life, checkpointKey(sourceId, review, "seal.json"), JSON.stringify(value));
    expect(await sealEvidence(life.stageOf(review))).toMatchObject({ status: "done", balanced: true });
    expect(await life.store.getJson<Evidence>(evidence)).toMatchObject({ sealedAt: isoInstant(life.clock.now()) });
    expect(await verified(life, review)).toEqual([]);
  });

  it.each<[string, (begun: typeof forged, nowMs: number) => object]>([
    ["another instant that may be", (_, now) => ({ sealedAt: isoInstant(now - 60_000) })],
    ["another language", ({ language }) => ({ language: language === "en" ? "zh" : "en" })],
    ["no reviewers", () => ({ reviewers: null })],
    ["reviewers that are none", () => ({ reviewers: { order: 7, roleOwners: "all" } })],
  ])("that was cut off after its report ends now where its checkpoint says %s", async (_what, change) => {
    const life = await openLife({ people });
    const { review } = await planReview(life);
    const { evidence, csv } = reviewKeys(sourceId, review);
    const store = cutOffAt(life, (key) => key === evidence);
    await expect(sealEvidence(life.stageWith({ review, store }))).rejects.toThrow("cut off");
    const table = storedText(life, csv);
    await daysPass(life, 1);
    const key = checkpointKey(sourceId, review, "seal.json");
    const begun = JSON.parse(storedText(life, key)) as typeof forged;
    plant(life, key, JSON.stringify({ ...begun, ...change(begun, life.clock.now()) }));
    expect(await sealEvidence(life.stageOf(review))).toMatchObject({ status: "done", balanced: true });
    expect(await life.store.getJson<Evidence>(evidence)).toMatchObject({ sealedAt: isoInstant(life.clock.now()) });
    expect(storedText(life, csv)).toBe(table);
    expect(await verified(life, review)).toEqual([]);
  });

  it("leaves whose grants are whose as it was assessed, whatever its checkpoint says afterwards", async () => {
    const life = await openLife({ people });
    const rules: ReviewerRules = { order: [...reviewerKinds], roleOwners: {}, fallback: null, delegates: [] };
    life.config.sources[0]!.reviewers = rules;
    const review = await runReview(life);
    const { reviewers: key } = reviewKeys(sourceId, review).assessment("0001");
    const asked = (await life.store.getJson<WhoReviews>(key))!.reviewers.find(({ id }) => id !== null)!;
    const sealing = checkpointKey(sourceId, review, "seal.json");
    const written = JSON.parse(storedText(life, sealing)) as typeof forged;
    const owner = { ...rules, order: ["fallback"], fallback: "intruder" };
    for (const reviewers of [owner, null, { order: 7 }]) {
      plant(life, sealing, JSON.stringify({ ...written, reviewers }));
      expect(await personalReport(life.stageOf(review), "intruder")).toBeNull();
      expect(await personalReport(life.stageOf(review), asked.id!)).toMatchObject({ grants: asked.grants });
    }
  });

  it("is not kept from an open review by a checkpoint that says that nothing can seal it", async () => {
    const life = await openLife({ people });
    const { review } = await planReview(life);
    plant(life, checkpointKey(sourceId, review, "watch.json"), JSON.stringify({ why: "its receipts are damaged" }));
    await daysPass(life, 1);
    const next = await runReview(life);
    expect(await verified(life, review)).toEqual([]);
    expect(await verified(life, next)).toEqual([]);
  });

  it.each(["{", "null", "{}", "[]", '{"startedAt":"2026-01-01T00:00:00.000Z"}'])(
    "is not brought on an open review by the checkpoint of a newer one that says %s",
    async (text) => {
      const life = await openLife({ people });
      const { review } = await planReview(life);
      await daysPass(life, 1);
      plant(life, checkpointKey(sourceId, newReviewId(life), "snapshot.json"), text);
      await daysPass(life, 1);
      const asked = { sourceId, review: undefined, nowMs: life.clock.now() };
      expect(await resolveReview(life.store, asked)).toBe(review);
      expect(await sealEvidence(life.stageOf(review))).toMatchObject({ status: "done", balanced: true });
    },
  );

  it("that was cut off goes on to the same bytes where its checkpoint fits", async () => {
    const life = await openLife({ people });
    const { review } = await planReview(life);
    const { evidence, html } = reviewKeys(sourceId, review);
    const store = cutOffAt(life, (key) => key === evidence);
    await expect(sealEvidence(life.stageWith({ review, store }))).rejects.toThrow("cut off");
    const begunAt = isoInstant(life.clock.now());
    const page = sha256(life.objects.get(html)!);
    await daysPass(life, 1);
    await sealEvidence(life.stageOf(review));
    expect(await life.store.getJson<Evidence>(evidence)).toMatchObject({ sealedAt: begunAt });
    expect(sha256(life.objects.get(html)!)).toBe(page);
  });
});

describe("what somebody submits at the desk", () => {
  const place = { sourceId, review: "2026-10-01T020000Z" };
  const request = "0123456789abcdef";
  const decidedAt = "2026-10-02T02:00:00.000Z";
  const submitted: SignedDecisions = {
    formatVersion: 1,
    review: place.review,
    reviewer: { id: "1", name: null },
    provenBy: { provider: "oidc", subject: "lin", tenant: null, signedInAt: decidedAt, session: "5e55" },
    snapshotSha256: "0".repeat(64),
    decisions: [
      {
        grantId: request,
        seen: "f".repeat(64),
        decision: "keep",
        until: "2026-12-31T00:00:00.000Z",
        reason: "-",
        to: null,
      },
    ],
    oneAct: false,
    decidedAt,
  };

  /** What is stored where a claim of this text stood below checkpoints/. */
  async function storedBeside(claim: string): Promise<unknown> {
    const store = withLines(openMemoryStore());
    await store.create(checkpointKey(sourceId, place.review, `desk/${request}.json`), new TextEncoder().encode(claim));
    const { key } = await writeSignedDecisions({ store, ...place }, { request, decisions: submitted });
    return await store.getJson(key);
  }

  it("is stored as an earlier try of a moment ago claimed it", async () => {
    const earlier = { ...submitted, decidedAt: "2026-10-02T01:59:00.000Z" };
    expect(await storedBeside(JSON.stringify(earlier))).toEqual(earlier);
  });

  it.each<[string, object | string]>([
    ["another answer", { decisions: [{ ...submitted.decisions[0], decision: "revoke", until: null }] }],
    ["another grant", { decisions: [{ ...submitted.decisions[0], grantId: "f".repeat(16) }] }],
    ["another person", { provenBy: { ...submitted.provenBy, subject: "wang" } }],
    ["another review", { review: "2026-07-01T020000Z" }],
    ["another day", { decidedAt: "2026-09-01T02:00:00.000Z" }],
    ["the year 2099", { decidedAt: "2099-01-01T00:00:00.000Z" }],
    ["nothing", "null"],
    ["no JSON", "{"],
  ])("is stored as it was submitted where a claim says %s", async (_what, claim) => {
    const text = typeof claim === "string" ? claim : JSON.stringify({ ...submitted, ...claim });
    expect(await storedBeside(text)).toEqual(submitted);
  });
});

describe("the watch for overdue reviews", () => {
  it.each(['{"sinceAt":"2099-01-01T00:00:00.000Z"}', '{"sinceAt":"never"}', "{", "null"])(
    "is not kept silent by %s",
    async (text) => {
      const life = await openLife({ people });
      plant(life, `checkpoints/${sourceId}/watch.json`, text);
      const look = () => overdueOf(life.stageOf(newReviewId(life)), 10);
      expect(await look()).toMatchObject({ overdueDays: 0 });
      await daysPass(life, 12);
      expect(await look()).toMatchObject({ overdueDays: 2 });
    },
  );
});

describe("a stray file or folder that is no review", () => {
  const below = (area: string): string[] => [
    `${area}/${sourceId}/notes.txt`,
    `${area}/${sourceId}/.DS_Store`,
    `${area}/${sourceId}/old copy/snapshot.json`,
    `${area}/${sourceId}/2026-13-45T999999Z/snapshot.json`,
    `${area}/${sourceId}/2026-10-01T020000Z.bak/snapshot.json`,
    `${area}/${sourceId}/复核/snapshot.json`,
    `${area}/${sourceId}/2025-01-01T020000Z`,
  ];

  it.each([
    ["checkpoints", below("checkpoints")],
    ["reviews", [...below("reviews"), `reviews/${sourceId}/stops/notes.txt`, `reviews/${sourceId}/retired/notes.txt`]],
  ])("stops nothing below %s/", async (_area, keys) => {
    const life = await openLife({ people });
    for (const key of keys) plant(life, key, "{");
    const review = await runReview(life);
    await daysPass(life, 1);
    const next = await runReview(life);
    expect(await verified(life, review)).toEqual([]);
    expect(await verified(life, next)).toEqual([]);
    expect(keys.filter((key) => !life.objects.has(key))).toEqual([]);
  });
});

describe("a stopped source", () => {
  const reasons = { by: "He", reason: "an incident" };

  it.each<[string, (life: Life) => void, string]>([
    ["was deleted", (life) => life.objects.delete(stopKey(sourceId)), "stop.json is gone"],
    [
      "was planted",
      (life) => plant(life, stopKey(sourceId), JSON.stringify({ isStopped: false, at: isoInstant(life.clock.now()) })),
      "stop.json says otherwise",
    ],
  ])(
    "stays stopped where its checkpoint %s, says what differs, and `resume` lets it go on",
    async (_how, change, said) => {
      const life = await openLife({ people });
      const { review } = await planReview(life);
      const before = life.sandbox.grants();
      await switchWrites(life.stageOf(review), true, reasons);
      change(life);
      expect(await isStopped(life.stageOf(review))).toBe(true);
      await expect(refuseWhileStopped(life.stageOf(review))).rejects.toThrow(
        new RegExp(`${said}: find out .*: resume it with`),
      );
      expect(await expireGrants(life.stageOf(review))).toMatchObject({ status: "held" });
      expect(goneSince(before, life)).toEqual([]);
      // Though the clock of who resumes is behind.
      const clock = { ...life.clock, now: () => life.clock.now() - 60_000 };
      await switchWrites(life.stageWith({ review, clock }), false, reasons);
      expect(await isStopped(life.stageOf(review))).toBe(false);
      await expireGrants(life.stageOf(review));
      expect(goneSince(before, life).length).toBeGreaterThan(0);
    },
  );

  it("is stopped by the checkpoint alone too, and no record of the future says anything", async () => {
    const life = await openLife({ people });
    const review = newReviewId(life);
    plant(life, stopRecordKey(sourceId, life.clock.now() + dayMs, "stop"), "{}");
    expect(await isStopped(life.stageOf(review))).toBe(false);
    plant(life, stopKey(sourceId), JSON.stringify({ isStopped: true, at: isoInstant(life.clock.now()) }));
    plant(life, stopRecordKey(sourceId, life.clock.now() + dayMs, "resume"), "{}");
    expect(await isStopped(life.stageOf(review))).toBe(true);
  });
});
