import type { ReviewSummary } from "../review-view.ts";
import type { LeaverGrant, LeaverRow, SourceRow, SourceStatus, SourcesView } from "../sources-view.ts";
import { checkDetail } from "../words/detail-text.ts";
import { localText, standingTone, standingWords, statusTones, type Tone } from "../words/words.ts";
import { badgeMarkup, type Markup, markup, nameMarkup, tableMarkup, textMarkup } from "./markup.ts";
import { type PageLanguage, sectionMarkup } from "./page.ts";

/** The page of all sources, in one language. */
export type SummaryPage = PageLanguage & { view: SourcesView };

/** Whether a source was read whole: of any other source nothing follows from a grant that is not shown. */
export function isReadWhole({ population, failedChecks }: SourceRow): boolean {
  return population !== null && failedChecks.length === 0;
}

/** The sum of counts by key. */
export function sumOf(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

/** How many grants should be gone and are not, counted as `isUnremoved` says of each grant. */
export function countUnremoved({ outcomesByKind, heldByReason }: ReviewSummary): number {
  const { refused = 0, unverified = 0, failed = 0 } = outcomesByKind;
  return refused + unverified + failed + (heldByReason.unremovable ?? 0);
}

const sourceTones: Record<SourceStatus, Tone> = {
  sealed: "good",
  waiting: "wait",
  held: "wait",
  incomplete: "bad",
  failed: "bad",
  continue: "bad",
  "not-begun": "bad",
};

function note(text: string): Markup {
  return markup`<div class="small">${text}</div>`;
}

function nameCell({ phrases: { summary: words } }: SummaryPage, { source, review, reportHref }: SourceRow): Markup {
  const report = reportHref
    ? markup`<a href="${reportHref}">${words.openReport}</a>`
    : markup`<span class="small">${words.noReport}</span>`;
  const named = review ? markup`<div class="small one-line"><code>${review}</code></div>` : null;
  return markup`<strong>${source}</strong>${named}<div>${report}</div>`;
}

function statusCell({ phrases: { summary: words } }: SummaryPage, { status, error }: SourceRow): Markup {
  return markup`<span class="one-line">${badgeMarkup(sourceTones[status], words.statuses[status])}</span>${error ? note(error) : null}`;
}

function populationCell({ amount, phrases }: SummaryPage, { population }: SourceRow): Markup {
  if (!population) return textMarkup("–");
  const { grants, holders, roles } = population;
  return markup`${amount(grants)}${note(phrases.sentences.population(amount(holders), amount(roles)))}`;
}

/** A figure of a review's summary. A review without a summary has no figure, which is not 0. */
function figureCell(
  { amount }: SummaryPage,
  { summary }: SourceRow,
  count: (summary: ReviewSummary) => number,
): Markup {
  return textMarkup(summary ? amount(count(summary)) : "–");
}

function expiredCell(page: SummaryPage, row: SourceRow): Markup {
  const unremoved = row.summary ? countUnremoved(row.summary) : 0;
  const label = `${page.phrases.figures.unremoved}${page.phrases.colon}${page.amount(unremoved)}`;
  return markup`${figureCell(page, row, ({ expired }) => expired)}${unremoved > 0 ? badgeMarkup("bad", label) : null}`;
}

function waitingCell(page: SummaryPage, row: SourceRow): Markup {
  const from = row.summary?.waiting.notBefore;
  const until = from ? note(page.phrases.summary.waitingUntil(page.moments.text(from))) : null;
  return markup`${figureCell(page, row, ({ waiting }) => waiting.count)}${until}`;
}

function checksCell(page: SummaryPage, { failedChecks, population }: SourceRow): Markup {
  if (!population) return textMarkup("–");
  if (failedChecks.length === 0) return textMarkup(page.phrases.none);
  return markup`${failedChecks.map(
    (check) => markup`<div>${badgeMarkup("bad", check.name)}${note(checkDetail(check, page.phrases))}</div>`,
  )}`;
}

function sourceCells(page: SummaryPage, row: SourceRow): Markup[] {
  return [
    nameCell(page, row),
    statusCell(page, row),
    populationCell(page, row),
    figureCell(page, row, ({ findingsByRule }) => sumOf(findingsByRule)),
    expiredCell(page, row),
    figureCell(page, row, ({ heldByReason }) => sumOf(heldByReason)),
    waitingCell(page, row),
    checksCell(page, row),
    row.evidenceSha256 ? markup`<code class="digest">${row.evidenceSha256}</code>` : textMarkup("–"),
  ];
}

/** A row for each source: how far its review came, its figures, its report and its evidence. */
export function sourcesMarkup(page: SummaryPage): Markup {
  const { phrases, view } = page;
  const { figures, labels, summary: words } = phrases;
  const { population, failedChecks, evidence } = words.columns;
  const state = [labels.source, labels.state, population];
  const counts = [figures.findings, figures.expired, figures.held, figures.waiting];
  const table = tableMarkup(
    [...state, ...counts, failedChecks, evidence],
    view.sources.map((row) => sourceCells(page, row)),
  );
  return sectionMarkup(page, "sources", { heading: words.sections.sources, body: [table] });
}

/** Whether a leaver's grant was removed, and not put back. */
function isGone({ standing, restoredAt }: LeaverGrant): boolean {
  return (
    standing?.kind === "outcome" &&
    (standing.outcome === "revoked" || standing.outcome === "already-gone") &&
    restoredAt === null
  );
}

function stillHolds({ grants }: LeaverRow): boolean {
  return !grants.every(isGone);
}

/** How many of the leavers still hold a grant in another source. */
export function countStillHolding({ leavers }: SourcesView): number {
  return leavers.filter(stillHolds).length;
}

function personMarkup({ name, email }: LeaverRow): Markup {
  return markup`${name ? nameMarkup(name) : null}<div class="small"><bdi>${email}</bdi></div>`;
}

function departuresMarkup({ phrases }: SummaryPage, { departures }: LeaverRow): Markup {
  return markup`${departures.map(
    ({ source, status, lastDay }) =>
      markup`<div>${source} ${badgeMarkup(statusTones[status], phrases.holderStatus[status])}${
        lastDay ? note(phrases.summary.lastDay(lastDay)) : null
      }</div>`,
  )}`;
}

function fateMarkup({ phrases, moments }: SummaryPage, grant: LeaverGrant): Markup {
  const { standing, isSealed, restoredAt } = grant;
  const { summary: words } = phrases;
  if (restoredAt) return badgeMarkup("wait", words.putBack(moments.text(restoredAt)));
  if (standing === null) return badgeMarkup("bad", words.notJudged);
  // A leaver's grant that stays calls for a person here, unlike in the source's own report.
  if (standing.kind === "kept") return badgeMarkup("bad", words.stays);
  return badgeMarkup(standingTone(standing), standingWords(phrases, standing, isSealed));
}

function grantMarkup(page: SummaryPage, shown: LeaverGrant): Markup {
  const { role, source, holder } = shown.grant;
  const { summary: words, holderStatus } = page.phrases;
  const name = localText(role.name, page.language) ?? role.code ?? role.id;
  const there = words.statusThere(holderStatus[holder.status]);
  return markup`<div>${nameMarkup(name)} ${fateMarkup(page, shown)}<div class="small">${source} · ${there}</div></div>`;
}

const shownLeavers = 2_000;

/** People who left one source and hold a grant in another; first those whose grant is still there. */
export function leaversMarkup(page: SummaryPage): Markup {
  const { view, amount, phrases } = page;
  const { summary: words } = phrases;
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
}
