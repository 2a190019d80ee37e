import { readFileSync } from "node:fs";

/**
 * The language in which a command line is answered, known before its configuration is checked: what `--language` says, else what
 * the configuration that it names says, as far as that can be read; English without a configuration.
 */
export function languageAsked(words: readonly string[]): "zh" | "en" {
  const asked = wordAfter(words, "--language");
  if (asked === "zh" || asked === "en") return asked;
  const text = textOf(wordAfter(words, "--config") ?? "access-review.yaml");
  if (text === null) return "en";
  const [, written] = /(?:^|[\s{,])["']?language["']?\s*:\s*["']?(zh|en)\b/.exec(text) ?? [];
  return written === "en" ? "en" : "zh";
}

function wordAfter(words: readonly string[], option: string): string | undefined {
  const at = words.findLastIndex((word) => word === option || word.startsWith(`${option}=`));
  const word = words[at];
  return word === option ? words[at + 1] : word?.slice(option.length + 1);
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
