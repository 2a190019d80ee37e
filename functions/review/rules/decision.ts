import { dateAt, dayMs, endOfDay, epochMs } from "../../basics/time.ts";
import type { Grant } from "../grants/grant.ts";
import { isGivenAnew, scopesGrew, seenHash } from "../grants/grant-comparison.ts";
import { decisionFaults, type Fault } from "./decision-faults.ts";
import { type DecisionFacts, noDecision } from "./facts.ts";
import { isOwnGrant } from "./own-grant.ts";

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

/**
 * What a decision is checked against. `grant`: the grant in the decision's review, null if there is no such review or
 * no such grant. `now` is ISO 8601.
 */
export type DecisionCheck = {
  grant: Grant | null;
  now: string;
  maxKeepDays: number;
  timezone: string;
};

/** Why a decision is invalid, in English and without personal data; null if the decision is valid. */
export function checkDecision(decision: Decision, check: DecisionCheck): string | null {
  return faultOfDecision(decision, check)?.en ?? null;
}

/** Why a decision is invalid, in both languages and without personal data; null if the decision is valid. */
export function faultOfDecision(decision: Decision, check: DecisionCheck): Fault | null {
  const { grant, timezone } = check;
  if (!grant || grant.id !== decision.grantId) return decisionFaults.noGrant;
  if (decision.seen !== undefined && decision.seen !== seenHash(grant)) return decisionFaults.shownOtherwise;
  if (isOwnGrant(grant.holder, decision.reviewer)) return decisionFaults.ownGrant;
  const decidedAtMs = epochMs(decision.decidedAt);
  if (decidedAtMs > epochMs(check.now)) return decisionFaults.inFuture;
  if (decision.until === null) return null;
  const untilAtMs = epochMs(decision.until);
  if (untilAtMs < decidedAtMs) return decisionFaults.untilBefore;
  const furthestAtMs = endOfDay(longestKeepDay(decidedAtMs, check.maxKeepDays, timezone), timezone);
  const isTooFar = decision.decision === "keep" && untilAtMs > furthestAtMs;
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
