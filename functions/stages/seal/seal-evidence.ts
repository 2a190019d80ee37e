import { sha256 } from "../../basics/hash.ts";
import { epochMs, isoInstant, parseInstant } from "../../basics/time.ts";
import { leaversSealed } from "../../facts/leaver-past.ts";
import { snapshotInOrder } from "../../ledger/clock-order.ts";
import { decisionFiles } from "../../ledger/decisions.ts";
import { atProvider, type Lease, underSourceLease } from "../../ledger/lease.ts";
import { type AtWork, openLedger, withLedger } from "../../ledger/ledger.ts";
import { endMessagesOf } from "../../ledger/messages.ts";
import { newestPlan, plansOf, policyOfPlan } from "../../ledger/plans.ts";
import { readReceipts } from "../../ledger/receipts.ts";
import { finalReport } from "../../ledger/reports.ts";
import { recordsBeside } from "../../ledger/review-order.ts";
import {
  type FrozenSealing,
  hashObjects,
  readEvidenceBody,
  type Sealing,
  sealOrLeave,
  signEvidence,
  signerOf,
  underSealing,
  writeEvidence,
} from "../../ledger/sealing.ts";
import { isSameOrigin, type Snapshot } from "../../review/grants/snapshot.ts";
import { isSweep, kindOfReview, reviewKeys } from "../../review/keys.ts";
import { countSkipped, type Plan } from "../../review/plan/plan.ts";
import { type Balance, type Evidence, revocationsAfter } from "../../review/proof/evidence.ts";
import { unresolvedSince } from "../../review/proof/receipt.ts";
import { answer, type SealAnswer, type SealEarlierAnswer, type Stage, unlessCutShort } from "../../review/stage.ts";
import { balanceReview } from "./balance-review.ts";
import { hasOpenRetirements, openSweptItems, settleIntents, settleRetirements, settleSwept } from "./settle-open.ts";
import { addToTables } from "./tables.ts";

/**
 * Seals the source's open reviews of this kind with a smaller review id, oldest first. A source has one of each kind at most.
 * One that nothing can seal is named, and left.
 */
export async function sealEarlier(stage: Stage): Promise<SealEarlierAnswer> {
  const { openReviews } = openLedger(stage.store, stage.sourceId);
  const open = (await openReviews(kindOfReview(stage.review))).filter((review) => review < stage.review);
  const { isThrough, sealed, leftOpen } = await sealOrLeave(stage, open, sealEvidence);
  return answer(stage, isThrough ? "done" : "continue", {
    sealedEarlier: sealed,
    ...(leftOpen.length > 0 ? { leftOpen } : {}),
  });
}

/** Closes a review: settles its open intents, balances every grant's fate, and lists every object with its hash. */
export async function sealEvidence(stage: Stage): Promise<SealAnswer> {
  const { sourceId, review } = stage;
  const standing = await readEvidenceBody(stage);
  if (standing) return await signedAnswer(stage, standing);
  const stored = await snapshotInOrder(stage);
  if (!stored)
    throw new Error(`Cannot seal ${sourceId} ${review} as it has no snapshot.json: finish its snapshot first`);
  return await underSourceLease(stage, async (lease) => {
    const sealedMeanwhile = await readEvidenceBody(stage);
    if (sealedMeanwhile) return await signedAnswer(stage, sealedMeanwhile);
    const sinceMs = stage.clock.now();
    stage.progress({ stage: "seal", counts: {} });
    const atWork = withLedger(stage);
    const settle = (): Promise<boolean> => settleOpenIntents(atWork, stored.snapshot, lease).then(() => true);
    if (!(await unlessCutShort(settle, () => false))) return answer(stage, "continue", {});
    return await closeReview(atWork, stored.snapshot, { lease, sinceMs });
  });
}

/** Settles the intents without an outcome. No removal is under way, as it would hold the source's lease. */
async function settleOpenIntents(stage: AtWork, snapshot: Snapshot, sourceLease: Lease): Promise<void> {
  const { origin } = snapshot;
  const receipts = await readReceipts(stage);
  const unsettled = [...receipts.intents.values()].filter(({ grantId }) => !receipts.outcomes.has(grantId));
  const plan = stage.mode === "report" ? null : await newestPlan(stage);
  const swept = plan ? await openSweptItems(stage, { plan, receipts, takenAt: snapshot.takenAt }) : [];
  if (unsettled.length === 0 && swept.length === 0 && !(await hasOpenRetirements(stage))) return;
  await atProvider({ stage, open: stage.openReader, sourceLease }, async (at) => {
    const isSame = isSameOrigin(at.source.origin, origin);
    await settleIntents(stage, isSame ? at : null, unsettled);
    if (isSame && plan) await settleSwept(stage, at.source, { plan, swept });
    await settleRetirements(stage, isSame ? at.source : null);
  });
}

/** The lease that a review is sealed under, and since when (epoch milliseconds). */
type Closing = { lease: Lease; sinceMs: number };

