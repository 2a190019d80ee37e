/** A sentence as every language can say it: its English, and the code by which translations are found, with the figures that stand in it. */
export type Sentence = { english: string; code: string; figures: readonly (string | Sentence)[] };

/** What may stand in a sentence; nothing is said of what is not known. */
export type Figure = string | number | Sentence | undefined;

/**
 * Says a sentence by a template: `` say`Cannot read ${file}` `` has the code "Cannot read {0}". A figure may be a sentence of its
 * own.
 */
export function say(parts: TemplateStringsArray, ...figures: readonly Figure[]): Sentence {
  const said = figures.map((figure) => (typeof figure === "object" ? figure : String(figure)));
  const english = said.map((figure) => (typeof figure === "string" ? figure : figure.english));
  const join = (place: (at: number) => string): string =>
    parts.reduce((text, part, at) => `${text}${place(at - 1)}${part}`);
  return { english: join((at) => english[at]!), code: join((at) => `{${at}}`), figures: said };
}
