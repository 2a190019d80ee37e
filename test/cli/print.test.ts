import { describe, expect, it } from "vitest";
import { printable, shownName } from "../../functions/cli/print.ts";

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
