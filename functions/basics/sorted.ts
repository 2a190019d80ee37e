/** A stream in the order of its keys, some items at a time: to wait for each of a million costs more than parsing it. */
export type Sorted<T> = AsyncIterable<readonly T[]> | Iterable<readonly T[]>;

/** Merges streams that are each sorted by `keyOf` into one: a heap of their heads, so memory is what each gives at a time. */
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

/** Folds neighbours of equal key into one. */
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

/** Pairs two streams sorted by the same key; the side that lacks a key is null. Throws where a stream is not sorted or names a key twice. */
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

/** The pairs up to where one of the streams has to be waited for. */
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

/** Where one is in a stream. `key` and `item` are null at its end, and of the item before while the next is waited for. */
type Cursor<T> = {
  key: string | null;
  item: T | null;
  /** Goes to the next of the items that are here; false where none is. */
  step(): boolean;
  /** Resolves once it is at an item; false where the stream has ended. */
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
