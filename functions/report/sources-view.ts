import type { Grant } from "../review/grants/grant.ts";
import type { Check } from "../review/grants/snapshot.ts";
import type { Departure } from "../review/people/leavers-across.ts";
import type { Language, ReviewSummary } from "./review-view.ts";
import type { Standing } from "./rows/standing.ts";

/** How far the review of one source came; `not-begun` where it was interrupted before. */
export type SourceStatus = "sealed" | "waiting" | "held" | "incomplete" | "failed" | "continue" | "not-begun";

/** One source's row. What does not exist, or not yet, is `null`. */
export type SourceRow = {
  source: string;
  review: string | null;
  status: SourceStatus;
  /** Why it failed. */
  error: string | null;
  population: { grants: number; holders: number; roles: number } | null;
  summary: ReviewSummary | null;
  failedChecks: Check[];
  /** Its report.html, relative to the summary. */
  reportHref: string | null;
  evidenceSha256: string | null;
};

/**
 * A grant that a leaver of another source holds, and what became of it: `null` where its review never came to a plan.
 * `restoredAt`: when it was put back.
 */
export type LeaverGrant = {
  grant: Grant;
  standing: Standing | null;
  isSealed: boolean;
  restoredAt: string | null;
};

/** A person who left one source and holds something in another. */
export type LeaverRow = { email: string; name: string | null; departures: Departure[]; grants: LeaverGrant[] };

/** Everything that summary.html says. Instants are ISO 8601; `timezone` is the one they are shown in. */
export type SourcesView = {
  language: Language;
  timezone: string;
  writtenAt: string;
  sources: SourceRow[];
  leavers: LeaverRow[];
};
