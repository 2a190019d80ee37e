import type { ToldDecision, ToldDecisions } from "../review-view.ts";
import { localText } from "../words/words.ts";
import { badgeMarkup, codeMarkup, type Markup, markup, nameMarkup, tableMarkup, textMarkup } from "./markup.ts";
import { foldedMarkup, momentMarkup, type ReportPage, sectionMarkup } from "./page.ts";

function whoCell({ phrases }: ReportPage, { reviewer, provenBy, decidedAs = [] }: ToldDecision): Markup {
  const { list, decisions: words } = phrases;
  const known = decidedAs.filter((word) => word !== "claimed").map((word) => words.decidedAs[word] ?? word);
  const notes = [list.provenBy[provenBy], ...known].join(phrases.listSeparator);
  return markup`${nameMarkup(reviewer)}<div class="small">${notes}</div>`;
}

function grantCell({ language }: ReportPage, { grantId, holderName, roleName }: ToldDecision): Markup {
  const role = localText(roleName, language) ?? "";
  return markup`${nameMarkup(holderName)} · ${nameMarkup(role)}<div class="small">${codeMarkup(grantId)}</div>`;
}

function whatCell(page: ReportPage, { decision, until, fault }: ToldDecision): Markup {
  const { list } = page.phrases;
  const word = decision === "keep" && until ? list.kept(page.moments.lastDay(until)) : list.decisions[decision];
  if (fault === null) return markup`${word}`;
  return markup`${word} ${badgeMarkup("wait", list.notCounted(fault))}`;
}

function rowOf(page: ReportPage, told: ToldDecision): Markup[] {
  const { reason, decidedAt, seen } = told;
  return [
    whoCell(page, told),
    whatCell(page, told),
    grantCell(page, told),
    textMarkup(reason),
    momentMarkup(page, decidedAt),
    seen ? codeMarkup(seen) : textMarkup(page.phrases.decisions.notShown),
  ];
}

function tableOf(page: ReportPage, { first, all, counted }: ToldDecisions): Markup {
  const { decisions: words, labels, list } = page.phrases;
  const headings = [words.who, words.what, words.grant, labels.reason, words.when, words.shown];
  const more = all - first.length;
  const body = [
    markup`<p>${words.narrow} ${(["keep", "revoke", "none"] as const).map(
      (decision) => markup`<a href="#decision=${decision}">${list.decisions[decision]}</a> `,
    )}</p>`,
    tableMarkup(
      headings,
      first.map((told) => rowOf(page, told)),
    ),
    ...(more > 0 ? [markup`<p>${words.more(page.amount(more))}</p>`] : []),
  ];
  const gist = badgeMarkup(counted === all ? "good" : "wait", words.counted(page.amount(counted), page.amount(all)));
  return foldedMarkup(page, "every-decision", { heading: words.every, gist, body });
}

/** Whom the review asked, and who has left questions open. */
function silentMarkup(page: ReportPage): Markup[] {
  const silent = (page.view.whoReviews?.reviewers ?? []).filter(({ id, undecided }) => id !== null && undecided > 0);
  if (silent.length === 0) return [];
  const { decisions: words, reviewers } = page.phrases;
  const rows = silent.map(({ id, name, undecided }) => [nameMarkup(name ?? id!), textMarkup(page.amount(undecided))]);
  const gist = badgeMarkup("wait", page.amount(silent.length));
  const body = [tableMarkup([reviewers.reviewer, reviewers.undecided], rows)];
  return [foldedMarkup(page, "silent", { heading: words.silent, gist, body })];
}

/** Who decided what on the grants of this review, by what that is proven, and who was asked and did not answer. */
export function decisionsMarkup(page: ReportPage): Markup {
  const { decisions } = page.view;
  if (!decisions) return markup``;
  const silent = silentMarkup(page);
  if (decisions.all === 0 && silent.length === 0) return markup``;
  const { decisions: words } = page.phrases;
  const said = decisions.all > 0 ? [tableOf(page, decisions)] : [markup`<p>${words.nobody}</p>`];
  return sectionMarkup(page, "decisions", { heading: words.heading, body: [...said, ...silent] });
}
