import { describe, expect, it } from "vitest";
import {
  faultOfCron,
  lastBeginning,
  longestGapDays,
  nextBeginning,
  shortestGapDays,
} from "../../functions/config/cron.ts";

describe("faultOfCron()", () => {
  it.each([
    "0 2 1 1,4,7,10 ? *",
    "0/15 * * * ? *",
    "*/10 8-17 ? * MON-FRI *",
    "0 10 ? * 6L 2026-2030",
    "0 10 ? * FRIL *",
    "0 9 ? * 2#1 *",
    "0 18 L * ? *",
    "0 18 LW * ? *",
    "0 18 3W JAN,JUL ? *",
    "0 2 L 3,6,9,12 ? *",
    "0 2 31 1,3,5,7,8,10,12 ? *",
    "0 2 31 JAN ? *",
    "0 2 30 3-12 ? *",
    "0 2 28 * ? *",
    "0 2 1-28/9 * ? *",
    "0 2 */10 * ? *",
    "0 2 29 2 ? 2028/4",
  ])("takes %s", (text) => {
    expect(faultOfCron(text)).toBeNull();
  });

  it.each([
    "0 2 * * * *",
    "0 2 ? * ? *",
    "60 2 1 * ? *",
    "0 -1 1 * ? *",
    "0 2 0 * ? *",
    "0 2 32 * ? *",
    "0 2 1 13 ? *",
    "0 2 ? * 8 *",
    "0 2 ? * 2#6 *",
    "0 2 ? * mon *",
    "0 2 1 * ? 1969",
    "0/0 2 1 * ? *",
    "0/ 2 1 * ? *",
    "1- 2 1 * ? *",
    "1,,2 2 1 * ? *",
    "1-2-3 2 1 * ? *",
    "? 2 1 * ? *",
    "0 L 1 * ? *",
    "0  2 1 * ? *",
    "0 2 30 FEB ? *",
    "@monthly",
    "rate(90 days)",
    "",
  ])("refuses %s", (text) => {
    expect(faultOfCron(text)).toEqual(expect.any(String));
  });
});

describe("faultOfCron() of a day that a named month lacks", () => {
  it.each([
    ["0 2 31 3,6,9,12 ? *", "names day 31, which June, September lack", "days up to 30"],
    ["0 2 29 2 ? *", "names day 29, which February lacks in most years", "days up to 28"],
    ["0 2 29 FEB ? 2028,2029", "February lacks in most years", "days up to 28"],
    ["0 2 30 * ? *", "names day 30, which February lacks,", "days up to 28"],
    ["0 2 30 2,8 ? *", "February lacks", "days up to 28"],
    ["0 2 31 1-3 ? *", "February lacks", "days up to 28"],
    ["0 2 31 3/3 ? *", "June, September lack", "days up to 30"],
    ["0 2 31 */3 ? *", "April lacks", "days up to 30"],
    ["0 2 15,31 4 ? *", "names day 31, which April lacks", "days up to 30"],
    [
      "0 2 29-31 * ? *",
      "names days 29, 30, 31, which February, April, June, September, November lack",
      "days up to 28",
    ],
    ["0 2 1/30 APR-JUN ? *", "names day 31, which April, June lack", "days up to 30"],
    ["0 2 30 FEB ? *", "never comes", "days up to 28"],
    ["0 2 31 2,4 ? *", "never comes", "days up to 28"],
  ])("refuses %s, names the day, the months and L", (text, said, remedy) => {
    const fault = faultOfCron(text);
    expect(fault).toContain(said);
    expect(fault).toContain(remedy);
    expect(fault).toContain("write L for the last day of a month");
  });

  it.each([
    ["0 2 ? 1,4,7,10 MON#5 *", "the fifth Monday", "write MONL for the last Monday"],
    ["0 2 ? * 1#5 *", "the fifth Sunday", "write 1L for the last Sunday"],
  ])("refuses %s, as most months have no such day", (text, said, remedy) => {
    expect(faultOfCron(text)).toContain(`names ${said}, which most months lack`);
    expect(faultOfCron(text)).toContain(remedy);
  });

  it("names LW where the nearest workday was asked for", () => {
    expect(faultOfCron("0 2 31W 6 ? *")).toContain("write LW for the last workday");
  });
});

