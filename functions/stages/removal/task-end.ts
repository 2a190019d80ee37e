import type { AtProvider } from "../../ledger/at-provider.ts";
import type { Stage } from "../../review/stage.ts";
import { longestTaskMs, pollMs, type TaskEnd } from "./task-watch.ts";

type Waiting = AtProvider & { stage: Stage };

/**
 * How a task that began at `sinceMs` (epoch milliseconds) has ended, once it has, or has not for so long that nobody waits
 * any more; `stopped` where this invocation has to end first.
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
