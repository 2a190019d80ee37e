import { describe, expect, it } from "vitest";
import { copyFunctions } from "./copied-functions.ts";
import { mutants } from "./mutants.ts";
import { tryProperties } from "./try-properties.ts";

/** A mutant that the first lives do not meet has to be met by the next. */
const seeds = [20_261_007, 20_261_001, 20_261_002];
const runs = 2_000;
const limitMs = 120_000;

describe("the properties of a review's life", () => {
  it("are tried on at least ten mutants", () => {
    expect(mutants.length).toBeGreaterThanOrEqual(10);
  });

  it.each(mutants)(
    "find that $name",
    async ({ edits }) => {
      const { folder, remove } = copyFunctions(edits);
      try {
        const job = { functionsFolder: folder, runs, path: null, shrinks: false, limitMs };
        const kinds: string[] = [];
        for (const seed of seeds) {
          if (!kinds.includes("failed")) kinds.push((await tryProperties({ ...job, seed })).kind);
        }
        expect(kinds).toContain("failed");
      } finally {
        remove();
      }
    },
    3 * limitMs,
  );
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
