import type { GrantChange } from "../../review/grants/diff.ts";
import type { OutcomeKind } from "../../review/proof/receipt.ts";
import type { Finding } from "../../review/rules/finding.ts";
import type { Deciding } from "../deciding.ts";
import type { ListedGrant } from "../rows/packed-rows.ts";
import { isUnremoved } from "../rows/standing.ts";
import { phraseFor, type Tone } from "../words/words.ts";
import { type Bar, type BarTone, barChartMarkup } from "./bar-chart.ts";
import { leaversLine } from "./leavers.ts";
import { badgeMarkup, type Markup, markup, textMarkup } from "./markup.ts";
import type { ReportPage } from "./page.ts";

function sumOf(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

/** What the verdict rests on besides the figures of the review: how many grants have a finding, and how many should be gone and are not. */
export type VerdictFacts = { deciding: Deciding<ListedGrant> | null; flagged: number; unremoved: number };

type ShownVerdict = [tone: Tone, sentence: string];

function stopVerdict({ phrases: { sentences }, view, amount }: ReportPage): ShownVerdict | null {
  const { planStop } = view;
  const stops = planStop ? (view.summary.heldByReason[planStop] ?? 0) : 0;
  if (planStop === "brake")
    return ["wait", view.sealed ? sentences.brakeStopped : sentences.verdictBrake(amount(stops))];
  return planStop === "report-mode" && stops > 0 ? ["wait", sentences.verdictReportMode(amount(stops))] : null;
}

function settledVerdict({ phrases: { sentences }, view, amount }: ReportPage, flagged: number): ShownVerdict {
  const { expired, heldByReason } = view.summary;
  const held = sumOf(heldByReason);
  if (held > 0) return ["wait", sentences.verdictHeld(amount(held))];
  if (expired > 0) return ["good", sentences.verdictExpired(amount(expired))];
  return flagged > 0 ? ["good", sentences.verdictFlagged(amount(flagged))] : ["good", sentences.verdictClean];
}

/** The verdict of the review: of the sentences that apply the one about the worst. */
function verdictOf(page: ReportPage, { deciding, flagged, unremoved }: VerdictFacts): ShownVerdict {
  const { phrases, view, amount, moments } = page;
  const { sentences } = phrases;
  if (!view.snapshot.complete) return ["bad", sentences.incomplete];
  if (view.sealed && !view.sealed.balance.balanced) return ["bad", sentences.unbalanced];
  if (unremoved > 0) return ["bad", sentences.verdictUnremoved(amount(unremoved))];
  const stop = stopVerdict(page);
  if (stop) return stop;
  const { count, notBefore } = view.summary.waiting;
  if (notBefore && view.plan.createdAt >= notBefore) return ["wait", sentences.verdictDue(amount(count))];
  const { deciding: words } = phrases;
  if (notBefore && deciding?.isOpen && deciding.expiring.length === count)
    return ["wait", words.verdictExpires(amount(count), moments.text(notBefore))];
  if (notBefore) return ["wait", sentences.verdictWaiting(amount(count), moments.text(notBefore))];
  if (deciding?.isOpen && deciding.undecided > 0)
    return ["wait", words.verdictOpen(amount(deciding.undecided), moments.text(deciding.untilAt))];
  return settledVerdict(page, flagged);
}

function verdictMarkup(page: ReportPage, facts: VerdictFacts): Markup {
  const [tone, sentence] = verdictOf(page, facts);
  return markup`<p class="verdict ${tone}">${sentence}</p>`;
}

type Figure = { label: string; count: number; note: string; href: string; tone?: "bad" };

function figureMarkup({ amount }: ReportPage, { label, count, note, href, tone }: Figure): Markup {
  return markup`<a class="figure ${tone ?? ""}" href="${href}"><span>${label}</span><strong>${amount(count)}</strong><small>${note}</small></a>`;
}

function figuresOf(page: ReportPage, unremoved: number): Figure[] {
  const { phrases, amount, moments, view } = page;
  const { figures: words, sentences } = phrases;
  const { summary } = view;
  const { waiting, findingsByRule } = summary;
  const rules = Object.values(findingsByRule).filter((count) => count > 0).length;
  const population = sentences.population(amount(summary.holders), amount(summary.roles));
  const due = waiting.notBefore ? sentences.waitingFrom(moments.day(waiting.notBefore)) : "";
  return [
    { label: words.grants, count: summary.grants, note: population, href: "#show=all" },
    { label: words.findings, count: sumOf(findingsByRule), note: sentences.byRules(rules), href: "#show=notable" },
    { label: words.expired, count: summary.expired, note: sentences.expiredNote, href: "#standing=removed" },
    { label: words.waiting, count: waiting.count, note: due, href: "#standing=waiting" },
    { label: words.held, count: sumOf(summary.heldByReason), note: sentences.heldNote, href: "#standing=held" },
    {
      label: words.unremoved,
      count: unremoved,
      note: unremoved > 0 ? sentences.unremovedNote : "",
      href: "#standing=unremoved",
      ...(unremoved > 0 ? { tone: "bad" as const } : {}),
    },
  ];
}

/** By rule, its effect and reason; null where none of its findings is known. */
export type WordsByRule = ReadonlyMap<string, Pick<Finding, "then" | "reason"> | null>;

/** What the rules say, the policy's rules first. For a rule that is not in the policy its first finding speaks. */
export function wordsByRule({ policy, summary }: ReportPage["view"], rows: Iterable<ListedGrant>): WordsByRule {
  const words = new Map<string, Pick<Finding, "then" | "reason"> | null>(policy.rules.map((rule) => [rule.id, rule]));
  for (const rule of Object.keys(summary.findingsByRule)) if (!words.has(rule)) words.set(rule, null);
  for (const { findings } of rows)
    for (const finding of findings) if (!words.get(finding.rule)) words.set(finding.rule, finding);
  return words;
}

function byCount(bars: Bar[]): Bar[] {
  return bars.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
}

function ruleBars({ view, language }: ReportPage, words: WordsByRule): Bar[] {
  const counts = new Map(Object.entries(view.summary.findingsByRule));
  return byCount(
    [...words].map(([rule, said]) => ({
      // The reason of a failing rule names the rule and the fault, at length.
      label: rule === "rule-error" ? rule : said?.reason[language] || rule,
      count: counts.get(rule) ?? 0,
      tone: said?.then === "expire" ? "bad" : said?.then === "narrow" ? "wait" : "accent",
      href: `#rule=${encodeURIComponent(rule)}`,
    })),
  );
}

function outcomeTone(outcome: OutcomeKind): BarTone {
  return isUnremoved({ kind: "outcome", outcome }) ? "bad" : outcome === "changed" ? "quiet" : "good";
}

function planBars({ view, phrases }: ReportPage): Bar[] {
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
}

function changeBars({ view, phrases }: ReportPage): Bar[] {
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
}

type Chart = { heading: string; bars: Bar[]; nothing: string };

/** A chart draws so many bars, and says how many more there are. */
const drawnBars = 6;

function chartMarkup({ phrases, amount }: ReportPage, { heading, bars, nothing }: Chart): Markup {
  const drawn = bars.slice(0, drawnBars);
  const leftOut = bars.length - drawn.length;
  const more = leftOut > 0 ? phrases.sentences.moreBars(amount(leftOut)) : null;
  const said = [...drawn.map(({ label, count }) => `${label} ${amount(count)}`), ...(more === null ? [] : [more])];
  const summary = `${heading}${phrases.colon}${said.join(phrases.listSeparator)}`;
  const chart = barChartMarkup({ bars: drawn, more, amount, summary });
  return markup`<figure><figcaption><h2>${heading}</h2></figcaption>${bars.length > 0 ? chart : markup`<p class="small">${nothing}</p>`}</figure>`;
}

function proofsMarkup(page: ReportPage): Markup {
  const { view, phrases, amount } = page;
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
<li>${balanced}</li>${leaversLine(page)}<li>${labels.mode}${phrases.colon}${phrases.modes[view.mode]}</li></ul>`;
}

/** The first screen: the verdict in a sentence, the figures, findings, plan and changes as charts, completeness and balance. */
export function overviewMarkup(page: ReportPage, { words, ...facts }: VerdictFacts & { words: WordsByRule }): Markup {
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
<div class="figures">${figuresOf(page, facts.unremoved).map((figure) => figureMarkup(page, figure))}</div>
<div class="charts">${charts.map((chart) => chartMarkup(page, chart))}</div>
${onlyFor ? null : proofsMarkup(page)}</section>`;
}
