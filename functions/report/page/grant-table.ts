import type { Because } from "../../review/because.ts";
import type { ListedFinding, ListedGrant, ListedItem, ListedOutcome } from "../rows/packed-rows.ts";
import { standingOf } from "../rows/standing.ts";
import { detailText, suppressionText } from "../words/detail-text.ts";
import { keepText, localText, scopeTexts, standingTone, standingWords, statusTones } from "../words/words.ts";
import { badgeMarkup, codeMarkup, type Markup, markup, nameMarkup, rowMarkup, tableHead } from "./markup.ts";
import { dayMarkup, momentMarkup, type PageLanguage, type ReportPage } from "./page.ts";

type Listed = ListedGrant["grant"];

function note(text: Markup): Markup {
  return markup`<div class="small">${text}</div>`;
}

function labelled(label: string, value: Markup): Markup {
  return note(markup`${label} ${value}`);
}

function holderCell({ phrases }: ReportPage, { holder }: Listed): Markup {
  const name = holder.name ? markup`<strong>${nameMarkup(holder.name)}</strong> ` : markup``;
  return markup`${name}${badgeMarkup(statusTones[holder.status], phrases.holderStatus[holder.status])}
${note(codeMarkup(holder.id))}
${holder.lastDay ? labelled(phrases.labels.lastDay, markup`${holder.lastDay}`) : null}`;
}

function roleCell({ language }: ReportPage, { role }: Listed): Markup {
  const name = localText(role.name, language) ?? role.code ?? role.id;
  return markup`<strong>${nameMarkup(name)}</strong>${note(codeMarkup(role.code ?? role.id))}`;
}

const shownScopes = 5;

function scopesCell({ phrases, amount }: ReportPage, { scopes }: Listed): Markup {
  if (scopes === null) return badgeMarkup("quiet", phrases.notKnown);
  const items = scopeTexts(scopes, phrases).map((text) => markup`<li>${nameMarkup(text)}</li>`);
  const [first, rest] = [items.slice(0, shownScopes), items.slice(shownScopes)];
  const summary = phrases.sentences.moreScopes(amount(rest.length));
  const more = markup`<details><summary>${summary}</summary><ul>${rest}</ul></details>`;
  return markup`<ul>${first}</ul>${rest.length > 0 ? more : markup``}`;
}

function sinceCell(page: ReportPage, { grantedAt, firstSeenAt }: Listed): Markup {
  const { labels, notKnown } = page.phrases;
  const granted = grantedAt ? dayMarkup(page, grantedAt) : markup`${notKnown}`;
  return markup`${labelled(labels.grantedAt, granted)}${labelled(labels.firstSeenAt, dayMarkup(page, firstSeenAt))}`;
}

function findingItem({ language, phrases }: ReportPage, finding: ListedFinding): Markup {
  const { rule, then, reason, suppressedBy } = finding;
  const leaves = keepText(finding, phrases);
  const aside = suppressedBy ? note(markup`${suppressionText(suppressedBy, phrases)}`) : markup``;
  return markup`<li>${reason[language]} <span class="small"><code>${rule}</code> · ${phrases.effects[then]}</span>${leaves ? note(nameMarkup(leaves)) : null}${aside}</li>`;
}

function findingsCell(page: ReportPage, findings: ListedFinding[]): Markup {
  return markup`<ul>${findings.map((finding) => findingItem(page, finding))}</ul>`;
}

type MaybeDetailed = { detail: string | null; because?: Because };

function detailNote({ phrases }: PageLanguage, { detail, ...rest }: MaybeDetailed): Markup {
  return detail ? note(nameMarkup(detailText({ detail, ...rest }, phrases))) : markup``;
}

/** The instant of an outcome, the instant at which a read confirmed it, the provider's id of the request, and the detail. */
export function outcomeNotes(page: PageLanguage, outcome: Omit<ListedOutcome, "outcome">): Markup[] {
  const { labels } = page.phrases;
  const { at, verifiedAt, requestId } = outcome;
  return [
    note(momentMarkup(page, at)),
    verifiedAt ? labelled(labels.verifiedAt, momentMarkup(page, verifiedAt)) : markup``,
    requestId ? labelled(labels.requestId, codeMarkup(requestId)) : markup``,
    detailNote(page, outcome),
  ];
}

function itemNotes(page: ReportPage, { hold, notBefore, noticeAt }: ListedItem): Markup[] {
  const { labels } = page.phrases;
  if (hold) return [detailNote(page, hold)];
  return [
    labelled(labels.dueAt, momentMarkup(page, notBefore)),
    labelled(labels.noticeAt, momentMarkup(page, noticeAt)),
  ];
}

/** What becomes of a grant, in words: its outcome, why it is held, when it is due, or that it stays. */
function standingCell(page: ReportPage, row: ListedGrant): Markup {
  const { item, outcome } = row;
  const standing = standingOf(row, page.view.planStop);
  const badge = badgeMarkup(standingTone(standing), standingWords(page.phrases, standing, page.view.sealed !== null));
  if (outcome) return markup`${badge}${outcomeNotes(page, outcome)}`;
  return item ? markup`${badge}${itemNotes(page, item)}` : badge;
}

function headingsOf({ phrases: { labels } }: ReportPage): string[] {
  return [labels.holder, labels.role, labels.scopes, labels.since, labels.findings, labels.standing];
}

/** One grant: who holds what, where, since when, what the rules say of it, and what becomes of it. */
function grantRow(page: ReportPage, headings: string[], row: ListedGrant): Markup {
  return rowMarkup(headings, [
    holderCell(page, row.grant),
    roleCell(page, row.grant),
    scopesCell(page, row.grant),
    sinceCell(page, row.grant),
    findingsCell(page, row.findings),
    standingCell(page, row),
  ]);
}

const shownRows = 50;

/** A table of the first grants of many, and how many more there are. */
export function grantTableMarkup(page: ReportPage, rows: ListedGrant[]): Markup[] {
  const headings = headingsOf(page);
  const body = markup`<tbody>${rows.slice(0, shownRows).map((row) => grantRow(page, headings, row))}</tbody>`;
  const more = rows.length - shownRows;
  const table = markup`<div class="wide"><table class="grant-table">${tableHead(headings)}${body}</table></div>`;
  return more > 0 ? [table, markup`<p>${page.phrases.sentences.unremovedMore(page.amount(more))}</p>`] : [table];
}
