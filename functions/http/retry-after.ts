/** How long a refusal asks its caller to wait. `by` is the header's kind: a rate limit's reset never lies beyond the limit's window. */
export type AskedWait = { ms: number; by: "retry-after" | "rate-limit-reset" };

/** Seconds above this are no span of time but an instant: gateways write a reset as an epoch too, in seconds or milliseconds. */
const mostSpanSeconds = 1e8;
const mostEpochSeconds = 1e11;

/**
 * The wait that the headers of a refusal ask for; null where they ask for none, or where it is over. An instant is compared
 * with the answer's own `date`, so that a wrong clock of this machine does not matter. Without a `date` the wait is
 * infinite: whoever waits has a bound.
 */
export function askedWait(headers: Record<string, string>): AskedWait | null {
  const reset = waitOf(headers["x-ogw-ratelimit-reset"], headers.date);
  const after = waitOf(headers["retry-after"], headers.date);
  if (after !== null && after >= (reset ?? 0)) return { ms: after, by: "retry-after" };
  return reset === null ? null : { ms: reset, by: "rate-limit-reset" };
}

// In seconds, with a fraction on some gateways.
function waitOf(text: string | undefined, date: string | undefined): number | null {
  if (text === undefined || text.trim() === "") return null;
  const seconds = Number(text);
  const ms = Number.isFinite(seconds) && seconds <= mostSpanSeconds ? seconds * 1000 : untilMs(text, date);
  return ms > 0 ? Math.ceil(ms) : null;
}

/** NaN for a text that is no instant. */
function untilMs(text: string, date: string | undefined): number {
  const number = Number(text);
  const epoch = number > mostEpochSeconds ? number : number * 1000;
  // The oldest form of a date (asctime) names no zone: it is of Greenwich, as all of HTTP is.
  const dated = /\d{4}$/.test(text.trim()) ? `${text} GMT` : text;
  const instant = Number.isFinite(number) ? epoch : Date.parse(dated);
  const now = Date.parse(date ?? "");
  if (Number.isNaN(instant)) return Number.NaN;
  return Number.isNaN(now) ? Number.POSITIVE_INFINITY : instant - now;
}
