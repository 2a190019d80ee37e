import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { refusalsEn } from "../../functions/desk/pages/words/refusals-en.ts";

const codes = Object.keys(refusalsEn.refusals);

describe("a refusal of the desk", () => {
  it.each(["troubleshooting.md", "troubleshooting.zh.md"])("has its cause and remedy in docs/%s", (name) => {
    const text = readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");
    const lines = text.split("\n");
    const missing = codes.filter((code) => {
      const row = lines.find((line) => new RegExp(`^\\| \`${code}\`\\s?[(（]\\d{3}[)）] \\|`).test(line));
      const cells = row?.split("|").map((cell) => cell.trim()) ?? [];
      return cells.filter((cell) => cell !== "").length !== 3;
    });
    expect(codes.length).toBeGreaterThan(20);
    expect(missing).toEqual([]);
  });
});
