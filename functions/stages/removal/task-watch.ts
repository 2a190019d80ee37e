import { epochMs } from "../../basics/time.ts";
import type { Grant } from "../../review/grants/grant.ts";
import type { Source, TaskState } from "../../review/ports.ts";
import type { Stage } from "../../review/stage.ts";

/** A removal that the provider carries out later. `startedAt`: when it said so. */
export type Started = { task: string; requestId: string | null; startedAt: string };

/** How a task ended for us: as the provider says, or `overdue`, not ended for so long that only a read of the grant can tell. */
export type TaskEnd = Exclude<TaskState, { kind: "running" }> | { kind: "overdue" };

/** Asks how started removals are going, beside the next removals. */
export type TaskWatch = {
  add(grant: Grant, started: Started): void;
  /** Asks for every task that is due by now. */
  pollDue(): Promise<void>;
  /** Epoch milliseconds of the next asking, null if no task is under way. */
  nextAtMs(): number | null;
};

/** Milliseconds between two askings for one task. */
export const POLL_MS = 2_000;
/** No figure is published by any provider; Terraform's gives up after as long. */
export const LONGEST_TASK_MS = 6 * 60_000;
const POLLS_AT_ONCE = 8;

type Watched = { grant: Grant; started: Started; nextAtMs: number };

/** `onEnd` is told of each task once; where it throws, so does `pollDue`, and the task is asked for again. */
export const openTaskWatch = (
  stage: Stage,
  source: Source,
  onEnd: (grant: Grant, started: Started, end: TaskEnd) => Promise<void>,
): TaskWatch => {
  let watched: Watched[] = [];

  const poll = async (each: Watched): Promise<void> => {
    const state = await source.readTask(each.started.task);
    const isOverdue = stage.clock.now() - epochMs(each.started.startedAt) >= LONGEST_TASK_MS;
    if (state.kind === "running" && !isOverdue) {
      each.nextAtMs = stage.clock.now() + POLL_MS;
      return;
    }
    await onEnd(each.grant, each.started, state.kind === "running" ? { kind: "overdue" } : state);
    watched = watched.filter((other) => other !== each);
  };

  return {
    // A task that another invocation started may have ended long ago: it is asked for at once.
    add: (grant, started) => watched.push({ grant, started, nextAtMs: epochMs(started.startedAt) + POLL_MS }),
    nextAtMs: () => (watched.length === 0 ? null : Math.min(...watched.map(({ nextAtMs }) => nextAtMs))),
    async pollDue() {
      const due = watched.filter(({ nextAtMs }) => nextAtMs <= stage.clock.now());
      for (let from = 0; from < due.length; from += POLLS_AT_ONCE) {
        const polls = await Promise.allSettled(due.slice(from, from + POLLS_AT_ONCE).map(poll));
        // Only once the others are through: none may go on behind the back of a stage that has failed.
        for (const each of polls) if (each.status === "rejected") throw each.reason;
      }
    },
  };
};
