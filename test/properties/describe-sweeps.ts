import { describe, expect, it } from "vitest";
import { path, tryBefore } from "./try-all.ts";

/** Lives so many reviews with sweeps beside and between them; `file` is the test file that repeats a failed run. */
export function describeSweeps({ file, runs: usual }: { file: string; runs: number }): void {
  describe("sweeps beside reviews, whatever goes wrong in their lives, and whoever comes back", () => {
    const { runs, leastRuns, coverage } = tryBefore({ file, runs: usual, about: "sweeps" });

    it("remove only what they may, end as undisturbed ones, and leave reviews and evidence that verify", () => {
      expect(coverage().runs).toBeGreaterThanOrEqual(leastRuns);
    });

    // A run that is seen again covers nothing else.
    if (path !== null) return;

    it("removed in a sweep in a tenth of the runs", () => {
      expect(coverage()["runs with removals in a sweep"] ?? 0).toBeGreaterThanOrEqual(runs / 10);
    });
  });
}
