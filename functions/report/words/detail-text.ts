import type { Because } from "../../review/because.ts";
import type { Finding } from "../../review/rules/finding.ts";
import { becauseOf } from "./old-evidence.ts";
import { type Phrases, phraseFor } from "./words.ts";

/** Something of the evidence that says why: an English sentence, and since codes are written a code with its figures. */
export type Detailed = { detail: string; because?: Because };

/** The sentence for a code and its figures; null where this version does not know the code. */
export function becauseText({ code, figures = {} }: Because, phrases: Phrases): string | null {
  const { because, differences, listSeparator, notKnown } = phrases;
  const fill = (template: string): string => template.replace(/\{(\w+)\}/g, (_, name: string) => figureText(name));
  const figureText = (name: string): string => {
    const figure = String(figures[name] ?? notKnown);
    if (name !== "differences") return figure;
    const texts = figure.split(", ").map((difference) => fill(phraseFor(differences, difference)));
    return texts.join(listSeparator);
  };
  return Object.hasOwn(because, code) ? fill(phraseFor(because, code)) : null;
}

/**
 * The detail of a hold or an outcome in the reader's language. A detail without a code is in old evidence, or in a provider's
 * own words; a provider's words stay as they are.
 */
export function detailText({ detail, because }: Detailed, phrases: Phrases): string {
  const told = because ?? becauseOf(detail);
  return (told && becauseText(told, phrases)) ?? detail;
}

/** The result of a check in the reader's language. A check without a code is in old evidence, and is shown as it was written. */
export function checkDetail({ detail, because }: Detailed, phrases: Phrases): string {
  return (because && becauseText(because, phrases)) ?? detail;
}

/** Why a finding asks for nothing more, in a sentence. */
export function suppressionText(suppressedBy: NonNullable<Finding["suppressedBy"]>, phrases: Phrases): string {
  const { by, detail } = suppressedBy;
  return phrases.sentences.suppressed(
    by,
    by === "hold" ? phraseFor(phrases.heldBy, detail) : detailText(suppressedBy, phrases),
  );
}
