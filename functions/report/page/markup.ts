/** A piece of HTML that is safe to put into a page: it came out of `markup`. */
export type Markup = { readonly html: string };

type Piece = Markup | string | number | null | Piece[];

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

// HTML has no form for these: a parser drops or replaces them, each in its own way.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must go
const unprintable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/** The text as HTML shows it literally, in an element or in a quoted attribute. */
export const escapeText = (text: string): string =>
  text
    .toWellFormed()
    .replace(unprintable, "\ufffd")
    .replace(/[&<>"']/g, (character) => entities[character] ?? "");

const render = (piece: Piece): string => {
  if (piece === null) return "";
  if (Array.isArray(piece)) return piece.map(render).join("");
  return typeof piece === "object" ? piece.html : escapeText(String(piece));
};

/** Template tag: every value is escaped unless it is markup itself, so that forgetting to escape is impossible. */
export function markup(parts: TemplateStringsArray, ...values: Piece[]): Markup {
  return { html: parts.map((part, position) => part + render(values[position] ?? null)).join("") };
}

/** A name from outside: isolated, so that its writing direction cannot reorder what stands beside it. */
export const nameMarkup = (name: string): Markup => markup`<bdi>${name}</bdi>`;
