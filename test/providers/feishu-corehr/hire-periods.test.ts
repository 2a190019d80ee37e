import { describe, expect, it } from "vitest";
import { type HirePeriod, hirePeriods, partsOf } from "../../../functions/providers/feishu-corehr/hire-periods.ts";

const now = Date.UTC(2026, 9, 1);

/** Whether each period begins on the day after the one before has ended. */
const areOneAfterTheOther = (periods: HirePeriod[]): boolean =>
  periods.every(({ from }, at) => {
    const before = periods[at - 1];
    return !before || Date.parse(from) - Date.parse(before.until) === 86_400_000;
  });

describe("hirePeriods()", () => {
  it("names every day since 1900 once, whatever comes", () => {
    const periods = hirePeriods(now);
    expect(areOneAfterTheOther(periods)).toBe(true);
    expect(periods.at(0)?.from).toBe("1900-01-01");
    expect(periods.at(-1)?.until).toBe("9999-12-31");
  });
});

describe("partsOf()", () => {
  it.each<[HirePeriod, number]>([
    [{ from: "1900-01-01", until: "1989-12-31" }, 90],
    [{ from: "2024-01-01", until: "2024-12-31" }, 12],
  ])("has each day of %o once, in %i parts", (period, count) => {
    const parts = partsOf(period);
    expect(parts).toHaveLength(count);
    expect(areOneAfterTheOther(parts)).toBe(true);
    expect([parts.at(0)?.from, parts.at(-1)?.until]).toEqual([period.from, period.until]);
  });

  it("has nothing where the parts would be days, or thousands", () => {
    expect(partsOf({ from: "2024-02-01", until: "2024-02-29" })).toEqual([]);
    expect(partsOf({ from: "2028-01-01", until: "9999-12-31" })).toEqual([]);
  });
});
