import type { Because } from "../../review/because.ts";
import { en } from "./en.ts";

// Evidence that was written before codes has an English sentence alone. This file is the only one that takes such a sentence
// apart. Each sentence is the English text of its code: whoever rewords a text in en.ts adds the old wording to the forms.

type Form = { code: string; form: RegExp };

/** A text as an expression that finds its figures. A figure is one word; differences are several. */
function formOf([code, text]: [code: string, text: string]): Form {
  const escaped = text.replace(/[.?*+()]/g, "\\$&");
  const form = escaped.replace(/\{(\w+)\}/g, (_, name) => `(?<${name}>${name === "differences" ? ".+" : "\\S+"})`);
  return { code, form: new RegExp(`^${form}$`) };
}

/** Texts as en.ts had them before, by their codes. */
const earlierTexts: [code: string, text: string][] = [
  [
    "task-failed",
    "the provider's task ended as Failed {times} times, and no reason spoke of this grant: the next review tries again",
  ],
];

const reasonForms = [...Object.entries(en.because), ...earlierTexts].map(formOf);
const differenceForms = Object.entries(en.differences).map(formOf);

function read(sentence: string, forms: readonly Form[]): Required<Because> | null {
  for (const { code, form } of forms) {
    const found = form.exec(sentence);
    if (found) return { code, figures: { ...found.groups } };
  }
  return null;
}

/** The code of a sentence that the review itself wrote; null for the words of a provider. */
export function becauseOf(detail: string): Because | null {
  const found = read(detail, reasonForms);
  if (!found || found.figures.differences === undefined) return found;
  const differences = String(found.figures.differences)
    .split(", ")
    .map((difference) => read(difference, differenceForms));
  if (!differences.every((difference) => difference !== null)) return null;
  const figures = Object.assign({}, ...differences.map((difference) => difference.figures));
  return { code: found.code, figures: { ...figures, differences: differences.map(({ code }) => code).join(", ") } };
}
