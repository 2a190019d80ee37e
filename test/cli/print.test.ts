import { describe, expect, it } from "vitest";
import { printable, shownName, tableText } from "../../functions/cli/print.ts";

const steering = [
  ...["\x1b[2J", "\x1b]0;title\x07", "\r", "\0", "\x08", "\x7f", "\x85", "\x9b31m", "\u061c"],
  ...["\u200b", "\u200d", "\u200e", "\u202e", "\u2066", "\u2069", "\u2028", "\u2029", "\u2060", "\ufeff", "\u00ad"],
  ...["\u180e", "\u115f", "\u3164", "\u{e0041}", "\ud800", "\udc00"],
];

describe("printable()", () => {
  it.each(steering)("lets %j reach no terminal, and JSON with it stays JSON of the same value", (text) => {
    const shown = printable(`a${text}b`);
    expect(shown).toMatch(/^[\x20-\x7e]+$/);
    expect(shown).toContain("\\u");
    const json = printable(JSON.stringify({ name: `a${text}b` }));
    expect(json).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(json)).toEqual({ name: `a${text}b` });
  });

  it("leaves alone what people write, emoji, lines and tabs included", () => {
    const text = "王小明, Zoë\té — 審核 😀❤️ العربية\nnext line";
    expect(printable(text)).toBe(text);
  });
});

describe("shownName()", () => {
  it("is one line of 256 characters at most, of a name of any length", () => {
    expect(shownName("王小明")).toBe("王小明");
    expect(shownName("a\nheld: no")).toBe("a\\u000Aheld: no");
    expect([...shownName("😀".repeat(30_000))]).toHaveLength(256);
    expect(shownName("a".repeat(256))).toBe("a".repeat(256));
    expect(shownName("a".repeat(257))).toBe(`${"a".repeat(255)}…`);
    expect([...shownName("\x1b".repeat(30_000))].length).toBeLessThanOrEqual(256);
  });
});

describe("tableText()", () => {
  const hash = "0123456789abcdef".repeat(4);
  const name = "王小明".repeat(20);
  const role = "Payroll administrator of the whole group";
  const shownAt = (width: number | undefined): string =>
    tableText(
      [{ title: "grant", characters: 18 }, { title: "holder" }, { title: "role" }],
      [[hash.slice(0, 16), name, role]],
      width,
    );

  it.each([60, 80, 101, 200, undefined])("of a terminal with %s columns fits it, and cuts nothing", (width) => {
    const summary = tableText([{ characters: 14 }, {}], [["evidence", `SHA-256 ${hash}`]], width);
    const lines = [summary, shownAt(width)].flatMap((table) => table.split("\n"));
    expect(lines.filter((line) => columnsOf(line) > Math.min(width ?? 101, 101))).toEqual([]);
    const said = lines.join("").replace(/[^0-9a-z王]/gi, "");
    expect(said).toContain(`SHA256${hash}`);
    expect(said.match(/王/g)).toHaveLength(20);
    expect(lines.join("")).not.toContain("…");
  });

  it("keeps words whole where they fit", () => {
    expect(shownAt(101)).toContain("Payroll administrator of the whole");
  });

  it("of a terminal that is narrower than 40 columns has 40", () => {
    expect(Math.max(...shownAt(10).split("\n").map(columnsOf))).toBeLessThanOrEqual(40);
  });
});

/** How many columns a terminal needs for the line: Chinese characters take two. */
function columnsOf(line: string): number {
  return [...line].reduce((sum, character) => sum + (/\p{Script=Han}/u.test(character) ? 2 : 1), 0);
}
