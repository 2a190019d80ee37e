import type { GrantChange } from "../../review/grants/diff.ts";
import type { OutcomeKind } from "../../review/proof/receipt.ts";
import type { Finding } from "../../review/rules/finding.ts";
import type { ListedGrant } from "../rows/packed-rows.ts";
import { isUnremoved } from "../rows/standing.ts";
import { phraseFor } from "../words/phrases.ts";
import { type Bar, type BarTone, barChartMarkup } from "./bar-chart.ts";
import { type Markup, markup } from "./markup.ts";
import { badgeMarkup, type Page, textMarkup } from "./page.ts";
import { type VerdictFacts, verdictMarkup } from "./verdict.ts";

const sum = (counts: Record<string, number>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

type Figure = { label: string; count: number; note: string; href: string; tone?: "bad" };

const figureMarkup = ({ amount }: Page, { label, count, note, href, tone }: Figure): Markup =>
  markup`<a class="figure ${tone ?? ""}" href="${href}"><span>${label}</span><strong>${amount(count)}</strong><small>${note}</small></a>`;

const figures = (page: Page, unremoved: number): Figure[] => {
  const { phrases, amount, moments, view } = page;
  const { figures: words, sentences } = phrases;
  const { summary } = view;
  const { waiting, findingsByRule } = summary;
  const rules = Object.values(findingsByRule).filter((count) => count > 0).length;
  const population = sentences.population(amount(summary.holders), amount(summary.roles));
  const due = waiting.notBefore ? sentences.waitingFrom(moments.day(waiting.notBefore)) : "";
  return [
    { label: words.grants, count: summary.grants, note: population, href: "#show=all" },
    { label: words.findings, count: sum(findingsByRule), note: sentences.byRules(rules), href: "#show=notable" },
    { label: words.expired, count: summary.expired, note: sentences.expiredNote, href: "#standing=removed" },
    { label: words.waiting, count: waiting.count, note: due, href: "#standing=waiting" },
    { label: words.held, count: sum(summary.heldByReason), note: sentences.heldNote, href: "#standing=held" },
    {
      label: words.unremoved,
      count: unremoved,
      note: unremoved > 0 ? sentences.unremovedNote : "",
      href: "#standing=unremoved",
      ...(unremoved > 0 ? { tone: "bad" as const } : {}),
    },
  ];
};

/** What each rule says; null where none of its findings is known. */
export type WordsByRule = ReadonlyMap<string, Pick<Finding, "then" | "reason"> | null>;

/** What the rules say, the policy's first; those that are not the policy's speak through their first finding. */
export const wordsByRule = ({ policy, summary }: Page["view"], rows: Iterable<ListedGrant>): WordsByRule => {
  const words = new Map<string, Pick<Finding, "then" | "reason"> | null>(policy.rules.map((rule) => [rule.id, rule]));
  for (const rule of Object.keys(summary.findingsByRule)) if (!words.has(rule)) words.set(rule, null);
  for (const { findings } of rows)
    for (const finding of findings) if (!words.get(finding.rule)) words.set(finding.rule, finding);
  return words;
};

const byCount = (bars: Bar[]): Bar[] => bars.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);

const ruleBars = ({ view, language }: Page, words: WordsByRule): Bar[] => {
  const counts = new Map(Object.entries(view.summary.findingsByRule));
  return byCount(
    [...words].map(([rule, said]) => ({
      // A failing rule's reason names the rule and the fault, at length.
      label: rule === "rule-error" ? rule : said?.reason[language] || rule,
      count: counts.get(rule) ?? 0,
      tone: said?.then === "expire" ? "bad" : "accent",
      href: `#rule=${encodeURIComponent(rule)}`,
    })),
  );
};

const outcomeTone = (outcome: OutcomeKind): BarTone =>
  isUnremoved({ kind: "outcome", outcome }) ? "bad" : outcome === "changed" ? "quiet" : "good";

