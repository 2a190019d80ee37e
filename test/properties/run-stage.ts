import { isoInstant } from "../../functions/basics/time.ts";
import { stopKey } from "../../functions/review/keys.ts";
import { between, type Disturbances, type FaultSeed } from "./disturbances.ts";
import type { Faults } from "./gate.ts";
import { type Ended, invoke, type Start, type Work } from "./invocation.ts";
import type { StagesUnderTest } from "./stages-under-test.ts";
import type { Watch } from "./watch.ts";
import { sourceId, type World } from "./world.ts";

/** What one stage came to in the end: the status of its answer, or "failed" after the last invocation. */
export type StageResult = { review: string; work: string; result: string; error: string | null };

/** What is recorded of a life: what each stage came to, what was written after what, what was disturbed. */
export type LifeRecord = {
  world: World;
  watch: Watch;
  results: StageResult[];
  reviews: string[];
  sweeps: string[];
  fired: FaultSeed[];
  /** `A → B`: what was written after what within one invocation. */
  followed: Set<string>;
  invocations: number;
  isPatient: boolean;
  /** How many invocations were cut off, doubled or met a fault. */
  disturbed: number;
};

/** A life in progress. */
export type Life = {
  world: World;
  watch: Watch;
  stages: StagesUnderTest;
  disturbances: Disturbances;
  faults: Faults;
  record: LifeRecord;
  dead: Set<number>;
  frozen: (() => Promise<void>)[];
  /** Whether the round itself is one in which the operator has said stop. */
  isStopped: boolean;
};

const minuteMs = 60 * 1000;
const maxTries = 60;

/** Says stop, or takes it back. */
export const setStop = ({ objects, clock }: World, isStopped: boolean): void => {
  const text = JSON.stringify({ isStopped, at: isoInstant(clock.now()) });
  objects.set(stopKey(sourceId), new TextEncoder().encode(text));
};

/** A stage to run to its end. */
export type StageRun = { review: string; name: string; work: Work };

/** Invokes a stage until it ends, or fails twice although nothing disturbed it. An impatient operator invokes it once. */
export const runStage = async (life: Life, run: StageRun): Promise<void> => {
  const { review, name } = run;
  let failures = 0;
  for (let tries = 1; ; tries++) {
    if (tries > maxTries) throw new Error(`Cannot get through ${name}: ${maxTries} invocations were not enough`);
    const firedBefore = life.record.fired.length;
    const { ended, others } = await invokeNext(life, run);
    const isDisturbed = life.record.fired.length > firedBefore || others || life.frozen.length > 0;
    if (isDisturbed || (ended.kind === "answered" && ended.answer.status === "continue")) life.record.disturbed++;
    const done = (result: string, error: string | null = null): void => {
      life.record.results.push({ review, work: name, result, error });
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
    waitAfter(life, ended);
    if (!life.disturbances.isPatient && ended.kind !== "answered") return done("given up");
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
const invokeNext = async (life: Life, run: StageRun): Promise<{ ended: Ended; others: boolean }> => {
  const number = life.record.invocations;
  const seed = life.disturbances.doubles[number] ?? null;
  const turns = seed === null ? null : createTurns(seed);
  const thawed = life.frozen.splice(0);
  const isThawedNow = thawed.length > 0 && !life.disturbances.isThawedLate;
  const thawing = isThawedNow ? thawed.map((thaw) => thaw()) : [];
  const first = begin(life, run, { turns, isDouble: false });
  const second = seed === null ? null : begin(life, run, { turns, isDouble: true });
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
  { review, work }: StageRun,
  { turns, isDouble }: { turns: (() => number) | null; isDouble: boolean },
): Promise<Ended> => {
  const { world, watch, stages, faults, disturbances, record, dead } = life;
  const pid = ++record.invocations;
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
      if (lastWrite !== null) record.followed.add(between(lastWrite, name));
    },
  };
  const ended = await invoke(start, work);
  if (ended.kind === "killed") dead.add(pid);
  return ended;
};
