import { clocksDifferMs, dateAt, dayMs, endOfDay, epochMs } from "../../basics/time.ts";
import type { Grant } from "../grants/grant.ts";
import { isGivenAnew, scopesGrew, seenHash } from "../grants/grant-comparison.ts";
import { createRouter, handOnsByGrant, type Responsible, type ReviewerRules, type Router } from "../people/routing.ts";
import { type DecisionFault, decisionFaults } from "./decision-faults.ts";
import { type DecisionFacts, noDecision } from "./facts.ts";
import type { Finding } from "./finding.ts";
import type { DecisionsOf } from "./policy.ts";
import { isOwnGrant, isSamePerson, type NamedPerson } from "./reviewer-cell.ts";

/**
 * A reviewer's keep or revoke of one grant, as the snapshot of `review` showed the grant. `until` and `decidedAt` are
 * UTC instants.
 */
export type Decision = {
  review: string;
  grantId: string;
  decision: "keep" | "revoke";
  /** The last moment of a keep; a revoke may have none. */
  until: string | null;
  reviewer: string;
  reason: string;
  decidedAt: string;
  /** By which sign-in the desk proved who decided; null: whose name stands there is claimed. */
  provenBy: ProvenBy | null;
  /** The hash of the grant as the desk showed it; left out of what came in a file. */
  seen?: string;
};

/**
 * Who signed in to decide, as the desk proved: `subject` is the person's id at the provider (Feishu: `union_id` under `tenant`;
 * OIDC: `sub`), `session` a hash of the session, never its cookie.
 */
export type ProvenBy = {
  provider: string;
  subject: string;
  tenant: string | null;
  signedInAt: string;
  session: string;
};

/** What a decision is checked against. `now` and `takenAt` are ISO 8601. */
export type DecisionCheck = {
  /** The grant as the decision's review showed it; null if there is no such review, or it shows none. */
  grant: Grant | null;
  /** When that review's snapshot was taken; null where there is no such review. */
  takenAt: string | null;
  /** Whom the reviewer's cell names, as far as it is known. */
  reviewer: KnownReviewer;
  /** Who is asked to decide; null where nobody is: whoever decides counts. */
  who: WhoDecides | null;
  now: string;
  maxKeepDays: number;
  timezone: string;
};

/** Whom a reviewer's cell names. `isKnown`: the snapshot, or the book of those responsible, has somebody of that id or e-mail. */
export type KnownReviewer = NamedPerson & { isKnown: boolean };

/** Who decides on the grants of a review, where the configuration asks for somebody. */
export type WhoDecides = {
  counts: DecisionsOf;
  /**
   * Whether the routing names the reviewer for a grant at an instant, after what was handed on by then, or names somebody for
   * whom the reviewer decides.
   */
  isRouted(reviewer: NamedPerson, grant: Grant, asOf: string): boolean;
};

/** Who decides by these rules, as the book of those responsible has people, and by what was submitted at the desk, oldest first. */
export function whoDecides(
  rules: ReviewerRules,
  responsible: Responsible,
  {
    counts,
    timezone,
    submitted,
  }: { counts: DecisionsOf; timezone: string; submitted: Parameters<typeof handOnsByGrant>[0] },
): WhoDecides {
  const handOns = handOnsByGrant(submitted);
  let last = { asOf: "", route: null as Router | null };
  return {
    counts,
    isRouted(reviewer, grant, asOf) {
      if (last.asOf !== asOf) last = { asOf, route: createRouter(rules, responsible, { asOf, timezone }) };
      const { reviewer: named, delegateOf } = last.route!(grant, handOns.get(grant.id));
      const people = [named, delegateOf].filter((id) => id !== null);
      return people.some((id) => isSamePerson(reviewer, { id, email: responsible.peopleById.get(id)?.email ?? null }));
    },
  };
}

/** What is said of who decided beside a decision that counts: only a name claims it, nobody has that name, or the routing names another. */
export type DecidedAs = "claimed" | "unknown reviewer" | "decided-by-another";

/** Why a decision does not count, null where it counts; and what is said of who decided. */
export type DecisionJudgement = { fault: DecisionFault | null; decidedAs: DecidedAs[] };

/** Judges a decision: whether it can stand, and whether it counts who made it. */
export function judgeDecision(decision: Decision, check: DecisionCheck): DecisionJudgement {
  const decidedAs: DecidedAs[] = decision.provenBy ? [] : ["claimed"];
  const fault = faultOfDecision(decision, check);
  if (fault || !check.grant) return { fault, decidedAs };
  const { who, reviewer } = check;
  const isKnown = decision.provenBy !== null || reviewer.isKnown;
  if (!isKnown && who) return { fault: decisionFaults.unknownReviewer, decidedAs };
  if (!isKnown) decidedAs.push("unknown reviewer");
  if (who && !who.isRouted(reviewer, check.grant, decision.decidedAt)) {
    if (who.counts !== "any") return { fault: decisionFaults.notTheReviewer, decidedAs };
    decidedAs.push("decided-by-another");
  }
  const isUnproven = who?.counts === "signed-in" && decision.provenBy === null;
  return { fault: isUnproven ? decisionFaults.notSignedIn : null, decidedAs };
}

