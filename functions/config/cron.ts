type Field = { name: string; least: number; most: number; words: readonly string[]; extra: RegExp | null };

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const longestDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const weekday = `[1-7]|${weekdays.join("|")}`;
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
  extra: new RegExp(`^(\\?|L|(${weekday})L|(${weekday})#[1-5])$`),
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

/** Whether no month named has the day named, as in 31 February. Only plain lists of numbers are looked at. */
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
