import { dateAt, dayMs, instantAt, isoInstant } from "../basics/time.ts";

/** One field of a cron: its numbers, the words for them, and what else EventBridge takes there. */
type Field = { name: string; least: number; most: number; words: readonly string[]; extra: RegExp | null };

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const longestDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const weekdayPattern = `[1-7]|${weekdays.join("|")}`;
const dayOfMonth: Field = {
  name: "day of month",
  least: 1,
  most: 31,
  words: [],
  extra: /^(\?|L|LW|([1-9]|[12]\d|3[01])W)$/,
};
const month: Field = { name: "month", least: 1, most: 12, words: months, extra: null };
const dayOfWeek: Field = {
  name: "day of week",
  least: 1,
  most: 7,
  words: weekdays,
  extra: new RegExp(`^(\\?|L|(${weekdayPattern})L|(${weekdayPattern})#[1-5])$`),
};

const fields: readonly Field[] = [
  { name: "minutes", least: 0, most: 59, words: [], extra: null },
  { name: "hours", least: 0, most: 23, words: [], extra: null },
  dayOfMonth,
  month,
  dayOfWeek,
  { name: "year", least: 1970, most: 2199, words: [], extra: null },
];

function numberOf(text: string, field: Field): number | null {
  const word = field.words.indexOf(text);
  if (word >= 0) return word + field.least;
  const number = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return number >= field.least && number <= field.most ? number : null;
}

function isItem(item: string, field: Field): boolean {
  const [, range, step] = /^([^/]+)(?:\/(\d{1,4}))?$/.exec(item) ?? [];
  if (range === undefined) return false;
  if (step !== undefined && (Number(step) < 1 || Number(step) > field.most)) return false;
  if (range === "*") return true;
  const [from, to, ...rest] = range.split("-").map((end) => numberOf(end, field));
  if (from === undefined || from === null || to === null || rest.length > 0) return false;
  return to === undefined || from <= to;
}

function faultOfField(text: string, field: Field): string | null {
  if (field.extra?.test(text) || text.split(",").every((item) => isItem(item, field))) return null;
  const names = field.words.length > 0 ? ` or ${field.words[0]} to ${field.words.at(-1)}` : "";
  return `${field.name} cannot be "${text}": use ${field.least} to ${field.most}${names}, in ascending ranges`;
}

const monthNames = [
  ...["January", "February", "March", "April", "May", "June"],
  ...["July", "August", "September", "October", "November", "December"],
];

const weekdayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** The years that somebody can plan for: 2100 is no leap year, and nobody's schedule reaches until then. */
const plannedYears = { from: 2024, to: 2099 };

function numbersIn(field: Field, text: string): number[] {
  const numbers = Array.from({ length: field.most - field.least + 1 }, (_, index) => field.least + index);
  return numbers.filter((number) => hasNumber(text, number, field.words));
}

/** The days that a field names. A `*` names none: every day that a month has is meant. */
function namedDays(days: string): number[] {
  const nearest = /^(\d+)W$/.exec(days);
  if (nearest) return [Number(nearest[1])];
  const named = days.split(",").filter((item) => /^\d/.test(item));
  return named.length === 0 ? [] : numbersIn(dayOfMonth, named.join(","));
}

/** How many days the month has in whichever named year it is shortest. */
function fewestDays(monthNumber: number, years: string): number {
  if (monthNumber !== 2) return longestDays[monthNumber - 1]!;
  const planned = Array.from({ length: plannedYears.to - plannedYears.from + 1 }, (_, at) => plannedYears.from + at);
  const isLeap = planned.filter((number) => hasNumber(years, number)).every((number) => number % 4 === 0);
  return isLeap ? 29 : 28;
}

/** Days that a named month lacks: on these no review begins, and nobody is told. */
function faultOfMissingDays(days: string, monthList: string, years: string): string | null {
  const named = namedDays(days);
  const shortMonths = numbersIn(month, monthList).filter((number) =>
    named.some((day) => day > fewestDays(number, years)),
  );
  if (shortMonths.length === 0) return null;
  const fewest = Math.min(...shortMonths.map((number) => fewestDays(number, years)));
  const lacking = named.filter((day) => day > fewest);
  const lastDay = days.endsWith("W") ? "LW for the last workday of a month" : "L for the last day of a month";
  const remedy = `write ${lastDay}, or days up to ${fewest}`;
  const isNever = numbersIn(month, monthList).every((number) => Math.min(...named) > fewestDays(number, years));
  const isLeapDay = fewest === 28 && lacking.length === 1 && lacking[0] === 29;
  if (isNever && !isLeapDay) return `never comes: no month named has that day: ${remedy}`;
  const names = shortMonths.map((number) => monthNames[number - 1]).join(", ");
  const which = lacking.length === 1 ? `day ${lacking[0]}` : `days ${lacking.join(", ")}`;
  const when = isLeapDay ? " in most years" : "";
  return `names ${which}, which ${names} ${shortMonths.length === 1 ? "lacks" : "lack"}${when}, so no review would begin then: ${remedy}`;
}

