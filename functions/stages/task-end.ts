import type { Source } from "../review/ports.ts";
import type { Lease } from "./lease.ts";
import type { Stage } from "./stage.ts";
import { LONGEST_TASK_MS, POLL_MS } from "./task-watch.ts";

/**
 * Null once a task has ended well, or for so long has not ended that only a read of the grant can tell; else why the grant
 * is not back: the provider gave up, or this invocation has to stop.
 */
export const untilTaskEnds = async (
  { stage, source, lease }: { stage: Stage; source: Source; lease: Lease },
  task: string,
): Promise<string | null> => {
  const startedAtMs = stage.clock.now();
  while (stage.clock.now() - startedAtMs < LONGEST_TASK_MS) {
    await stage.clock.sleep(POLL_MS);
    await lease.check();
    const state = await source.readTask(task);
    if (state.kind === "done") return null;
    if (state.kind === "failed") return state.detail;
    if (stage.shouldStop()) return "the provider is still at it: run restore again";
  }
  return null;
};
