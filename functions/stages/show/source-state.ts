import { dayMs, epochMs, isoInstant } from "../../basics/time.ts";
import { narrowedRange } from "../../drift/narrowed-range.ts";
import { recordedDecisions } from "../../ledger/decisions.ts";
import { loadSnapshot } from "../../ledger/grants.ts";
import { openLedger } from "../../ledger/ledger.ts";
import { type StoredMessage, storedMessages } from "../../ledger/messages.ts";
import { firstAskedAt, isBrakeLifted, newestPlan, policyOfPlan } from "../../ledger/plans.ts";
import { readOutcomes } from "../../ledger/receipts.ts";
import { stoppedAt } from "../../ledger/stop.ts";
import type { HoldBy, Plan, PlanItem } from "../../review/plan/plan.ts";
import { type Policy, windowEndOf } from "../../review/rules/policy.ts";
import type { AskedReviewer, HeldBack, NextBeginnings, SourceStanding } from "../../review/source-standing.ts";
import type { Stage } from "../../review/stage.ts";
import { askedReviewers } from "./asked-reviewers.ts";

// How one source stands, read from the store alone: for the operators' page of the desk and for `status`.

const afterEveryReview = "9999-12-31T235959Z";

const nothing = {
  population: null,
  failedChecks: [],
  reviewers: [],
  holds: [],
  badFiles: [],
  failedMessages: [],
  counts: { items: 0, removed: 0, refused: 0, held: 0, waiting: 0 },
};

/** How the stage's source stands. */
export async function sourceStanding(anyStage: Stage, next: NextBeginnings): Promise<SourceStanding> {
  const { store, sourceId, provider } = anyStage;
  const ledger = openLedger(store, sourceId);
  const [review, newestSweep, last, stopped, narrowed] = await Promise.all([
    ledger.newestReview(),
    ledger.newestReview("sweep"),
    ledger.evidenceBefore(afterEveryReview),
    stoppedAt(anyStage),
    narrowedRange({ store, sourceId }),
  ]);
  const lastSealed = last && {
    review: last.evidence.review,
    sealedAt: last.evidence.sealedAt,
    evidenceSha256: last.sha256,
  };
  const begins = firstOf(next);
  const standing =
    review === null
      ? { ...nothing, state: "none" as const, nextEvent: begins }
      : await reviewStanding({ ...anyStage, review }, { begins, stopped });
  const sweep = newestSweep === null ? null : await sweepStanding({ ...anyStage, review: newestSweep }, stopped);
  const due = { nextDue: next.review, nextSweep: next.sweep };
  return { source: sourceId, provider, review, stoppedAt: stopped, lastSealed, ...due, ...standing, sweep, narrowed };
}

/** What the schedule begins first: where both are due at once, the review. */
function firstOf({ review, sweep }: NextBeginnings): SourceStanding["nextEvent"] {
  if (sweep !== null && (review === null || epochMs(sweep) < epochMs(review))) return { event: "sweep", at: sweep };
  return review === null ? null : { event: "review", at: review };
}

type ReviewStanding = Pick<SourceStanding, keyof typeof nothing | "state" | "nextEvent">;

type Around = { begins: SourceStanding["nextEvent"]; stopped: string | null };

/** How one review, or sweep, stands. */
async function reviewStanding(stage: Stage, { begins, stopped }: Around): Promise<ReviewStanding> {
  const stored = await loadSnapshot(stage);
  if (!stored) return { ...nothing, state: "reading", nextEvent: null };
  const { population, checks, complete } = stored.snapshot;
  const failedChecks = checks.filter(({ passed }) => !passed).map(({ name, detail }) => ({ name, detail }));
  const read = { ...nothing, population, failedChecks };
  if (!complete) return { ...read, state: "incomplete", nextEvent: begins };
  const plan = await newestPlan(stage);
  if (!plan) return { ...read, state: "not-assessed", nextEvent: null };
  const isSealed = await openLedger(stage.store, stage.sourceId).isSealed(stage.review);
  const standing = await assessedStanding(stage, plan, { isSealed, stopped });
  return { ...read, ...standing, ...(isSealed ? { state: "sealed" as const, nextEvent: begins } : {}) };
}

