type Day = { year: number; month: number; day: number; weekday: number; lastDay: number };

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const dayMs = 86_400_000;

/** Long enough to hold every cycle of leap years and weekdays that a schedule may hang on. */
const scannedFrom = Date.UTC(2024, 0, 1);
const scannedTo = Date.UTC(2053, 0, 1);

function numberOf(text: string, names: readonly string[]): number {
  return names.includes(text) ? names.indexOf(text) + 1 : Number(text);
}

/** Whether a list such as `1,4-6,*` or `2/3` has this number. */
function has(list: string, value: number, names: readonly string[] = []): boolean {
  return list.split(",").some((item) => {
    const [range = "", step] = item.split("/");
    if (range === "*" || range === "?") return step === undefined || (value - 1) % Number(step) === 0;
    const [from, to] = range.split("-").map((end) => numberOf(end, names));
    const last = to ?? (step === undefined ? from! : Number.POSITIVE_INFINITY);
    return value >= from! && value <= last && (value - from!) % Number(step ?? 1) === 0;
  });
}

/** The weekday in the month that is nearest to a day of it. */
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
  return has(field, today.day);
}

function isDayOfWeek(field: string, { day, weekday, lastDay }: Day): boolean {
  if (field === "L") return weekday === 7;
  if (field.endsWith("L")) return weekday === numberOf(field.slice(0, -1), weekdays) && day > lastDay - 7;
  const [of, nth] = field.split("#");
  if (nth) return weekday === numberOf(of!, weekdays) && Math.ceil(day / 7) === Number(nth);
  return has(field, weekday, weekdays);
}

function dayOf(atMs: number): Day {
  const at = new Date(atMs);
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return { year, month: month + 1, day: at.getUTCDate(), weekday: at.getUTCDay() + 1, lastDay };
}

/** The most days between two days of a valid cron; null where it comes once at most. */
export function longestGapDays(cron: string): number | null {
  const [, , ofMonth = "*", month = "*", ofWeek = "?", year = "*"] = cron.split(" ");
  let longest: number | null = null;
  let last: number | null = null;
  for (let atMs = scannedFrom; atMs < scannedTo; atMs += dayMs) {
    const today = dayOf(atMs);
    const isDue = has(year, today.year) && has(month, today.month, months);
    if (!isDue || !isDayOfMonth(ofMonth, today) || !isDayOfWeek(ofWeek, today)) continue;
    if (last !== null) longest = Math.max(longest ?? 0, (atMs - last) / dayMs);
    last = atMs;
  }
  return longest;
}
