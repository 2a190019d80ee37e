import { type Markup, markup } from "../page/markup.ts";

/** Writes instants (ISO 8601, UTC) as calendar time of one zone. */
export type Moments = {
  text(instant: string): string;
  markup(instant: string): Markup;
  /** The calendar day alone. */
  day(instant: string): string;
  dayMarkup(instant: string): Markup;
  /** The day that ends at an instant: the last one of what is good until then. */
  lastDay(instant: string): string;
};

const partOf = (parts: Intl.DateTimeFormatPart[], type: Intl.DateTimeFormatPartTypes): string =>
  parts.find((part) => part.type === type)?.value ?? "";

/** Times as `2026-10-01 10:00` in the zone; what is no instant is written as it came. Throws RangeError if the zone does not exist. */
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
  const timeMarkup = (instant: string, shown: string): Markup => markup`<time datetime="${instant}">${shown}</time>`;
  const day = (instant: string): string => text(instant).replace(/ \d\d:\d\d$/, "");
  return {
    text,
    day,
    lastDay: (instant) => {
      const at = Date.parse(instant);
      return Number.isNaN(at) ? instant : day(new Date(at - 1).toISOString());
    },
    markup: (instant) => timeMarkup(instant, text(instant)),
    dayMarkup: (instant) => timeMarkup(instant, day(instant)),
  };
}
