import { describe, expect, it } from "vitest";
import { dateAt, endOfDay, instantAt, isTimeZone, lastDayOf } from "../../functions/basics/time.ts";

const end = (date: string, timezone: string): string => new Date(endOfDay(date, timezone)).toISOString();

describe("endOfDay()", () => {
  it("is the midnight that follows, where the holder is", () => {
    expect(end("2026-10-01", "Asia/Shanghai")).toBe("2026-10-01T16:00:00.000Z");
    expect(end("2026-10-01", "UTC")).toBe("2026-10-02T00:00:00.000Z");
    expect(end("2026-12-31", "America/New_York")).toBe("2027-01-01T05:00:00.000Z");
    expect(end("2028-02-29", "Asia/Kathmandu")).toBe("2028-02-29T18:15:00.000Z");
  });

  it("follows the clocks on the days that they change", () => {
    expect(end("2026-03-07", "America/New_York")).toBe("2026-03-08T05:00:00.000Z");
    expect(end("2026-03-08", "America/New_York")).toBe("2026-03-09T04:00:00.000Z");
    expect(end("2026-11-01", "America/New_York")).toBe("2026-11-02T05:00:00.000Z");
  });

  it("is the moment that clocks skip midnight", () => {
    expect(end("2018-11-03", "America/Sao_Paulo")).toBe("2018-11-04T03:00:00.000Z");
  });

  it("is the second midnight where there are two", () => {
    expect(end("2018-02-17", "America/Sao_Paulo")).toBe("2018-02-18T03:00:00.000Z");
  });

  it("comes before a day that a country left out", () => {
    expect(end("2011-12-29", "Pacific/Apia")).toBe("2011-12-30T10:00:00.000Z");
  });

  it.each(["2026-02-30", "2026-13-01", "2026-1-1", "20260101", "", "2026-01-01T00:00:00Z"])("refuses %s", (date) => {
    expect(() => endOfDay(date, "UTC")).toThrow(RangeError);
  });

  it("refuses a time zone that does not exist", () => {
    expect(() => endOfDay("2026-01-01", "Mars/Base")).toThrow(RangeError);
  });
});

describe("isTimeZone()", () => {
  it("takes IANA names, aliases included, in their own letter case", () => {
    const names = [
      "Asia/Shanghai",
      "asia/shanghai",
      "UTC",
      "PRC",
      "Asia/Calcutta",
      "Etc/GMT-8",
      "+08:00",
      "Mars/Base",
      "",
    ];
    expect(names.filter(isTimeZone)).toEqual(["Asia/Shanghai", "UTC", "PRC", "Asia/Calcutta", "Etc/GMT-8"]);
  });
});

describe("lastDayOf()", () => {
  it.each([
    ["2027-05-30", "Asia/Shanghai"],
    ["2027-05-30", "America/New_York"],
    ["2026-03-28", "Europe/Berlin"],
    ["2026-10-25", "Europe/Berlin"],
    ["2027-05-30", "UTC"],
  ])("is %s of what is good until the end of that day in %s", (date, timezone) => {
    expect(lastDayOf(end(date, timezone), timezone)).toBe(date);
  });

  it("is the day of an instant within it", () => {
    expect(lastDayOf("2027-05-30T12:00:00Z", "Asia/Shanghai")).toBe("2027-05-30");
    expect(dateAt(Date.parse("2027-05-30T16:00:00Z"), "Asia/Shanghai")).toBe("2027-05-31");
  });
});

describe("instantAt()", () => {
  it("is when clocks show a time, null where they show it twice or never", () => {
    const at = (time: string, timezone: string) => instantAt(time, timezone);
    expect(at("2026-03-05T08:00:00", "Asia/Shanghai")).toBe(Date.parse("2026-03-05T00:00:00Z"));
    expect(at("2026-10-25T02:30:00", "Europe/Berlin")).toBeNull();
    expect(at("2026-03-29T02:30:00", "Europe/Berlin")).toBeNull();
    expect(at("2026-03-29T03:30:00", "Europe/Berlin")).toBe(Date.parse("2026-03-29T01:30:00Z"));
    expect(at("2026-02-30T03:30:00", "UTC")).toBeNull();
  });
});
