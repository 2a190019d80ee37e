// Free of the DOM, so that a test in Node can compute with it.

/** Rows of equal height in pixels; only the `expanded` row (-1: none) is taller, by `extra`. */
export type Layout = { height: number; expanded: number; extra: number };

/** The row at a distance below the first row's top. */
export function rowAt(above: number, { height, expanded, extra }: Layout): number {
  const isBefore = expanded < 0 || above < (expanded + 1) * height;
  return isBefore ? Math.floor(above / height) : Math.max(expanded, Math.floor((above - extra) / height));
}

/** The distance of a row's top below the first row's top. */
export function topOf(row: number, { height, expanded, extra }: Layout): number {
  return row * height + (expanded >= 0 && expanded < row ? extra : 0);
}

/** The rows with `from` <= number < `to`. */
export type Span = { from: number; to: number };

/** How many rows the document has beyond the visible rows on either side, so that a browser may scroll ahead of this script. */
const rowsAround = 10;
/** How many of those rows are built in one frame. Visible rows are built at once. */
const rowsAhead = 4;

/** The visible rows with those around them, of `count` rows. */
export function around(seen: Span, count: number): Span {
  return { from: Math.max(0, seen.from - rowsAround), to: Math.min(count, seen.to + rowsAround) };
}

/**
 * The rows that are to be in the document after the next frame: all visible rows, the drawn rows that are near enough, and
 * as many more as a frame has time for. A scroll that leaves every drawn row behind builds the visible rows alone.
 */
export function nextSpan(drawn: Span, seen: Span, wanted: Span): Span {
  const isApart = drawn.to < seen.from || seen.to < drawn.from;
  if (isApart) return seen;
  const from = Math.min(seen.from, Math.max(wanted.from, drawn.from));
  const to = Math.max(seen.to, Math.min(wanted.to, drawn.to));
  const built = Math.max(0, drawn.from - from) + Math.max(0, to - drawn.to);
  const below = Math.min(Math.max(0, rowsAhead - built), wanted.to - to);
  const above = Math.min(Math.max(0, rowsAhead - built - below), from - wanted.from);
  return { from: from - above, to: to + below };
}
