import { responsibleBookOf } from "../../ledger/grants.ts";
import { isUndecided } from "../../report/deciding.ts";
import type { ReportRow, Reviewer } from "../../report/review-view.ts";
import type { Grant } from "../../review/grants/grant.ts";
import type { Snapshot } from "../../review/grants/snapshot.ts";
import { coverageOf, type ResponsibleBook } from "../../review/people/responsible.ts";
import { createRouter, type Person, type ReviewerRules } from "../../review/people/routing.ts";
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
};

/** Null where the configuration names no reviewers. `asOf` (ISO 8601): delegates whose time is over by then do not count. */
export async function openReviewerRoutes(
  stage: Stage,
  snapshot: Snapshot,
  asOf: string,
): Promise<ReviewerRoutes | null> {
  const rules = stage.reviewers;
  return rules
    ? routesBy(rules, await responsibleBookOf(stage.store, snapshot), { asOf, timezone: stage.policy.timezone })
    : null;
}

function routesBy(
  rules: ReviewerRules,
  book: ResponsibleBook,
  time: { asOf: string; timezone: string },
): ReviewerRoutes {
  const route = createRouter(rules, book, time);
  const personOf = (id: string): Person | undefined => book.peopleById.get(id);
  const tally = createReviewerTally(personOf);
  const asksPartners = rules.order.includes("holder-hrbp") || rules.order.includes("department-hrbp");
  return {
    departmentNames: book.departmentNames,
    take(row) {
      const found = route(row.grant satisfies Grant);
      tally.add({ route: found, isNotable: isNotable(row), isUndecided: isUndecided(row) });
      const { reviewer, by, delegateOf } = found;
      return reviewer === null || by === null
        ? null
        : { id: reviewer, name: personOf(reviewer)?.name ?? null, by, delegateOf };
    },
    whoReviews: () => ({
      formatVersion: 1,
      asOf: time.asOf,
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