describe("longestGapDays()", () => {
  it.each([
    ["0 2 1 1,4,7,10 ? *", 92, "each quarter"],
    ["0 2 * * ? *", 1, "each day"],
    ["0 2 ? * MON *", 7, "each Monday"],
    ["0 2 ? * 2-6 *", 3, "workdays"],
    ["0 2 ? * MON#1 *", 35, "the first Monday"],
    ["0 2 ? * 6L *", 35, "the last Friday"],
    ["0 2 ? * L *", 7, "each Saturday"],
    ["0 2 L * ? *", 31, "the last day of a month"],
    ["0 2 LW * ? *", 33, "the last workday of a month"],
    ["0 2 1W * ? *", 33, "the workday nearest to the first"],
    ["0 2 1/10 * ? *", 10, "every tenth day"],
    ["0 2 1 */6 ? *", 184, "every sixth month"],
    ["0 2 29 2 ? *", 1461, "leap days"],
    ["0 2 1 JAN ? 2026-2028", 365, "three years alone"],
    ["0 2 1 JAN ? 2026", null, "once"],
  ])("gives for %s %s days: %s at the latest after the last", (cron, days, _meaning) => {
    expect(longestGapDays(cron)).toBe(days);
  });
});

describe("nextBeginning()", () => {
  const after = (cron: string, timezone: string, at: string): string | null =>
    nextBeginning({ cron, timezone, enabled: true }, Date.parse(at));

  it.each([
    ["0 2 1 1,4,7,10 ? *", "Asia/Shanghai", "2026-11-30T00:00:00Z", "2026-12-31T18:00:00Z"],
    ["0 2 1 1,4,7,10 ? *", "Asia/Shanghai", "2026-12-31T18:00:00Z", "2027-03-31T18:00:00Z"],
    ["30 6 * * ? *", "Asia/Shanghai", "2026-11-30T22:29:59Z", "2026-11-30T22:30:00Z"],
    ["0/20 8,9 ? * MON *", "UTC", "2026-11-30T08:21:00Z", "2026-11-30T08:40:00Z"],
    ["*/20 * ? * MON *", "UTC", "2026-11-30T08:41:00Z", "2026-11-30T09:00:00Z"],
    ["0 2 LW * ? *", "UTC", "2026-11-30T03:00:00Z", "2026-12-31T02:00:00Z"],
    // At 02:30 clocks are put forward there: that day has no such time.
    ["30 2 28,29 3 ? *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2027-03-29T00:30:00Z"],
    ["0 2 1 1 ? 2026", "UTC", "2026-11-30T00:00:00Z", null],
  ])("of %s in %s after %s is %s", (cron, timezone, at, next) => {
    expect(after(cron, timezone, at)).toBe(next);
  });

  it("is none where no schedule is, or where it is switched off", () => {
    const schedule = { cron: "0 2 1 * ? *", timezone: "UTC", enabled: false };
    expect([nextBeginning(null, 0), nextBeginning(schedule, 0)]).toEqual([null, null]);
  });
});

describe("shortestGapDays()", () => {
  it.each([
    ["0 2 1 1,4,7,10 ? *", 90],
    ["0 2 ? * MON *", 7],
    ["0 2 1,15 * ? *", 14],
    ["0 2 L * ? *", 28],
    ["0 2 * * ? *", 1],
    ["0 2,14 ? * MON *", 0.5],
    ["0 2 1 1 ? 2099", null],
  ])("of %s is %s days", (cron, days) => {
    expect(shortestGapDays(cron)).toBe(days);
  });
});

describe("lastBeginning()", () => {
  const quarterly = { cron: "0 2 1 1,4,7,10 ? *", timezone: "Asia/Shanghai", enabled: true };
  it.each([
    ["2026-10-02T00:00:00Z", "2026-09-30T18:00:00.000Z"],
    ["2026-09-30T17:59:59Z", "2026-06-30T18:00:00.000Z"],
    ["2026-09-30T18:00:00Z", "2026-09-30T18:00:00.000Z"],
  ])("until %s was at %s, as the schedule's time zone has it", (until, last) => {
    expect(Date.parse(lastBeginning(quarterly, Date.parse(until))!)).toBe(Date.parse(last));
  });

  it("is none where nothing begins by itself, or began yet", () => {
    expect(lastBeginning({ ...quarterly, enabled: false }, Date.now())).toBeNull();
    expect(lastBeginning({ ...quarterly, cron: "0 2 1 1 ? 2099" }, Date.parse("2026-10-02T00:00:00Z"))).toBeNull();
  });
});
