/** Milliseconds of one day of 24 h. */
export const dayMs = 24 * 60 * 60 * 1000;

const datePattern = /^\d{4}-\d{2}-\d{2}$/;
const instantPattern = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** Whether a text is a day of the calendar, `YYYY-MM-DD`. */
export function isCalendarDate(text: string): boolean {
  if (!datePattern.test(text)) return false;
  const atMs = Date.parse(`${text}T00:00:00Z`);
  // Date.parse may roll 30 February over to March.
  return Number.isFinite(atMs) && new Date(atMs).toISOString().startsWith(text);
}

/** Epoch milliseconds of an ISO 8601 instant; null where the text is none, or lacks its time zone. */
export function parseInstant(text: string): number | null {
  const date = instantPattern.exec(text)?.[1];
  if (date === undefined || !isCalendarDate(date)) return null;
  const atMs = Date.parse(text);
  return Number.isFinite(atMs) ? atMs : null;
}

/** Epoch milliseconds of an instant that one of our own artefacts holds. Throws where it is none: a damaged time is not an old one. */
export function epochMs(instant: string): number {
  const atMs = parseInstant(instant);
  if (atMs === null) throw new Error("Cannot judge as a time is no ISO 8601 instant");
  return atMs;
}

/** UTC, ISO 8601; milliseconds only where there are any. */
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

/** What clocks in the time zone show at an instant, as if it were UTC: epoch milliseconds, whole seconds. */
function wallClock(at: number, timezone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatterOf(timezone).formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** The calendar date, `YYYY-MM-DD`, that a time zone has at an instant. */
export function dateAt(atMs: number, timezone: string): string {
  return new Date(wallClock(atMs, timezone)).toISOString().slice(0, 10);
}

/** The calendar date of the last moment before an instant: what is good until the midnight after a day ends with that day. */
export function lastDayOf(until: string, timezone: string): string {
  return dateAt(epochMs(until) - 1, timezone);
}

/**
 * The instant at which clocks in a time zone show this time, `YYYY-MM-DDTHH:MM:SS`; null where they show it twice, or never, as
 * clocks are put back or forward, or where it is no such time.
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

/** The midnight at which a calendar date ends, as if it were UTC. Throws RangeError where there is no such date. */
function midnightAfter(date: string): number {
  const start = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(start) || new Date(start).toISOString().slice(0, 10) !== date) {
    throw new RangeError("not a calendar date YYYY-MM-DD");
  }
  return start + dayMs;
}

/**
 * The instant, in epoch milliseconds, at which a calendar date `YYYY-MM-DD` is over in a time zone: the midnight that
 * follows it. Throws RangeError for what is no date or no time zone.
 */
export function endOfDay(date: string, timezone: string): number {
  const midnight = midnightAfter(date);
  // The offset can change around this very midnight, so both that hold nearby are tried.
  const offsets = [midnight - dayMs, midnight + dayMs].map((near) => wallClock(near, timezone) - near);
  const candidates = offsets.map((offset) => midnight - offset);
  const exact = candidates.filter((at) => wallClock(at, timezone) === midnight);
  // Midnight twice (clocks put back): the day ends at the second. No midnight at all (put forward): when clocks moved.
  return Math.max(...(exact.length > 0 ? exact : candidates));
}

/** Whether a name is an IANA time zone as EventBridge Scheduler takes it: `Asia/Shanghai`, not `+08:00` nor `asia/shanghai`. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Z]/.test(name)) return false;
  try {
    const { timeZone } = formatterOf(name).resolvedOptions();
    // Intl ignores case where AWS does not. An alias resolves to another name altogether, which is fine.
    return timeZone === name || timeZone.toLowerCase() !== name.toLowerCase();
  } catch {
    return false;
  }
}
