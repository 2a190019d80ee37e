import type { PassedOver, ReviewerKind, ReviewerRules, Route } from "./routing.ts";

/** How much of a review is one reviewer's; `id` is null for what nobody is left to review. */
export type ReviewerLoad = {
  id: string | null;
  name: string | null;
  email: string | null;
  /** Grants that are theirs to review. */
  grants: number;
  /** Those with a finding, or in the plan. */
  notable: number;
  /** Those that a flag asks to be decided on, and on which no decision stands. */
  undecided: number;
};

/** Somebody who has left and would have been asked about so many grants, and as what. */
export type FormerReviewer = { id: string; name: string | null; by: ReviewerKind[]; grants: number };

/** A department in which people hold grants, and which names no partner of its own. */
export type UncoveredDepartment = {
  id: string;
  name: string | null;
  holders: number;
  /** The nearest department above with a partner; null: there is none; left out where nobody asked. */
  coveredBy?: { id: string; name: string | null } | null;
};

/** A partner who has left and is still named for these departments. */
export type FormerPartner = { id: string; name: string | null; departments: { id: string; name: string | null }[] };

/** How well the provider's books of partners cover those who hold grants. */
export type Coverage = { uncoveredDepartments: UncoveredDepartment[]; formerPartners: FormerPartner[] };

/**
 * `reviewers.json`: who reviews what of an assessment, by which rules, as of an instant. Reviewers with most to decide come
 * first; `coverage` is null where the order asks for no partners.
 */
export type WhoReviews = {
  formatVersion: 1;
  asOf: string;
  rules: ReviewerRules;
  reviewers: ReviewerLoad[];
  formerReviewers: FormerReviewer[];
  coverage: Coverage | null;
};

/** One grant as the count needs it. */
export type RoutedGrant = { route: Route; isNotable: boolean; isUndecided: boolean };

type Known = (id: string) => { name: string | null; email: string | null } | undefined;

/** Counts grants by reviewer as they are streamed; holds a line per reviewer, and none per grant. */
export type ReviewerTally = {
  add(grant: RoutedGrant): void;
  reviewers(): ReviewerLoad[];
  formerReviewers(): FormerReviewer[];
};

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** An empty tally; `known` gives the name and e-mail of a person, as far as they are known. */
export function createReviewerTally(known: Known): ReviewerTally {
  const loads = new Map<string | null, ReviewerLoad>();
  const former = new Map<string, { by: Set<ReviewerKind>; grants: number }>();
  const loadOf = (id: string | null): ReviewerLoad => {
    const { name = null, email = null } = (id === null ? undefined : known(id)) ?? {};
    const load = loads.get(id) ?? { id, name, email, grants: 0, notable: 0, undecided: 0 };
    loads.set(id, load);
    return load;
  };
  const passOver = (passedOver: readonly PassedOver[]): void => {
    for (const id of new Set(passedOver.map((one) => one.id))) {
      const line = former.get(id) ?? { by: new Set(), grants: 0 };
      former.set(id, line);
      line.grants += 1;
    }
    for (const { id, by } of passedOver) former.get(id)?.by.add(by);
  };
  return {
    add({ route, isNotable, isUndecided }) {
      const load = loadOf(route.reviewer);
      load.grants += 1;
      if (isNotable) load.notable += 1;
      if (isUndecided) load.undecided += 1;
      passOver(route.passedOver);
    },
    reviewers: () =>
      [...loads.values()].sort(
        (a, b) => b.undecided - a.undecided || b.grants - a.grants || byText(a.id ?? "", b.id ?? ""),
      ),
    formerReviewers: () =>
      [...former]
        .map(([id, { by, grants }]) => ({ id, name: known(id)?.name ?? null, by: [...by].sort(), grants }))
        .sort((a, b) => b.grants - a.grants || byText(a.id, b.id)),
  };
}
