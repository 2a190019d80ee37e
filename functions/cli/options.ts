import { readFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { type Command, Option } from "commander";
import { type Config, tighten } from "../config/config.ts";
import { formatFaults } from "../config/fault.ts";
import { parseConfig, parsePolicyFile } from "../config/parse-config.ts";
import { faultOfStore } from "../config/values.ts";
import { isReviewId, isSweep, mostHolders } from "../review/keys.ts";
import { UsageError, usage } from "./exit-code.ts";

/** The options of every command. */
export type CliOptions = {
  config: string;
  store?: string;
  source?: string;
  review?: string;
  mode?: "report";
  json?: boolean;
  /** The source's sweep is meant, where no review is named. */
  sweep?: boolean;
  /** Of a sweep: the only holders to look at. */
  holder?: string[];
  /** The stack that the store is the bucket of. */
  stack?: string;
};

/** What of the common options a command has a use for, beside --config and --store. */
export type Uses = readonly ("source" | "review" | "mode" | "json")[];

/** Adds the options of every command. All commands take all of them, so that scripts need not tell; the help shows the used. */
export function withOptions(command: Command, uses: Uses): Command {
  const common = [
    new Option("--source <id>", "only this source"),
    new Option("--review <id>", "this review, instead of the open one or a new one"),
    new Option("--mode <mode>", "only report, whatever the configuration says").choices(["report"]),
    new Option("--json", "one JSON summary on stdout"),
  ];
  command
    .option("--config <file>", "the configuration", "access-review.yaml")
    .option("--store <store>", "a directory or s3://bucket/prefix, instead of the configured one");
  for (const option of common) {
    command.addOption(option.hideHelp(!uses.some((name) => name === option.attributeName())));
  }
  return command;
}

/** Adds the option by which a command means the source's sweep. */
export function withSweep(command: Command): Command {
  return command.option("--sweep", "the sweep: between reviews, whose status changed, by the rules with sweep: true");
}

/**
 * Lets a command refuse an option that is given two values: the last one would count, and of two sources one would be stopped. An
 * option that takes several values is none of them.
 */
export function refuseTwoValues(command: Command): void {
  for (const option of command.options.filter(({ variadic, flags }) => !variadic && flags.includes("<"))) {
    let given: string | null = null;
    command.on(`option:${option.name()}`, (value: string) => {
      if (given !== null && given !== value) {
        const message = `error: option '${option.flags}' is given twice: ${given} and ${value}. Give it once`;
        command.error(message, { code: "access-review.twoValues" });
      }
      given = value;
    });
  }
}

/** The configuration that the options name. Throws a UsageError with all faults of the configuration. */
export function loadConfig(options: CliOptions): Config {
  const parsed = parseConfig(readBytes(options.config));
  if ("faults" in parsed) throw new UsageError(formatFaults(options.config, parsed.faults));
  const { config } = parsed;
  if (options.source && !config.sources.some(({ id }) => id === options.source)) {
    const ids = config.sources.map(({ id }) => id).join(", ");
    throw usage`--source ${options.source} is not configured: ${options.config} has ${ids}`;
  }
  if (options.review && !isReviewId(options.review)) {
    throw usage`--review ${options.review} is not a review id: it looks like 2026-10-01T020000Z`;
  }
  const { mode, store, sweep, review, holder } = options;
  if (holder && !sweep) throw usage`--holder is for sweeps: add --sweep`;
  if (holder && holder.length > mostHolders) {
    throw usage`--holder takes ${mostHolders} holders at most: leave it out to sweep whose status changed`;
  }
  if (sweep && review && !isSweep(review)) {
    throw usage`--review ${review} is no sweep: the ids of sweeps end in -sweep`;
  }
  const storeFault = store === undefined ? null : faultOfStore(store);
  if (storeFault) throw usage`--store ${storeFault}`;
  const place = store ?? storeBeside(options.config, config.store);
  if (options.stack !== undefined && !place.startsWith("s3://")) {
    throw usage`--stack means the bucket of a stack: add --store s3://BUCKET, its output EvidenceBucket`;
  }
  return tighten(config, { ...(mode ? { mode } : {}), store: place });
}

/** The configured store: a directory is meant from where the configuration file lies, wherever the command is run. */
function storeBeside(configFile: string, store: string): string {
  return store.startsWith("s3://") || isAbsolute(store) ? store : join(dirname(configFile), store);
}

/**
 * The configuration with the policy that a file has: a whole configuration, or its `policy:` alone. Throws a UsageError with all
 * faults of the file.
 */
export function loadPolicyFile(file: string, { config }: CliOptions): Config {
  const parsed = parsePolicyFile(readBytes(file, "--policy"), readBytes(config));
  if ("faults" in parsed) throw new UsageError(formatFaults(file, parsed.faults));
  return parsed.config;
}

function readBytes(file: string, option = "--config"): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (option === "--config") throw usage`Cannot read ${file} (${code}): name the configuration with --config`;
    throw usage`Cannot read ${file} (${code}): name the policy with --policy`;
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
