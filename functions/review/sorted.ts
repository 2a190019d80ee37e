type Sorted<T> = AsyncIterable<T> | Iterable<T>;

const iterate = <T>(sorted: Sorted<T>): AsyncIterator<T> => {
  if (Symbol.asyncIterator in sorted) return sorted[Symbol.asyncIterator]();
  const iterator = sorted[Symbol.iterator]();
  return { next: async () => iterator.next() };
};

/** Merges streams that are each sorted by `keyOf` into one: a heap of their heads, so memory is one element a stream. */
export async function* mergeSorted<T>(streams: Sorted<T>[], keyOf: (item: T) => string): AsyncGenerator<T> {
  const heap: { key: string; item: T; iterator: AsyncIterator<T> }[] = [];
  const isBefore = (a: number, b: number) => heap[a]!.key < heap[b]!.key;
  const swap = (a: number, b: number) => {
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  };
  const siftDown = (from: number) => {
    for (let at = from; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < heap.length && isBefore(child, least)) least = child;
      if (least === at) return;
      swap(at, least);
      at = least;
    }
  };
  for (const stream of streams) {
    const iterator = iterate(stream);
    const head = await iterator.next();
    if (!head.done) heap.push({ key: keyOf(head.value), item: head.value, iterator });
  }
  for (let at = Math.floor(heap.length / 2) - 1; at >= 0; at--) siftDown(at);
  while (heap.length > 0) {
    const top = heap[0]!;
    yield top.item;
    const next = await top.iterator.next();
    if (next.done) swap(0, heap.length - 1);
    if (next.done) heap.pop();
    else heap[0] = { key: keyOf(next.value), item: next.value, iterator: top.iterator };
    if (heap.length > 0) siftDown(0);
  }
}

/** Folds neighbours of equal key into one. */
export async function* mergeNeighbours<T>(
  sorted: AsyncIterable<T>,
  keyOf: (item: T) => string,
  merge: (a: T, b: T) => T,
): AsyncGenerator<T> {
  let held: T | undefined;
  for await (const item of sorted) {
    if (held === undefined) held = item;
    else if (keyOf(held) === keyOf(item)) held = merge(held, item);
    else {
      yield held;
      held = item;
    }
  }
  if (held !== undefined) yield held;
}

/** Pairs two streams sorted by the same key; the side that lacks a key is null. Throws where a stream is not sorted or names a key twice. */
export async function* joinSorted<A, B>(
  left: { stream: Sorted<A>; keyOf: (item: A) => string },
  right: { stream: Sorted<B>; keyOf: (item: B) => string },
): AsyncGenerator<[A | null, B | null]> {
  const a = openCursor(left.stream, left.keyOf);
  const b = openCursor(right.stream, right.keyOf);
  await Promise.all([a.advance(), b.advance()]);
  while (a.key !== null || b.key !== null) {
    const takesA = a.key !== null && (b.key === null || a.key <= b.key);
    const takesB = b.key !== null && (a.key === null || b.key <= a.key);
    yield [takesA ? (a.item as A) : null, takesB ? (b.item as B) : null];
    if (takesA) await a.advance();
    if (takesB) await b.advance();
  }
}

type Cursor<T> = { key: string | null; item: T | null; advance(): Promise<void> };

const openCursor = <T>(stream: Sorted<T>, keyOf: (item: T) => string): Cursor<T> => {
  const iterator = iterate(stream);
  const cursor: Cursor<T> = {
    key: null,
    item: null,
    async advance() {
      const next = await iterator.next();
      const key = next.done ? null : keyOf(next.value);
      if (key !== null && cursor.key !== null && key <= cursor.key) {
        throw new Error(`Cannot join as the stream is not strictly sorted: ${key} comes after ${cursor.key}`);
      }
      cursor.key = key;
      cursor.item = next.done ? null : next.value;
    },
  };
  return cursor;
};
