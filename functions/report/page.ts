import { type Markup, markup } from "./markup.ts";
import type { Moments } from "./moments.ts";
import type { Phrases } from "./phrases.ts";
import type { ReviewView } from "./review-view.ts";
import type { PlanStop } from "./standing.ts";

/** What every part of the page is written from. `amount` writes a whole number with separators. */
export type Page = {
  view: ReviewView;
  planStop: PlanStop | null;
  phrases: Phrases;
  moments: Moments;
  amount(count: number): string;
};

/** A heading with what belongs below it. */
export const sectionMarkup = (id: string, heading: string, body: Markup[]): Markup =>
  markup`<section id="${id}"><h2>${heading}</h2>${body}</section>\n`;

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

/** What a badge says by its colour. */
export type Tone = "good" | "bad" | "wait" | "quiet";

/** A word set apart by colour, which never says more than the word. */
export const badgeMarkup = (tone: Tone, text: string): Markup => markup`<span class="badge ${tone}">${text}</span>`;

/** Plain text, escaped. */
export const textMarkup = (text: string): Markup => markup`${text}`;
