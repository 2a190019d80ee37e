import type { HolderStatus, LocalText, ScopePart, Scopes } from "../../review/grants/grant.ts";
import type { Language } from "../review-view.ts";
import { isUnremoved, type Standing } from "../rows/standing.ts";
import { en } from "./en.ts";
import { zh } from "./zh.ts";

/** Every text about a grant and the list of grants, in one language. */
export type Phrases = typeof en;

/** The texts in that language. */
export function phrasesOf(language: Language): Phrases {
  return language === "zh" ? zh : en;
}

/** The phrase for one of the contract's words, else the word itself: a newer version may know more words. */
export function phraseFor(phrases: Readonly<Record<string, string>>, word: string): string {
  return (Object.hasOwn(phrases, word) ? phrases[word] : undefined) ?? word;
}

/** The text in that language, else in the other, else `null`. */
export function localText(text: LocalText, language: Language): string | null {
  return language === "zh" ? text.zh || text.en || null : text.en || text.zh || null;
}

/** `Department: Sales, Finance`, by names; an id stands where the provider has no name. */
function scopePartText({ dimension, ids, names }: ScopePart, phrases: Phrases): string {
  const objects = ids.map((id, position) => names[position] || phraseFor(phrases.scopeWords, id));
  return `${phraseFor(phrases.dimensions, dimension)}${phrases.colon}${objects.join(phrases.listSeparator)}`;
}

/** One text for each alternative of the scopes; the parts of one alternative are joined by ` + `. Empty where nothing is known. */
export function scopeTexts(scopes: Scopes | null, phrases: Phrases): string[] {
  return (scopes ?? []).map((parts) => parts.map((part) => scopePartText(part, phrases)).join(" + "));
}

/** What a rule leaves, or would leave, of a grant's scopes; null of a rule that leaves all of them. */
export function keepText({ keep }: { keep?: Scopes }, phrases: Phrases): string | null {
  if (keep === undefined) return null;
  const { sentences, listSeparator } = phrases;
  return keep.length > 0 ? sentences.keeps(scopeTexts(keep, phrases).join(listSeparator)) : sentences.keepsNothing;
}

/**
 * Names of departments by id: the known names, and the names that scopes bring. A provider names the departments that
 * grants hold for; it names the departments where holders work only where the review asks for them.
 */
export function departmentNamesIn(
  all: Iterable<Scopes | null>,
  known: Readonly<Record<string, string>> = {},
): Map<string, string> {
  const nameById = new Map(Object.entries(known));
  for (const { dimension, ids, names } of [...new Set(all)].flatMap((scopes) => (scopes ?? []).flat())) {
    if (dimension !== "department") continue;
    for (const [at, id] of ids.entries()) {
      const name = names[at];
      if (name) nameById.set(id, name);
    }
  }
  return nameById;
}

/** The meaning of a badge's colour. */
export type Tone = "good" | "bad" | "wait" | "quiet";

/** The colour of a holder's status. */
export const statusTones: Record<HolderStatus, Tone> = {
  active: "good",
  leaving: "wait",
  left: "bad",
  disabled: "bad",
  unknown: "quiet",
};

/** The colour of where a grant stands. */
export function standingTone(standing: Standing): Tone {
  if (isUnremoved(standing)) return "bad";
  if (standing.kind === "outcome") return standing.outcome === "changed" ? "quiet" : "good";
  return standing.kind === "kept" ? "quiet" : "wait";
}

/** In words, what becomes of a grant that stands there. */
export function standingWords(phrases: Phrases, standing: Standing, isSealed: boolean): string {
  const { sentences } = phrases;
  switch (standing.kind) {
    case "outcome":
      return phrases.outcomes[standing.outcome];
    case "held":
      return phrases.heldBy[standing.by];
    case "pending":
      if (isSealed) return sentences.pendingSealed;
      if (standing.isNarrowed) return sentences.pendingNarrow;
      return standing.ifUndecided ? sentences.pendingUndecided : sentences.pendingOpen;
    case "kept":
      return sentences.kept;
    default:
      return standing satisfies never;
  }
}
