import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { reasonSentences } from "../../functions/review/because.ts";
import { decisionFaults, handInFaults } from "../../functions/review/rules/decision-faults.ts";
import { checksInSource, messagesInSource } from "./messages-in-source.ts";

/** What a table quotes in its first column: the messages that its rows are about. */
function quotesIn(name: string): string[] {
  const text = readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");
  const rows = text.split("\n").filter((line) => line.startsWith("| "));
  return rows.flatMap((row) => [...row.split(" | ")[0]!.matchAll(/`([^`]+)`/g)].map(([, quote]) => quote!));
}

/** What is filled in: `…`, a word in capitals, a number. A code that a message names (ENOENT) stands for every such code. */
const filledIn = /…|\b[A-Z][A-Z0-9_-]+\b|\b[NMR]\b|\b\d[\d.]*\b/g;

const fewestLetters = 6;

const escaped = (text: string): string =>
  text
    .trim()
    .replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")
    .replace(/\s+/g, "\\s+");

/** What a table quotes, as how messages begin; null where too little of it is fixed. */
function beginningOf(quote: string): RegExp | null {
  const fixed = quote.split(filledIn);
  const letters = fixed
    .join("")
    .replace(/^Cannot/, "")
    .replace(/[^\p{L}]/gu, "").length;
  if (letters < fewestLetters) return null;
  return new RegExp(`^${quote.startsWith("…") ? ".*?" : ""}${fixed.map(escaped).join(".*?")}`, "s");
}

/** The first sentence of a message, as an example of it begins. */
function exampleOf(message: string): RegExp {
  const [firstSentence = ""] = message.split(/[:.](?:\s|$)/);
  return new RegExp(`^${firstSentence.split("…").map(escaped).join(".*?")}`, "s");
}

/** The faults of decisions as the tables write them: `N` and `…` in place of what is filled in. */
function decisionFaultTexts(language: "en" | "zh"): string[] {
  const { unknownColumn, doubledColumn, missingColumn, cellCount, narrowColumn, tooLarge, tooManyLines, longCell } =
    decisionFaults;
  const { tooLong, noSnapshot, sealed, ...plain } = decisionFaults;
  const filled = [
    ...[doubledColumn("…"), missingColumn("…"), narrowColumn("until"), tooLarge(10 * 1024 * 1024)],
    ...[tooManyLines(100_000), longCell(2_000), noSnapshot("…", "…"), sealed("…"), handInFaults.empty("…")],
  ];
  const counted = [unknownColumn(7), cellCount(7, 7), tooLong(7)].map((fault) => fault[language].replace("7", "N"));
  const texts = Object.values(plain).flatMap((fault) => (typeof fault === "function" ? [] : [fault[language]]));
  return [...texts, ...counted, ...filled.map((fault) => fault[language])];
}

describe.each(["troubleshooting.md", "troubleshooting.zh.md"] as const)("docs/%s", (name) => {
  const quoted = quotesIn(name).map((quote) => quote.replace(/^.*?: (?=Cannot )/, ""));
  const beginnings = quoted.map(beginningOf).filter((beginning) => beginning !== null);
  const hasRow = (message: string): boolean => {
    const example = exampleOf(message);
    return beginnings.some((beginning) => beginning.test(message)) || quoted.some((quote) => example.test(quote));
  };

  it("has a row for every message that begins with Cannot, and for every message of wrong usage", () => {
    const messages = messagesInSource();
    const missing = messages.filter(({ text }) => !hasRow(text));
    expect(messages.length).toBeGreaterThan(150);
    expect(missing.map(({ text, file }) => `${file}: ${text}`)).toEqual([]);
  });

  it("has a row for every fault of a decision, in its own language", () => {
    const rows = readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");
    const beginnings = decisionFaultTexts(name === "troubleshooting.md" ? "en" : "zh").map((text) =>
      text.split(/[:：,，（(]/)[0]!.trim(),
    );
    expect(beginnings.length).toBeGreaterThan(40);
    expect(beginnings.filter((beginning) => !rows.includes(beginning))).toEqual([]);
  });

  it("has a row for every reason why a grant was held, left alone or not removed", () => {
    const codes = Object.keys(reasonSentences);
    expect(codes.filter((code) => !quoted.includes(code))).toEqual([]);
  });

  it("has a row for every check of a snapshot", () => {
    const checks = checksInSource();
    expect(checks.length).toBeGreaterThan(15);
    expect(checks.filter((check) => !quoted.includes(check))).toEqual([]);
  });
});