function faultOfDecision(decision: Decision, check: DecisionCheck): DecisionFault | null {
  const { grant, takenAt, timezone, reviewer } = check;
  if (!grant || grant.id !== decision.grantId) return decisionFaults.noGrant;
  if (decision.seen !== undefined && decision.seen !== seenHash(grant)) return decisionFaults.shownOtherwise;
  if (isOwnGrant(grant.holder, reviewer)) return decisionFaults.ownGrant;
  const decidedAtMs = epochMs(decision.decidedAt);
  if (decidedAtMs > epochMs(check.now)) return decisionFaults.inFuture;
  if (takenAt !== null && decidedAtMs < epochMs(takenAt) - clocksDifferMs) return decisionFaults.beforeSnapshot;
  if (decision.until === null) return null;
  const untilAtMs = epochMs(decision.until);
  if (untilAtMs < decidedAtMs) return decisionFaults.untilBefore;
  const { maxKeepDays } = check;
  // The furthest day ends no earlier than so many days of 24 h: only beyond it has the calendar to be asked.
  const mayBeTooFar = decision.decision === "keep" && untilAtMs > decidedAtMs + maxKeepDays * dayMs;
  const isTooFar = mayBeTooFar && untilAtMs > endOfDay(longestKeepDay(decidedAtMs, maxKeepDays, timezone), timezone);
  return isTooFar ? decisionFaults.tooLong(check.maxKeepDays) : null;
}

/** The last calendar date, `YYYY-MM-DD`, until which a keep may be good that is decided at `decidedAtMs` (epoch milliseconds). */
export function longestKeepDay(decidedAtMs: number, maxKeepDays: number, timezone: string): string {
  return dateAt(decidedAtMs + maxKeepDays * dayMs, timezone);
}

/** The newest decision on each grant. Of two decisions at one instant, the later in order counts. */
export function newestByGrant(decisions: Iterable<Decision>): Map<string, Decision> {
  const newest = new Map<string, Decision>();
  for (const decision of decisions) {
    const held = newest.get(decision.grantId);
    if (!held || epochMs(decision.decidedAt) >= epochMs(held.decidedAt)) newest.set(decision.grantId, decision);
  }
  return newest;
}

/** The places in a file of the decisions that contradict an earlier one: a keep and a revoke of one grant as one review showed it. */
export function contradictions(ofFile: readonly Decision[]): number[] {
  const firstByGrant = new Map<string, Decision["decision"]>();
  return ofFile.flatMap(({ review, grantId, decision }, at) => {
    const key = `${review} ${grantId}`;
    const first = firstByGrant.get(key) ?? decision;
    firstByGrant.set(key, first);
    return first === decision ? [] : [at];
  });
}

/** Whether a decision no longer applies to a grant: a different id, or the grant was given anew, or its scopes grew. */
export function lapses(decision: Decision, grantThen: Grant, grantNow: Grant): boolean {
  if (decision.grantId !== grantThen.id || decision.grantId !== grantNow.id) return true;
  return isGivenAnew(grantThen, grantNow) || scopesGrew(grantThen.scopes, grantNow.scopes);
}

const revokeIsGoodForDays = 90;

/**
 * The decision that rules see on a grant: none if the decision lapsed, or is a revoke older than 90 days. An ended keep
 * is still seen.
 */
export function decisionFacts(
  decision: Decision | undefined,
  context: { grantThen: Grant | null; grantNow: Grant; now: string },
): DecisionFacts {
  const { grantThen, grantNow, now } = context;
  if (!decision || !grantThen || lapses(decision, grantThen, grantNow)) return noDecision;
  const ageMs = epochMs(now) - epochMs(decision.decidedAt);
  if (decision.decision === "revoke" && ageMs > revokeIsGoodForDays * dayMs) return noDecision;
  return {
    made: true,
    keep: decision.decision === "keep",
    revoke: decision.decision === "revoke",
    reviewer: decision.reviewer,
    until: decision.until,
    decidedAt: decision.decidedAt,
  };
}

/** Whether a decision is a keep that has not ended at `now` (ISO 8601). */
export function isKeepInForce(decision: Pick<Decision, "decision" | "until">, now: string): boolean {
  return decision.decision === "keep" && decision.until !== null && epochMs(now) <= epochMs(decision.until);
}

/**
 * What a decision on a finding speaks of: the rule, and of a conflict each grant that was named too, as an exception for two
 * roles is none for a third.
 */
export function spokenOf({ rule, conflict }: Pick<Finding, "rule" | "conflict">): string[] {
  return [rule, ...(conflict?.with ?? []).map(({ source, grantId }) => `${rule} ${source}/${grantId}`)];
}
