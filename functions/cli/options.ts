import { readFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { type Config, tighten } from "../config/config.ts";
import { formatFaults } from "../config/fault.ts";
import { parseConfig } from "../config/parse-config.ts";
import { faultOfStore } from "../config/values.ts";
import { isReviewId } from "../review/keys.ts";
import { UsageError } from "./exit-code.ts";

/** The options of every command. */
export type CliOptions = {
  config: string;
  store?: string;
  source?: string;
  review?: string;
  mode?: "report";
  json?: boolean;
};

/** Adds the options of every command. */
export function withOptions(command: Command): Command {
  return command
    .option("--config <file>", "the configuration", "access-review.yaml")
    .option("--store <store>", "a directory or s3://bucket/prefix, instead of the configured one")
    .option("--source <id>", "only this source")
    .option("--review <id>", "this review, instead of the open one or a new one")
    .addOption(new Option("--mode <mode>", "only report, whatever the configuration says").choices(["report"]))
    .option("--json", "one JSON summary on stdout");
}

/** The configuration that the options name. Throws a UsageError with all faults of the configuration. */
export function loadConfig(options: CliOptions): Config {
  const parsed = parseConfig(readBytes(options.config));
  if ("faults" in parsed) throw new UsageError(formatFaults(options.config, parsed.faults));
  const { config } = parsed;
  if (options.source && !config.sources.some(({ id }) => id === options.source)) {
    const ids = config.sources.map(({ id }) => id).join(", ");
    throw new UsageError(`--source ${options.source} is not configured: ${options.config} has ${ids}`);
  }
  if (options.review && !isReviewId(options.review)) {
    throw new UsageError(`--review ${options.review} is not a review id: it looks like 2026-10-01T020000Z`);
  }
  const { mode, store } = options;
  const storeFault = store === undefined ? null : faultOfStore(store);
  if (storeFault) throw new UsageError(`--store ${storeFault}`);
  return tighten(config, { ...(mode ? { mode } : {}), ...(store ? { store } : {}) });
}

function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`Cannot read ${file} (${code}): name the configuration with --config`);
  }
}

/** The ids of the sources that the options choose. */
export function chosenSources(config: Config, { source }: CliOptions): string[] {
  return config.sources.map(({ id }) => id).filter((id) => source === undefined || id === source);
}

/** How to start this tool: the package's own command finds a Node that is new enough (bin/access-review.cjs). */
export const launcher = "npx access-review";

/** A command line of this tool, to be copied into a shell, with the configuration and the store of this run. */
export function commandLine(options: CliOptions, ...words: string[]): string {
  const config = options.config === "access-review.yaml" ? [] : ["--config", options.config];
  const store = options.store === undefined ? [] : ["--store", options.store];
  return [launcher, ...[...words, ...config, ...store].map(quoteWord)].join(" ");
}

function quoteWord(word: string): string {
  return /^[\w./:@=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
