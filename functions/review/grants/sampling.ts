/**
 * The `size` keys of least rank among all that were offered, each with the values offered under it. As ranks come from a
 * seeded hash, the choice is the same for the same seed however the offers are ordered, and a chosen key has all of its
 * values: it was among the least from its first offer on. Plain JSON, so that a checkpoint can hold it.
 */
export type KeySample = { size: number; entries: { rank: string; key: string; values: string[] }[] };

export function emptySample(size: number): KeySample {
  return { size, entries: [] };
}

/** Offers a value under a key; `rankOf` must give the same rank for the same key. */
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
