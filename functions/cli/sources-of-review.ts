import { checkpointKey, reviewKeys } from "../review/keys.ts";
import type { Store } from "../review/ports.ts";

async function hasReview(store: Store, source: string, review: string): Promise<boolean> {
  for (const prefix of [reviewKeys(source, review).root, checkpointKey(source, review, "snapshot.json")]) {
    for await (const _ of store.list(prefix)) return true;
  }
  return false;
}

/**
 * Of several sources those that have the review: naming the review of one must not begin, in its name, one of another. All
 * of them where none has it yet.
 */
export async function sourcesOfReview(store: Store, sources: string[], review: string): Promise<string[]> {
  if (sources.length === 1) return sources;
  const having: string[] = [];
  for (const source of sources) if (await hasReview(store, source, review)) having.push(source);
  return having.length > 0 ? having : sources;
}
