import { describe, expect, it } from "vitest";
import { endOfDay, isTimeZone } from "../../functions/basics/time.ts";

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
