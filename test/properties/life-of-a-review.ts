import { dayMs, isoInstant } from "../../functions/review/instant.ts";
import { decisionsPrefix, reviewKeys, stopKey } from "../../functions/review/keys.ts";
import { reviewIdOf } from "../../functions/review/review-id.ts";
import { standingGrants } from "./company.ts";
import { between, type Disturbances, type FaultSeed, openFaults } from "./disturbances.ts";
import { type Ended, invoke, type Start, type Work } from "./invocation.ts";
import type { DecisionSeed, ReviewSeed, Round, Scenario, Tampering } from "./scenario.ts";
import type { StagesUnderTest } from "./stages-under-test.ts";
import { forgeOutcome, shownIds, tamperBeforeExpiry } from "./tampering.ts";
import { newestPlanIn, openWatch, type Watch } from "./watch.ts";
import { applyChange, applyPolicyChange, foundWorld, idOf, sourceId, startMs, type World } from "./world.ts";

/** What came of one stage in the end: its answer's status, or that it failed however often it was invoked. */
export type Passed = { review: string; work: string; result: string; error: string | null };

/** A life that was lived. */
export type Lived = {
  world: World;
  watch: Watch;
  passed: Passed[];
  reviews: string[];
  fired: FaultSeed[];
  /** `A → B`: what was written after what within one invocation. */
  followed: Set<string>;
  invocations: number;
  isPatient: boolean;
  /** How many invocations were cut off, doubled or met a fault. */
  disturbed: number;
};

type Life = {
  world: World;
  watch: Watch;
  stages: StagesUnderTest;
  disturbances: Disturbances;
  faults: ReturnType<typeof openFaults>;
  lived: Lived;
  dead: Set<number>;
  frozen: (() => Promise<void>)[];
  /** Whether the round itself is one in which the operator has said stop. */
  isStopped: boolean;
};

const hourMs = 60 * 60 * 1000;
const minuteMs = 60 * 1000;
/** A stage that was disturbed has this long until the next round begins: less than what separates rounds that fall on one day. */
const roundMs = 2 * hourMs;
const maxTries = 60;

/** Lives one or two reviews from the first snapshot to the last seal, as the CLI and the state machine would. */
export const live = async (scenario: Scenario, disturbances: Disturbances, stages: StagesUnderTest): Promise<Lived> => {
  const world = foundWorld(scenario);
  const watch = openWatch(world);
  const lived: Lived = {
    world,
    watch,
    passed: [],
    reviews: [],
    fired: [],
    followed: new Set(),
    invocations: 0,
    isPatient: disturbances.isPatient,
    disturbed: 0,
  };
  const stillness = ["frozen", "forgotten"];
  watch.isReadOnce = !disturbances.faults.some(({ kind }) => stillness.includes(kind));
  const faults = openFaults(disturbances.faults, (seed) => lived.fired.push(seed));
  const life: Life = {
    world,
    watch,
    stages,
    disturbances,
    faults,
    lived,
    dead: new Set(),
    frozen: [],
    isStopped: false,
  };
  const calendar = createCalendar(world);
  for (const seed of scenario.reviews) await liveReview(life, seed, calendar);
  for (const thaw of life.frozen.splice(0)) await thaw();
  return lived;
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
  calendar(life.lived.reviews.length === 0 ? 0 : 15);
  world.company.isWhole = seed.isWhole;
  for (const change of seed.changes) applyChange(world, change);
  const review = reviewIdOf(world.clock.now());
  life.lived.reviews.push(review);
  life.watch.standingAt.set(
    review,
    new Map(standingGrants(world.company, world.clock.now()).map((given) => [idOf(given), { ...given }])),
  );
  await pass(life, { review, name: "snapshot", work: stages.takeSnapshot });
  for (const [at, round] of seed.rounds.entries()) {
    if (at > 0) calendar(round.daysLater);
    await liveRound(life, review, { round, isFirst: at === 0 });
  }
  if (seed.isSealed) await seal(life, review, seed);
  if (seed.restore !== "none" && seed.isSealed) {
    calendar(1);
    await restore(life, review, seed.restore);
  }
};

const seal = async (life: Life, review: string, { isForged, isRevisited }: ReviewSeed): Promise<void> => {
  const { objects } = life.world;
  const { sealEvidence, assessGrants, expireGrants } = life.stages;
  const undo = isForged ? forgeOutcome(objects, review) : null;
  if (undo) await pass(life, { review, name: "seal what is forged", work: sealEvidence });
  undo?.();
  await pass(life, { review, name: "seal", work: sealEvidence });
  if (!isRevisited || !objects.has(reviewKeys(sourceId, review).evidence)) return;
  await pass(life, { review, name: "assess what is sealed", work: assessGrants });
  await pass(life, { review, name: "expire what is sealed", work: expireGrants });
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
  await pass(life, { review, name: "assess", work: stages.assessGrants });
  if (round.isApproved) await approve(life, review);
  if (round.isDecidedLate) fileDecisions(life, review, round.decisions);
  if (policyChange && isChangedLate) applyPolicyChange(world, policyChange);
  life.isStopped = round.isStopped;
  setStop(world, round.isStopped);
  if (round.tampering) await expireTampered(life, review, round.tampering);
  await pass(life, { review, name: "expire", work: stages.expireGrants });
  life.isStopped = false;
  setStop(world, false);
};

const expireTampered = async (life: Life, review: string, tampering: Tampering): Promise<void> => {
  for (const thaw of life.frozen.splice(0)) await thaw();
  const undo = tamperBeforeExpiry(life.world.objects, review, tampering);
  if (!undo) return;
  life.watch.isTampered = true;
  await pass(life, { review, name: `expire what somebody ${tampering}`, work: life.stages.expireGrants });
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
  await pass(life, { review, name: "approve", work });
};

