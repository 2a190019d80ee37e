import type { Tone } from "../words/words.ts";

/** A piece of HTML that is safe to put into a page: it came out of `markup`. */
export type Markup = { readonly html: string };

type Piece = Markup | string | number | null | Piece[];

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

// HTML has no form for these: a parser drops or replaces them, each in its own way.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression removes control characters
const unprintable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/** The text as HTML shows it literally, in an element or in a quoted attribute. */
export function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replace(unprintable, "\ufffd")
    .replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

function render(piece: Piece): string {
  if (piece === null) return "";
  if (Array.isArray(piece)) return piece.map(render).join("");
  return typeof piece === "object" ? piece.html : escapeText(String(piece));
}

/** Template tag: every value is escaped unless it is markup itself, so that forgetting to escape is impossible. */
export function markup(parts: TemplateStringsArray, ...values: Piece[]): Markup {
  return { html: parts.map((part, position) => part + render(values[position] ?? null)).join("") };
}

/** Plain text, escaped. */
export function textMarkup(text: string): Markup {
  return markup`${text}`;
}

/** A name from outside: isolated, so that its writing direction cannot reorder the text beside it. */
export function nameMarkup(name: string): Markup {
  return markup`<bdi>${name}</bdi>`;
}

/** An id, a hash or a command. */
export function codeMarkup(text: string): Markup {
  return markup`<code>${text}</code>`;
}

/** A word set apart by colour, which never says more than the word. */
export function badgeMarkup(tone: Tone, text: string): Markup {
  return markup`<span class="badge ${tone}">${text}</span>`;
}

/** The headings of a table's columns. */
export function tableHead(headings: string[]): Markup {
  return markup`<thead><tr>${headings.map((heading) => markup`<th scope="col">${heading}</th>`)}</tr></thead>`;
}

/** One row of a table. Each cell carries its heading, so that a phone can show the row as a card. */
export function rowMarkup(headings: string[], cells: Markup[]): Markup {
  return markup`<tr>${cells.map((cell, column) => markup`<td data-label="${headings[column] ?? ""}">${cell}</td>`)}</tr>\n`;
}

/** A table of rows, each with a cell for every heading. */
export function tableMarkup(headings: string[], rows: Markup[][]): Markup {
  return markup`<div class="wide"><table>${tableHead(headings)}<tbody>
${rows.map((cells) => rowMarkup(headings, cells))}</tbody></table></div>`;
}

/** A list of terms, each with its meaning. */
export function termsMarkup(terms: [string, Markup][]): Markup {
  return markup`<dl>${terms.map(([term, meaning]) => markup`<div><dt>${term}</dt><dd>${meaning}</dd></div>`)}</dl>`;
}