/** How the newest sweep stands, and how long those whom it removed something from had kept it. */
async function sweepStanding(stage: Stage, stopped: string | null): Promise<SourceStanding["sweep"]> {
  const { state, population, counts, failedChecks } = await reviewStanding(stage, { begins: null, stopped });
  const outcomes = await readOutcomes(stage);
  const hours = [...outcomes.values()].flatMap(({ leaverHours }) => leaverHours ?? []);
  const longestHours = hours.length > 0 ? Math.max(...hours) : null;
  return { sweep: stage.review, state, population, counts, failedChecks, longestHours };
}

type Known = { isSealed: boolean; stopped: string | null };

/** The same of a review that was assessed. */
async function assessedStanding(stage: Stage, plan: Plan, { isSealed, stopped }: Known) {
  const [policy, outcomes, { badFiles }, askedAt, messages] = await Promise.all([
    policyOfPlan(stage, plan, "say how the review stands"),
    readOutcomes(stage),
    recordedDecisions(stage, plan),
    firstAskedAt(stage),
    storedMessages(stage),
  ]);
  const nowMs = stage.clock.now();
  const ended = [...outcomes.values()];
  const left = plan.items.filter(({ grantId, hold }) => hold === null && !outcomes.has(grantId));
  const isHeld =
    stage.mode === "enforce" &&
    plan.brake.tripped &&
    ended.length === 0 &&
    !(await isBrakeLifted(stage, { plan, policy }));
  const windowEndsAt = windowEndOf(policy, askedAt ?? plan.createdAt);
  const isDeciding = windowEndsAt !== null && epochMs(windowEndsAt) > nowMs;
  const notBefore = left.map((item) => item.notBefore).sort()[0] ?? null;
  const isNotice = notBefore !== null && epochMs(notBefore) > nowMs;
  const stops = isSealed ? [] : stopsOf(stage, { plan, left, isHeld, stopped });
  return {
    ...nextOf({ isHeld, isDeciding, isNotice, hasBegun: ended.length > 0, left: left.length, windowEndsAt, notBefore }),
    reviewers: await askedOf(stage, plan, messages),
    holds: isSealed ? [] : [...stops, ...holdsOf(plan, policy)],
    badFiles: badFiles.map(({ file, fault }) => ({ file, fault })),
    failedMessages: messages.filter(isFailed).map(failedMessage),
    counts: {
      items: plan.items.length,
      removed: ended.filter(({ outcome }) => outcome === "revoked").length,
      refused: ended.filter(({ outcome }) => ["refused", "failed", "unverified"].includes(outcome)).length,
      held: plan.items.filter(({ hold }) => hold !== null).length,
      waiting: isSealed ? 0 : left.length,
    },
  };
}

type Moment = {
  isHeld: boolean;
  isDeciding: boolean;
  isNotice: boolean;
  hasBegun: boolean;
  left: number;
  windowEndsAt: string | null;
  notBefore: string | null;
};

function nextOf(moment: Moment): Pick<SourceStanding, "state" | "nextEvent"> {
  const { isHeld, isDeciding, isNotice, hasBegun, left, windowEndsAt, notBefore } = moment;
  if (isHeld) return { state: "held", nextEvent: null };
  if (isDeciding) return { state: "deciding", nextEvent: { event: "window-ends", at: windowEndsAt } };
  if (isNotice) return { state: "waiting", nextEvent: { event: "notice-ends", at: notBefore } };
  if (left === 0) return { state: "waiting", nextEvent: { event: "seal", at: null } };
  return { state: hasBegun ? "removing" : "waiting", nextEvent: { event: "removal", at: null } };
}

type Stops = { plan: Plan; left: readonly PlanItem[]; isHeld: boolean; stopped: string | null };

