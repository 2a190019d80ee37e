import type { AtProvider } from "../../ledger/lease.ts";
import type { Stage } from "../../review/stage.ts";
import { LONGEST_TASK_MS, POLL_MS, type TaskEnd } from "./task-watch.ts";

type Waiting = AtProvider & { stage: Stage };

/**
 * How a task that began at `sinceMs` (epoch milliseconds) has ended, once it has, or has not for so long that nobody waits
 * any more; `stopped` where this invocation has to end first.
 */
export const untilTaskEnds = async (
  { stage, source, lease }: Waiting,
  task: string,
  sinceMs: number,
): Promise<TaskEnd | { kind: "stopped" }> => {
  for (;;) {
    const state = await source.readTask(task);
    if (state.kind !== "running") return state;
    if (stage.clock.now() - sinceMs >= LONGEST_TASK_MS) return { kind: "overdue" };
    if (stage.shouldStop()) return { kind: "stopped" };
    await stage.clock.sleep(POLL_MS);
    await lease.check();
  }
};
