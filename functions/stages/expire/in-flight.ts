/** Runs the work over all items, so many at a time; after a failure no new one is begun. Gives the failures. */
export async function eachInFlight<T>(
  items: T[],
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
