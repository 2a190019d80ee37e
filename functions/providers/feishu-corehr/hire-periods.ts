/** People hired from one day to another, both included, as `YYYY-MM-DD`. */
export type HirePeriod = { from: string; until: string };

const yearsBetween = (first: number, last: number): HirePeriod => ({ from: `${first}-01-01`, until: `${last}-12-31` });
const yearly = (first: number, last: number): HirePeriod[] =>
  Array.from({ length: last - first + 1 }, (_, at) => yearsBetween(first + at, first + at));

/** Every day on which somebody can have been hired, in periods that share none; most lie in the years before `now`. */
export function hirePeriods(now: number): HirePeriod[] {
  const thisYear = new Date(now).getUTCFullYear();
  return [
    yearsBetween(1900, 1989),
    yearsBetween(1990, 1999),
    ...yearly(2000, thisYear + 1),
    yearsBetween(thisYear + 2, 9999),
  ];
}

/** The years of a period, or the months of a year; none where it is a month, or has more years than are worth asking for. */
export function partsOf({ from, until }: HirePeriod): HirePeriod[] {
  const [first, last] = [yearOf(from), yearOf(until)];
  if (last - first >= 100) return [];
  if (last > first) return yearly(first, last);
  return from.slice(5, 7) === until.slice(5, 7) ? [] : Array.from({ length: 12 }, (_, month) => monthOf(first, month));
}

const yearOf = (day: string): number => Number(day.slice(0, 4));

function monthOf(year: number, month: number): HirePeriod {
  const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);
  return { from: dayOf(Date.UTC(year, month, 1)), until: dayOf(Date.UTC(year, month + 1, 0)) };
}
