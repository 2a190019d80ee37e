import { responsibleBookOf } from "../../ledger/grants.ts";
import { signedDecisionsOf } from "../../ledger/signed-decisions.ts";
import { isUndecided } from "../../report/deciding.ts";
import type { ReportRow, Reviewer } from "../../report/review-view.ts";
import type { Grant } from "../../review/grants/grant.ts";
import type { Snapshot } from "../../review/grants/snapshot.ts";
import { coverageOf, type ResponsibleBook } from "../../review/people/responsible.ts";
import { createRouter, handOnsByGrant, type Person } from "../../review/people/routing.ts";
import { createReviewerTally, type WhoReviews } from "../../review/people/who-reviews.ts";
import type { Stage } from "../../review/stage.ts";

/** Finds the reviewer of every grant of a snapshot, as of an instant, and counts. */
export type ReviewerRoutes = {
  /** The reviewer of a row's grant, null where nobody is left; counts the row. */
  take(row: Omit<ReportRow, "reviewer">): Reviewer | null;
  /** The counts of the rows so far. */
  whoReviews(): WhoReviews;
  /** The names that the snapshot has, by department id. */
  departmentNames: ReadonlyMap<string, string>;
  /** Who is responsible for whom, by the snapshot. */
  book: ResponsibleBook;
};

/**
 * Null where the configuration names no reviewers. `asOf` (ISO 8601): delegates whose time is over by then do not count, and
 * what was handed on at the desk later does not either.
 */
export async function openReviewerRoutes(
  stage: Stage,
  snapshot: Snapshot,
  asOf: string,
): Promise<ReviewerRoutes | null> {
  const { reviewers: rules, store, policy } = stage;
  if (!rules) return null;
  const submitted = await signedDecisionsOf(stage);
  const book = await responsibleBookOf(store, snapshot, submitted);
  const handOns = handOnsByGrant(submitted);
  const route = createRouter(rules, book, { asOf, timezone: policy.timezone });
  const personOf = (id: string): Person | undefined => book.peopleById.get(id);
  const tally = createReviewerTally(personOf);
  const asksPartners = rules.order.includes("holder-hrbp") || rules.order.includes("department-hrbp");
  return {
    departmentNames: book.departmentNames,
    book,
    take(row) {
      const found = route(row.grant satisfies Grant, handOns.get(row.grant.id));
      tally.add({ route: found, isNotable: isNotable(row), isUndecided: isUndecided(row) });
      const { reviewer: id, by, delegateOf, handOn } = found;
      if (id === null) return null;
      const name = personOf(id)?.name ?? null;
      return { id, name, by: by ?? "handed-on", delegateOf, ...(handOn ? { handOn } : {}) };
    },
    whoReviews: () => ({
      formatVersion: 1,
      asOf,
      rules,
      reviewers: tally.reviewers(),
      formerReviewers: tally.formerReviewers(),
      coverage: asksPartners && book.departments.length > 0 ? coverageOf(book) : null,
    }),
  };
}

function isNotable({ findings, item }: Pick<ReportRow, "findings" | "item">): boolean {
  return findings.length > 0 || item !== null;
}
