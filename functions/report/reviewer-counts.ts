import type { WhoReviews } from "../review/people/who-reviews.ts";
import type { ReviewerCounts } from "./review-view.ts";

/** The figures of who reviews. */
export const reviewerCounts = ({ reviewers, formerReviewers, coverage }: WhoReviews): ReviewerCounts => ({
  reviewers: reviewers.filter(({ id }) => id !== null).length,
  grantsOfNobody: reviewers.find(({ id }) => id === null)?.grants ?? 0,
  formerReviewers: formerReviewers.length,
  uncoveredDepartments: coverage?.uncoveredDepartments.length ?? null,
  formerPartners: coverage?.formerPartners.length ?? null,
});
