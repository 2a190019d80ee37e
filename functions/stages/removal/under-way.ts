import { oneAtATime } from "../../basics/concurrency.ts";
import { epochMs, parseInstant } from "../../basics/time.ts";
import { openReviewCheckpoint } from "../../ledger/checkpoint.ts";
import type { AtProvider } from "../../ledger/lease.ts";
import type { Grant } from "../../review/grants/grant.ts";
import type { Reader, TaskState } from "../../review/ports.ts";
import type { Intent } from "../../review/proof/receipt.ts";
import type { Stage } from "../../review/stage.ts";

/** The provider's yes to a removal; `at` is missing in checkpoints of an earlier version. */
export type Accepted = { requestId: string | null; at?: string };

/** A removal that the provider carries out later, as a task. `startedAt`: when the provider said so. */
export type Started = { task: string; requestId: string | null; startedAt: string };

/**
 * The removals under way, which expire carries from one invocation to the next, by grant id. `accepted`: the provider said
 * yes; `tasks`: the provider began a task, and has not said that it ended; `failures`: how often a removal failed without a
 * reason that speaks of the grant.
 */
export type ExpireState = {
  accepted: Record<string, Accepted>;
  tasks: Record<string, Started>;
  failures: Record<string, number>;
};

/** The intents of a review, by grant id. */
type Intents = ReadonlyMap<string, Pick<Intent, "at">>;

/** Opens the state as earlier invocations left it, as far as the intents prove it; `save` makes it durable. */
export async function openExpireState(
  stage: Stage,
  intents: Intents,
): Promise<{ state: ExpireState; save(): Promise<void> }> {
  const checkpoint = await openReviewCheckpoint<unknown>(stage, "expire.json");
  const { state, ignored } = provenState(checkpoint.value, intents, stage.clock.now());
  const unfit = checkpoint.isUnreadable ? 1 : ignored;
  if (unfit > 0) stage.progress({ stage: "expire", counts: { ignored: unfit } });
  return { state, save: oneAtATime(() => checkpoint.save(state)) };
}

/**
 * What a checkpoint says of removals that were begun: each has an intent, and lies between the intent and now. Everything
 * else is ignored, and counted. A checkpoint of an earlier version has no tasks, or no failures.
 */
export function provenState(value: unknown, intents: Intents, nowMs: number): { state: ExpireState; ignored: number } {
  const state: ExpireState = { accepted: {}, tasks: {}, failures: {} };
  let ignored = 0;
  const take = <Entry>(
    of: Record<string, Entry>,
    entries: unknown,
    isFit: (entry: unknown, fromMs: number) => boolean,
  ) => {
    for (const [grantId, entry] of Object.entries(objectOf(entries))) {
      const intent = intents.get(grantId);
      if (intent && isFit(entry, epochMs(intent.at))) of[grantId] = entry as Entry;
      else ignored++;
    }
  };
  const isBetween = (at: unknown, fromMs: number): boolean => {
    const atMs = typeof at === "string" ? parseInstant(at) : null;
    return atMs !== null && fromMs <= atMs && atMs <= nowMs;
  };
  const isId = (id: unknown): boolean => id === null || typeof id === "string";
  const { accepted, tasks, failures } = objectOf(value);
  take(state.accepted, accepted, (entry, fromMs) => {
    const { requestId, at } = objectOf(entry);
    return isId(requestId) && (at === undefined || isBetween(at, fromMs));
  });
  take(state.tasks, tasks, (entry, fromMs) => {
    const { task, requestId, startedAt } = objectOf(entry);
    return typeof task === "string" && isId(requestId) && isBetween(startedAt, fromMs);
  });
  take(state.failures, failures, (entry) => Number.isInteger(entry) && (entry as number) > 0);
  return { state, ignored };
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** How a task ended: as the provider says, or `overdue`: it runs for so long that only a read of the grant can tell. */
export type TaskEnd = Exclude<TaskState, { kind: "running" }> | { kind: "overdue" };

/** Asks how tasks are going, beside the next removals. */
export type TaskWatch = {
  add(grant: Grant, started: Started): void;
  /** Asks for every task that is due by now. */
  pollDue(): Promise<void>;
  /** Epoch milliseconds of the next poll, null if no task is under way. */
  nextAtMs(): number | null;
};

/** Milliseconds between two polls of one task. */
const pollMs = 2_000;
/** No provider publishes a figure; Terraform's provider gives up after as long. */
const longestTaskMs = 6 * 60_000;
const pollsAtOnce = 8;

type Watched = { grant: Grant; started: Started; nextAtMs: number };

/** `onEnd` is told of each task once; where `onEnd` throws, so does `pollDue`, and the task is asked for again. */
export function openTaskWatch(
  stage: Stage,
  source: Reader,
  onEnd: (grant: Grant, started: Started, end: TaskEnd) => Promise<void>,
): TaskWatch {
  let watched: Watched[] = [];

  const poll = async (each: Watched): Promise<void> => {
    const state = await source.readTask(each.started.task);
    const isOverdue = stage.clock.now() - epochMs(each.started.startedAt) >= longestTaskMs;
    if (state.kind === "running" && !isOverdue) {
      each.nextAtMs = stage.clock.now() + pollMs;
      return;
    }
    await onEnd(each.grant, each.started, state.kind === "running" ? { kind: "overdue" } : state);
    watched = watched.filter((other) => other !== each);
  };

  return {
    // A task that an earlier invocation started may have ended long ago: its first poll is due at once.
    add: (grant, started) => watched.push({ grant, started, nextAtMs: epochMs(started.startedAt) + pollMs }),
    nextAtMs: () => (watched.length === 0 ? null : Math.min(...watched.map(({ nextAtMs }) => nextAtMs))),
    async pollDue() {
      const due = watched.filter(({ nextAtMs }) => nextAtMs <= stage.clock.now());
      for (let from = 0; from < due.length; from += pollsAtOnce) {
        const polls = await Promise.allSettled(due.slice(from, from + pollsAtOnce).map(poll));
        // Thrown once all polls are through: none may go on after the stage has failed.
        for (const each of polls) if (each.status === "rejected") throw each.reason;
      }
    },
  };
}

type Waiting = AtProvider & { stage: Stage };

/**
 * Waits for the end of a task that began at `sinceMs` (epoch milliseconds), at most until the task is overdue; `stopped`
 * where this invocation has to end first.
 */
export async function untilTaskEnds(
  { stage, source, lease }: Waiting,
  task: string,
  sinceMs: number,
): Promise<TaskEnd | { kind: "stopped" }> {
  for (;;) {
    const state = await source.readTask(task);
    if (state.kind !== "running") return state;
    if (stage.clock.now() - sinceMs >= longestTaskMs) return { kind: "overdue" };
    if (stage.shouldStop()) return { kind: "stopped" };
    await stage.clock.sleep(pollMs);
    await lease.check();
  }
}
