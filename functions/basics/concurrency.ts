/**
 * Work was cut short as its caller has to stop, near a deadline or once interrupted. Nothing failed for good: the work can be
 * gone on with.
 */
export class CutShortError extends Error {
  override readonly name = "CutShortError";
}

/**
 * Runs the work on every item, at most `inFlight` items at a time. After a failure no further item begins. Gives the
 * failures.
 */
export async function eachInFlight<T>(
  items: readonly T[],
  inFlight: number,
  work: (item: T) => Promise<void>,
): Promise<unknown[]> {
  const failures: unknown[] = [];
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined && failures.length === 0; item = queue.shift()) {
      await work(item).catch((error) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return failures;
}

/** Takes the lock: resolves once the lock is free, with the function that releases it. Releasing twice does no harm. */
export type Mutex = () => Promise<() => void>;

/** A fair mutex: callers get the lock in the order of their calls. */
export function createMutex(): Mutex {
  let last: Promise<void> = Promise.resolve();
  return async () => {
    const before = last;
    const { promise, resolve } = Promise.withResolvers<void>();
    last = promise;
    await before;
    return resolve;
  };
}

/** Runs the work on each call, never two runs at once. All calls during a run share the next run. */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  const begin = (): Promise<void> => {
    next = null;
    running = work().finally(() => {
      running = null;
    });
    return running;
  };
  return () => {
    if (!running) return begin();
    next ??= running.then(begin, begin);
    return next;
  };
}
