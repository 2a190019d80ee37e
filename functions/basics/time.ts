/** Milliseconds of one day of 24 h. */
export const dayMs = 24 * 60 * 60 * 1000;

/** As far as the clocks of two machines, or of two people, may differ. */
export const clocksDifferMs = 15 * 60_000;

const datePattern = /^\d{4}-\d{2}-\d{2}$/;
const instantPattern = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** Whether a text is an existing calendar date, `YYYY-MM-DD`. */
export function isCalendarDate(text: string): boolean {
  if (!datePattern.test(text)) return false;
  const atMs = Date.parse(`${text}T00:00:00Z`);
  // Date.parse may roll 30 February over to March.
  return Number.isFinite(atMs) && new Date(atMs).toISOString().startsWith(text);
}

/** Epoch milliseconds of an ISO 8601 instant; null if the text is no instant, or has no time zone. */
export function parseInstant(text: string): number | null {
  const date = instantPattern.exec(text)?.[1];
  if (date === undefined || !isCalendarDate(date)) return null;
  const atMs = Date.parse(text);
  return Number.isFinite(atMs) ? atMs : null;
}

/** What stands where an instant belongs is none. */
export class BadInstantError extends Error {
  override readonly name = "BadInstantError";
}

/**
 * Epoch milliseconds of an ISO 8601 instant in one of our own artefacts. Throws on anything else: a damaged time must
 * not count as old.
 */
export function epochMs(instant: string): number {
  const atMs = parseInstant(instant);
  if (atMs === null) throw new BadInstantError("Cannot judge as a time is no ISO 8601 instant");
  return atMs;
}

/** The ISO 8601 form in UTC of epoch milliseconds; without a fraction for whole seconds. */
export function isoInstant(atMs: number): string {
  return new Date(atMs).toISOString().replace(".000Z", "Z");
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timezone: string): Intl.DateTimeFormat {
  const known = formatters.get(timezone);
  if (known) return known;
  const formatter = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    calendar: "iso8601",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  formatters.set(timezone, formatter);
  return formatter;
}

/** The local time in a time zone at an instant, as epoch milliseconds of the same time in UTC. Whole seconds. */
function wallClock(at: number, timezone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatterOf(timezone).formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** The calendar date, `YYYY-MM-DD`, in a time zone at an instant. */
export function dateAt(atMs: number, timezone: string): string {
  return new Date(wallClock(atMs, timezone)).toISOString().slice(0, 10);
}

/** The last calendar date before an instant: a keep until the midnight after 30 June is good to 30 June. */
export function lastDayOf(until: string, timezone: string): string {
  return dateAt(epochMs(until) - 1, timezone);
}

/**
 * Epoch milliseconds of a local time, `YYYY-MM-DDTHH:MM:SS`, in a time zone. Null if the text is no such time, and if
 * the time zone has this local time twice or never, because clocks were put back or forward.
 */
export function instantAt(time: string, timezone: string): number | null {
  const shown = parseInstant(`${time}Z`);
  if (shown === null) return null;
  const offsets = [shown - dayMs, shown + dayMs].map((near) => wallClock(near, timezone) - near);
  const instants = [...new Set(offsets.map((offset) => shown - offset))].filter(
    (at) => wallClock(at, timezone) === shown,
  );
  return instants.length === 1 ? instants[0]! : null;
}

/** The midnight at which a calendar date ends, in UTC. Throws RangeError if there is no such date. */
function midnightAfter(date: string): number {
  const start = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(start) || new Date(start).toISOString().slice(0, 10) !== date) {
    throw new RangeError("not a calendar date YYYY-MM-DD");
  }
  return start + dayMs;
}

/**
 * Epoch milliseconds of the midnight at which a calendar date `YYYY-MM-DD` ends in a time zone. Throws RangeError if
 * the date or the time zone does not exist.
 */
export function endOfDay(date: string, timezone: string): number {
  const midnight = midnightAfter(date);
  // The offset can change around this midnight, so the offsets of the day before and the day after are both tried.
  const offsets = [midnight - dayMs, midnight + dayMs].map((near) => wallClock(near, timezone) - near);
  const candidates = offsets.map((offset) => midnight - offset);
  const exact = candidates.filter((at) => wallClock(at, timezone) === midnight);
  // Clocks put back: midnight comes twice, and the day ends at the second. Clocks put forward: without a midnight, the
  // day ends when the clocks move.
  return Math.max(...(exact.length > 0 ? exact : candidates));
}

/**
 * Whether a name is an IANA time zone that EventBridge Scheduler accepts: `Asia/Shanghai`, not `+08:00` nor
 * `asia/shanghai`.
 */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Z]/.test(name)) return false;
  try {
    const { timeZone } = formatterOf(name).resolvedOptions();
    // Intl ignores letter case, AWS does not. An alias resolves to a different name, and counts as a time zone.
    return timeZone === name || timeZone.toLowerCase() !== name.toLowerCase();
  } catch {
    return false;
  }
}
