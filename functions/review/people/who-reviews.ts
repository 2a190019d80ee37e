import { byText } from "../../basics/sorted.ts";
import type { Receiver } from "./message.ts";
import type { PassedOver, ReviewerKind, ReviewerRules, Route } from "./routing.ts";

/** The share of a review that falls to one reviewer. `id` is null for the grants that nobody may review. */
export type ReviewerLoad = {
  id: string | null;
  name: string | null;
  email: string | null;
  /** How many grants the reviewer reviews. */
  grants: number;
  /** How many of the grants have a finding or are in the plan. */
  notable: number;
  /** How many of the grants a rule flags without a decision so far. */
  undecided: number;
};

/** A person who has left and would have reviewed `grants` grants. `by`: as which kinds of reviewer. */
export type FormerReviewer = { id: string; name: string | null; by: ReviewerKind[]; grants: number };

/** A department whose people hold grants, and that has no partner of its own. */
export type UncoveredDepartment = {
  id: string;
  name: string | null;
  holders: number;
  /** The nearest department above that has a partner; null if there is none; left out if the provider was not asked. */
  coveredBy?: { id: string; name: string | null } | null;
};

/** A partner who has left, and is still recorded for these departments. */
export type FormerPartner = { id: string; name: string | null; departments: { id: string; name: string | null }[] };

/** The gaps in the provider's records of partners. */
export type Coverage = { uncoveredDepartments: UncoveredDepartment[]; formerPartners: FormerPartner[] };

/**
 * `reviewers.json`: the reviewers of an assessment at the instant `asOf`, and the rules that chose them. Reviewers with
 * the most undecided grants come first. `coverage` is null if the order asks for no business partners.
 */
export type WhoReviews = {
  formatVersion: 1;
  asOf: string;
  rules: ReviewerRules;
  reviewers: ReviewerLoad[];
  formerReviewers: FormerReviewer[];
  coverage: Coverage | null;
};

/** The facts of one grant that the tally needs. */
export type RoutedGrant = { route: Route; isNotable: boolean; isUndecided: boolean };

type Known = (id: string) => { name: string | null; email: string | null } | undefined;

/** Counts a stream of grants by reviewer. Memory grows with reviewers, not with grants. */
export type ReviewerTally = {
  add(grant: RoutedGrant): void;
  reviewers(): ReviewerLoad[];
  formerReviewers(): FormerReviewer[];
};

/** An empty tally. `known` gives the name and e-mail of a person. */
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

/** A reviewer's share of a review as it is now. `undecided`: without what was decided at the desk since, which is `decided`. */
export type AskedLoad = ReviewerLoad & { decided: number };

/** Grants that one act at the desk handed on, and that are with this reviewer now. `key`: 16 hex digits of the act. */
export type ReceivedGrants = { key: string; reviewer: string; grants: number; at: string };

/** What somebody submitted at the desk. `key`: 16 hex digits of the request; `email`: the reviewer's, where it is known. */
export type Receipt = {
  key: string;
  number: string;
  reviewer: Receiver;
  decidedAt: string;
  counts: { keep: number; revoke: number; reassign: number };
};

/** The manager of reviewers who have not decided on everything. */
export type SilentTeam = { manager: Receiver; reviewers: AskedLoad[] };

/**
 * A grant that is asked about, or was handed on. `before`: its reviewer as the assessment counted; `handOn`: what brought it to
 * its reviewer. `standing`: null where nobody is asked about the grant.
 */
export type RoutedNow = {
  before: string | null;
  reviewer: string | null;
  handOn: { key: string; at: string } | null;
  isNotable: boolean;
  standing: "decided" | "undecided" | null;
};

/** The loads of an assessment as they are now: what was handed on counts with whoever has it, and what is decided is not asked for. */
export function movedLoads(
  loads: readonly ReviewerLoad[],
  routed: readonly RoutedNow[],
  known: Known,
): { loads: AskedLoad[]; received: ReceivedGrants[] } {
  const byId = new Map(loads.map((load) => [load.id, { ...load, undecided: 0, decided: 0 }]));
  const received = new Map<string, ReceivedGrants>();
  const loadOf = (id: string | null): AskedLoad => {
    const { name = null, email = null } = (id === null ? undefined : known(id)) ?? {};
    const load = byId.get(id) ?? { id, name, email, grants: 0, notable: 0, undecided: 0, decided: 0 };
    byId.set(id, load);
    return load;
  };
  const move = (id: string | null, by: 1 | -1, isNotable: boolean): void => {
    const load = loadOf(id);
    load.grants += by;
    if (isNotable) load.notable += by;
  };
  for (const { before, reviewer, handOn, isNotable, standing } of routed) {
    if (before !== reviewer) {
      move(before, -1, isNotable);
      move(reviewer, 1, isNotable);
    }
    if (standing !== null) loadOf(reviewer)[standing] += 1;
    if (handOn === null || reviewer === null) continue;
    const one = received.get(`${handOn.key} ${reviewer}`) ?? { ...handOn, reviewer, grants: 0 };
    received.set(`${handOn.key} ${reviewer}`, { ...one, grants: one.grants + 1 });
  }
  const sorted = [...byId.values()].sort(
    (a, b) => b.undecided - a.undecided || b.grants - a.grants || byText(a.id ?? "", b.id ?? ""),
  );
  return { loads: sorted, received: [...received.values()] };
}
