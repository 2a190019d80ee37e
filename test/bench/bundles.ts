import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import Table from "cli-table3";
import { parseConfig } from "../../functions/config/parse-config.ts";
import { bundle, codeFiles, coldFiles, stages } from "../infra/bundled.ts";
import { medianOf } from "./median.ts";
import { bundleOfSdk } from "./sdk-bundle.ts";

const runs = 7;

const exampleConfig = () => {
  const text = readFileSync(new URL("../../docs/access-review.example.yaml", import.meta.url), "utf8");
  const parsed = parseConfig(text);
  if ("faults" in parsed) throw new Error(JSON.stringify(parsed.faults));
  return parsed.config;
};

/** Milliseconds from the start of the import to its end, and of them those that the process worked. */
type Import = { tookMs: number; workedMs: number };

/** An import in a process of its own. */
const importOnce = async (file: string): Promise<Import> => {
  const script = `
    const before = process.cpuUsage();
    const begun = performance.now();
    await import(${JSON.stringify(pathToFileURL(file).href)});
    const { user, system } = process.cpuUsage(before);
    console.log(JSON.stringify({ tookMs: performance.now() - begun, workedMs: (user + system) / 1000 }));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
    env: {},
  });
  return JSON.parse(stdout) as Import;
};

/** Of files together: the bytes, and the bytes packed, in kB. */
const sizesOf = (files: string[]): string[] => {
  const bytes = Buffer.concat(files.map((file) => readFileSync(file)));
  return [bytes, gzipSync(bytes)].map(({ length }) => (length / 1000).toFixed(0));
};

type Bundled = { name: string; file: string };

/** Size (in all, and of what a cold start reads at once) and cold import of every stage's bundle, and of a handler that has the official SDK and S3 instead, as a table. */
export async function bundleTable(): Promise<string> {
  const bundles = bundle(exampleConfig());
  const sdk = await bundleOfSdk();
  try {
    // Whoever has nobody to tell has no function that sends.
    const placed = stages.filter((stage) => bundles.folderOf(stage) !== undefined);
    const ours = placed.map((stage) => ({ name: stage, file: join(bundles.folderOf(stage), "index.mjs") }));
    const medians = await importMedians([...ours, { name: sdkName, file: sdk.file }]);
    return tableOf(medians);
  } finally {
    sdk.remove();
    bundles.remove();
  }
}

const sdkName = "@larksuiteoapi/node-sdk and S3";

/** One of each in turn, so that what else the machine does meanwhile befalls all alike. */
async function importMedians(bundled: Bundled[]): Promise<(Bundled & Import)[]> {
  const importsByName = new Map<string, Import[]>(bundled.map(({ name }) => [name, []]));
  for (let run = 0; run < runs; run += 1) {
    for (const { name, file } of bundled) importsByName.get(name)!.push(await importOnce(file));
  }
  return bundled.map((one) => {
    const imports = importsByName.get(one.name)!;
    const tookMs = medianOf(imports.map((each) => each.tookMs));
    return { ...one, tookMs, workedMs: medianOf(imports.map((each) => each.workedMs)) };
  });
}

function tableOf(medians: (Bundled & Import)[]): string {
  const sdk = medians.at(-1)!;
  const head = [
    "bundle",
    "kB",
    "read at once",
    "gzipped",
    `cold import (ms, median of ${runs})`,
    "CPU (ms)",
    "of the SDK's",
    "CPU",
    "goal",
  ];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { name, file, tookMs, workedMs } of medians) {
    const isOurs = name !== sdkName;
    const [size] = sizesOf(isOurs ? codeFiles(dirname(file)) : [file]);
    const sizes = [size, ...sizesOf(isOurs ? coldFiles(dirname(file)) : [file])];
    const shares = [tookMs / sdk.tookMs, workedMs / sdk.workedMs].map((share) => share.toFixed(2));
    const goals = isOurs ? "< 2000 kB" : "";
    table.push([name, ...sizes, tookMs.toFixed(0), workedMs.toFixed(0), ...shares, goals]);
  }
  return table.toString();
}
