import type { BetweenReviews, GrantChange } from "../review/grants/diff.ts";
import type { Grant } from "../review/grants/grant.ts";
import { barChartMarkup } from "./page/bar-chart.ts";
import { badgeMarkup, codeMarkup, type Markup, markup, nameMarkup, tableMarkup } from "./page/markup.ts";
import { documentText, inBoth, inBothLanguages, type PageLanguage, switchMarkup } from "./page/page.ts";
import type { Language } from "./review-view.ts";
import { departmentNamesIn, localText, scopeTexts, statusTones } from "./words/words.ts";

/** One grant that changed. `before` or `after` is null where that review does not show it. */
export type ChangedGrant = {
  /** As the later review has it; of a grant that vanished as the earlier review has it. */
  grant: Grant;
  before: Grant | null;
  after: Grant | null;
  changes: GrantChange[];
  /** The removal after which the grant came back. */
  revoked: { review: string; at: string } | null;
};

/** Two reviews of one source, and the grants that differ between them, in the order of grant ids. */
export type DiffView = {
  source: string;
  from: string;
  to: string;
  language: Language;
  timezone: string;
  changed: ChangedGrant[];
  /** By id, beside the names that scopes bring. */
  departmentNames: Record<string, string>;
  /** What events said between the two; left out where nothing came. */
  between?: BetweenReviews;
};

type DiffPage = PageLanguage & {
  view: Omit<DiffView, "departmentNames"> & { departmentNames: ReadonlyMap<string, string> };
};

function scopesText({ phrases }: DiffPage, grant: Grant | null): string {
  return grant?.scopes
    ? scopeTexts(grant.scopes, phrases).join(phrases.listSeparator) || phrases.none
    : phrases.notKnown;
}

function departmentText({ view }: DiffPage, grant: Grant | null): string {
  const id = grant?.holder.departmentId ?? "";
  return view.departmentNames.get(id) ?? id;
}

/** The state of a grant before a change and after it, in words. */
function detailText(page: DiffPage, { grant, before, after, revoked }: ChangedGrant, change: GrantChange): string {
  const { phrases, moments } = page;
  const { diff: words } = phrases;
  const grantedText = (one: Grant | null) => (one?.grantedAt ? moments.text(one.grantedAt) : phrases.notKnown);
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
}

function rowCells(page: DiffPage, changed: ChangedGrant, change: GrantChange): Markup[] {
  const { grant } = changed;
  const { holder, role } = grant;
  const status = badgeMarkup(statusTones[holder.status], page.phrases.holderStatus[holder.status]);
  return [
    markup`<strong>${nameMarkup(holder.name ?? holder.id)}</strong> ${status}`,
    nameMarkup(localText(role.name, page.language) ?? role.code ?? role.id),
    nameMarkup(detailText(page, changed, change)),
    codeMarkup(grant.id),
  ];
}

const shownRows = 1_000;

function changeSection(page: DiffPage, change: GrantChange, changed: ChangedGrant[]): Markup {
  const { phrases, amount } = page;
  const { labels, diff: words } = phrases;
  const rows = changed.slice(0, shownRows).map((one) => rowCells(page, one, change));
  const more = changed.length - rows.length;
  return markup`<section><h2 id="${change}-${page.language}">${phrases.changes[change]} <span class="small">${amount(changed.length)}</span></h2>
${tableMarkup([labels.holder, labels.role, words.change, labels.grantId], rows)}
${more > 0 ? markup`<p class="small">${words.more(amount(more))}</p>` : null}</section>`;
}

/** What came and went between the two reviews, which neither of them shows. */
function betweenMarkup(page: DiffPage): Markup {
  const { between } = page.view;
  if (!between) return markup``;
  const { between: words, labels } = page.phrases;
  const rows = between.drifted
    .slice(0, shownRows)
    .map(({ fate, holderId, roleId, at }) => [
      nameMarkup(words.fates[fate].heading),
      codeMarkup(holderId),
      codeMarkup(roleId),
      nameMarkup(page.moments.text(at)),
    ]);
  const moved = between.moved
    .slice(0, shownRows)
    .map(({ holderId, at }) => [
      nameMarkup(words.moved),
      codeMarkup(holderId),
      markup``,
      nameMarkup(page.moments.text(at)),
    ]);
  const table = tableMarkup([page.phrases.diff.change, words.holder, labels.role, words.when], [...rows, ...moved]);
  return markup`<section><h2 id="between-${page.language}">${words.heading}</h2><p>${words.says}</p>${table}</section>`;
}

function bodyMarkup(page: DiffPage): Markup {
  const { phrases, view, amount } = page;
  const { diff: words } = phrases;
  // First the change that calls for a person.
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
  if (groups.length === 0) return markup`<p class="verdict good">${words.nothing}</p>${betweenMarkup(page)}`;
  const chart = barChartMarkup({ bars, more: null, amount, summary: words.title });
  return markup`<div class="charts"><figure>${chart}</figure></div>${groups.map(({ change, changed }) => changeSection(page, change, changed))}${betweenMarkup(page)}`;
}

function headMarkup({ view, phrases: { diff: words } }: DiffPage): Markup {
  return markup`<h1>${words.title} <bdi>${view.source}</bdi></h1>
<p class="small">${words.between(view.from, view.to)}</p>`;
}

/** The changes between two reviews as one self-contained page that runs nothing, in both languages. */
export function createDiffPage(diff: DiffView): string {
  const scopes = diff.changed.map(({ grant }) => grant.scopes);
  const view = { ...diff, departmentNames: departmentNamesIn(scopes, diff.departmentNames) };
  const pages = inBothLanguages(view, view);
  const body = markup`<header class="top"><div>${inBoth(pages, headMarkup)}</div><div class="tools">${switchMarkup(view.language)}</div></header>
<main>${inBoth(pages, bodyMarkup)}</main>`;
  const { diff: words, htmlLang } = pages[0]!.phrases;
  return documentText({ title: `${words.title} ${view.source}`, lang: htmlLang, script: null }, body);
}
