import type { GrantChange } from "../review/grants/diff.ts";
import type { ChangedGrant, DiffView } from "./diff-view.ts";
import { barChartMarkup } from "./page/bar-chart.ts";
import { documentText } from "./page/html-document.ts";
import { languagesFrom, switchMarkup } from "./page/language-switch.ts";
import { type Markup, markup, nameMarkup } from "./page/markup.ts";
import { badgeMarkup, inBoth, type Page, tableMarkup } from "./page/page.ts";
import type { Language } from "./review-view.ts";
import { departmentNamesIn } from "./rows/department-names.ts";
import { type DiffPhrases, diffPhrasesOf } from "./words/diff-phrases.ts";
import { createMoments } from "./words/moments.ts";
import { phrasesOf } from "./words/phrases.ts";
import { localText, scopeTexts } from "./words/scope-text.ts";
import { statusTones } from "./words/standing-words.ts";

type DiffPage = Pick<Page, "language" | "phrases" | "moments" | "amount"> & {
  words: DiffPhrases;
  view: DiffView;
  /** By department id. */
  departmentNames: ReadonlyMap<string, string>;
};

const createPage = (view: DiffView, language: Language): DiffPage => {
  const phrases = phrasesOf(language);
  const figures = new Intl.NumberFormat(phrases.htmlLang);
  return {
    view,
    language,
    phrases,
    words: diffPhrasesOf(language),
    departmentNames: departmentNamesIn(
      view.changed.map(({ grant }) => grant.scopes),
      view.departmentNames,
    ),
    moments: createMoments(view.timezone),
    amount: (count) => figures.format(count),
  };
};

const scopesText = ({ phrases }: DiffPage, grant: ChangedGrant["before"]): string =>
  grant?.scopes ? scopeTexts(grant.scopes, phrases).join(phrases.listSeparator) || phrases.none : phrases.notKnown;

const departmentText = ({ departmentNames }: DiffPage, grant: ChangedGrant["before"]): string => {
  const id = grant?.holder.departmentId ?? "";
  return departmentNames.get(id) ?? id;
};

/** What a change was from and to, in words. */
const detailText = (page: DiffPage, { grant, before, after, revoked }: ChangedGrant, change: GrantChange): string => {
  const { phrases, moments, words } = page;
  const grantedText = (one: ChangedGrant["before"]) =>
    one?.grantedAt ? moments.text(one.grantedAt) : phrases.notKnown;
  const turned = (from: string, to: string) => `${from}${words.arrow}${to}`;
  switch (change) {
    case "appeared":
    case "vanished":
      return scopesText(page, grant);
    case "scope-changed":
      return turned(scopesText(page, before), scopesText(page, after));
    case "status-changed":
      return before && after
        ? turned(phrases.holderStatus[before.holder.status], phrases.holderStatus[after.holder.status])
        : "";
    case "moved":
      return turned(departmentText(page, before), departmentText(page, after));
    case "given-anew":
      return turned(grantedText(before), grantedText(after));
    case "came-back":
      return revoked ? words.revoked(revoked.review, moments.text(revoked.at)) : "";
    default:
      return change satisfies never;
  }
};

const rowCells = (page: DiffPage, changed: ChangedGrant, change: GrantChange): Markup[] => {
  const { grant } = changed;
  const { holder, role } = grant;
  const status = badgeMarkup(statusTones[holder.status], page.phrases.holderStatus[holder.status]);
  return [
    markup`<strong>${nameMarkup(holder.name ?? holder.id)}</strong> ${status}`,
    nameMarkup(localText(role.name, page.language) ?? role.code ?? role.id),
    nameMarkup(detailText(page, changed, change)),
    markup`<code>${grant.id}</code>`,
  ];
};

const shownRows = 1_000;

const sectionOf = (page: DiffPage, change: GrantChange, changed: ChangedGrant[]): Markup => {
  const { phrases, words, amount } = page;
  const { labels } = phrases;
  const rows = changed.slice(0, shownRows).map((one) => rowCells(page, one, change));
  const more = changed.length - rows.length;
  return markup`<section><h2 id="${change}-${page.language}">${phrases.changes[change]} <span class="small">${amount(changed.length)}</span></h2>
${tableMarkup([labels.holder, labels.role, words.change, labels.grantId], rows)}
${more > 0 ? markup`<p class="small">${words.more(amount(more))}</p>` : null}</section>`;
};

const bodyOf = (page: DiffPage): Markup => {
  const { phrases, words, view, amount } = page;
  // The one that calls for a person first.
  const kinds = (Object.keys(phrases.changes) as GrantChange[]).sort(
    (a, b) => Number(b === "came-back") - Number(a === "came-back"),
  );
  const groups = kinds
    .map((change) => ({ change, changed: view.changed.filter(({ changes }) => changes.includes(change)) }))
    .filter(({ changed }) => changed.length > 0);
  const bars = groups.map(({ change, changed }) => ({
    label: phrases.changes[change],
    count: changed.length,
    tone: change === "came-back" ? ("bad" as const) : ("accent" as const),
    href: `#${change}-${page.language}`,
  }));
  if (groups.length === 0) return markup`<p class="verdict good">${words.nothing}</p>`;
  const chart = barChartMarkup({ bars, more: null, amount, summary: words.title });
  return markup`<div class="charts"><figure>${chart}</figure></div>${groups.map(({ change, changed }) => sectionOf(page, change, changed))}`;
};

/** What changed between two reviews as one self-contained page that runs nothing, in both languages. */
export function createDiffPage(view: DiffView): string {
  const pages = languagesFrom(view.language).map((language) => createPage(view, language));
  const { words, phrases } = createPage(view, view.language);
  const title = (page: DiffPage) => markup`<h1>${page.words.title} <bdi>${view.source}</bdi></h1>
<p class="small">${page.words.between(view.from, view.to)}</p>`;
  const body = markup`<header class="top"><div>${inBoth(pages, "div", title)}</div><div class="tools">${switchMarkup(view.language)}</div></header>
<main>${inBoth(pages, "div", bodyOf)}</main>`;
  return documentText({ title: `${words.title} ${view.source}`, lang: phrases.htmlLang, script: null }, body);
}
