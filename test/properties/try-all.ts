import { availableParallelism } from "node:os";
import { afterAll, beforeAll, expect } from "vitest";
import { copyFunctions } from "./copied-functions.ts";
import { added, type Coverage } from "./coverage.ts";
import type { Job } from "./property-process.ts";
import { tryProperties } from "./try-properties.ts";

/** How many runs; `file` is the test that they are seen again by. */
export type Trial = Pick<Job, "functionsFolder" | "runs" | "limitMs" | "about"> & { file: string };

const env = process.env;
/** The same lives in every `npm test`; `npm run soak` sets another seed each time. */
const seed = Number(env.ACCESS_REVIEW_SEED ?? 20_261_121);
/** Where a run that failed is seen again, null where all are tried. */
export const path = env.ACCESS_REVIEW_PROPERTY_PATH ?? null;
/** A process loads the stages first: few runs are not worth a second one. */
const workersFor = (runs: number): number => (path === null && runs >= 100 ? Math.min(2, availableParallelism()) : 1);
const startMs = 10_000;

/** How many runs were asked for, or this share of them where a test has its own number of runs. */
export const runsOr = (usual: number, share = 1): number => {
  const asked = env.ACCESS_REVIEW_PROPERTY_RUNS;
  return asked === undefined ? usual : Math.ceil(Number(asked) * share);
};

/** How long the runs may take on a busy machine. A failure is shrunk for as long as there is time, and reported as far as that came. */
export const limitMsFor = (runs: number): number => Math.max(1_800_000, runs * 360);

/** Tries all runs, and says how to see a failure again. */
export const tryAll = async ({ runs, limitMs, file, ...task }: Trial): Promise<Coverage> => {
  const workers = workersFor(runs);
  const jobs = Array.from({ length: workers }, (_, at) => ({ seed: seed + at, runs: Math.ceil(runs / workers) }));
  const tried = await Promise.all(
    jobs.map((job) => tryProperties({ ...job, ...task, path, shrinks: true, limitMs: limitMs - startMs })),
  );
  for (const [at, each] of tried.entries()) {
    if (each.kind === "held") continue;
    const environment = `ACCESS_REVIEW_SEED=${jobs[at]!.seed} ACCESS_REVIEW_PROPERTY_PATH=${each.path}`;
    const command = `npx vitest run ${file.endsWith(".soak.ts") ? "--mode soak " : ""}test/properties/${file}`;
    expect.fail(
      `${each.faults}\nafter ${each.runs} runs, again with ${environment} ${command}\n${each.counterexample}`,
    );
  }
  return tried.reduce<Coverage>((sum, each) => (each.kind === "held" ? added(sum, each.coverage) : sum), {});
};

/** The runs of one block of tests. `share`: see `runsOr`. */
export type Tries = Pick<Trial, "file" | "about"> & { runs: number; share?: number };

/** What the runs of a block of tests came to; `coverage` is asked within tests. */
export type TriedRuns = { runs: number; leastRuns: number; coverage(): Coverage };

/** Tries so many runs, over a copy of `functions/`, before the tests of the block that this is called in. */
export function tryBefore({ runs: usual, share, ...task }: Tries): TriedRuns {
  const runs = runsOr(usual, share);
  const limitMs = limitMsFor(runs);
  let copy: ReturnType<typeof copyFunctions> | undefined;
  let coverage: Coverage = {};
  beforeAll(async () => {
    copy = copyFunctions();
    coverage = await tryAll({ functionsFolder: copy.folder, runs, limitMs, ...task });
  }, limitMs);
  afterAll(() => copy?.remove());
  return { runs, leastRuns: path === null ? runs : 1, coverage: () => coverage };
}
