import type { ReviewSummary } from "../review-view.ts";
import type { SourceRow, SourceStatus } from "../sources-view.ts";
import type { Tone } from "../words/standing-words.ts";
import { type Markup, markup } from "./markup.ts";
import { badgeMarkup, sectionMarkup, tableMarkup, textMarkup } from "./page.ts";
import type { SummaryPart } from "./summary-part.ts";

/** The sum of counts by key. */
export const sumOf = (counts: Record<string, number>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

/** How many grants should be gone and are not, as `isUnremoved` says of each. */
export const countUnremoved = ({ outcomesByKind, heldByReason }: ReviewSummary): number => {
  const { refused = 0, unverified = 0, failed = 0 } = outcomesByKind;
  return refused + unverified + failed + (heldByReason.unremovable ?? 0);
};

const statusTones: Record<SourceStatus, Tone> = {
  sealed: "good",
  waiting: "wait",
  held: "wait",
  incomplete: "bad",
  failed: "bad",
  continue: "bad",
  "not-begun": "bad",
};

const note = (text: string): Markup => markup`<div class="small">${text}</div>`;

const nameCell = ({ words }: SummaryPart, { source, review, reportHref }: SourceRow): Markup => {
  const report = reportHref
    ? markup`<a href="${reportHref}">${words.openReport}</a>`
    : markup`<span class="small">${words.noReport}</span>`;
  const named = review ? markup`<div class="small one-line"><code>${review}</code></div>` : null;
  return markup`<strong>${source}</strong>${named}<div>${report}</div>`;
};

const statusCell = ({ words }: SummaryPart, { status, error }: SourceRow): Markup =>
  markup`<span class="one-line">${badgeMarkup(statusTones[status], words.statuses[status])}</span>${error ? note(error) : null}`;

const populationCell = ({ amount, phrases }: SummaryPart, { population }: SourceRow): Markup => {
  if (!population) return textMarkup("–");
  const { grants, holders, roles } = population;
  return markup`${amount(grants)}${note(phrases.sentences.population(amount(holders), amount(roles)))}`;
};

/** A figure of a review's summary; a review without one has none, which is not 0. */
const figureCell = (
  { amount }: SummaryPart,
  { summary }: SourceRow,
  count: (summary: ReviewSummary) => number,
): Markup => textMarkup(summary ? amount(count(summary)) : "–");

const expiredCell = (page: SummaryPart, row: SourceRow): Markup => {
  const unremoved = row.summary ? countUnremoved(row.summary) : 0;
  const label = `${page.phrases.figures.unremoved}${page.phrases.colon}${page.amount(unremoved)}`;
  return markup`${figureCell(page, row, ({ expired }) => expired)}${unremoved > 0 ? badgeMarkup("bad", label) : null}`;
};

const waitingCell = (page: SummaryPart, row: SourceRow): Markup => {
  const from = row.summary?.waiting.notBefore;
  const until = from ? note(page.words.waitingUntil(page.moments.text(from))) : null;
  return markup`${figureCell(page, row, ({ waiting }) => waiting.count)}${until}`;
};

const checksCell = ({ phrases }: SummaryPart, { failedChecks, population }: SourceRow): Markup => {
  if (!population) return textMarkup("–");
  if (failedChecks.length === 0) return textMarkup(phrases.none);
  return markup`${failedChecks.map(({ name, detail }) => markup`<div>${badgeMarkup("bad", name)}${note(detail)}</div>`)}`;
};

const cellsOf = (page: SummaryPart, row: SourceRow): Markup[] => [
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

/** A row per source: how far its review came, its figures, its report and its evidence. */
export const sourcesMarkup = (page: SummaryPart): Markup => {
  const { phrases, words, view } = page;
  const { figures, labels } = phrases;
  const { population, failedChecks, evidence } = words.columns;
  const state = [labels.source, labels.state, population];
  const counts = [figures.findings, figures.expired, figures.held, figures.waiting];
  const table = tableMarkup(
    [...state, ...counts, failedChecks, evidence],
    view.sources.map((row) => cellsOf(page, row)),
  );
  return sectionMarkup(page, "sources", { heading: words.sections.sources, body: [table] });
};
