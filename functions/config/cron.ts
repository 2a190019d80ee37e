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

/** Whether none of the months has the day, as in 31 February. Looks at plain lists of numbers alone. */
function neverComes(days: string, monthList: string): boolean {
  if (!/^[\d,]+$/.test(days) || /[*/-]/.test(monthList)) return false;
  const longest = monthList.split(",").map((name) => longestDays[(numberOf(name, month) ?? 1) - 1] ?? 31);
  return Math.min(...days.split(",").map(Number)) > Math.max(...longest);
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
  return neverComes(given[2]!, given[3]!) ? "never comes: no month named has that day" : null;
}

const dayMs = 86_400_000;

type Day = { year: number; month: number; day: number; weekday: number; lastDay: number };

/** 29 years: leap years and weekdays come back to the same days after 28. */
const scannedFrom = Date.UTC(2024, 0, 1);
const scannedTo = Date.UTC(2053, 0, 1);

function ordinalOf(text: string, names: readonly string[]): number {
  return names.includes(text) ? names.indexOf(text) + 1 : Number(text);
}

/** Whether a list such as `1,4-6,*` or `2/3` has this number. */
function hasNumber(list: string, value: number, names: readonly string[] = []): boolean {
  return list.split(",").some((item) => {
    const [range = "", step] = item.split("/");
    if (range === "*" || range === "?") return step === undefined || (value - 1) % Number(step) === 0;
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

function isDayOfMonth(field: string, today: Day): boolean {
  if (field === "L") return today.day === today.lastDay;
  if (field === "LW") return today.day === nearestWorkday(today.lastDay, today);
  if (field.endsWith("W")) return today.day === nearestWorkday(Number(field.slice(0, -1)), today);
  return hasNumber(field, today.day);
}

function isDayOfWeek(field: string, { day, weekday, lastDay }: Day): boolean {
  if (field === "L") return weekday === 7;
  if (field.endsWith("L")) return weekday === ordinalOf(field.slice(0, -1), weekdays) && day > lastDay - 7;
  const [of, nth] = field.split("#");
  if (nth) return weekday === ordinalOf(of!, weekdays) && Math.ceil(day / 7) === Number(nth);
  return hasNumber(field, weekday, weekdays);
}

function dayOf(atMs: number): Day {
  const at = new Date(atMs);
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return { year, month: month + 1, day: at.getUTCDate(), weekday: at.getUTCDay() + 1, lastDay };
}

/** The most days between two days of a valid cron; null if the cron has one day at most. */
export function longestGapDays(cron: string): number | null {
  const [, , ofMonth = "*", month = "*", ofWeek = "?", year = "*"] = cron.split(" ");
  let longest: number | null = null;
  let last: number | null = null;
  for (let atMs = scannedFrom; atMs < scannedTo; atMs += dayMs) {
    const today = dayOf(atMs);
    const isDue = hasNumber(year, today.year) && hasNumber(month, today.month, months);
    if (!isDue || !isDayOfMonth(ofMonth, today) || !isDayOfWeek(ofWeek, today)) continue;
    if (last !== null) longest = Math.max(longest ?? 0, (atMs - last) / dayMs);
    last = atMs;
  }
  return longest;
}
