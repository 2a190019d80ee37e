import type { NamedDifference, Simulation } from "../review/plan/simulation.ts";
import { limitsMarkup } from "./page/brake.ts";
import { badgeMarkup, codeMarkup, type Markup, markup, nameMarkup, tableMarkup } from "./page/markup.ts";
import { documentText, inBoth, inBothLanguages, momentMarkup, type PageLanguage, switchMarkup } from "./page/page.ts";
import { phraseFor } from "./words/words.ts";

/** `file`: the file of the policy, as it was named. */
export type SimulationView = {
  file: string;
  language: PageLanguage["language"];
  timezone: string;
  sources: readonly Simulation[];
};

type Page = PageLanguage & { view: SimulationView };

/** A figure before and after, in bold where they differ. */
function figureCells({ amount }: Page, was: number | null, would: number): Markup[] {
  const after = markup`${amount(would)}`;
  return [was === null ? markup`–` : markup`${amount(was)}`, was === would ? after : markup`<strong>${after}</strong>`];
}

function signed(page: Page, sign: "+" | "−", count: number): Markup {
  return count === 0 ? markup`` : markup`${sign}${page.amount(count)}`;
}

function rulesMarkup(page: Page, { rules, was: planWas }: Simulation): Markup {
  const { simulation: words, labels } = page.phrases;
  const rows = rules.map(({ rule, was, would, added, gone }) => [
    codeMarkup(rule),
    ...figureCells(page, planWas ? was : null, would),
    signed(page, "+", added),
    signed(page, "−", gone),
  ]);
  return tableMarkup([labels.rule, words.was, words.would, words.added, words.gone], rows);
}

function planMarkup(page: Page, { was, would, plan }: Simulation): Markup {
  const { simulation: words, heldBy } = page.phrases;
  const kinds = ["items", "remove", "narrow", "held"] as const;
  const holds = [...new Set([...Object.keys(was?.holds ?? {}), ...Object.keys(would.holds)])].sort();
  const rows = [
    ...kinds.map((kind) => [markup`${words.plan[kind]}`, ...figureCells(page, was?.[kind] ?? null, would[kind])]),
    ...holds.map((by) => [
      markup`${words.plan.held}: ${phraseFor(heldBy, by)}`,
      ...figureCells(page, was && (was.holds[by] ?? 0), would.holds[by] ?? 0),
    ]),
  ];
  const { added, gone, changed } = plan;
  const said = words.items(page.amount(added), page.amount(gone), page.amount(changed));
  return markup`${tableMarkup([words.ofPlan, words.was, words.would], rows)}<p class="small">${said}</p>${brakeMarkup(page, { was, would })}`;
}

function brakeMarkup(page: Page, { was, would }: Pick<Simulation, "was" | "would">): Markup {
  const { simulation: words } = page.phrases;
  const said = (figures: Simulation["would"]): string => (figures.brake.tripped ? words.trips : words.passes);
  const before = was ? words.before(said(was)) : "";
  const badge = badgeMarkup(would.brake.tripped ? "bad" : "good", said(would));
  const limits = would.brake.tripped ? limitsMarkup(page, would.brake.limits) : null;
  return markup`<p>${badge} <span class="small">${before}</span></p>${limits}`;
}

const shownDifferences = 1_000;

function listMarkup(page: Page, list: readonly NamedDifference[]): Markup {
  const { simulation: words, labels } = page.phrases;
  const rows = list
    .slice(0, shownDifferences)
    .map(({ change, rule, grantId, holderId, roleId, was, would }) => [
      markup`${words[change]}`,
      rule === null ? markup`${words.ofPlan}` : codeMarkup(rule),
      nameMarkup(holderId),
      nameMarkup(roleId),
      markup`${was ?? "–"} → ${would ?? "–"}`,
      codeMarkup(grantId),
    ]);
  const headings = [words.difference, labels.rule, labels.holder, labels.role, words.does, labels.grantId];
  const more = list.length - rows.length;
  return markup`<h3>${words.named}</h3>${tableMarkup(headings, rows)}${more > 0 ? markup`<p class="small">${words.more(page.amount(more))}</p>` : null}`;
}

function sourceMarkup(page: Page, tried: Simulation): Markup {
  const { simulation: words } = page.phrases;
  const { source, review, asOf, was, list } = tried;
  return markup`<section><h2>${nameMarkup(source)} <span class="small">${codeMarkup(review)} · ${words.asOf} ${momentMarkup(page, asOf)}</span></h2>
${was ? null : markup`<p class="notice">${words.notAssessed}</p>`}${rulesMarkup(page, tried)}${planMarkup(page, tried)}${list && list.length > 0 ? listMarkup(page, list) : null}</section>`;
}

function headMarkup({ view, phrases: { simulation: words } }: Page): Markup {
  return markup`<h1>${words.title}</h1><p class="small">${nameMarkup(view.file)} · ${words.nothingDone}</p>`;
}

/** What a policy would do, beside what was, as one self-contained page that runs nothing, in both languages. */
export function createSimulationPage(view: SimulationView): string {
  const pages = inBothLanguages(view, view);
  const body = markup`<header class="top"><div>${inBoth(pages, headMarkup)}</div><div class="tools">${switchMarkup(view.language)}</div></header>
<main>${inBoth(pages, (page) => markup`${view.sources.map((tried) => sourceMarkup(page, tried))}`)}</main>`;
  const { simulation: words, htmlLang } = pages[0]!.phrases;
  return documentText({ title: words.title, lang: htmlLang, script: null }, body);
}
