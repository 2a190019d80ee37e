import { describe, expect, it } from "vitest";
import { checkEdits, copyFunctions } from "./copied-functions.ts";
import { findLimitMs, isFound } from "./find-mutant.ts";
import { mutants } from "./mutants.ts";
import { narrowingMutants } from "./narrowing-mutants.ts";
import { retirementMutants } from "./retirement-mutants.ts";

/** Those that a few lives meet; `npm run soak` tries all. */
const quick = [
  "a removal is taken for done as the provider says yes",
  "the intent is written after the call",
  "an incomplete snapshot is acted on",
  "the hash of a plan is not checked",
];

const all = [...mutants, ...retirementMutants, ...narrowingMutants];

describe("the properties of a review's life", () => {
  it("have at least ten mutants to find", () => {
    expect(mutants.length).toBeGreaterThanOrEqual(10);
  });

  it.each(all)("can still plant that $name", ({ edits }) => {
    expect(() => checkEdits(edits)).not.toThrow();
  });

  it.each(quick)("find that %s", { timeout: findLimitMs }, async (name) => {
    const mutant = mutants.find((each) => each.name === name) ?? expect.fail(`no mutant is called: ${name}`);
    expect(await isFound(mutant)).toBe(true);
  });
});

describe("copyFunctions()", () => {
  it("refuses an edit whose text is not there, so that no mutant is the original in disguise", () => {
    const edit = { file: "ledger/lease.ts", find: "no such text", replace: "" };
    expect(() => copyFunctions([edit])).toThrow("0 times, not once");
  });

  it("refuses an edit whose text is there twice", () => {
    const edit = { file: "ledger/lease.ts", find: "await", replace: "" };
    expect(() => copyFunctions([edit])).toThrow(/\d+ times, not once/);
  });
});
