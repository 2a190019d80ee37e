import { dayMs, isoInstant } from "../../functions/basics/time.ts";
import { decisionsPrefix, reviewIdOf, reviewKeys } from "../../functions/review/keys.ts";
import { type Given, standingGrants } from "./company.ts";
import { type Disturbances, openFaults } from "./disturbances.ts";
import type { Work } from "./invocation.ts";
import { type Life, type LifeRecord, runStage, setStop } from "./run-stage.ts";
import type { DecisionSeed, ReviewSeed, Round, Scenario, SweepSeed, Tampering } from "./scenario.ts";
import type { StagesUnderTest } from "./stages-under-test.ts";
import { newestPlanIn } from "./stored.ts";
import { forgeOutcome, shownIds, tamperBeforeExpiry } from "./tampering.ts";
import { openWatch } from "./watch.ts";
import { applyChange, applyPolicyChange, foundWorld, idOf, sourceId, startMs, type World } from "./world.ts";

const hourMs = 60 * 60 * 1000;
/** A stage that was disturbed has this long until the next round begins: less than what separates rounds that fall on one day. */
const roundMs = 2 * hourMs;

/** Lives one or two reviews from the first snapshot to the last seal, as the CLI and the state machine would. */
export const live = async (
  scenario: Scenario,
  disturbances: Disturbances,
  stages: StagesUnderTest,
): Promise<LifeRecord> => {
  const world = foundWorld(scenario);
  const watch = openWatch(world);
  const record: LifeRecord = {
    world,
    watch,
    results: [],
    reviews: [],
    sweeps: [],
    fired: [],
    followed: new Set(),
    invocations: 0,
    isPatient: disturbances.isPatient,
    disturbed: 0,
  };
  const stillness = ["frozen", "forgotten"];
  watch.isReadOnce = !disturbances.faults.some(({ kind }) => stillness.includes(kind));
  const faults = openFaults(disturbances.faults, (seed) => record.fired.push(seed));
  const life: Life = {
    world,
    watch,
    stages,
    disturbances,
    faults,
    record,
    dead: new Set(),
    frozen: [],
    isStopped: false,
  };
  const calendar = createCalendar(world);
  for (const seed of scenario.reviews) await liveReview(life, seed, calendar);
  await thawAll(life);
  return record;
};

/** Begins each round on its day, two hours later in the day than the one before. */
type Calendar = (daysLater: number) => void;

const createCalendar = (world: World): Calendar => {
  let day = 0;
  let rounds = 0;
  return (daysLater) => {
    day += daysLater;
    const atMs = startMs + day * dayMs + rounds++ * roundMs;
    if (world.clock.now() > atMs) throw new Error("Cannot begin the next round as the one before took too long");
    world.clock.moveTo(atMs);
  };
};

const liveReview = async (life: Life, seed: ReviewSeed, calendar: Calendar): Promise<void> => {
  const { world, stages } = life;
  const isFirst = life.record.reviews.length === 0;
  if (!isFirst && seed.sweepBefore) await liveSweep(life, seed.sweepBefore, calendar);
  calendar(isFirst ? 0 : 15);
  await thawAll(life);
  world.company.isWhole = seed.isWhole;
  for (const change of seed.changes) applyChange(world, change);
  const review = reviewIdOf(world.clock.now());
  life.record.reviews.push(review);
  life.watch.standingAt.set(
    review,
    new Map(standingGrants(world.company, world.clock.now()).map((given) => [idOf(given), { ...given }])),
  );
  await runStage(life, { review, name: "snapshot", work: stages.takeSnapshot });
  for (const [at, round] of seed.rounds.entries()) {
    if (at > 0) calendar(round.daysLater);
    await liveRound(life, review, { round, isFirst: at === 0 });
    if (round.sweep) await liveSweep(life, round.sweep, calendar);
  }
  if (seed.isSealed) await seal(life, review, seed);
  if (seed.restore !== "none" && seed.isSealed) {
    calendar(1);
    await restore(life, review, seed.restore);
  }
};

/** A sweep as the schedule begins it: refused where no review was complete yet. */
const liveSweep = async (life: Life, seed: SweepSeed, calendar: Calendar): Promise<void> => {
  const { world, watch, stages } = life;
  calendar(seed.daysLater);
  await thawAll(life);
  for (const change of seed.changes) applyChange(world, change);
  const sweep = `${reviewIdOf(world.clock.now())}-sweep`;
  life.record.sweeps.push(sweep);
  watch.standingAt.set(sweep, new Map(sweptGrants(world).map((given) => [idOf(given), { ...given }])));
  await runStage(life, { review: sweep, name: "snapshot", work: stages.takeSnapshot });
  if (!world.objects.has(reviewKeys(sourceId, sweep).snapshot)) return;
  await runStage(life, { review: sweep, name: "assess", work: stages.assessGrants });
  if (seed.isApproved) await approve(life, sweep);
  await runStage(life, { review: sweep, name: "expire", work: stages.expireGrants });
  await thawAll(life);
  // One that stays open is sealed by the next sweep.
  if (seed.isSealed) await runStage(life, { review: sweep, name: "seal", work: stages.sealEvidence });
};

/** What a sweep is to show: whatever those hold who neither work here nor are about to leave, but for what is known to exist. */
const sweptGrants = ({ company, policy, clock }: World): Given[] => {
  const isHere = (holderId: string): boolean =>
    ["active", "leaving"].includes(company.people.get(holderId)?.status ?? "unknown");
  const isCanary = ({ holderId, roleId }: Given): boolean =>
    policy.guard.canaries.some(({ holder, role }) => holder === holderId && role === roleId);
  return standingGrants(company, clock.now()).filter((given) => !isHere(given.holderId) && !isCanary(given));
};

