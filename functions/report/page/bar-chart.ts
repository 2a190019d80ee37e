import { barX, plot, text } from "@observablehq/plot";
import type { Markup } from "./markup.ts";
import { createSvgDocument, svgMarkup } from "./svg-document.ts";

/** What a bar says by its colour. */
export type BarTone = "accent" | "good" | "bad" | "wait" | "quiet";

/** One bar: its label, how long it is, and where its label leads within the page. */
export type Bar = { label: string; count: number; tone: BarTone; href: string | null };

/** `amount` writes the figure at a bar's end; `summary` is what is read out for the whole. */
export type BarChart = { bars: Bar[]; summary: string; amount(count: number): string };

const width = 380;
const rowHeight = 40;
const labelHeight = 22;
const labelWidthEm = 25;

// Han characters and their punctuation are an em wide, most others about half.
const widthEm = (character: string): number => (character > "\u2e7f" ? 1 : 0.56);

const fitted = (label: string): string => {
  let used = 0;
  let shown = "";
  for (const character of label) {
    used += widthEm(character);
    if (used > labelWidthEm) return `${shown.trimEnd()}…`;
    shown += character;
  }
  return shown;
};

/** Horizontal bars, each under its label and figure, as SVG in the page's colours. Nothing for no bars. */
export function barChartMarkup({ bars, summary, amount }: BarChart): Markup {
  if (bars.length === 0) return { html: "" };
  const most = Math.max(1, ...bars.map(({ count }) => count));
  // Two bars may have one label: the position tells them apart.
  const rows = bars.map((bar, position) => ({ ...bar, position, shown: fitted(bar.label), figure: amount(bar.count) }));
  const shared = { y: "position", insetTop: labelHeight, insetBottom: rowHeight - labelHeight - 8, rx: 4 } as const;
  const labels = { y: "position", dy: labelHeight / 2 - rowHeight / 2, fontSize: 13 } as const;
  const drawn = plot({
    document: createSvgDocument(),
    width,
    height: rowHeight * rows.length,
    margin: 0,
    className: "chart",
    ariaLabel: summary,
    x: { axis: null, domain: [0, most] },
    y: { axis: null, domain: rows.map(({ position }) => position), padding: 0, round: false },
    marks: [
      barX(rows, { ...shared, x: () => most, fill: "var(--track)" }),
      barX(rows, { ...shared, x: "count", fill: ({ tone }) => `var(--${tone}-bar)` }),
      text(rows, { ...labels, x: 0, text: "shown", textAnchor: "start", fill: "var(--ink)", href: "href" }),
      text(rows, { ...labels, x: most, text: "figure", textAnchor: "end", fill: "var(--ink)", fontWeight: 600 }),
    ],
  });
  drawn.setAttribute("role", "group");
  return svgMarkup(drawn);
}