const restore = async (life: Life, review: string, which: "all" | "named"): Promise<void> => {
  const revoked = [...life.watch.everRemoved].sort();
  const prefix = reviewKeys(sourceId, review).receipts;
  const isRevoked = (id: string): boolean => {
    const body = life.world.objects.get(`${prefix}${id}.outcome.json`);
    return body !== undefined && new TextDecoder().decode(body).includes('"outcome": "revoked"');
  };
  const grants = revoked.filter(isRevoked).filter((_, at) => at % 2 === 0);
  const request = which === "all" ? { all: true } : { grants };
  await pass(life, { review, name: "restore", work: (stage) => life.stages.restoreGrants(stage, request) });
};

const setStop = ({ objects, clock }: World, isStopped: boolean): void => {
  const text = JSON.stringify({ isStopped, at: isoInstant(clock.now()) });
  objects.set(stopKey(sourceId), new TextEncoder().encode(text));
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

type Passing = { review: string; name: string; work: Work };

/** Invokes a stage until it has ended, or until it fails with nothing left to blame; an impatient operator tries once. */
const pass = async (life: Life, passing: Passing): Promise<void> => {
  const { review, name } = passing;
  let failures = 0;
  for (let tries = 1; ; tries++) {
    if (tries > maxTries) throw new Error(`Cannot get through ${name}: ${maxTries} invocations were not enough`);
    const firedBefore = life.lived.fired.length;
    const { ended, others } = await invokeNext(life, passing);
    const isDisturbed = life.lived.fired.length > firedBefore || others || life.frozen.length > 0;
    if (isDisturbed || (ended.kind === "answered" && ended.answer.status === "continue")) life.lived.disturbed++;
    const done = (result: string, error: string | null = null): void => {
      life.lived.passed.push({ review, work: name, result, error });
    };
    if (ended.kind === "answered" && ended.answer.status !== "continue") {
      if (!isHeldByStop(ended) || life.isStopped) return done(ended.answer.status);
      setStop(life.world, false);
    }
    const isStoppedByFault = ended.kind === "failed" && ended.error.name === "StoppedError" && !life.isStopped;
    if (isStoppedByFault) setStop(life.world, false);
    if (
      ended.kind === "failed" &&
      !isStoppedByFault &&
      !isDisturbed &&
      ended.error.name !== "LeaseHeldError" &&
      ++failures === 2
    ) {
      return done("failed", ended.error.message);
    }
    if (!life.disturbances.isPatient && ended.kind !== "answered") return done("given up");
    waitAfter(life, ended);
  }
};

const isHeldByStop = (ended: Extract<Ended, { kind: "answered" }>): boolean => "stopped" in ended.answer;

/** What an operator or the state machine lets pass before trying again. */
const waitAfter = ({ world, disturbances, frozen }: Life, ended: Ended): void => {
  if (ended.kind === "answered") return;
  const isLeaseKnownGone = ended.kind === "killed" && disturbances.isGoneKnown;
  const mustOutwaitLease =
    frozen.length > 0 ||
    ended.kind === "frozen" ||
    (ended.kind === "killed" && !isLeaseKnownGone) ||
    ended.kind === "failed";
  world.clock.moveTo(world.clock.now() + (mustOutwaitLease ? 6 * minuteMs : 0));
};

/** The next invocation, with whoever was started at the same time, or thawed meanwhile. */
const invokeNext = async (life: Life, passing: Passing): Promise<{ ended: Ended; others: boolean }> => {
  const number = life.lived.invocations;
  const seed = life.disturbances.doubles[number] ?? null;
  const turns = seed === null ? null : createTurns(seed);
  const thawed = life.frozen.splice(0);
  const isThawedNow = thawed.length > 0 && !life.disturbances.isThawedLate;
  const thawing = isThawedNow ? thawed.map((thaw) => thaw()) : [];
  const first = begin(life, passing, { turns, isDouble: false });
  const second = seed === null ? null : begin(life, passing, { turns, isDouble: true });
  const ended = await first;
  const other = second && (await second);
  await Promise.all(isThawedNow ? thawing : thawed.map((thaw) => thaw()));
  for (const each of [ended, other]) if (each?.kind === "frozen") life.frozen.push(each.thaw);
  const best = other?.kind === "answered" && ended.kind !== "answered" ? other : ended;
  return { ended: best, others: second !== null || thawed.length > 0 };
};

/** A small generator of its own, so that an interleaving is replayed by its seed. */
const createTurns = (seed: number): (() => number) => {
  let state = seed | 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 28;
  };
};

const begin = async (
  life: Life,
  { review, work }: Passing,
  { turns, isDouble }: { turns: (() => number) | null; isDouble: boolean },
): Promise<Ended> => {
  const { world, watch, stages, faults, disturbances, lived, dead } = life;
  const pid = ++lived.invocations;
  const start: Start = {
    world,
    watch,
    stages,
    faults,
    review,
    pid,
    deadline: isDouble ? null : (disturbances.deadlines[pid - 1] ?? null),
    turns,
    isGone: (other) => disturbances.isGoneKnown && dead.has(other),
    sayStop: () => setStop(world, true),
    written: ({ name }, lastWrite) => {
      if (lastWrite !== null) lived.followed.add(between(lastWrite, name));
    },
  };
  const ended = await invoke(start, work);
  if (ended.kind === "killed") dead.add(pid);
  return ended;
};
