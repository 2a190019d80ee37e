import type { LeaverGrant, LeaverRow, SourcesView } from "../sources-view.ts";
import { localText } from "../words/scope-text.ts";
import { standingTone, standingWords, statusTones } from "../words/standing-words.ts";
import { type Markup, markup, nameMarkup } from "./markup.ts";
import { badgeMarkup, sectionMarkup, tableMarkup } from "./page.ts";
import { isReadWhole, type SummaryPart } from "./summary-part.ts";

/** Whether a leaver's grant is there no more. */
const isGone = ({ standing, restoredAt }: LeaverGrant): boolean =>
  standing?.kind === "outcome" &&
  (standing.outcome === "revoked" || standing.outcome === "already-gone") &&
  restoredAt === null;

const stillHolds = ({ grants }: LeaverRow): boolean => !grants.every(isGone);

/** How many of the leavers still hold something elsewhere. */
export const countStillHolding = ({ leavers }: SourcesView): number => leavers.filter(stillHolds).length;

const personMarkup = ({ name, email }: LeaverRow): Markup =>
  markup`${name ? nameMarkup(name) : null}<div class="small"><bdi>${email}</bdi></div>`;

const departuresMarkup = ({ phrases, words }: SummaryPart, { departures }: LeaverRow): Markup =>
  markup`${departures.map(
    ({ source, status, lastDay }) =>
      markup`<div>${source} ${badgeMarkup(statusTones[status], phrases.holderStatus[status])}${
        lastDay ? markup`<div class="small">${words.lastDay(lastDay)}</div>` : null
      }</div>`,
  )}`;

const fateMarkup = ({ phrases, words, moments }: SummaryPart, grant: LeaverGrant): Markup => {
  const { standing, isSealed, restoredAt } = grant;
  if (restoredAt) return badgeMarkup("wait", words.putBack(moments.text(restoredAt)));
  if (standing === null) return badgeMarkup("bad", words.notJudged);
  // That nothing asks for its removal is what somebody should look at here, unlike in the source's own report.
  if (standing.kind === "kept") return badgeMarkup("bad", words.stays);
  return badgeMarkup(standingTone(standing), standingWords(phrases, standing, isSealed));
};

const grantMarkup = (page: SummaryPart, shown: LeaverGrant): Markup => {
  const { role, source, holder } = shown.grant;
  const name = localText(role.name, page.language) ?? role.code ?? role.id;
  const there = page.words.statusThere(page.phrases.holderStatus[holder.status]);
  return markup`<div>${nameMarkup(name)} ${fateMarkup(page, shown)}<div class="small">${source} · ${there}</div></div>`;
};

const shownLeavers = 2_000;

/** People who left one source and hold something in another, those who still do first. */
export const leaversMarkup = (page: SummaryPart): Markup => {
  const { view, words, amount, phrases } = page;
  const unread = view.sources.filter((row) => !isReadWhole(row)).map(({ source }) => source);
  const leavers = [...view.leavers.filter(stillHolds), ...view.leavers.filter((leaver) => !stillHolds(leaver))];
  const { person, left, elsewhere } = words.columns;
  const rows = leavers
    .slice(0, shownLeavers)
    .map((leaver) => [
      personMarkup(leaver),
      departuresMarkup(page, leaver),
      markup`${leaver.grants.map((grant) => grantMarkup(page, grant))}`,
    ]);
  const more = leavers.length - rows.length;
  return sectionMarkup(page, "leavers", {
    heading: words.sections.leavers,
    body: [
      unread.length > 0 ? markup`<p class="notice">${words.notSeen(unread.join(phrases.listSeparator))}</p>` : markup``,
      markup`<p class="small">${words.howMatched}</p>`,
      rows.length > 0 ? tableMarkup([person, left, elsewhere], rows) : markup`<p>${words.nobody}</p>`,
      more > 0 ? markup`<p>${words.more(amount(more))}</p>` : markup``,
    ],
  });
};
