/** Compares two texts by their UTF-16 code units, as `<` does: the order of keys and ids everywhere. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A stream sorted by key, in batches of items: awaiting each of a million items costs more than parsing them. */
export type Sorted<T> = AsyncIterable<readonly T[]> | Iterable<readonly T[]>;

/**
 * Merges streams sorted by `keyOf` into one sorted stream, with a heap of cursors. Memory holds one batch of each
 * stream.
 */
export async function* mergeSorted<T>(streams: Sorted<T>[], keyOf: (item: T) => string): AsyncGenerator<T[]> {
  const heap: Cursor<T>[] = [];
  for (const stream of streams) {
    const cursor = openCursor(stream, keyOf);
    if (await cursor.arrive()) heap.push(cursor);
  }
  for (let at = Math.floor(heap.length / 2) - 1; at >= 0; at--) siftDown(heap, at);
  let merged: T[] = [];
  for (let top = heap[0]; top; top = heap[0]) {
    merged.push(top.item!);
    if (!top.step()) {
      yield merged;
      merged = [];
      if (!(await top.arrive())) removeTop(heap);
    }
    siftDown(heap, 0);
  }
}

function isBefore(a: Cursor<unknown>, b: Cursor<unknown>): boolean {
  return a.key! < b.key!;
}

function siftDown<T>(heap: Cursor<T>[], from: number): void {
  for (let at = from; ; ) {
    let least = at;
    for (let child = 2 * at + 1; child <= 2 * at + 2 && child < heap.length; child++) {
      if (isBefore(heap[child]!, heap[least]!)) least = child;
    }
    if (least === at) return;
    [heap[at], heap[least]] = [heap[least]!, heap[at]!];
    at = least;
  }
}

function removeTop(heap: unknown[]): void {
  const last = heap.pop();
  if (heap.length > 0) heap[0] = last;
}

/** Merges neighbours with equal keys into one item. */
export async function* mergeNeighbours<T>(
  sorted: AsyncIterable<readonly T[]>,
  keyOf: (item: T) => string,
  merge: (a: T, b: T) => T,
): AsyncGenerator<T[]> {
  let held: T | undefined;
  for await (const items of sorted) {
    const folded: T[] = [];
    for (const item of items) {
      const isSame = held !== undefined && keyOf(held) === keyOf(item);
      if (held !== undefined && !isSame) folded.push(held);
      held = held !== undefined && isSame ? merge(held, item) : item;
    }
    yield folded;
  }
  if (held !== undefined) yield [held];
}

/**
 * Joins two streams sorted by the same key into pairs. The side that lacks a key is null. Throws if a stream is not
 * sorted or has a key twice.
 */
export async function* joinSorted<A, B>(
  left: { stream: Sorted<A>; keyOf: (item: A) => string },
  right: { stream: Sorted<B>; keyOf: (item: B) => string },
): AsyncGenerator<[A | null, B | null][]> {
  const a = openCursor(left.stream, left.keyOf, refuseDisorder);
  const b = openCursor(right.stream, right.keyOf, refuseDisorder);
  await Promise.all([a.arrive(), b.arrive()]);
  while (a.key !== null || b.key !== null) {
    yield pairsAtHand(a, b);
    await Promise.all([a.arrive(), b.arrive()]);
  }
}

/** The pairs that can be made before a stream has to load its next batch. */
function pairsAtHand<A, B>(a: Cursor<A>, b: Cursor<B>): [A | null, B | null][] {
  const pairs: [A | null, B | null][] = [];
  for (let isWaiting = false; !isWaiting; ) {
    const takesA = a.key !== null && (b.key === null || a.key <= b.key);
    const takesB = b.key !== null && (a.key === null || b.key <= a.key);
    pairs.push([takesA ? a.item : null, takesB ? b.item : null]);
    if (takesA && !a.step()) isWaiting = true;
    if (takesB && !b.step()) isWaiting = true;
  }
  return pairs;
}

function refuseDisorder(before: string, after: string): void {
  if (after > before) return;
  throw new Error(`Cannot join as the stream is not strictly sorted: ${after} comes after ${before}`);
}

/**
 * A position in a stream. `key` and `item` are null at the end of the stream. While the next batch loads, they are
 * still those of the previous item.
 */
type Cursor<T> = {
  key: string | null;
  item: T | null;
  /** Moves to the next item of the loaded batch; false at the end of the batch. */
  step(): boolean;
  /** Loads batches until the cursor is at an item; false at the end of the stream. */
  arrive(): Promise<boolean>;
};

function openCursor<T>(
  stream: Sorted<T>,
  keyOf: (item: T) => string,
  check: (before: string, after: string) => void = () => {},
): Cursor<T> {
  const iterator = Symbol.asyncIterator in stream ? stream[Symbol.asyncIterator]() : stream[Symbol.iterator]();
  let items: readonly T[] = [];
  let next = 0;
  let isThere = false;
  const cursor: Cursor<T> = {
    key: null,
    item: null,
    step() {
      isThere = next < items.length;
      if (!isThere) return false;
      const item = items[next++]!;
      const key = keyOf(item);
      if (cursor.key !== null) check(cursor.key, key);
      cursor.key = key;
      cursor.item = item;
      return true;
    },
    async arrive() {
      while (!isThere) {
        const more = await iterator.next();
        if (more.done) {
          cursor.key = null;
          cursor.item = null;
          return false;
        }
        items = more.value;
        next = 0;
        cursor.step();
      }
      return true;
    },
  };
  return cursor;
}