/** A fifth weekday, which a month has in one of three cases at most: in the other months no review begins, and nobody is told. */
function faultOfFifthWeekday(days: string): string | null {
  const [, weekday] = /^(\w+)#5$/.exec(days) ?? [];
  if (weekday === undefined) return null;
  const which = weekdayNames[ordinalOf(weekday, weekdays) - 1]!;
  return `names the fifth ${which}, which most months lack, so no review would begin then: write ${weekday}L for the last ${which} of a month, or #1 to #4`;
}

/**
 * `null` if EventBridge Scheduler takes the text inside its `cron(…)`, else what is wrong with it.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 */
export function faultOfCron(text: string): string | null {
  if (/^\s*(cron|rate|at)\s*\(/.test(text)) return 'write the six fields alone, without cron( ): "0 2 1 1,4,7,10 ? *"';
  const given = text.split(" ");
  if (given.length !== 6 || given.includes("")) {
    return "needs six fields with one space between: minutes hours day-of-month month day-of-week year";
  }
  const faults = fields.map((field, index) => faultOfField(given[index]!, field)).filter((fault) => fault !== null);
  if (faults.length > 0) return faults.join("; ");
  if ((given[2] === "?") === (given[4] === "?")) return "exactly one of day of month and day of week must be ?";
  return faultOfFifthWeekday(given[4]!) ?? faultOfMissingDays(given[2]!, given[3]!, given[5]!);
}

type Day = { day: number; weekday: number; lastDay: number };

/** 29 years: leap years and weekdays come back to the same days after 28. */
const scannedFrom = Date.UTC(2024, 0, 1);
const scannedTo = Date.UTC(2053, 0, 1);

function ordinalOf(text: string, names: readonly string[]): number {
  return names.includes(text) ? names.indexOf(text) + 1 : Number(text);
}

/** Whether a list such as `1,4-6,*` or `2/3` has this number. */
function hasNumber(list: string, value: number, names: readonly string[] = [], least = 1): boolean {
  return list.split(",").some((item) => {
    const [range = "", step] = item.split("/");
    if (range === "*" || range === "?") return step === undefined || (value - least) % Number(step) === 0;
    const [from, to] = range.split("-").map((end) => ordinalOf(end, names));
    const last = to ?? (step === undefined ? from! : Number.POSITIVE_INFINITY);
    return value >= from! && value <= last && (value - from!) % Number(step ?? 1) === 0;
  });
}

/** The workday of the month that is nearest to a day of the month. */
function nearestWorkday(day: number, { day: today, weekday, lastDay }: Day): number {
  const wanted = (((weekday - 1 + day - today) % 7) + 7) % 7;
  if (wanted === 6) return day === 1 ? 3 : day - 1;
  if (wanted === 0) return day === lastDay ? day - 2 : day + 1;
  return day;
}

/** Whether a day is one of the field's; `numbers` are those that the field names. */
function isDayOfMonth(field: string, today: Day, numbers: ReadonlySet<number>): boolean {
  if (field === "L") return today.day === today.lastDay;
  if (field === "LW") return today.day === nearestWorkday(today.lastDay, today);
  if (field.endsWith("W")) return today.day === nearestWorkday(Number(field.slice(0, -1)), today);
  return field === "?" || numbers.has(today.day);
}

function isDayOfWeek(field: string, { day, weekday, lastDay }: Day, numbers: ReadonlySet<number>): boolean {
  if (field === "L") return weekday === 7;
  if (field.endsWith("L")) return weekday === ordinalOf(field.slice(0, -1), weekdays) && day > lastDay - 7;
  const [of, nth] = field.split("#");
  if (nth) return weekday === ordinalOf(of!, weekdays) && Math.ceil(day / 7) === Number(nth);
  return field === "?" || numbers.has(weekday);
}

/** The weekday of 1970-01-01, Sunday being 0. */
const firstWeekday = 4;

/**
 * The days of a valid cron from one midnight in UTC to before another, in order, as epoch milliseconds. Every reading of a
 * configuration looks at 29 years: a field's numbers are read once, and months that the cron does not have are passed over.
 */
function* daysOf(cron: string, fromMs: number, toMs: number): Generator<number> {
  const [, , ofMonth = "*", ofMonths = "*", ofWeek = "?", ofYears = "*"] = cron.split(" ");
  const days = new Set(numbersIn(dayOfMonth, ofMonth));
  const daysOfWeek = new Set(numbersIn(dayOfWeek, ofWeek));
  const inMonths = numbersIn(month, ofMonths);
  for (let atMs = fromMs, nextMonthMs: number; atMs < toMs; atMs = nextMonthMs) {
    const at = new Date(atMs);
    const [year, monthAt] = [at.getUTCFullYear(), at.getUTCMonth()];
    nextMonthMs = Date.UTC(year, monthAt + 1, 1);
    if (!inMonths.includes(monthAt + 1) || !hasNumber(ofYears, year)) continue;
    const lastDay = new Date(nextMonthMs - dayMs).getUTCDate();
    for (let dayAtMs = atMs; dayAtMs < Math.min(nextMonthMs, toMs); dayAtMs += dayMs) {
      const day = lastDay + 1 - (nextMonthMs - dayAtMs) / dayMs;
      const today = { day, weekday: ((dayAtMs / dayMs + firstWeekday) % 7) + 1, lastDay };
      if (isDayOfMonth(ofMonth, today, days) && isDayOfWeek(ofWeek, today, daysOfWeek)) yield dayAtMs;
    }
  }
}

type Schedule = { cron: string; timezone: string; enabled: boolean };

/**
 * The next instant after this one (epoch milliseconds) at which the schedule begins a review, ISO 8601; null where none
 * does. A local time that clocks skip, or show twice, is left out.
 */
export function nextBeginning(schedule: Schedule | null, afterMs: number): string | null {
  if (!schedule?.enabled) return null;
  const { cron, timezone } = schedule;
  const [minutes = "*", hours = "*"] = cron.split(" ");
  const first = Date.parse(`${dateAt(afterMs, timezone)}T00:00:00Z`);
  const times = timesOf(hours, 24).flatMap((hour) => timesOf(minutes, 60).map((minute) => `T${hour}:${minute}:00`));
  for (const atMs of daysOf(cron, first, first + scannedTo - scannedFrom)) {
    const date = new Date(atMs).toISOString().slice(0, 10);
    const next = times.map((time) => instantAt(`${date}${time}`, timezone)).find((at) => at !== null && at > afterMs);
    if (next) return isoInstant(next);
  }
  return null;
}

/** The last instant up to this one (epoch milliseconds) at which the schedule was to begin a review, ISO 8601; null where there was none for five years. */
export function lastBeginning(schedule: Schedule | null, untilMs: number): string | null {
  if (!schedule?.enabled) return null;
  const { cron, timezone } = schedule;
  const [minutes = "*", hours = "*"] = cron.split(" ");
  const last = Date.parse(`${dateAt(untilMs, timezone)}T00:00:00Z`);
  const times = timesOf(hours, 24)
    .flatMap((hour) => timesOf(minutes, 60).map((minute) => `T${hour}:${minute}:00`))
    .reverse();
  for (const atMs of [...daysOf(cron, last - (5 * 366 - 1) * dayMs, last + dayMs)].reverse()) {
    const date = new Date(atMs).toISOString().slice(0, 10);
    const found = times.map((time) => instantAt(`${date}${time}`, timezone)).find((at) => at !== null && at <= untilMs);
    if (found) return isoInstant(found);
  }
  return null;
}

/** The numbers below `end` that a field of a time has, with two digits each. */
function timesOf(field: string, end: number): string[] {
  const numbers = Array.from({ length: end }, (_, number) => number);
  return numbers.filter((number) => hasNumber(field, number, [], 0)).map((number) => String(number).padStart(2, "0"));
}

/** The most days between two days of a valid cron; null if the cron has one day at most. */
export function longestGapDays(cron: string): number | null {
  let longest: number | null = null;
  let last: number | null = null;
  for (const atMs of daysOf(cron, scannedFrom, scannedTo)) {
    if (last !== null) longest = Math.max(longest ?? 0, (atMs - last) / dayMs);
    last = atMs;
  }
  return longest;
}

/** The fewest days between two beginnings of a valid cron, a part of a day where it has several a day; null if it begins once at most. */
export function shortestGapDays(cron: string): number | null {
  const [minutes = "*", hours = "*"] = cron.split(" ");
  const times = timesOf(hours, 24).flatMap((hour) =>
    timesOf(minutes, 60).map((minute) => Number(hour) * 60 + Number(minute)),
  );
  const withinDay = times.slice(1).map((time, at) => (time - times[at]!) / minutesPerDay);
  const overNight = (times.at(-1)! - times[0]!) / minutesPerDay;
  let shortest = withinDay.reduce<number | null>((least, gap) => Math.min(least ?? gap, gap), null);
  let last: number | null = null;
  for (const atMs of daysOf(cron, scannedFrom, scannedTo)) {
    if (last !== null) shortest = Math.min(shortest ?? Number.POSITIVE_INFINITY, (atMs - last) / dayMs - overNight);
    last = atMs;
  }
  return shortest;
}

const minutesPerDay = 24 * 60;
