import { describe, expect, it } from "vitest";
import { findLimitMs, isFound } from "./find-mutant.ts";
import { mutants } from "./mutants.ts";
import { narrowingMutants } from "./narrowing-mutants.ts";
import { retirementMutants } from "./retirement-mutants.ts";

describe("the properties of a review's life", () => {
  // Two at a time: each takes a core by itself.
  it.concurrent.each([...mutants, ...retirementMutants, ...narrowingMutants])(
    "find that $name",
    async (mutant) => {
      expect(await isFound(mutant)).toBe(true);
    },
    findLimitMs,
  );
});
