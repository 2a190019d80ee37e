import type { Language } from "../review-view.ts";
import type { SourceRow, SourcesView } from "../sources-view.ts";
import type { Moments } from "../words/moments.ts";
import type { Phrases } from "../words/phrases.ts";
import type { SummaryPhrases } from "../words/summary-phrases.ts";

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
