import { describe, expect, it } from "vitest";
import { neutralCell } from "../../../functions/report/rows/csv-cell.ts";

const formulas = [
  "=1+1",
  "+1",
  "-1",
  "@SUM(A1)",
  "\t=1",
  "\tplain after a tab",
  "\rplain after a return",
  "\nplain after a line feed",
  "＝1+1",
  "＋1",
  "－1",
  "＠x",
  "﹦1",
  "−1",
  "  =1",
  "\u00a0=1",
  "\u3000=1",
  "\u200b=1",
  "\ufeff=1",
  "\u202e=1",
  "\u0000=1",
  " \t\r\n @x",
];

describe("neutralCell()", () => {
  it.each(formulas.map((text) => [JSON.stringify(text), text]))("puts an apostrophe before %s", (_, text) => {
    expect(neutralCell(text)).toBe(`'${text}`);
  });

  it.each(["", "Lin Xiao", "a=b", "2026-10-01T02:00:00Z", "'quoted", "林晓", " padded", "|x"])(
    "leaves %j as it is",
    (text) => {
      expect(neutralCell(text)).toBe(text);
    },
  );
});