const planBars = ({ view, phrases }: Page): Bar[] => {
  const { outcomesByKind, heldByReason, waiting } = view.summary;
  const outcomes = (Object.keys(phrases.outcomes) as OutcomeKind[]).map(
    (outcome): Bar => ({
      label: phrases.outcomes[outcome],
      count: outcomesByKind[outcome] ?? 0,
      tone: outcomeTone(outcome),
      href: null,
    }),
  );
  const held = Object.entries(heldByReason).map(
    ([by, count]): Bar => ({ label: phraseFor(phrases.heldBy, by), count, tone: "wait", href: null }),
  );
  return byCount([
    ...outcomes,
    { label: phrases.groups.waiting, count: waiting.count, tone: "wait", href: null },
    ...held,
  ]);
};

const changeBars = ({ view, phrases }: Page): Bar[] => {
  const { appeared, vanished, changed, previousReview } = view.changesSincePrevious;
  if (previousReview === null) return [];
  const counts: Partial<Record<GrantChange, number>> = { ...changed, appeared, vanished };
  return byCount(
    (Object.keys(phrases.changes) as GrantChange[]).map((change) => ({
      label: phrases.changes[change],
      count: counts[change] ?? 0,
      tone: change === "came-back" ? "bad" : "accent",
      href: null,
    })),
  );
};

type Chart = { heading: string; bars: Bar[]; nothing: string };

/** As many as a chart draws; it says how many more there are. */
const drawnBars = 6;

const chartMarkup = ({ phrases, amount }: Page, { heading, bars, nothing }: Chart): Markup => {
  const drawn = bars.slice(0, drawnBars);
  const leftOut = bars.length - drawn.length;
  const more = leftOut > 0 ? phrases.sentences.moreBars(amount(leftOut)) : null;
  const said = [...drawn.map(({ label, count }) => `${label} ${amount(count)}`), ...(more === null ? [] : [more])];
  const summary = `${heading}${phrases.colon}${said.join(phrases.listSeparator)}`;
  const chart = barChartMarkup({ bars: drawn, more, amount, summary });
  return markup`<figure><figcaption><h2>${heading}</h2></figcaption>${bars.length > 0 ? chart : markup`<p class="small">${nothing}</p>`}</figure>`;
};

const proofsMarkup = ({ view, phrases, amount }: Page): Markup => {
  const { sentences, labels } = phrases;
  const { checks, complete } = view.snapshot;
  const passed = checks.filter((check) => check.passed).length;
  const balance = view.sealed?.balance;
  const balanced = balance
    ? badgeMarkup(
        balance.balanced ? "good" : "bad",
        balance.balanced ? sentences.balanced(amount(balance.population)) : sentences.unbalanced,
      )
    : textMarkup(sentences.notSealed);
  return markup`<ul class="proofs"><li>${badgeMarkup(complete ? "good" : "bad", sentences.checksPassed(amount(passed), amount(checks.length)))}</li>
<li>${balanced}</li><li>${labels.mode}${phrases.colon}${phrases.modes[view.mode]}</li></ul>`;
};

/** The first screen: the verdict in a sentence, the figures, findings, plan and changes as charts, completeness and balance. */
export function overviewMarkup(page: Page, { words, ...facts }: VerdictFacts & { words: WordsByRule }): Markup {
  const { sections, sentences } = page.phrases;
  const isFirst = page.view.changesSincePrevious.previousReview === null;
  const { onlyFor } = page.view;
  const changes = {
    heading: sections.changes,
    bars: changeBars(page),
    nothing: isFirst ? sentences.firstReview : sentences.nothingChanged,
  };
  const charts: Chart[] = [
    { heading: sections.findings, bars: ruleBars(page, words), nothing: sentences.nothingFound },
    { heading: sections.plan, bars: planBars(page), nothing: sentences.nothingPlanned },
    ...(onlyFor ? [] : [changes]),
  ];
  return markup`<section class="overview">${verdictMarkup(page, facts)}
<div class="figures">${figures(page, facts.unremoved).map((figure) => figureMarkup(page, figure))}</div>
<div class="charts">${charts.map((chart) => chartMarkup(page, chart))}</div>
${onlyFor ? null : proofsMarkup(page)}</section>`;
}
