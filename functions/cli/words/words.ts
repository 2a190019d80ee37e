import type { Config } from "../../config/config.ts";
import { cliEn } from "./en.ts";
import { cliZh } from "./zh.ts";

/** Everything that the command line prints, in one language. */
export type CliWords = typeof cliEn;

/** What the command line prints, by the language of the configuration. */
export function cliWords(language: Config["language"]): CliWords {
  return language === "zh" ? cliZh : cliEn;
}
