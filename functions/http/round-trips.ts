/** What calls of one API take from sending to answer. */
export type RoundTrips = {
  /** Milliseconds from sending to answer of a call. */
  add(ms: number): void;
  /** Milliseconds that the next call takes at least, as far as the latest ones tell; 0 where they are too few. */
  leastMs(): number;
};

/** Few enough that a latency which rose for good is noticed, many enough that one which rose for a moment is not believed. */
const KEPT = 1_000;
const FEWEST = 30;
/** So many may pass before they are looked through again; one that is quicker than promised counts at once. */
const STALE_AFTER = 20;

/**
 * Remembers the latest round trips. The next one may undercut the least of them, by about as much as they differ among
 * themselves: what is promised lies as far below the least as the quickest quarter of them reaches above it.
 */
export function createRoundTrips(): RoundTrips {
  const latest: number[] = [];
  let oldest = 0;
  let unseen = 0;
  let promisedMs = 0;

  function promise(): number {
    if (latest.length < FEWEST) return 0;
    const sorted = Float64Array.from(latest).sort();
    const least = sorted[0]!;
    return Math.max(0, least - (sorted[Math.floor(sorted.length / 4)]! - least));
  }

  function add(ms: number): void {
    latest[oldest] = ms;
    oldest = (oldest + 1) % KEPT;
    unseen += 1;
    if (unseen < STALE_AFTER && latest.length !== FEWEST && ms >= promisedMs) return;
    unseen = 0;
    promisedMs = promise();
  }

  return { add, leastMs: () => promisedMs };
}
