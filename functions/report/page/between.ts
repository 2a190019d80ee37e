import type { Drifted, DriftFate } from "../../review/grants/diff.ts";
import { localText } from "../words/words.ts";
import { badgeMarkup, codeMarkup, type Markup, markup, nameMarkup, tableMarkup, textMarkup } from "./markup.ts";
import { foldedMarkup, momentMarkup, type ReportPage, sectionMarkup } from "./page.ts";

const shownLines = 100;

const fates: readonly DriftFate[] = ["came-and-went", "granted", "went-and-came", "gone"];

function nameOf({ view }: ReportPage, holderId: string): string {
  return view.betweenReviews?.names.holders.get(holderId) ?? holderId;
}

/** The role leads to its grants in the list. */
function roleMarkup({ view, language }: ReportPage, roleId: string): Markup {
  const name = view.betweenReviews?.names.roles.get(roleId);
  return markup`<a href="#role=${encodeURIComponent(roleId)}">${nameMarkup((name && localText(name, language)) ?? roleId)}</a>`;
}

function fateMarkup(page: ReportPage, fate: DriftFate, drifted: readonly Drifted[]): Markup {
  const { between: words, labels } = page.phrases;
  const rows = drifted
    .slice(0, shownLines)
    .map(({ roleId, holderId, scopes, at }) => [
      roleMarkup(page, roleId),
      nameMarkup(nameOf(page, holderId)),
      markup`${scopes.map(({ dimension, id }) => markup`${dimension} ${codeMarkup(id)} `)}`,
      momentMarkup(page, at),
    ]);
  const more = drifted.length - rows.length;
  const gist = badgeMarkup(fate === "came-and-went" ? "wait" : "good", page.amount(drifted.length));
  const body = [
    markup`<p>${words.fates[fate].says}</p>`,
    tableMarkup([labels.role, words.holder, words.where, words.when], rows),
    ...(more > 0 ? [markup`<p>${words.more(page.amount(more))}</p>`] : []),
  ];
  return foldedMarkup(page, `between-${fate}`, { heading: words.fates[fate].heading, gist, body });
}

function movedMarkup(page: ReportPage): Markup[] {
  const { moved } = page.view.betweenReviews!;
  if (moved.length === 0) return [];
  const { between: words } = page.phrases;
  const rows = moved
    .slice(0, shownLines)
    .map(({ holderId, effectiveDate, at }) => [
      nameMarkup(nameOf(page, holderId)),
      textMarkup(effectiveDate ?? page.phrases.notKnown),
      momentMarkup(page, at),
    ]);
  const gist = badgeMarkup("wait", page.amount(moved.length));
  const flagged = page.view.summary.findingsByRule.mover ?? 0;
  const body = [
    markup`<p>${words.movedSays}</p>`,
    ...(flagged > 0 ? [markup`<p><a href="#rule=mover">${words.movedFlagged(page.amount(flagged))}</a></p>`] : []),
    tableMarkup([words.holder, words.effective, words.when], rows),
  ];
  return [foldedMarkup(page, "between-moved", { heading: words.moved, gist, body })];
}

/** What happened between the previous review and this one, as events said; nothing where none came. */
export function betweenMarkup(page: ReportPage): Markup {
  const { betweenReviews } = page.view;
  if (!betweenReviews) return markup``;
  const byFate = Map.groupBy(betweenReviews.drifted, ({ fate }) => fate);
  const parts = fates.flatMap((fate) => {
    const drifted = byFate.get(fate) ?? [];
    return drifted.length > 0 ? [fateMarkup(page, fate, drifted)] : [];
  });
  const { between: words } = page.phrases;
  return sectionMarkup(page, "between", {
    heading: words.heading,
    body: [markup`<p>${words.says}</p>`, ...parts, ...movedMarkup(page)],
  });
}
