/** The rows from one up to another, which is not among them. */
export type Span = { from: number; to: number };

/** How far the rows in the document reach beyond those in sight, so that a browser may scroll ahead of this script. */
const rowsAround = 10;
/** As many are built a frame for that; what is in sight is never waited for. */
const rowsAhead = 4;

/** The rows in sight with those around them, of `count` rows. */
export const around = (seen: Span, count: number): Span => ({
  from: Math.max(0, seen.from - rowsAround),
  to: Math.min(count, seen.to + rowsAround),
});

/**
 * What is to be in the document after the next frame: all that is in sight, what is already there and near enough, and
 * as much more as a frame has time for. A scroll that leaves everything behind so builds what is in sight alone.
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
