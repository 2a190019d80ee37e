import { type Markup, markup } from "./markup.ts";

/** The meaning of a bar's colour. */
export type BarTone = "accent" | "good" | "bad" | "wait" | "quiet";

/** One bar: its label, its length, and the place in the page that its label leads to. */
export type Bar = { label: string; count: number; tone: BarTone; href: string | null };

/**
 * `amount` writes the figure at a bar's end. `more` is the last line, where bars were left out. `summary` is the text that a
 * screen reader reads out for the whole chart: a chart without links is one image, so the summary says all of it.
 */
export type BarChart = { bars: Bar[]; more: string | null; summary: string; amount(count: number): string };

// In units of the drawing, which the page scales to its own width: a text that fits here fits at any width.
const width = 380;
const rowHeight = 40;
const fontSize = 13;
const baseline = 15;
const barTop = 22;
const barHeight = 8;
const moreHeight = 24;

const ellipsis = "…";

// A guess, in em: where the report is written there are no fonts. Han characters and their punctuation are one em wide,
// the widest Latin letters nearly one em, capitals and other scripts up to three quarters, all others about half an em.
function widthOfCharacter(character: string): number {
  if (character > "\u2e7f" || /[mwMW@%…]/.test(character)) return 1;
  return /[A-Z]|[^ -~]/.test(character) ? 0.75 : 0.56;
}

function widthOf(text: string): number {
  return Array.from(text).reduce((total, character) => total + widthOfCharacter(character), 0);
}

/** The text, cut to `room` em. */
function fitted(text: string, room: number): string {
  if (widthOf(text) <= room) return text;
  let left = room - widthOf(ellipsis);
  let shown = "";
  for (const character of text) {
    left -= widthOfCharacter(character);
    if (left < 0) break;
    shown += character;
  }
  return `${shown.trimEnd()}${ellipsis}`;
}

/** One bar under its label and figure. A label that is cut is whole in its title. */
function rowMarkup(
  { label, tone, href }: Bar,
  top: number,
  { figure, share }: { figure: string; share: number },
): Markup {
  const shown = fitted(label, width / fontSize - widthOf(figure) - 1);
  const whole = shown === label ? null : markup`<title>${label}</title>`;
  const text = markup`<text y="${top + baseline}">${whole}${shown}</text>`;
  const place = markup`y="${top + barTop}" height="${barHeight}" rx="${barHeight / 2}"`;
  return markup`${href === null ? text : markup`<a href="${href}">${text}</a>`}
<text x="${width}" y="${top + baseline}" text-anchor="end" font-weight="600">${figure}</text>
<rect ${place} width="${width}" fill="var(--track)"/>
<rect ${place} width="${(width * share).toFixed(1)}" fill="var(--${tone}-bar)"/>
`;
}

/** Horizontal bars, each under its label and figure, as SVG in the page's colours. Nothing for no bars. */
export function barChartMarkup({ bars, more, summary, amount }: BarChart): Markup {
  if (bars.length === 0) return { html: "" };
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const rows = bars.map((bar, position) =>
    rowMarkup(bar, position * rowHeight, { figure: amount(bar.count), share: bar.count / most }),
  );
  const end = bars.length * rowHeight;
  const height = end + (more === null ? 0 : moreHeight);
  const rest = more === null ? null : markup`<text y="${end + baseline}" fill="var(--soft)">${more}</text>`;
  // A screen reader offers no links within an image: a chart with links is a group.
  const role = bars.some(({ href }) => href !== null) ? "group" : "img";
  return markup`<svg class="chart" role="${role}" aria-label="${summary}" viewBox="0 0 ${width} ${height}" font-size="${fontSize}" fill="var(--ink)">
${rows}${rest}</svg>`;
}
