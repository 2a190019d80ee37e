import { type Markup, markup } from "./markup.ts";
import { badgeMarkup, type Page, sectionMarkup, tableMarkup, textMarkup } from "./page.ts";
import { type Fate, phraseFor } from "./phrases.ts";

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

/** Each rule of the policy with what it found; rules that are not the policy's come last. */
export function findingsMarkup({ view, phrases, amount }: Page): Markup {
  const { labels, effects, sections, sentences } = phrases;
  const { findingsByRule } = view.summary;
  const countOf = (rule: string): number => (Object.hasOwn(findingsByRule, rule) ? (findingsByRule[rule] ?? 0) : 0);
  const ofPolicy = new Set(view.policy.rules.map((rule) => rule.id));
  const foreign = Object.keys(findingsByRule).filter((rule) => !ofPolicy.has(rule));
  const rows = view.policy.rules.map((rule) => [
    markup`<code>${rule.id}</code>`,
    textMarkup(effects[rule.then]),
    textMarkup(rule.reason[view.language]),
    textMarkup(amount(countOf(rule.id))),
  ]);
  const foreignRows = foreign.map((rule) => [
    markup`<code>${rule}</code>`,
    textMarkup(effects.flag),
    textMarkup(Object.hasOwn(phrases.rules, rule) ? phraseFor(phrases.rules, rule) : ""),
    textMarkup(amount(countOf(rule))),
  ]);
  const headings = [labels.rule, labels.effect, labels.reason, labels.count];
  const nothing = sum(findingsByRule) === 0 ? markup`<p>${sentences.nothingFound}</p>` : textMarkup("");
  return sectionMarkup("findings", sections.findings, [nothing, tableMarkup(headings, [...rows, ...foreignRows])]);
}

const countsMarkup = (page: Page, heading: string, counts: [string, number][]): Markup =>
  tableMarkup(
    [heading, page.phrases.labels.count],
    counts.map(([label, count]) => [textMarkup(label), textMarkup(page.amount(count))]),
  );

/** How many items are held back by what, and how those fared that were not. */
export function heldMarkup(page: Page): Markup {
  const { phrases, view } = page;
  const { heldByReason, outcomesByKind } = view.summary;
  const nothing = markup`<p>${phrases.none}</p>`;
  const wordsFor = (words: Record<string, string>, counts: Record<string, number>): [string, number][] =>
    Object.entries(counts).map(([key, count]) => [phraseFor(words, key), count]);
  const holds = wordsFor(phrases.heldBy, heldByReason);
  const outcomes = wordsFor(phrases.outcomes, outcomesByKind);
  const tables = [
    sectionMarkup("held", phrases.sections.held, [
      holds.length > 0 ? countsMarkup(page, phrases.labels.reason, holds) : nothing,
    ]),
    sectionMarkup("outcomes", phrases.sections.outcomes, [
      outcomes.length > 0 ? countsMarkup(page, phrases.labels.result, outcomes) : nothing,
    ]),
  ];
  return markup`<div class="pair">${tables}</div>`;
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

/** The fates of all grants; nothing while the review is open. */
export function balanceMarkup(page: Page): Markup {
  const { phrases, view } = page;
  if (!view.sealed) return textMarkup("");
  const { population, balanced, ...fates } = view.sealed.balance;
  const verdict = balanced
    ? badgeMarkup("good", phrases.sentences.balanced(page.amount(population)))
    : badgeMarkup("bad", phrases.sentences.unbalanced);
  const counts = (Object.keys(phrases.fates) as Fate[]).map((fate): [string, number] => [
    phrases.fates[fate],
    fates[fate],
  ]);
  return sectionMarkup("balance", phrases.sections.balance, [
    markup`<p>${verdict}</p>`,
    countsMarkup(page, phrases.labels.standing, counts),
  ]);
}
