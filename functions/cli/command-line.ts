import type { CliOptions } from "./options.ts";

/** How to call this tool again, to be copied into a shell: with the configuration and the store of this run. */
export const commandLine = (options: CliOptions, ...words: string[]): string => {
  const config = options.config === "access-review.yaml" ? [] : ["--config", options.config];
  const store = options.store === undefined ? [] : ["--store", options.store];
  return ["node functions/cli.ts", ...[...words, ...config, ...store].map(quoted)].join(" ");
};

const quoted = (word: string): string => (/^[\w./:@=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
