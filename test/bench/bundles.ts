import { execFile } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import Table from "cli-table3";
import { parseConfig } from "../../functions/config/parse-config.ts";
import { bundle, stages } from "../infra/bundled.ts";

const runs = 7;

const exampleConfig = () => {
  const text = readFileSync(new URL("../../docs/access-review.example.yaml", import.meta.url), "utf8");
  const parsed = parseConfig(text);
  if ("faults" in parsed) throw new Error(JSON.stringify(parsed.faults));
  return parsed.config;
};

/** Milliseconds from the start of the import to its end, in a process of its own. */
const importMs = async (file: string): Promise<number> => {
  const script = `const begun = performance.now(); await import(${JSON.stringify(pathToFileURL(file).href)}); console.log(performance.now() - begun);`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
    env: {},
  });
  return Number(stdout);
};

const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(0);

/** Size and cold import of every stage's bundle, as a table. */
export async function bundleTable(): Promise<string> {
  const bundles = bundle(exampleConfig());
  try {
    const head = ["bundle", "minified (kB)", "gzipped (kB)", `cold import (ms, median of ${runs})`, "goal"];
    const table = new Table({ head, style: { head: [], border: [] } });
    for (const stage of stages) {
      const file = join(bundles.folderOf(stage), "index.mjs");
      const times: number[] = [];
      for (let run = 0; run < runs; run += 1) times.push(await importMs(file));
      times.sort((a, b) => a - b);
      const packed = gzipSync(readFileSync(file)).length;
      const median = times[(runs - 1) / 2] ?? Number.NaN;
      table.push([stage, kilobytes(statSync(file).size), kilobytes(packed), median.toFixed(0), "< 1200 kB"]);
    }
    return table.toString();
  } finally {
    bundles.remove();
  }
}
