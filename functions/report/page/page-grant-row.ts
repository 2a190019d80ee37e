import type { ListedFinding, ListedGrant } from "../rows/packed-rows.ts";
import { type Standing, standingOf } from "../rows/standing.ts";
import { suppressionText } from "../words/detail-text.ts";
import { localText, scopeTexts } from "../words/scope-text.ts";
import { statusTones } from "../words/standing-words.ts";
import { type Markup, markup, nameMarkup } from "./markup.ts";
import { badgeMarkup, type Page, rowMarkup, tableHead } from "./page.ts";
import { standingMarkup } from "./page-standing.ts";

type Listed = ListedGrant["grant"];

const smallLine = (label: string, value: Markup | null): Markup =>
  value ? markup`<div class="small">${label} ${value}</div>` : markup``;

const holderCell = ({ phrases }: Page, { holder }: Listed): Markup => {
  const name = holder.name ? markup`<strong>${nameMarkup(holder.name)}</strong> ` : markup``;
  return markup`${name}${badgeMarkup(statusTones[holder.status], phrases.holderStatus[holder.status])}
<div class="small"><code>${holder.id}</code></div>
${smallLine(phrases.labels.lastDay, holder.lastDay ? markup`${holder.lastDay}` : null)}`;
};

const roleCell = ({ language }: Page, { role }: Listed): Markup => {
  const name = localText(role.name, language) ?? role.code ?? role.id;
  return markup`<strong>${nameMarkup(name)}</strong><div class="small"><code>${role.code ?? role.id}</code></div>`;
};

const shownScopes = 5;

const scopesCell = ({ phrases, amount }: Page, { scopes }: Listed): Markup => {
  if (scopes === null) return badgeMarkup("quiet", phrases.notKnown);
  const items = scopeTexts(scopes, phrases).map((text) => markup`<li>${nameMarkup(text)}</li>`);
  const [first, rest] = [items.slice(0, shownScopes), items.slice(shownScopes)];
  const summary = phrases.sentences.moreScopes(amount(rest.length));
  const more = markup`<details><summary>${summary}</summary><ul>${rest}</ul></details>`;
  return markup`<ul>${first}</ul>${rest.length > 0 ? more : markup``}`;
};

const sinceCell = ({ phrases, moments }: Page, grant: Listed): Markup => {
  const granted = grant.grantedAt ? moments.dayMarkup(grant.grantedAt) : markup`${phrases.notKnown}`;
  return markup`${smallLine(phrases.labels.grantedAt, granted)}${smallLine(phrases.labels.firstSeenAt, moments.dayMarkup(grant.firstSeenAt))}`;
};

const findingItem = ({ language, phrases }: Page, { rule, then, reason, suppressedBy }: ListedFinding): Markup => {
  const aside = suppressedBy
    ? markup`<div class="small">${suppressionText(suppressedBy, { phrases, language })}</div>`
    : markup``;
  return markup`<li>${reason[language]} <span class="small"><code>${rule}</code> · ${phrases.effects[then]}</span>${aside}</li>`;
};

const findingsCell = (page: Page, findings: ListedFinding[]): Markup =>
  markup`<ul>${findings.map((finding) => findingItem(page, finding))}</ul>`;

/** A row with where its grant stands. */
export type PlacedRow = ListedGrant & { standing: Standing };

/** The headings of a table of grants. */
export const grantHeadings = ({ phrases: { labels } }: Page): string[] => [
  labels.holder,
  labels.role,
  labels.scopes,
  labels.since,
  labels.findings,
  labels.standing,
];

/** One grant: who holds what, where, since when, what the rules say of it, and what becomes of it. */
export const grantRow = (page: Page, headings: string[], row: PlacedRow): Markup =>
  rowMarkup(headings, [
    holderCell(page, row.grant),
    roleCell(page, row.grant),
    scopesCell(page, row.grant),
    sinceCell(page, row.grant),
    findingsCell(page, row.findings),
    standingMarkup(page, row, row.standing),
  ]);

const shownRows = 50;

/** A table of the first grants of many, and how many more there are. */
export function grantTableMarkup(page: Page, rows: ListedGrant[]): Markup[] {
  const headings = grantHeadings(page);
  const placed = rows.slice(0, shownRows).map((row) => ({ ...row, standing: standingOf(row, page.view.planStop) }));
  const body = markup`<tbody>${placed.map((row) => grantRow(page, headings, row))}</tbody>`;
  const more = rows.length - shownRows;
  const table = markup`<div class="wide"><table class="grant-table">${tableHead(headings)}${body}</table></div>`;
  return more > 0 ? [table, markup`<p>${page.phrases.sentences.unremovedMore(page.amount(more))}</p>`] : [table];
}
