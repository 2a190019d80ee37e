import type { LocalText, ScopePart, Scopes } from "../../review/grants/grant.ts";
import type { Language } from "../review-view.ts";
import { type Phrases, phraseFor } from "./phrases.ts";

/** The text in that language, else in the other, else `null`. */
export const localText = (text: LocalText, language: Language): string | null =>
  language === "zh" ? text.zh || text.en || null : text.en || text.zh || null;

/** `Department: Sales, Finance`, by names; an id stands where the provider has no name. */
export function scopePartText({ dimension, ids, names }: ScopePart, phrases: Phrases): string {
  const objects = ids.map((id, position) => names[position] || phraseFor(phrases.scopeWords, id));
  return `${phraseFor(phrases.dimensions, dimension)}${phrases.colon}${objects.join(phrases.listSeparator)}`;
}

/** One text for each alternative of the scopes: what holds together is joined by ` + `. Empty where nothing is known. */
export const scopeTexts = (scopes: Scopes | null, phrases: Phrases): string[] =>
  (scopes ?? []).map((parts) => parts.map((part) => scopePartText(part, phrases)).join(" + "));
