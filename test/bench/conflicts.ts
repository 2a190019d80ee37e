import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { largeReviews, largeSources } from "./large-review.ts";
import { medianOf } from "./median.ts";
import { runStage } from "./memory.ts";

const sizes = [{ grants: Number(process.env.ACCESS_REVIEW_BENCH_GRANTS ?? 100_000), runs: 5 }];

/** How the conflicts of an assessment were found: by what the snapshots put aside, or by all parts of the other sources. */
const ways = ["none", "put aside", "all parts"] as const;
type Way = (typeof ways)[number];

/** Forgets that a source was assessed. */
const unassess = (folder: string, source: string): void => {
  const [review] = largeReviews;
  for (const path of [`checkpoints/${source}/${review}/assess.json`, `reviews/${source}/${review}/assessments`])
    rmSync(join(folder, path), { recursive: true, force: true });
};

/** Seconds of the processor and megabytes of one assessment in each way, in turn, so that all meet the same neighbours. */
async function measure(grants: number, runs: number) {
  const folders = [0, 1].map(() => mkdtempSync(join(tmpdir(), "access-review-bench-"))) as [string, string];
  const [plain, conflicting] = folders;
  const measured = new Map<Way, { cpuMs: number; peakBytes: number }[]>(ways.map((way) => [way, []]));
  const snapshots: [number, number] = [0, 0];
  try {
    for (const [at, folder] of folders.entries()) {
      for (const source of largeSources) {
        const several = { source, isConflicting: at === 1 };
        const { cpuMs } = await runStage({ stage: "snapshot", folder, grants, generation: 0, several });
        snapshots[at]! += cpuMs;
      }
    }
    for (let run = 0; run < runs; run++) {
      for (const way of ways) {
        const folder = way === "put aside" ? conflicting : plain;
        const source = largeSources[run % largeSources.length]!;
        unassess(folder, source);
        const several = { source, isConflicting: way !== "none" };
        measured.get(way)!.push(await runStage({ stage: "assess", folder, grants, generation: 0, several }));
      }
      const [base = 0, ...others] = ways.map((way) => measured.get(way)!.at(-1)!.cpuMs);
      process.stderr.write(`conflicts: ${grants} grants: ${others.map((ms) => (ms / base).toFixed(2)).join(", ")}\n`);
    }
    return { measured, snapshots };
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
}

/** An assessment of one of three sources with 100 conflicts across them, over one with none, as a table. */
export async function conflictsTable(): Promise<string> {
  const head = ["grants a source", "conflicts", "assess (s of CPU)", "over none, median of pairs", "peak (MB)", "goal"];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { grants, runs } of sizes) {
    const { measured, snapshots } = await measure(grants, runs);
    const none = measured.get("none")!;
    for (const [way, all] of measured) {
      const ratio = medianOf(all.map(({ cpuMs }, at) => cpuMs / none[at]!.cpuMs)).toFixed(2);
      const seconds = (medianOf(all.map(({ cpuMs }) => cpuMs)) / 1000).toFixed(1);
      const peak = (medianOf(all.map(({ peakBytes }) => peakBytes)) / 1e6).toFixed(0);
      table.push([grants.toLocaleString("en"), way, seconds, ratio, peak, way === "put aside" ? "<= 1.2" : "-"]);
    }
    const [plain, conflicting] = snapshots.map((ms) => (ms / 1000).toFixed(1));
    process.stderr.write(
      `conflicts: three snapshots took ${plain} s of CPU, and ${conflicting} with files put aside\n`,
    );
  }
  return table.toString();
}
