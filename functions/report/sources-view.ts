import type { Grant } from "../review/grants/grant.ts";
import type { Check } from "../review/grants/snapshot.ts";
import type { Departure } from "../review/people/leavers-across.ts";
import type { Language, ReviewSummary } from "./review-view.ts";
import type { Standing } from "./rows/standing.ts";

/** How far the review of one source came; `not-begun` where the run ended before this source. */
export type SourceStatus = "sealed" | "waiting" | "held" | "incomplete" | "failed" | "continue" | "not-begun";

/** The row of one source. A part that does not exist (yet) is `null`. */
export type SourceRow = {
  source: string;
  review: string | null;
  status: SourceStatus;
  /** Why the review failed. */
  error: string | null;
  population: { grants: number; holders: number; roles: number } | null;
  summary: ReviewSummary | null;
  failedChecks: Check[];
  /** The address of the source's report.html, relative to the summary. */
  reportHref: string | null;
  evidenceSha256: string | null;
};

/**
 * A grant that a leaver of another source holds, and what became of the grant. `standing` is `null` where the review of its
 * source has no plan. `restoredAt`: when the grant was put back.
 */
export type LeaverGrant = {
  grant: Grant;
  standing: Standing | null;
  isSealed: boolean;
  restoredAt: string | null;
};

/** A person who left one source and holds grants in another. */
export type LeaverRow = { email: string; name: string | null; departures: Departure[]; grants: LeaverGrant[] };

/** Everything that summary.html says. Instants are ISO 8601, shown in `timezone`. */
export type SourcesView = {
  language: Language;
  timezone: string;
  writtenAt: string;
  sources: SourceRow[];
  leavers: LeaverRow[];
};
