import type { Stage } from "../review/stage.ts";
import type { Lease } from "./lease.ts";
import { refuseWhileStopped } from "./stop.ts";

/**
 * The last steps before a provider write, in this order: the lease stands, nobody said stop, the intents are durable, the lease
 * still stands. Where a step throws, the provider is not called.
 */
export async function writeAhead(
  { stage, lease }: { stage: Stage; lease: Lease },
  writeIntents: () => Promise<unknown>,
): Promise<void> {
  await lease.check();
  await refuseWhileStopped(stage);
  await writeIntents();
  // Once more, and last: an invocation that was suspended while it wrote may have lost the lease to another one.
  await lease.check();
}