async function closeReview(today: AtWork, snapshot: Snapshot, { lease, sinceMs }: Closing): Promise<SealAnswer> {
  const { sourceId, review, ledger } = today;
  const plans = await plansOf(today);
  const { balance, faults, outcomes, mode } = await balanceReview(today, {
    snapshot,
    plans,
    // A configuration that was tightened since changes nothing of what the review did.
    modeOf: (hasActed) => (hasActed ? "enforce" : today.mode),
  });
  const signedBy = await signerOf(today);
  // From here on only the store can fail.
  const { clock, language, reviewers = null } = today;
  const writtenMs = newestOf([snapshot.takenAt, ...plans.map(({ createdAt }) => createdAt), ...ats(outcomes)]);
  const fresh = { sealedAt: isoInstant(clock.now()), language, reviewers };
  const span = { fromMs: writtenMs, untilMs: clock.now() };
  const plan = plans.at(-1);
  const isReported = plan && (await hasReport(today, plan));
  const report = async ({ isStanding, sealedAt: at, ...frozen }: FrozenSealing): Promise<void> => {
    if (isReported) await writeFinalReports({ ...today, ...frozen, mode }, plan, { balance, sealedAt: at, isStanding });
  };
  const { sealedAt } = await underSealing(today, { fresh, fits: (begun) => isSealing(begun, span), report });
  const stage: AtWork = { ...today, mode };
  const previous = await ledger.evidenceBefore(review);
  const records = await recordsBeside(today.store, sourceId);
  const restored = await ledger.putBacksAfter(previous?.evidence.sealedAt ?? null);
  const evidence: Evidence = {
    formatVersion: 1,
    source: sourceId,
    review,
    sealedAt,
    mode: stage.mode,
    balance,
    ...(faults.length > 0 ? { faults } : {}),
    objects: await hashObjects(stage),
    restored: restored.map(({ review: from, grantId, at }) => ({ review: from, grantId, at })),
    revocations: revocationsAfter(isSweep(review) ? [] : await ledger.revocationsBefore(review), {
      review,
      outcomes: outcomes.values(),
      restored,
    }),
    previous: previous && { review: previous.evidence.review, sha256: previous.sha256 },
    endMessages: previous ? await endMessagesOf({ ...stage, review: previous.evidence.review }) : [],
    ...records,
    // Nobody decides on what a sweep found.
    decisionFiles: isSweep(review) ? [] : await decisionFiles(stage),
    ...(plan ? await leaversSealed(today, { snapshot, plan, outcomes }) : {}),
    ...(today.deleteAfterDays ? { deleteAfterDays: today.deleteAfterDays } : {}),
    signedBy,
  };
  await lease.check();
  const answered = await signedAnswer(stage, await writeEvidence(stage, evidence));
  // What an earlier review tried in vain is told once, when this one is sealed.
  const newlyUnresolved = unresolvedSince(outcomes.values(), sinceMs) + (answered.skipped ?? 0);
  return { ...answered, newlyUnresolved };
}

async function signedAnswer(stage: Stage, body: Uint8Array): Promise<SealAnswer> {
  await signEvidence(stage, body);
  await addToTables(stage, JSON.parse(new TextDecoder().decode(body)) as Evidence);
  return await sealAnswer(stage, body);
}

async function sealAnswer(stage: Stage, body: Uint8Array): Promise<SealAnswer> {
  const { balance, faults, mode, leavers } = JSON.parse(new TextDecoder().decode(body)) as Evidence;
  const plan = mode === "enforce" ? await newestPlan(stage) : null;
  const skipped = plan ? countSkipped(plan) : 0;
  return answer(stage, "done", {
    ...balance,
    ...(faults ? { faults } : {}),
    ...(skipped > 0 ? { skipped } : {}),
    ...(leavers ? { leaverHours: leavers.hours, leaversLate: leavers.late } : {}),
    newlyUnresolved: 0,
    evidenceSha256: sha256(body),
  });
}

/** Whether a checkpoint, which may say anything, says what a sealing of this review can have written. */
function isSealing({ sealedAt, language }: Partial<Sealing>, { fromMs, untilMs }: { fromMs: number; untilMs: number }) {
  const atMs = parseInstant(String(sealedAt));
  return atMs !== null && fromMs <= atMs && atMs <= untilMs && (language === "zh" || language === "en");
}

function ats(outcomes: ReadonlyMap<string, { at: string }>): string[] {
  return [...outcomes.values()].map(({ at }) => at);
}

function newestOf(instants: string[]): number {
  return instants.reduce((newest, at) => Math.max(newest, epochMs(at)), 0);
}

/** A sweep that found nothing has no report. */
async function hasReport({ store, sourceId, review }: Stage, { assessment }: Plan): Promise<boolean> {
  return !isSweep(review) || (await store.get(reviewKeys(sourceId, review).assessment(assessment).html, 1)) !== null;
}

type FinalReport = { balance: Balance; sealedAt: string; isStanding: boolean };

async function writeFinalReports(stage: AtWork, plan: Plan, { isStanding, ...sealed }: FinalReport): Promise<void> {
  const policy = await policyOfPlan(stage, plan, "seal");
  const { writeReports } = await import("../show/review-report.ts"); // only a review with a plan needs it
  await writeReports(stage, finalReport(stage, { isStanding }), { plan, policy, mode: stage.mode, sealed });
}
