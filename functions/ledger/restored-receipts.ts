import { epochMs } from "../basics/time.ts";
import type { Restored } from "../review/proof/receipt.ts";
import type { Stage } from "../review/stage.ts";

/** What was put back, in whichever review it had been removed, after the given instant; null: ever. */
export const restoredReceipts = async ({ store, sourceId }: Stage, afterAt: string | null): Promise<Restored[]> => {
  const restored: Restored[] = [];
  for await (const key of store.list(`reviews/${sourceId}/`)) {
    if (!/\/receipts\/[0-9a-f]+\.restored\.json$/.test(key)) continue;
    const receipt = await store.getJson<Restored>(key);
    if (receipt && (afterAt === null || epochMs(receipt.at) > epochMs(afterAt))) restored.push(receipt);
  }
  return restored.sort((a, b) => epochMs(a.at) - epochMs(b.at));
};
