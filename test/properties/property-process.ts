import fc from "fast-check";
import { type Coverage, cover } from "./coverage.ts";
import { faultsOf, type LifeKind, type Run, runsOf } from "./property.ts";
import { loadStages } from "./stages-under-test.ts";

/** What a process is to try, for how long: stages below a folder, so many runs from a seed, or the one that a path leads to. */
export type Job = {
  functionsFolder: string;
  seed: number;
  runs: number;
  path: string | null;
  shrinks: boolean;
  /** What every run is about; left out: removals, and nothing more. */
  about?: LifeKind | undefined;
  limitMs: number;
};

/** What came of it. `counterexample` is JSON; `path` leads back to it. */
export type Tried =
  | { kind: "held"; coverage: Coverage }
  | { kind: "failed"; runs: number; path: string; counterexample: string; faults: string };

const tryJob = async ({
  functionsFolder,
  seed,
  runs,
  path,
  shrinks,
  limitMs,
  about = "removals",
}: Job): Promise<Tried> => {
  const stages = await loadStages(functionsFolder);
  const coverage: Coverage = {};
  let hasFailed = false;
  const property = fc.asyncProperty(runsOf[about], async (run: Run) => {
    const judged = await faultsOf(run, stages);
    if (!hasFailed) cover(coverage, judged);
    if (judged.faults.length === 0) return;
    hasFailed = true;
    throw new Error(judged.faults.slice(0, 5).join("\n"));
  });
  const checked = await fc.check(property, {
    seed,
    numRuns: runs,
    endOnFailure: !shrinks,
    interruptAfterTimeLimit: limitMs,
    ...(path === null ? {} : { path }),
  });
  if (!checked.failed) return { kind: "held", coverage };
  const cause = checked.errorInstance;
  return {
    kind: "failed",
    runs: checked.numRuns,
    path: checked.counterexamplePath ?? "",
    counterexample: JSON.stringify(checked.counterexample?.[0]),
    faults: cause instanceof Error ? cause.message : String(cause),
  };
};

// `node test/properties/property-process.ts JOB` prints what came of the job as JSON, and ends by itself.
process.stdout.write(JSON.stringify(await tryJob(JSON.parse(process.argv[2] ?? "") as Job)));
