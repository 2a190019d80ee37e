// Trouble of issue 20, and where each kind of it is lived through over the synthesised machine:
// a store, a provider or a secret that fails for a while      here, game-day.ts; each error review-state-machine.test.ts
// timeouts, out of memory, throttling, faults of Lambda       review-state-machine.test.ts ("more and more patiently", "each again")
// a held plan that nobody approves; reminders; too old        here
// {} goes on with what is open, begin begins anew             here, review-state-machine.test.ts
// a window as long as the gap of the schedule                 refused: config/parse-config.test.ts
// answers of hundreds of kB                                   cut: runtime/lambda-answer.test.ts
// one of many sources dies, lease and continue in circles     review-state-machine.test.ts
// an earlier review that cannot be sealed; a bad signature     here, game-day.ts
// a failed stage ends with the ready command of its mail      review-state-machine.test.ts ("tells once at the beginning with the command")
// a message that fails, what the schedule could not begin     game-day.ts
// a crashed execution, several rounds of every stage          review-execution.test.ts, over S3 and the real handlers
// a stop, a narrowed data range, a review that did not begin  game-day.ts, in soak each of them
// events that are doubled, late, forged; a killed worker      event-execution.test.ts
import { afterEach, describe, expect, it } from "vitest";
import { isoInstant } from "../../functions/basics/time.ts";
import { answerApproval, newestPlan } from "../../functions/ledger/plans.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { newSigner } from "../attacks/recorded-life.ts";
import { valid } from "../config/valid.ts";
import { endLives, type Life, openLife, plant, sourceId } from "../review-life/open-life.ts";
import { goneSince, planReview } from "../review-life/run-review.ts";
import { definitionIn, type Executed } from "./executed-machine.ts";
import { type Before, liveMachine } from "./live-machine.ts";
import { synthesise } from "./synthesised.ts";

const machine = definitionIn(synthesise(`${valid.replace("mode: report", "mode: enforce")}language: en\n`));

/** The machine over the stages of a life, as Lambda runs them. Time passes where the machine waits. */
const live = (life: Life, input: Record<string, unknown>, before?: Before): Promise<Executed> =>
  liveMachine(machine, life, before ? { input, before } : { input });

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

  it("is not blocked by an earlier review whose signature does not verify: verify names that one, and it is left as it is", async () => {
    const life = await openLife(small);
    const { review } = await planReview(life);
    await sealEvidence({ ...life.stageOf(review), signer: newSigner() });
    const { signature } = reviewKeys(sourceId, review);
    plant(life, signature, "damaged");
    await life.clock.sleep(hourMs);
    const signer = newSigner();
    const signing: Life = { ...life, stageWith: (more) => ({ ...life.stageWith(more), signer }) };
    expect((await live(signing, anew(life))).error).toBeNull();
    const next = (await reviewsOf(life)).at(-1)!;
    expect(next).not.toBe(review);
    expect(await evidenceIn(life, next)).toMatchObject({ balance: { balanced: true }, previous: { review } });
    const { faults } = await verifyEvidence({ store: life.store, source: sourceId, review: next }, null);
    expect(faults.join("\n")).toContain(review);
    expect(new TextDecoder().decode((await life.store.get(signature))!.body)).toBe("damaged");
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
