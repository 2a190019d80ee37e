import type { Moments } from "./moments.ts";
import type { Phrases } from "./phrases.ts";
import type { Language } from "./review-view.ts";
import type { SourceRow, SourcesView } from "./sources-view.ts";
import type { SummaryPhrases } from "./summary-phrases.ts";

/** What every part of summary.html is written from, in one language. `amount` writes a whole number with separators. */
export type SummaryPart = {
  view: SourcesView;
  language: Language;
  phrases: Phrases;
  words: SummaryPhrases;
  moments: Moments;
  amount(count: number): string;
};

/** Whether a source was read whole: of one that was not, nothing follows from what is not shown. */
export const isReadWhole = ({ population, failedChecks }: SourceRow): boolean =>
  population !== null && failedChecks.length === 0;
