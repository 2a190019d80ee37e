import { lastDayOf, parseInstant } from "../../basics/time.ts";

/** Writes instants (ISO 8601, UTC) as calendar time of one zone. */
export type Moments = {
  text(instant: string): string;
  /** The calendar day alone. */
  day(instant: string): string;
  /** The day that ends at an instant: the last day of what is good until then. */
  lastDay(instant: string): string;
};

function partOf(parts: Intl.DateTimeFormatPart[], type: Intl.DateTimeFormatPartTypes): string {
  return parts.find((part) => part.type === type)?.value ?? "";
}

/** Instants as `2026-10-01 10:00` in the zone; a text that is no instant stays as it is. Throws RangeError if the zone does not exist. */
export function createMoments(timezone: string): Moments {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: timezone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const text = (instant: string): string => {
    const at = Date.parse(instant);
    if (Number.isNaN(at)) return instant;
    const parts = format.formatToParts(at);
    const [year, month, day, hour, minute] = (["year", "month", "day", "hour", "minute"] as const).map((type) =>
      partOf(parts, type),
    );
    return `${year}-${month}-${day} ${hour}:${minute}`;
  };
  const day = (instant: string): string => text(instant).replace(/ \d\d:\d\d$/, "");
  const lastDay = (instant: string): string =>
    parseInstant(instant) === null ? instant : lastDayOf(instant, timezone);
  return { text, day, lastDay };
}
