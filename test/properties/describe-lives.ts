import { describe, expect, it } from "vitest";
import { type Coverage, faultName, followedName } from "./coverage.ts";
import { countedFaults, successions } from "./disturbances.ts";
import { path, tryBefore } from "./try-all.ts";

/** From so many runs on the coverage is counted: fewer meet too little. */
const countedRuns = 10_000;

/** Those that were met less often than in so many of ten thousand runs. */
const metTooSeldom = (coverage: Coverage, names: string[], ofTenThousand: number): string[] =>
  names.filter((name) => (coverage[name] ?? 0) < (ofTenThousand * (coverage.runs ?? 0)) / 10_000);

/** Lives so many reviews, and states what holds of each; `file` is the test file that repeats a failed run. */
export function describeLives({ file, runs: usual }: { file: string; runs: number }): void {
  describe("a review, whatever goes wrong in its life", () => {
    const { runs, leastRuns, coverage } = tryBefore({ file, runs: usual });

    it("removes only what it may, ends as an undisturbed one, can be undone, and leaves evidence that verifies", () => {
      expect(coverage().runs).toBeGreaterThanOrEqual(leastRuns);
    });

    // A run that is seen again covers nothing else.
    if (path !== null) return;

    it("removed over two invocations in a sixth of the runs that removed anything", () => {
      expect(coverage()["runs with removals over two invocations"]).toBeGreaterThan(
        coverage()["runs with removals"]! / 6,
      );
      expect(coverage()["runs with removals"]).toBeGreaterThan(runs / 3);
    });

    it("met grants that are removed, refused, kept although the provider said yes, and slow to go", () => {
      const tempers = ["obedient", "refusing", "stubborn", "slow"].map((temper) => `revoke of a ${temper} grant`);
      expect(metTooSeldom(coverage(), tempers, 100)).toEqual([]);
    });

    it("was compared with an undisturbed life, put grants back, and went through second reviews", () => {
      const often = [
        "runs compared with an undisturbed life",
        "runs with put-backs",
        "runs with removals in a second review",
      ];
      expect(metTooSeldom(coverage(), often, 500)).toEqual([]);
    });

    if (runs < countedRuns) return;

    it("met each fault at each kind of call", () => {
      expect(metTooSeldom(coverage(), countedFaults.map(faultName), 100)).toEqual([]);
    });

    it("was killed between every two durable writes", () => {
      const kills = successions.map((call) => faultName({ call, kind: "killed before" }));
      expect(metTooSeldom(coverage(), kills, 10)).toEqual([]);
      const followed = Object.keys(coverage()).filter((name) => name.startsWith(followedName("")));
      const unknown = followed.filter((name) => !successions.map(followedName).includes(name));
      expect(unknown.filter((name) => metTooSeldom(coverage(), [name], 20).length === 0)).toEqual([]);
    });
  });
}
