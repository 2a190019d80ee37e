import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import Table from "cli-table3";
import { largeReviews, largeSource } from "./large-review.ts";
import { medianOf } from "./median.ts";
import { earlierReview, runStage } from "./memory.ts";

const sizes = [
  { grants: 100_000, runs: 5 },
  { grants: 1_000_000, runs: 5 },
];

const script = fileURLToPath(new URL("./read-process.ts", import.meta.url));

/** Reads and parses the parts of both reviews in a process of its own: what no assessment could do without. */
const readParts = async (folder: string): Promise<number> => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, folder]);
  return (JSON.parse(stdout) as { cpuMs: number }).cpuMs;
};

/** Forgets that the later review was assessed. */
const unassess = (folder: string): void => {
  const [, review] = largeReviews;
  for (const path of [
    `checkpoints/${largeSource}/${review}/assess.json`,
    `reviews/${largeSource}/${review}/assessments`,
  ])
    rmSync(join(folder, path), { recursive: true, force: true });
};

/** Pairs of runs, each of which meets the same neighbours on the machine: how often the reading an assessment takes. */
async function measure(
  grants: number,
  runs: number,
): Promise<{ ratios: number[]; readMs: number[]; assessMs: number[] }> {
  const folder = mkdtempSync(join(tmpdir(), "access-review-bench-"));
  try {
    cpSync(await earlierReview(grants), folder, { recursive: true });
    await runStage({ stage: "snapshot", folder, grants, generation: 1 });
    const measured = { ratios: [] as number[], readMs: [] as number[], assessMs: [] as number[] };
    for (let run = 0; run < runs; run++) {
      unassess(folder);
      const readMs = await readParts(folder);
      const { cpuMs } = await runStage({ stage: "assess", folder, grants, generation: 1 });
      measured.ratios.push(cpuMs / readMs);
      measured.readMs.push(readMs);
      measured.assessMs.push(cpuMs);
    }
    return measured;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1);

/** An assessment with twelve rules and the previous snapshot joined, over reading and parsing the same parts, as a table. */
export async function assessTable(): Promise<string> {
  const head = ["grants", "runs", "reading and parsing (s of CPU)", "assess (s of CPU)", "ratio, median", "goal"];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { grants, runs } of sizes) {
    const { ratios, readMs, assessMs } = await measure(grants, runs);
    const medians = [seconds(medianOf(readMs)), seconds(medianOf(assessMs)), medianOf(ratios).toFixed(2)];
    table.push([grants.toLocaleString("en"), runs, ...medians, "<= 4"]);
    process.stderr.write(`assess: ${grants} grants: ${ratios.map((ratio) => ratio.toFixed(2)).join(", ")}\n`);
  }
  return table.toString();
}
