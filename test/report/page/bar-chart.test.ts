import { describe, expect, it } from "vitest";
import { type Bar, type BarChart, barChartMarkup } from "../../../functions/report/page/bar-chart.ts";

const barOf = (label: string, count = 1, parts: Partial<Bar> = {}): Bar => ({
  ...{ label, count, tone: "accent", href: null, ...parts },
});

/** The chart's SVG. */
const chartOf = (bars: Bar[], parts: Partial<BarChart> = {}): string =>
  barChartMarkup({ bars, more: null, summary: "Findings", amount: String, ...parts }).html;

/** The labels and figures that a reader sees, from top to bottom. */
const shownIn = (svg: string): string[] =>
  [...svg.matchAll(/<text [^>]*>(?:<title>[^<]*<\/title>)?([^<]*)/g)].map(([, text]) => text!);

/** The first label that a reader sees beside that figure. */
const shownLabel = (label: string, figure = "1"): string =>
  shownIn(chartOf([barOf(label)], { amount: () => figure }))[0]!;

const long = "The grant reaches every department and nobody has asked for it in ninety days";

describe("barChartMarkup()", () => {
  it("writes every bar's label and figure in the order given, also where two labels are the same", () => {
    const bars = [barOf("Left", 1_204), barOf("Moved", 7), barOf("Left", 3)];
    const amount = (count: number) => count.toLocaleString("en");
    expect(shownIn(chartOf(bars, { amount }))).toEqual(["Left", "1,204", "Moved", "7", "Left", "3"]);
  });

  it("draws the largest over the whole width and the others in proportion, each in the colour of its tone", () => {
    const svg = chartOf([barOf("a", 8, { tone: "bad" }), barOf("b", 2, { tone: "good" }), barOf("c", 0)]);
    const drawn = [...svg.matchAll(/width="([\d.]+)" fill="var\(--(\w+)-bar\)"/g)];
    expect(drawn.map(([, length, tone]) => [Number(length), tone])).toEqual([
      [380, "bad"],
      [95, "good"],
      [0, "accent"],
    ]);
  });

  it("is one image with its summary to a screen reader, and a group where a label leads somewhere", () => {
    const summary = "Findings: Left 3";
    expect(chartOf([barOf("Left", 3)], { summary })).toContain(`role="img" aria-label="${summary}"`);
    const linked = chartOf([barOf("Left", 3, { href: "#rule=leaver" })], { summary });
    expect(linked).toContain(`role="group" aria-label="${summary}"`);
    expect(linked).toMatch(/<a href="#rule=leaver"><text [^>]*>Left<\/text><\/a>/);
  });

  it("cuts a label that is too long with an ellipsis, and has it whole in a title", () => {
    const shown = shownLabel(long);
    expect(shown).toMatch(/^The grant reaches every department.*\S…$/);
    expect(long.startsWith(shown.slice(0, -1))).toBe(true);
    expect(chartOf([barOf(long)])).toContain(`<title>${long}</title>`);
    expect(chartOf([barOf("Short")])).not.toContain("<title>");
  });

  it("cuts sooner where characters are wide, and where the figure is long", () => {
    expect(shownLabel("离".repeat(25))).toBe("离".repeat(25));
    expect(shownLabel("离".repeat(60))).toHaveLength(27);
    expect(shownLabel("W".repeat(60))).toHaveLength(27);
    expect(shownLabel("e".repeat(60)).length).toBeGreaterThan(45);
    expect(shownLabel(long, "1,234,567").length).toBeLessThan(shownLabel(long).length - 5);
  });

  it("says on a last line that there are more, with the room for it", () => {
    const bars = [barOf("Left"), barOf("Moved")];
    const heightOf = (svg: string) => Number(/viewBox="0 0 380 (\d+)"/.exec(svg)?.[1]);
    const svg = chartOf(bars, { more: "and 3 more" });
    expect(shownIn(svg).at(-1)).toBe("and 3 more");
    expect(shownIn(chartOf(bars)).at(-1)).toBe("1");
    expect(heightOf(svg)).toBeGreaterThan(heightOf(chartOf(bars)));
  });

  it("shows hostile labels, links and summaries as they are", () => {
    const hostile = `"><script>alert('1')</script>`;
    const svg = chartOf([barOf(hostile.repeat(3), 1, { href: hostile })], { summary: hostile, more: hostile });
    expect(svg).not.toContain("<script");
    expect(svg).toContain('aria-label="&quot;&gt;&lt;script&gt;');
    expect(svg).toContain("<title>&quot;&gt;&lt;script&gt;");
  });

  it("is nothing without bars", () => {
    expect(chartOf([], { more: "and 3 more" })).toBe("");
  });
});
