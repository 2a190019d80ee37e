import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { parse } from "csv-parse/sync";
import { dayMs, isoInstant } from "../../functions/basics/time.ts";
import { mostLines } from "../../functions/review/rules/decision-faults.ts";
import { medianOf } from "./median.ts";

// The largest file of decisions that is taken, handed in by the command line to the review of the embedded company.

const root = new URL("../..", import.meta.url).pathname;
const script = join(root, "functions/cli.ts");
const goal = { seconds: 30, bytes: 300e6 };
const runs = 3;

/** Has a process say at its end the most memory that it ever held. */
const telling = `data:text/javascript,process.on("exit",()=>console.error("peak "+process.resourceUsage().maxRSS*1024))`;

type Listed = { grant_id: string; holder_id: string; reviewer_id: string };

/** A file of so many lines about the grants of a review, each with a reason of its own; no grant is its reviewer's. */
function fileOf(review: string, report: string, count: number): string {
  const listed = parse(readFileSync(report), { columns: true, bom: true }) as Listed[];
  const plain = (cell: string): string => cell.replace(/^'/, "");
  const routed = listed.filter(
    ({ reviewer_id, holder_id }) => reviewer_id !== "" && plain(reviewer_id) !== plain(holder_id),
  );
  const at = `${isoInstant(Date.now()).slice(0, 19)}Z`;
  const until = isoInstant(Date.now() + 30 * dayMs).slice(0, 10);
  const lines = Array.from({ length: count }, (_, line) => {
    const { grant_id, reviewer_id } = routed[line % routed.length]!;
    return `${review},${plain(grant_id)},keep,${until},${plain(reviewer_id)},ok ${line},${at}`;
  });
  return `review,grant_id,decision,until,reviewer,reason,decided_at\n${lines.join("\n")}\n`;
}

/** How long `decide` takes with the most lines that a file may have, and the most memory that it holds, as a table. */
export async function decideTable(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "access-review-decide-"));
  const config = join(folder, "access-review.yaml");
  const shipped = readFileSync(join(root, "access-review.yaml"), "utf8");
  writeFileSync(config, shipped.replace(/^store:.*$/m, `store: ${folder}/store`));
  try {
    for (const stage of ["snapshot", "assess"])
      execFileSync(process.execPath, [script, stage, "--source", "people-hq", "--config", config], { stdio: "ignore" });
    const reviews = join(folder, "store/reviews/people-hq");
    const review = readdirSync(reviews).findLast((name) => /T/.test(name))!;
    const file = join(folder, "decisions.csv");
    writeFileSync(file, fileOf(review, join(reviews, review, "assessments/0001/report.csv"), mostLines));
    const measured = Array.from({ length: runs }, () => {
      const begun = performance.now();
      const args = ["--import", telling, script, "decide", file, "--source", "people-hq", "--config", config];
      const { status, stderr, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
      if (status !== 0) throw new Error(`decide ended with ${status}: ${stderr.slice(0, 2_000)}${stdout}`);
      return { seconds: (performance.now() - begun) / 1_000, bytes: Number(/peak (\d+)/.exec(stderr)?.[1]) };
    });
    const head = [`${mostLines} lines, median of ${runs}`, "each run", "goal"];
    const table = new Table({ head, style: { head: [], border: [] } });
    const row = (what: string, values: number[], most: number): void => {
      table.push([
        `${what} ${medianOf(values).toFixed(1)}`,
        values.map((value) => value.toFixed(1)).join(" "),
        `< ${most}`,
      ]);
    };
    row(
      "seconds",
      measured.map(({ seconds }) => seconds),
      goal.seconds,
    );
    row(
      "peak, MB",
      measured.map(({ bytes }) => bytes / 1e6),
      goal.bytes / 1e6,
    );
    return `load ${loadavg()[0]!.toFixed(1)}\n${table.toString()}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