/**
 * Wakes whoever still stands still. One write that was under way when an invocation stood still for longer than its lease can
 * come at any time, as no store knows of leases: after sealing it would be a foreign object, and verify says so.
 */
const thawAll = async ({ frozen }: Life): Promise<void> => {
  for (const thaw of frozen.splice(0)) await thaw();
};

const seal = async (life: Life, review: string, { isForged, isRevisited }: ReviewSeed): Promise<void> => {
  await thawAll(life);
  const { objects } = life.world;
  const { sealEvidence, assessGrants, expireGrants } = life.stages;
  const undo = isForged ? forgeOutcome(objects, review) : null;
  if (undo) {
    // Sealed evidence says that it does not balance. The life goes on from before, as if nobody had forged anything.
    const before = new Map(objects);
    const work: typeof sealEvidence = async (stage) => {
      const sealed = await sealEvidence(stage);
      if ("balanced" in sealed && sealed.balanced === false) throw new Error("it does not balance");
      return sealed;
    };
    await runStage(life, { review, name: "seal what is forged", work });
    await thawAll(life);
    objects.clear();
    for (const [key, object] of before) objects.set(key, object);
    undo();
  }
  await runStage(life, { review, name: "seal", work: sealEvidence });
  if (!isRevisited || !objects.has(reviewKeys(sourceId, review).evidence)) return;
  await runStage(life, { review, name: "assess what is sealed", work: assessGrants });
  await runStage(life, { review, name: "expire what is sealed", work: expireGrants });
};

const liveRound = async (
  life: Life,
  review: string,
  { round, isFirst }: { round: Round; isFirst: boolean },
): Promise<void> => {
  const { world, stages } = life;
  if (!isFirst) for (const change of round.changes) applyChange(world, change);
  const { policyChange, isChangedLate } = round;
  if (policyChange && !isFirst && !isChangedLate) applyPolicyChange(world, policyChange);
  if (!round.isDecidedLate) fileDecisions(life, review, round.decisions);
  await runStage(life, { review, name: "assess", work: stages.assessGrants });
  if (round.isApproved) await approve(life, review);
  if (round.isDecidedLate) fileDecisions(life, review, round.decisions);
  if (policyChange && isChangedLate) applyPolicyChange(world, policyChange);
  life.isStopped = round.isStopped;
  setStop(world, round.isStopped);
  if (round.tampering) await expireTampered(life, review, round.tampering);
  await runStage(life, { review, name: "expire", work: stages.expireGrants });
  life.isStopped = false;
  setStop(world, false);
};

const expireTampered = async (life: Life, review: string, tampering: Tampering): Promise<void> => {
  await thawAll(life);
  const undo = tamperBeforeExpiry(life.world.objects, review, tampering);
  if (!undo) return;
  life.watch.isTampered = true;
  await runStage(life, { review, name: `expire what somebody ${tampering}`, work: life.stages.expireGrants });
  life.watch.isTampered = false;
  undo();
};

const approve = async (life: Life, review: string): Promise<void> => {
  const plan = newestPlanIn(life.world.objects, review);
  if (!plan) return;
  const { planHash } = plan;
  const work: Work = async (stage) => {
    const { at } = await life.stages.approvePlan(stage, { planHash, by: "the owner", reason: "looked at it" });
    return { source: sourceId, review, status: "done", at };
  };
  await runStage(life, { review, name: "approve", work });
};

const restore = async (life: Life, review: string, which: "all" | "named"): Promise<void> => {
  const revoked = [...life.watch.everRemoved].sort();
  const prefix = reviewKeys(sourceId, review).receipts;
  const isRevoked = (id: string): boolean => {
    const body = life.world.objects.get(`${prefix}${id}.outcome.json`);
    return body !== undefined && /"outcome": "(revoked|narrowed)"/.test(new TextDecoder().decode(body));
  };
  const grants = revoked.filter(isRevoked).filter((_, at) => at % 2 === 0);
  const request = which === "all" ? { all: true } : { grants };
  await runStage(life, { review, name: "restore", work: (stage) => life.stages.restoreGrants(stage, request) });
};

/** Stores decisions about grants that the review's snapshot shows, as `decide` would have. */
const fileDecisions = ({ world, watch }: Life, review: string, seeds: DecisionSeed[]): void => {
  const { objects, clock } = world;
  const snapshot = objects.get(reviewKeys(sourceId, review).snapshot);
  if (seeds.length === 0 || !snapshot) return;
  const shown = shownIds(objects, review);
  if (shown.length === 0) return;
  const decidedAt = isoInstant(clock.now());
  const rows = seeds.map(({ grant, decision, days, isOwn }) => {
    const { id, holderId } = shown[grant % shown.length]!;
    const untilAt = decision === "keep" ? isoInstant(clock.now() + days * dayMs + 3 * hourMs) : null;
    watch.decided.push({ review, grantId: id, decision, untilAt, isGood: !isOwn, decidedAtMs: clock.now() });
    return [review, id, decision, untilAt ?? "", isOwn ? holderId : "reviewer-1", "looked at it", decidedAt].join(",");
  });
  const csv = ["review,grant_id,decision,until,reviewer,reason,decided_at", ...rows, ""].join("\n");
  const number = [...objects.keys()].filter((key) => key.startsWith(decisionsPrefix(sourceId))).length;
  objects.set(`${decisionsPrefix(sourceId)}${review}-${number}.csv`, new TextEncoder().encode(csv));
};
