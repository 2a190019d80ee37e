import type { Finding } from "../review/finding.ts";
import { type Markup, markup } from "./markup.ts";
import { badgeMarkup, type Page, sectionMarkup, tableMarkup, textMarkup } from "./page.ts";
import type { ReportRow, ReviewView } from "./review-view.ts";

const sum = (counts: Record<string, number>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

type Figure = { label: string; count: number; note: string; link?: string; isAlarm?: boolean };

const figureMarkup = ({ amount }: Page, { label, count, note, link, isAlarm }: Figure): Markup => {
  const name = link ? markup`<a href="#${link}">${label}</a>` : textMarkup(label);
  return markup`<div class="figure${isAlarm ? " alarm" : ""}"><h3>${name}</h3><strong>${amount(count)}</strong><p>${note}</p></div>`;
};

/** The first screen: how many grants, findings, expired, held, waiting and in vain. */
export function figuresMarkup(page: Page, unremoved: number): Markup {
  const { phrases, amount, moments } = page;
  const { figures, sentences } = phrases;
  const { summary } = page.view;
  const { waiting, findingsByRule } = summary;
  const shown: Figure[] = [
    {
      label: figures.grants,
      count: summary.grants,
      note: sentences.population(amount(summary.holders), amount(summary.roles)),
    },
    {
      label: figures.findings,
      count: sum(findingsByRule),
      note: sentences.byRules(Object.values(findingsByRule).filter((count) => count > 0).length),
      link: "findings",
    },
    { label: figures.expired, count: summary.expired, note: sentences.expiredNote, link: "grants" },
    { label: figures.held, count: sum(summary.heldByReason), note: sentences.heldNote, link: "held" },
    {
      label: figures.waiting,
      count: waiting.count,
      note: waiting.notBefore ? sentences.waitingFrom(moments.text(waiting.notBefore)) : "",
    },
    {
      label: figures.unremoved,
      count: unremoved,
      note: unremoved > 0 ? sentences.unremovedNote : "",
      link: "unremoved",
      isAlarm: unremoved > 0,
    },
  ];
  const cards = shown.map((figure) => figureMarkup(page, figure));
  return sectionMarkup("figures", phrases.sections.figures, [markup`<div class="figures">${cards}</div>`]);
}

type RuleWords = Pick<Finding, "then" | "reason">;

/** What the rules say, the policy's first; those that are not the policy's speak through their first finding. */
const wordsByRule = ({ policy, summary }: ReviewView, rows: ReportRow[]): Map<string, RuleWords | null> => {
  const words = new Map<string, RuleWords | null>(policy.rules.map((rule) => [rule.id, rule]));
  for (const rule of Object.keys(summary.findingsByRule)) if (!words.has(rule)) words.set(rule, null);
  for (const { findings } of rows)
    for (const finding of findings) if (!words.get(finding.rule)) words.set(finding.rule, finding);
  return words;
};

/** Each rule with what it found. */
export function findingsMarkup({ view, phrases, amount }: Page, rows: ReportRow[]): Markup {
  const { labels, effects, sections, sentences } = phrases;
  const countByRule = new Map(Object.entries(view.summary.findingsByRule));
  const lines = [...wordsByRule(view, rows)].map(([rule, words]) => [
    markup`<code>${rule}</code>`,
    textMarkup(words ? effects[words.then] : ""),
    textMarkup(words ? words.reason[view.language] : ""),
    textMarkup(amount(countByRule.get(rule) ?? 0)),
  ]);
  const headings = [labels.rule, labels.effect, labels.reason, labels.count];
  const nothing = sum(view.summary.findingsByRule) === 0 ? [markup`<p>${sentences.nothingFound}</p>`] : [];
  return sectionMarkup("findings", sections.findings, [...nothing, tableMarkup(headings, lines)]);
}

/** The named proofs that the snapshot is whole. */
export function checksMarkup({ view, phrases }: Page): Markup {
  const { labels, sections } = phrases;
  const rows = view.snapshot.checks.map((check) => [
    markup`<code>${check.name}</code>`,
    check.passed ? badgeMarkup("good", labels.passed) : badgeMarkup("bad", labels.failed),
    textMarkup(check.detail),
  ]);
  return sectionMarkup("checks", sections.checks, [tableMarkup([labels.check, labels.result, labels.detail], rows)]);
}
