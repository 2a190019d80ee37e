import { describe, expect, it } from "vitest";
import { copyFunctions } from "./copied-functions.ts";
import { mutants } from "./mutants.ts";
import { tryProperties } from "./try-properties.ts";

const seed = 20_261_001;
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
        const job = { functionsFolder: folder, seed, runs, path: null, shrinks: false, limitMs };
        expect((await tryProperties(job)).kind).toBe("failed");
      } finally {
        remove();
      }
    },
    limitMs,
  );
});

describe("copyFunctions()", () => {
  it("refuses an edit whose text is not there, so that no mutant is the original in disguise", () => {
    const edit = { file: "stages/lease.ts", find: "no such text", replace: "" };
    expect(() => copyFunctions([edit])).toThrow("0 times, not once");
  });

  it("refuses an edit whose text is there twice", () => {
    const edit = { file: "stages/lease.ts", find: "await", replace: "" };
    expect(() => copyFunctions([edit])).toThrow(/\d+ times, not once/);
  });
});
