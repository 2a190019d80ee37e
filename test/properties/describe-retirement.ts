import { describe, expect, it } from "vitest";
import { path, tryBefore } from "./try-all.ts";

/** From so many runs on the coverage is counted: fewer meet too little. */
const countedRuns = 1_000;

/** Lives so many reviews that retire a role; `file` is the test file that repeats a failed run. */
export function describeRetirement({ file, runs: usual }: { file: string; runs: number }): void {
  describe("a review that empties and deletes a role, and removes by the batch, whatever goes wrong in its life", () => {
    const { runs, leastRuns, coverage } = tryBefore({ file, runs: usual, share: 0.1, about: "retirement" });

    it("deletes only what it emptied, by its plan and with an intent, ends as an undisturbed one, and says what is so", () => {
      expect(coverage().runs).toBeGreaterThanOrEqual(leastRuns);
    });

    // A run that is seen again covers nothing else.
    if (path !== null || runs < countedRuns) return;

    it.each([
      ["runs with a deleted role", 100],
      ["runs with ten removals or more in one call", 30],
      ["revoke of a unheard grant", 300],
      ["deleteRole: killed before", 5],
      ["deleteRole: killed after", 5],
      ["deleteRole: timed out before", 5],
      ["deleteRole: timed out after", 5],
      ["hasRole: killed before", 5],
      ["create retired intent.json: killed after", 5],
      ["create retired outcome.json: killed before", 5],
    ])("met: %s", (what, ofThousand) => {
      expect(coverage()[what] ?? 0).toBeGreaterThanOrEqual((ofThousand * runs) / 1_000);
    });
  });
}