/** What holds the whole plan back. */
function stopsOf({ mode, sourceId }: Stage, { plan, left, isHeld, stopped }: Stops): HeldBack[] {
  const grantIds = left.map(({ grantId }) => grantId);
  const all = { grants: grantIds.length, grantIds };
  return [
    ...(stopped === null
      ? []
      : [{ by: "stopped", ...all, lifts: [{ code: "resume", figures: { source: sourceId } }] }]),
    ...(isHeld ? [{ by: "brake", ...all, lifts: [{ code: "approve", figures: { planHash: plan.planHash } }] }] : []),
    ...(mode === "report" && left.length > 0
      ? [{ by: "report-mode", ...all, lifts: [{ code: "enforce", figures: {} }] }]
      : []),
  ] as HeldBack[];
}

/** What is held back by each guard, and what lifts it. */
function holdsOf(plan: Plan, policy: Policy): HeldBack[] {
  const held = plan.items.filter(({ hold }) => hold !== null);
  return [...Map.groupBy(held, ({ hold }) => hold!.by)].map(([by, items]) => ({
    by,
    grants: items.length,
    grantIds: items.map(({ grantId }) => grantId),
    lifts: uniqueLifts(items.map((item) => liftOf(by, item, { plan, policy }))),
  }));
}

type Lift = HeldBack["lifts"][number];

function liftOf(
  by: HoldBy,
  { roleId, holderId, hold }: PlanItem,
  { plan, policy }: { plan: Plan; policy: Policy },
): Lift {
  const figures = hold?.because?.figures ?? {};
  switch (by) {
    case "protected-role":
      return { code: "unprotect-role", figures: { role: roleId } };
    case "protected-holder":
      return { code: "unprotect-holder", figures: { holder: holderId } };
    case "canary":
      return { code: "remove-canary", figures: { holder: holderId, role: roleId } };
    case "last-holder":
      return { code: "appoint-holder", figures: { role: roleId } };
    // The share is the role's: whoever of it has to go, goes by hand, by name.
    case "role-share":
      return { code: "remove-by-hand", figures: { role: roleId, ...figures } };
    case "too-new": {
      const days = policy.guard.minGrantAgeDays - Number(figures.days ?? 0);
      return { code: "wait-until", figures: { until: isoInstant(epochMs(plan.createdAt) + days * dayMs) } };
    }
    case "unremovable":
      return { code: "remove-by-hand", figures: { role: roleId } };
    case "unrestorable":
      return { code: "allow-unrestorable", figures: {} };
    case "unknown":
      return { code: "read-holder", figures: { holder: holderId } };
    case "decision":
      return hold?.because?.code === "decisions-unread"
        ? { code: "mend-file", figures }
        : { code: "decide-anew", figures };
    default:
      return by satisfies never;
  }
}

function uniqueLifts(lifts: readonly Lift[]): Lift[] {
  return [...new Map(lifts.map((lift) => [JSON.stringify(lift), lift])).values()];
}

function isFailed({ outcome }: StoredMessage): boolean {
  return outcome !== null && outcome.outcome !== "sent";
}

function failedMessage({ intent: { key, occasion, to }, outcome }: StoredMessage) {
  return { key, occasion, to, outcome: outcome!.outcome, detail: outcome!.detail, at: outcome!.at };
}

/** Whom the review asks, and how much each has decided at the desk: those who have most left first. */
async function askedOf(stage: Stage, plan: Plan, messages: readonly StoredMessage[]): Promise<AskedReviewer[]> {
  const { loads } = await askedReviewers(stage, plan);
  const told = Map.groupBy(messages, ({ intent }) => intent.receiver ?? null);
  const lastTold = (id: string | null): string | null => {
    const instants = (id === null ? undefined : told.get(id))?.map(({ intent }) => intent.at);
    return instants?.sort().at(-1) ?? null;
  };
  return loads
    .filter(({ undecided, decided }) => undecided + decided > 0)
    .map(({ id, name, grants, undecided, decided }) => {
      return { id, name, grants, toDecide: undecided + decided, decided, told: lastTold(id) };
    });
}
