import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyFunctions } from "./copied-functions.ts";
import type { Coverage } from "./coverage.ts";
import { limitMsFor, path, runsOr, tryAll } from "./try-all.ts";

/** Lives so many reviews with sweeps beside and between them; `file` is the test file that repeats a failed run. */
export function describeSweeps({ file, runs: usual }: { file: string; runs: number }): void {
  const runs = runsOr(usual);
  const limitMs = limitMsFor(runs);

  describe("sweeps beside reviews, whatever goes wrong in their lives, and whoever comes back", () => {
    let copy: ReturnType<typeof copyFunctions>;
    let coverage: Coverage;
    beforeAll(async () => {
      copy = copyFunctions();
      coverage = await tryAll({ functionsFolder: copy.folder, runs, limitMs, file, about: "sweeps" });
    }, limitMs);
    afterAll(() => copy.remove());

    it("remove only what they may, end as undisturbed ones, and leave reviews and evidence that verify", () => {
      expect(coverage.runs).toBeGreaterThanOrEqual(path === null ? runs : 1);
    });

    // A run that is seen again covers nothing else.
    if (path !== null) return;

    it("removed in a sweep in a tenth of the runs", () => {
      expect(coverage["runs with removals in a sweep"] ?? 0).toBeGreaterThanOrEqual(runs / 10);
    });
  });
}
