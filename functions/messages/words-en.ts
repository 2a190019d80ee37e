import type { Words } from "./words.ts";

function grantsText(count: number): string {
  return count === 1 ? "1 grant" : `${count} grants`;
}

/** Messages in English. */
export const englishWords: Words = {
  planTitle: (source, grants) => `${source}: ${grantsText(grants)} to be removed`,
  decideTitle: (source, grants) => `${source}: ${grantsText(grants)} to decide on`,
  toDecide: (grants, until) => `Nobody has decided on ${grantsText(grants)} yet. One can decide until ${until}.`,
  yours: (grants, undecided) => `Yours to review: ${grantsText(grants)}. Waiting for your decision: ${undecided}.`,
  decideBefore: (moment) => `Please decide in the report, and hand in the decisions file before ${moment}.`,
  reminderTitle: (source, grants, on) => `${source}: ${grantsText(grants)} will be removed from ${on} on`,
  heldTitle: (source) => `${source}: the plan is held and needs an approval`,
  endedTitle: (source, revoked) => `${source}: the review has ended, ${grantsText(revoked)} removed`,
  ofReview: (review, grants) => `Access review ${review}, ${grantsText(grants)} in all.`,
  when: "When",
  atOnce: "at once",
  why: "Why",
  count: (what, grants) => `${what}: ${grants}`,
  howToObject: (grants) =>
    `To object (possible for ${grants}): mark the grant as keep in the report, say why, and hand in the decisions file before it is due.`,
  noObjection: "No decision can keep these: their rules take no objection.",
  heldBack: (grants) => `Held back by a guard or a decision: ${grantsText(grants)} more.`,
  heldWhy: (grants) =>
    `A brake stopped the whole plan, which would remove ${grantsText(grants)}. Read the report first, then approve exactly this plan.`,
  limits: "What stopped it",
  limit: (name, actual, allowed) => `${name}: ${actual}, allowed ${allowed}`,
  approve: "To let it go on",
  ended: {
    report: "Report mode: nothing was removed.",
    enforce: "What was due was removed, each removal confirmed by reading back.",
  },
  fates: "What became of the grants",
  fate: {
    kept: "kept",
    revoked: "removed",
    alreadyGone: "gone before",
    changed: "changed meanwhile, left alone",
    refused: "refused by the provider",
    failed: "failed",
    unverified: "removal not confirmed",
    held: "held back",
    pending: "not due yet",
  },
  unresolved: "Some removals did not come about: the report says which, and why.",
  sealed: (sha256) => `Evidence SHA-256: ${sha256}`,
  report: "Open the report",
  reportAt: (place) => `Report: ${place}`,
  more: (entries) => `and ${entries} more`,
};
