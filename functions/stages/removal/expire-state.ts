import { type Checkpoint, openCheckpoint } from "../../ledger/checkpoint.ts";
import { checkpointKey } from "../../review/keys.ts";
import type { Stage } from "../../review/stage.ts";
import type { Started } from "./task-watch.ts";

/** The provider's yes to a removal; `at` is missing in checkpoints of an earlier version. */
export type Accepted = { requestId: string | null; at?: string };

/**
 * What expire carries from one invocation to the next, by grant id. `accepted`: removals the provider said yes to; `tasks`:
 * those it has begun, and has not said of that they ended.
 */
export type ExpireState = { accepted: Record<string, Accepted>; tasks: Record<string, Started> };

/** The state that a checkpoint holds; one of an earlier version knows no tasks. */
export function expireStateOf(stored: Partial<ExpireState> | null): ExpireState {
  return {
    accepted: {},
    tasks: {},
    ...stored,
  };
}

export function openExpireState({ store, sourceId, review }: Stage): Promise<Checkpoint<ExpireState>> {
  return openCheckpoint<ExpireState>(store, checkpointKey(sourceId, review, "expire.json"));
}
