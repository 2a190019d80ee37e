import { describe, expect, it } from "vitest";
import { faultName } from "./coverage.ts";
import { narrowingSuccessions } from "./disturbances.ts";
import { path, tryBefore } from "./try-all.ts";

/** From so many runs on the coverage is counted: fewer meet too little. */
const countedRuns = 1_000;

/** Lives so many reviews that narrow grants; `file` is the test file that repeats a failed run. */
export function describeNarrowing({ file, runs: usual }: { file: string; runs: number }): void {
  describe("a review that narrows grants, whatever goes wrong in its life", () => {
    const { runs, leastRuns, coverage } = tryBefore({ file, runs: usual, share: 0.1, about: "narrowing" });

    it("leaves what its rule and its plan leave, written down before, ends as an undisturbed one, and gives back what was there", () => {
      expect(coverage().runs).toBeGreaterThanOrEqual(leastRuns);
    });

    // A run that is seen again covers nothing else.
    if (path !== null || runs < countedRuns) return;

    it.each([
      ["runs with narrowings", 400],
      ["runs with scopes given back", 50],
      ["narrowing of a slow grant", 50],
      ...["killed before", "killed after", "timed out before", "timed out after", "refused"].map(
        (kind) => [`setScopes: ${kind}`, 10] as [string, number],
      ),
      ...narrowingSuccessions.map((call) => [faultName({ call, kind: "killed before" }), 3] as [string, number]),
    ] as [string, number][])("met: %s", (what, ofThousand) => {
      expect(coverage()[what] ?? 0).toBeGreaterThanOrEqual((ofThousand * runs) / 1_000);
    });
  });
}
