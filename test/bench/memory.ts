import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import Table from "cli-table3";
import type { OfSeveral } from "./large-review.ts";
import { medianOf } from "./median.ts";

/** What a stage process says when it has ended. */
export type StageRun = { answer: Record<string, unknown>; tookMs: number; cpuMs: number; peakBytes: number };

/** As Lambda starts Node where a function has 512 MB. */
const flagsOfLambda = ["--max-semi-space-size=25", "--max-old-space-size=460"];
const sizes = [10_000, 100_000, 1_000_000];
const reviews = 5;
const stages = ["snapshot", "assess", "expire", "seal"];
const goalBytes = 400_000_000;
const goalGrowth = 4 / 3;

const script = fileURLToPath(new URL("./stage-process.ts", import.meta.url));

type Asked = { stage: string; folder: string; grants: number; generation: number; several?: OfSeveral };

/** Runs a stage over a large review in a process of its own, as Lambda would start it. */
export const runStage = async ({ stage, folder, grants, generation, several }: Asked): Promise<StageRun> => {
  const asked = [stage, folder, String(grants), String(generation), JSON.stringify(several ?? null)];
  const args = [...flagsOfLambda, script, ...asked];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 16 * 1024 * 1024 });
  const run = JSON.parse(stdout) as StageRun;
  // A stage over an incomplete snapshot does nothing, and would be measured as the quickest.
  if (run.answer.status === "incomplete")
    throw new Error(`${stage} of ${grants} grants: ${JSON.stringify(run.answer)}`);
  return run;
};

/** A folder whose store holds the earlier review of a company of so many grants, sealed. Made once, then kept in the temporary folder. */
export const earlierReview = async (grants: number): Promise<string> => {
  const kept = join(tmpdir(), `access-review-bench-earlier-${grants}`);
  if (existsSync(kept)) return kept;
  const folder = mkdtempSync(join(tmpdir(), "access-review-bench-"));
  for (const stage of ["snapshot", "assess", "seal"]) await runStage({ stage, folder, grants, generation: 0 });
  renameSync(folder, kept);
  return kept;
};

/** Lives the later review stage by stage, and says of each what it took. */
async function* laterReview(grants: number): AsyncGenerator<[string, StageRun]> {
  const folder = mkdtempSync(join(tmpdir(), "access-review-bench-"));
  try {
    cpSync(await earlierReview(grants), folder, { recursive: true });
    for (const stage of stages) yield [stage, await runStage({ stage, folder, grants, generation: 1 })];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);

type Run = StageRun & { stage: string; grants: number };

/** The most memory that each stage of a review holds, by the number of its grants, as a table. */
export async function memoryTable(): Promise<string> {
  const runs: Run[] = [];
  for (const grants of sizes) {
    for (let review = 0; review < reviews; review++) {
      for await (const [stage, run] of laterReview(grants)) {
        runs.push({ stage, grants, ...run });
        process.stderr.write(
          `memory: ${stage} of ${grants} grants: ${megabytes(run.peakBytes)} MB, ${(run.tookMs / 1000).toFixed(1)} s\n`,
        );
      }
    }
  }
  const columns = sizes.map((grants) => `${grants.toLocaleString("en")} grants (MB)`);
  const head = [`stage, median of ${reviews}`, ...columns, "least, most of the last", "grows by", "took (s)", "goal"];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const stage of stages) {
    const of = (grants: number): Run[] => runs.filter((run) => run.stage === stage && run.grants === grants);
    const peaks = sizes.map((grants) => medianOf(of(grants).map(({ peakBytes }) => peakBytes)));
    const largest = of(sizes.at(-1)!);
    const range = [Math.min, Math.max].map((pick) => megabytes(pick(...largest.map(({ peakBytes }) => peakBytes))));
    const growth = peaks.at(-1)! / peaks.at(-2)!;
    const isReached = peaks.at(-1)! < goalBytes && growth < goalGrowth;
    const took = (medianOf(largest.map(({ tookMs }) => tookMs)) / 1000).toFixed(0);
    table.push([
      stage,
      ...peaks.map(megabytes),
      range.join(", "),
      growth.toFixed(2),
      took,
      isReached ? "reached" : "< 400, < 1.33",
    ]);
  }
  return table.toString();
}
