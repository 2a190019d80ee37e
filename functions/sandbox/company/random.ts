/** A seeded stream of numbers in [0, 1): the same seed gives the same company (mulberry32). */
export type Random = () => number;

/** The random stream of a seed. */
export function seededRandom(seed: number): Random {
  let state = (seed * 2654435761) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A whole number from 0 up to, but not including, `limit`. */
export function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

/** One element of a list that is not empty. */
export function pick<T>(random: Random, list: readonly T[]): T {
  const chosen = list[below(random, list.length)];
  if (chosen === undefined) throw new Error("Cannot pick as the list is empty");
  return chosen;
}

/** `count` elements of the list, at even distances and in the list's order. */
export function spread<T>(list: readonly T[], count: number): T[] {
  const wanted = Math.min(count, list.length);
  return Array.from({ length: wanted }, (_, index) => list[Math.floor((index * list.length) / wanted)] as T);
}
