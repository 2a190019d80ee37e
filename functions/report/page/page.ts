import type { Language, ReviewView } from "../review-view.ts";
import type { Moments } from "../words/moments.ts";
import type { Phrases } from "../words/phrases.ts";
import type { Tone } from "../words/standing-words.ts";
import { type Markup, markup } from "./markup.ts";

/** What every part of the page is written from, in one language. `amount` writes a whole number with separators. */
export type Page = {
  view: ReviewView;
  language: Language;
  phrases: Phrases;
  moments: Moments;
  amount(count: number): string;
};

/** What a page in one language is known by. */
export type InLanguage = { language: Language; phrases: Pick<Phrases, "htmlLang"> };

/** The same in both languages, the one asked for first; the style sheet shows the one that is chosen. */
export const inBoth = <P extends InLanguage>(pages: P[], tag: "div" | "span", write: (page: P) => Markup): Markup =>
  markup`${pages.map((page) => ({
    html: `<${tag} class="in-${page.language}" lang="${page.phrases.htmlLang}">${write(page).html}</${tag}>\n`,
  }))}`;

/** An id of one language's part: both are in the page. */
export const idIn = ({ language }: InLanguage, id: string): string => `${id}-${language}`;

/** A heading with what belongs below it. */
export const sectionMarkup = (
  page: InLanguage,
  id: string,
  { heading, body }: { heading: string; body: Markup[] },
): Markup => markup`<section id="${idIn(page, id)}"><h2>${heading}</h2>${body}</section>\n`;

/** The same, folded up until somebody wants to see it; `gist` is what shows meanwhile. */
export const foldedMarkup = (
  page: Page,
  id: string,
  { heading, gist, body }: { heading: string; gist: Markup; body: Markup[] },
): Markup =>
  markup`<details id="${idIn(page, id)}" class="folded"><summary><h3>${heading}</h3> ${gist}</summary><div>${body}</div></details>\n`;

/** The headings of a table's columns. */
export const tableHead = (headings: string[]): Markup =>
  markup`<thead><tr>${headings.map((heading) => markup`<th scope="col">${heading}</th>`)}</tr></thead>`;

/** One row of a table. Cells carry their heading, so that a phone can show the row as a card. */
export const rowMarkup = (headings: string[], cells: Markup[]): Markup =>
  markup`<tr>${cells.map((cell, column) => markup`<td data-label="${headings[column] ?? ""}">${cell}</td>`)}</tr>\n`;

/** A table of rows, each with a cell for every heading. */
export const tableMarkup = (headings: string[], rows: Markup[][]): Markup =>
  markup`<div class="wide"><table>${tableHead(headings)}<tbody>
${rows.map((cells) => rowMarkup(headings, cells))}</tbody></table></div>`;

/** A list of terms, each with what it stands for. */
export const termsMarkup = (terms: [string, Markup][]): Markup =>
  markup`<dl>${terms.map(([term, meaning]) => markup`<div><dt>${term}</dt><dd>${meaning}</dd></div>`)}</dl>`;

/** A word set apart by colour, which never says more than the word. */
export const badgeMarkup = (tone: Tone, text: string): Markup => markup`<span class="badge ${tone}">${text}</span>`;

/** Plain text, escaped. */
export const textMarkup = (text: string): Markup => markup`${text}`;
