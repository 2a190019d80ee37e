import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isNumberCell, isNumberOf } from "../../../functions/review/rules/grant-id-cell.ts";

const numberIds = fc.oneof(
  fc.stringMatching(/^[0-9]{16}$/),
  fc.stringMatching(/^0{1,6}[1-9][0-9]{8}[0-9]*$/).map((text) => text.padEnd(16, "7").slice(0, 16)),
  fc.tuple(fc.stringMatching(/^[1-9][0-9]{12}$/), fc.stringMatching(/^[0-9]{2}$/)).map(([a, b]) => `${a}e${b}`),
);

/** As a spreadsheet keeps a number: fifteen digits, the rest cut. */
const cut = (id: string): string => (/^\d{16}$/.test(id) ? `${id.replace(/^0+/, "").slice(0, 15)}` : id);

/** As a spreadsheet shows a number: six digits, noughts at the end left out. */
const shown = (id: string): string => {
  const [mantissa = "", power = ""] = Number(id).toExponential(5).split("e+");
  return `${String(Number(mantissa))}E+${power.padStart(2, "0")}`;
};

describe("isNumberOf()", () => {
  it.each([
    ["7.79749E+15", "7797491234567890", true],
    ["7,79749E+15", "7797491234567890", true],
    ["7.79749E+15", "7797496234567890", true],
    ["7.7975E+15", "7797496234567890", true],
    ["8.98006E+59", "8980061234567e47", true],
    ["8.98006E+59", "8980061234567e46", false],
    ["1234567890123450", "1234567890123456", true],
    ["1234567890123460", "1234567890123456", true],
    ["12345678901234", "0012345678901234", true],
    ["1E+16", "9999999999999999", false],
    ["7.79749E+15", "7797491234abcdef", false],
  ])("takes %s for %s: %s", (cell, id, is) => {
    expect(isNumberOf(cell, id)).toBe(is);
  });

  it("finds every id by what a spreadsheet shows of it", () => {
    fc.assert(
      fc.property(numberIds, (id) => {
        fc.pre(Number(id) > 0 && Number.isFinite(Number(id)) && shown(id).replace(/E.*|\./g, "").length >= 3);
        expect(isNumberCell(shown(id))).toBe(true);
        expect(isNumberOf(shown(id), id)).toBe(true);
        if (/^[1-9]\d{15}$/.test(id)) expect(isNumberOf(`${cut(id)}0`, id)).toBe(true);
      }),
    );
  });
});
