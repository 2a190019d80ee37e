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
export const isoInstant = (atMs: number): string => new Date(atMs).toISOString().replace(".000Z", "Z");
