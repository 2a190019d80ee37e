/**
 * A random sample of keys, each with all values offered under the key: the `size` keys of least rank. Ranks come from a
 * seeded hash, so one seed gives one sample, whatever the order of the offers. A sampled key has lost no value, because
 * its rank was among the least from the first offer on. Plain JSON, so that a checkpoint can hold a sample.
 */
export type KeySample = { size: number; entries: { rank: string; key: string; values: string[] }[] };

export function emptySample(size: number): KeySample {
  return { size, entries: [] };
}

/** Offers a value under a key to the sample. `rankOf` must give the same rank for the same key. */
export function offer(sample: KeySample, rankOf: (key: string) => string, [key, value]: [string, string]): void {
  const rank = rankOf(key);
  const last = sample.entries.at(-1);
  const isFull = sample.entries.length === sample.size;
  if (isFull && last && rank > last.rank) return;
  const present = sample.entries.find((entry) => entry.key === key);
  if (present) {
    if (!present.values.includes(value)) present.values.push(value);
    return;
  }
  const at = sample.entries.findIndex((entry) => entry.rank > rank);
  sample.entries.splice(at === -1 ? sample.entries.length : at, 0, { rank, key, values: [value] });
  if (sample.entries.length > sample.size) sample.entries.pop();
}
