import type { CliOptions } from "./options.ts";

/** How to call this tool again, to be copied into a shell: with the configuration and the store of this run. */
export function commandLine(options: CliOptions, ...words: string[]): string {
  const config = options.config === "access-review.yaml" ? [] : ["--config", options.config];
  const store = options.store === undefined ? [] : ["--store", options.store];
  return ["node functions/cli.ts", ...[...words, ...config, ...store].map(quoted)].join(" ");
}

function quoted(word: string): string {
  return /^[\w./:@=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
