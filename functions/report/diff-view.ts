import type { GrantChange } from "../review/grants/diff.ts";
import type { Grant } from "../review/grants/grant.ts";
import type { Language } from "./review-view.ts";

/** One grant that is not as it was. `before` or `after` is null where that review does not show it. */
export type ChangedGrant = {
  /** As the later review has it; the earlier, if it vanished. */
  grant: Grant;
  before: Grant | null;
  after: Grant | null;
  changes: GrantChange[];
  /** The removal it came back from. */
  revoked: { review: string; at: string } | null;
};

/** Two reviews of one source, and what is different between them, in the order of grant ids. */
export type DiffView = {
  source: string;
  from: string;
  to: string;
  language: Language;
  timezone: string;
  changed: ChangedGrant[];
  /** By id, beside those that scopes tell. */
  departmentNames: Record<string, string>;
};
