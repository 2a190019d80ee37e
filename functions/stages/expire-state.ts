import { checkpointKey } from "../review/keys.ts";
import { type Checkpoint, openCheckpoint } from "./checkpoint.ts";
import type { Stage } from "./stage.ts";

/** What expire carries from one invocation to the next. `accepted`: removals the provider said yes to, by grant id. */
export type ExpireState = { accepted: Record<string, { requestId: string | null }> };

export const openExpireState = ({ store, sourceId, review }: Stage): Promise<Checkpoint<ExpireState>> =>
  openCheckpoint<ExpireState>(store, checkpointKey(sourceId, review, "expire.json"));
