import { isSweep } from "../../functions/review/keys.ts";
import type { Clock } from "../../functions/review/ports.ts";
import { sweepPolicyOf } from "../../functions/review/rules/policy.ts";
import type { Stage, StageAnswer } from "../../functions/review/stage.ts";
import { type FakeSourceOptions, openFakeReader, openFakeRemover } from "./fake-source.ts";
import { openFakeStore } from "./fake-store.ts";
import { type Call, type Faults, openGate } from "./gate.ts";
import type { StagesUnderTest } from "./stages-under-test.ts";
import type { Watch } from "./watch.ts";
import { sourceId, type World } from "./world.ts";

/** How an invocation ended. One that froze ends later: `thaw` lets it go on. */
export type Ended =
  | { kind: "answered"; answer: StageAnswer }
  | { kind: "failed"; error: Error }
  | { kind: "killed" }
  | { kind: "frozen"; thaw: () => Promise<void> };

/** What an invocation is started with. */
export type Start = {
  world: World;
  watch: Watch;
  stages: StagesUnderTest;
  faults: Faults;
  review: string;
  pid: number;
  /** Looks at the clock before its deadline; null: it has none. */
  deadline: number | null;
  /** Gives the number of turns to let pass before a call; null: it runs alone. */
  turns: (() => number) | null;
  isGone(pid: number): boolean;
  sayStop(): void;
  written(call: Call, lastWrite: string | null): void;
};

const drainTurns = 2_000;

export type Work = (stage: Stage) => Promise<StageAnswer>;

const turnsOf = (turns: () => number) => async (): Promise<void> => {
  for (let left = turns(); left > 0; left--) await null;
};

/** Runs one invocation of a stage with ports of its own. Once it is killed none of them ever answers again, so nothing after it runs. */
export const invoke = async (start: Start, work: Work): Promise<Ended> => {
  const { world, pid } = start;
  let isDead = false;
  let openSources = 0;
  const outside = Promise.withResolvers<Ended>();
  const kill = (): void => {
    isDead = true;
    outside.resolve({ kind: "killed" });
  };
  const settled = (ended: Ended): Ended => {
    if (!isDead && openSources > 0) start.watch.violations.push(`invocation ${pid} left its source open`);
    return ended;
  };
  const run = (stage: Stage): Promise<Ended> =>
    work(stage).then(
      (answer) => settled({ kind: "answered", answer }),
      (error: Error) => settled({ kind: "failed", error }),
    );

  let hasFrozen = false;
  const freeze = async (): Promise<void> => {
    if (hasFrozen) return;
    hasFrozen = true;
    const ice = Promise.withResolvers<void>();
    const thaw = async (): Promise<void> => {
      ice.resolve();
      await Promise.race([running, died.promise]);
    };
    // What was under way beside it comes to its end first: only between asking for its lease and sending what it asked for
    // does an invocation rely on time not standing still.
    for (let turn = 0; turn < drainTurns; turn++) await null;
    outside.resolve({ kind: "frozen", thaw });
    await ice.promise;
  };
  const died = Promise.withResolvers<void>();
  const gate = openGate({
    faults: start.faults,
    clock: world.clock,
    isDead: () => isDead,
    kill: () => {
      kill();
      died.resolve();
    },
    freeze,
    sayStop: start.sayStop,
    forget: () => new start.stages.ExpiredPageTokenError("the page token is no longer known"),
    turn: start.turns && turnsOf(start.turns),
    onWrite: start.written,
  });
  const running = run(stageOf(start, { gate, opened: (change) => (openSources += change) }));
  return await Promise.race([running, outside.promise]);
};

type Ports = { gate: ReturnType<typeof openGate>; opened(change: number): void };

const stageOf = (start: Start, { gate, opened }: Ports): Stage => {
  const { world, watch, review, pid } = start;
  const clock: Clock = world.clock;
  let looks = 0;
  const openFake = (): FakeSourceOptions => {
    opened(1);
    const watcher = watch.watcherOf({ invocation: `invocation ${pid}`, review });
    return {
      company: world.company,
      shape: world.scenario.shape,
      clock,
      gate,
      watcher,
      closed: () => opened(-1),
      unrestorable: () => new start.stages.UnrestorableError("the provider has no way to give it back"),
    };
  };
  const caller = { via: "lambda", requestId: `request ${pid}` } as const;
  return {
    sourceId,
    review,
    provider: "feishu-corehr",
    mode: world.mode,
    language: "en",
    policy: isSweep(review) ? sweepPolicyOf(world.policy) : world.policy,
    toolVersion: "0.0.0",
    sealReview: start.stages.sealEvidence,
    store: openFakeStore(world.objects, gate),
    clock,
    progress: () => {},
    invocation: { id: `invocation ${pid}`, host: "one", pid, isGone: (other) => start.isGone(other.pid), caller },
    shouldStop: () => start.deadline !== null && ++looks > start.deadline,
    openReader: async () => openFakeReader(openFake()),
    openRemover: async () => openFakeRemover(openFake()),
  };
};
