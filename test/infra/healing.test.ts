import { afterEach, describe, expect, it } from "vitest";
import { isoInstant } from "../../functions/basics/time.ts";
import { answerApproval, newestPlan } from "../../functions/ledger/plans.ts";
import { resolveReview } from "../../functions/ledger/review-order.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { Stage, StageAnswer } from "../../functions/review/stage.ts";
import { briefAnswer, plainError, withNextLook } from "../../functions/runtime/lambda-answer.ts";
import { assessGrants } from "../../functions/stages/assess/assess-grants.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { sealEarlier, sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { valid } from "../config/valid.ts";
import { endLives, type Life, openLife, sourceId } from "../review-life/open-life.ts";
import { goneSince, planReview } from "../review-life/run-review.ts";
import { definitionIn, type Executed, execute } from "./executed-machine.ts";
import { synthesise } from "./synthesised.ts";

const machine = definitionIn(synthesise(`${valid.replace("mode: report", "mode: enforce")}language: en\n`));

const runs: Record<string, (stage: Stage) => Promise<StageAnswer>> = {
  snapshot: takeSnapshot,
  assess: assessGrants,
  expire: expireGrants,
  seal: sealEvidence,
};

/** Called before each stage: throws what the stage is to fail with. */
type Before = (stage: string, review: string) => Promise<void> | void;

/** The machine over the stages of a life, as Lambda runs them. Time passes where the machine waits. */
const live = (life: Life, input: Record<string, unknown>, before: Before = () => {}): Promise<Executed> =>
  execute(machine, {
    input: { source: sourceId, ...input },
    now: () => life.clock.now(),
    async invoke(name, { review: asked, earlier }) {
      try {
        const { store, clock, config } = life;
        const nowMs = clock.now();
        const ask = { sourceId, review: asked as string | undefined, nowMs };
        const begins = { mayBegin: name === "snapshot" || earlier === true, passesIncomplete: earlier === true };
        const review = await resolveReview(store, { ...ask, ...begins });
        if (!earlier) await before(name, review);
        const stage = life.stageWith({ review, sealReview: null });
        const answer = await (earlier ? sealEarlier(stage) : runs[name]!(stage));
        const context = { config, store, stackName: "AccessReview", nowMs: clock.now() };
        return JSON.parse(JSON.stringify(withNextLook(briefAnswer(answer), context)));
      } catch (error) {
        throw plainError(error);
      }
    },
    async onWait(waited) {
      const ms = "seconds" in waited ? waited.seconds * 1_000 : Date.parse(waited.until) - life.clock.now();
      await life.clock.sleep(ms);
    },
  });

/** As the schedule begins a review. The executor has no other start of an execution than the real clock's. */
const anew = ({ clock }: Life) => ({ scheduledAt: isoInstant(clock.now()) });

const small = { people: 60 };
const hourMs = 3_600_000;

const reviewsOf = async ({ store }: Life): Promise<string[]> => {
  const names: string[] = [];
  for await (const name of store.listFolder(`reviews/${sourceId}/`)) names.push(name.slice(0, -1));
  return names.sort();
};

const evidenceIn = ({ store }: Life, review: string) => store.getJson(reviewKeys(sourceId, review).evidence);

describe("a review on AWS", () => {
  afterEach(endLives);

  it("outlives a provider that is away for a day while it reads, tells once, and ends like an undisturbed one", async () => {
    const life = await openLife(small);
    const before = life.sandbox.grants();
    const awayUntilMs = life.clock.now() + 24 * hourMs;
    const executed = await live(life, anew(life), (stage) => {
      if (stage !== "snapshot" || life.clock.now() >= awayUntilMs) return;
      throw Object.assign(new Error("Cannot list the roles as no answer came"), { trouble: "ProviderUnavailable" });
    });
    expect(executed.error).toBeNull();
    expect(executed.told).toEqual([
      expect.stringMatching(/^Snapshot failed for people-hq .*: ProviderUnavailable: Cannot list/),
    ]);
    const [review] = await reviewsOf(life);
    expect(goneSince(before, life)).toEqual(life.sandbox.planted.first.revoked);
    expect((await verifyEvidence({ store: life.store, source: sourceId, review: review! }, null)).faults).toEqual([]);
  });

  it("goes on with what is open where nothing else is asked for, within its window, and begins anew where that is asked", async () => {
    const life = await openLife(small);
    life.config.policy.guard.maxExpiries = 0;
    const { review } = await planReview(life);
    await life.clock.sleep(48 * hourMs);
    const enough: Before = (stage) => {
      if (stage === "expire") throw Object.assign(new Error("enough"), { name: "EventError" });
    };
    life.config.policy.guard.maxExpiries = 500;
    life.config.policy.guard.maxShare = 1;
    await live(life, {}, enough);
    expect(await reviewsOf(life)).toEqual([review]);
    expect(await evidenceIn(life, review)).toBeNull();
    await live(life, anew(life), enough);
    expect(await reviewsOf(life)).toHaveLength(2);
    expect(await evidenceIn(life, review)).toMatchObject({ balance: { balanced: true } });
  });

  it("reminds of a held plan, seals it once it is too old, and carries out the next plan where somebody approves that", async () => {
    const life = await openLife(small);
    life.config.language = "en";
    Object.assign(life.config.policy.guard, { maxExpiries: 0, maxPlanAgeDays: 15 });
    const before = life.sandbox.grants();
    const startMs = life.clock.now();
    const approveOnDay19: Before = async (stage, review) => {
      if (stage !== "assess" || life.clock.now() < startMs + 19 * 24 * hourMs) return;
      const plan = await newestPlan({ store: life.store, sourceId, review });
      if (!plan) return;
      await answerApproval(life.stageOf(review), { planHash: plan.planHash, by: "ops", reason: "seen" });
    };
    const { told, error } = await live(life, anew(life), approveOnDay19);
    expect(error).toBeNull();
    const reminders = told.map((text) => Number(/held for (\d+) day/.exec(text)?.[1] ?? 0));
    expect(reminders).toEqual([0, 1, 3, 7, 14, 0, 1]);
    const [first, second, ...others] = await reviewsOf(life);
    expect(others).toEqual([]);
    expect(await evidenceIn(life, first!)).toMatchObject({ balance: { revoked: 0, balanced: true } });
    const gone = goneSince(before, life).length;
    expect(gone).toBeGreaterThan(0);
    expect(await evidenceIn(life, second!)).toMatchObject({ balance: { revoked: gone, balanced: true } });
  });

  it("names an earlier review that nothing can seal, leaves it as it is, and begins the new one", async () => {
    const life = await openLife(small);
    const { review } = await planReview(life);
    const plan = (await newestPlan({ store: life.store, sourceId, review }))!;
    const forged = { ...plan, assessment: "0002", snapshotSha256: "0".repeat(64) };
    await life.store.createJson(reviewKeys(sourceId, review).assessment("0002").plan, forged);
    await life.clock.sleep(hourMs);
    const executed = await live(life, anew(life));
    expect(executed.error).toBeNull();
    expect(await evidenceIn(life, review)).toBeNull();
    const next = (await reviewsOf(life)).at(-1)!;
    expect(await evidenceIn(life, next)).toMatchObject({ balance: { balanced: true } });
  });
});
