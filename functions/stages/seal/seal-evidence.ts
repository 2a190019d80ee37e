import { sha256, sha256Of } from "../../basics/hash.ts";
import { epochMs, isoInstant } from "../../basics/time.ts";
import { loadSnapshot } from "../../ledger/grants.ts";
import { atProvider, type Lease, underSourceLease } from "../../ledger/lease.ts";
import { previousEvidence, reviewsOf } from "../../ledger/ledger.ts";
import { endMessagesOf } from "../../ledger/messages.ts";
import { assessmentsOf, loadApproval } from "../../ledger/plans.ts";
import { type Receipts, readOutcomes, readReceipts, readRetirements, restoredReceipts } from "../../ledger/receipts.ts";
import { retiredRecords } from "../../ledger/review-order.ts";
import { balanceGrants, openSealing, type Sealing, signEvidence, signerOf } from "../../ledger/sealing.ts";
import { createJsonOnce } from "../../ledger/write-once.ts";
import { isSameOrigin, type Snapshot } from "../../review/grants/snapshot.ts";
import { reviewKeys, type TableName, tableKey } from "../../review/keys.ts";
import type { Plan } from "../../review/plan/plan.ts";
import { retirementFaults } from "../../review/plan/retirement.ts";
import type { Store } from "../../review/ports.ts";
import type { Balance, Evidence } from "../../review/proof/evidence.ts";
import type { Policy } from "../../review/rules/policy.ts";
import { answer, type SealAnswer, type SealEarlierAnswer, type Stage } from "../../review/stage.ts";
import { hasOpenRetirements, settleIntents, settleRetirements } from "./settle-open.ts";

/** Closes a review: settles what is open, balances every grant's fate, and lists every object with its hash. */
export const sealEvidence = async (stage: Stage): Promise<SealAnswer> => {
  const { store, sourceId, review } = stage;
  const keys = reviewKeys(sourceId, review);
  const standing = await store.get(keys.evidence);
  if (standing) return await signedAnswer(stage, standing.body);
  const stored = await loadSnapshot(store, sourceId, review);
  if (!stored)
    throw new Error(`Cannot seal ${sourceId} ${review} as it has no snapshot.json: finish its snapshot first`);
  return await underSourceLease(stage, async (lease) => {
    const sealedMeanwhile = await store.get(keys.evidence);
    if (sealedMeanwhile) return await signedAnswer(stage, sealedMeanwhile.body);
    stage.progress({ stage: "seal", counts: {} });
    await settleOpenIntents(stage, stored.snapshot, lease);
    return await writeEvidence(stage, stored.snapshot, lease);
  });
};

/** Settles what has an intent and no outcome: whoever removes holds the source's lease, so nobody is about to. */
const settleOpenIntents = async (stage: Stage, { origin }: Snapshot, sourceLease: Lease): Promise<void> => {
  const { intents, outcomes } = await readReceipts(stage.store, stage.sourceId, stage.review);
  const unsettled = [...intents.values()].filter(({ grantId }) => !outcomes.has(grantId));
  if (unsettled.length === 0 && !(await hasOpenRetirements(stage))) return;
  await atProvider({ stage, open: stage.openReader, sourceLease }, async (at) => {
    const isSame = isSameOrigin(at.source.origin, origin);
    await settleIntents(stage, isSame ? at : null, unsettled);
    await settleRetirements(stage, isSame ? at.source : null);
  });
};

const writeEvidence = async (today: Stage, snapshot: Snapshot, lease: Lease): Promise<SealAnswer> => {
  const { store, sourceId, review } = today;
  const keys = reviewKeys(sourceId, review);
  const plans = await plansOf(today);
  const begun = (await openSealing(today)).value;
  const asBegun: Stage = { ...today, mode: begun?.mode ?? today.mode, language: begun?.language ?? today.language };
  const { balance, outcomes } = await balanceReview(asBegun, snapshot, plans);
  const signedBy = await signerOf(asBegun);
  const { sealedAt, ...frozen } = await freezeSealing(asBegun);
  const stage: Stage = { ...asBegun, ...frozen };
  const plan = plans.at(-1);
  if (plan) await writeFinalReports(stage, plan, { balance, sealedAt });
  const previous = await previousEvidence(store, sourceId, review);
  const retiredReviews = await retiredRecords(store, sourceId);
  const restored = await restoredReceipts(stage, previous?.evidence.sealedAt ?? null);
  const evidence: Evidence = {
    formatVersion: 1,
    source: sourceId,
    review,
    sealedAt,
    mode: stage.mode,
    balance,
    objects: await hashObjects(stage),
    restored: restored.map(({ review: from, grantId, at }) => ({ review: from, grantId, at })),
    revocations: revocationsAfter(previous?.evidence ?? null, { review, outcomes, restored }),
    previous: previous && { review: previous.evidence.review, sha256: sha256(previous.body) },
    endMessages: previous ? await endMessagesOf(store, sourceId, previous.evidence.review) : [],
    ...(retiredReviews.length > 0 ? { retiredReviews } : {}),
    signedBy,
  };
  await lease.check();
  await createJsonOnce(store, keys.evidence, evidence);
  return await signedAnswer(stage, (await store.get(keys.evidence))!.body);
};

const signedAnswer = async (stage: Stage, body: Uint8Array): Promise<SealAnswer> => {
  await signEvidence(stage, body);
  await addToTables(stage);
  return answerOf(stage, body);
};

const answerOf = (stage: Stage, body: Uint8Array): SealAnswer => {
  const { balance } = JSON.parse(new TextDecoder().decode(body)) as Evidence;
  return answer(stage, "done", { ...balance, evidenceSha256: sha256(body) });
};

/** Nothing but the store can fail from here on, so that what is frozen is also sealed. */
const freezeSealing = async (stage: Stage): Promise<Sealing> => {
  const { clock, mode, language, reviewers = null } = stage;
  const checkpoint = await openSealing(stage);
  if (!checkpoint.value) await checkpoint.save({ sealedAt: isoInstant(clock.now()), mode, language, reviewers });
  return checkpoint.value!;
};

const plansOf = async ({ store, sourceId, review }: Stage): Promise<Plan[]> => {
  const names = await assessmentsOf(store, sourceId, review);
  return await Promise.all(
    names.map(async (name) => (await store.getJson<Plan>(reviewKeys(sourceId, review).assessment(name).plan))!),
  );
};

type Balanced = { balance: Balance; outcomes: Receipts["outcomes"] };

/** Throws, naming every fault, where the fates of the grants do not add up. Intents, with a grant each, are let go of again. */
const balanceReview = async (stage: Stage, snapshot: Snapshot, plans: Plan[]): Promise<Balanced> => {
  const receipts = await readReceipts(stage.store, stage.sourceId, stage.review);
  const approvals = await Promise.all(plans.map(({ planHash }) => loadApproval(stage, planHash)));
  const approvedPlans = new Set(approvals.flatMap((approval) => (approval ? [approval.planHash] : [])));
  const { mode, store } = stage;
  const { balance, faults } = await balanceGrants(store, { snapshot, plans, approvedPlans, receipts, mode });
  const { intents: begun, outcomes: ended } = await readRetirements(stage);
  const retirements = { intents: [...begun.values()], outcomes: [...ended.values()] };
  faults.push(...retirementFaults(retirements, { plans, grantOutcomes: receipts.outcomes }));
  if (faults.length > 0) {
    throw new Error(`Cannot seal ${stage.sourceId} ${stage.review} as it does not balance:\n${faults.join("\n")}`);
  }
  return { balance, outcomes: receipts.outcomes };
};

const writeFinalReports = async (
  stage: Stage,
  plan: Plan,
  sealed: { balance: Balance; sealedAt: string },
): Promise<void> => {
  const keys = reviewKeys(stage.sourceId, stage.review);
  const { findings, policy: policyKey } = keys.assessment(plan.assessment);
  const policy = await stage.store.getJson<Policy>(policyKey);
  if (!policy) throw new Error(`Cannot seal as ${stage.store.locate(policyKey)} is gone`);
  const { mode } = stage;
  const { writeReports } = await import("../show/review-report.ts"); // which nothing else that seal is invoked for needs
  await writeReports(stage, { plan, policy, mode, findings, html: keys.html, csv: keys.csv, sealed });
};

const READS_AT_ONCE = 8;
const READ_BYTES = 256 * 1024;

const hashObjects = async ({ store, sourceId, review }: Stage): Promise<Evidence["objects"]> => {
  const keys = reviewKeys(sourceId, review);
  const objects: Evidence["objects"] = [];
  const listed: string[] = [];
  const unlisted: string[] = [keys.evidence, keys.signature, keys.publicKey];
  for await (const key of store.list(keys.root)) if (!unlisted.includes(key)) listed.push(key);
  for (let from = 0; from < listed.length; from += READS_AT_ONCE) {
    const batch = listed.slice(from, from + READS_AT_ONCE);
    objects.push(...(await Promise.all(batch.map((key) => hashObject(store, key)))));
  }
  return objects;
};

const hashObject = async (store: Store, key: string): Promise<Evidence["objects"][number]> => {
  const chunks = await store.stream(key, READ_BYTES);
  if (!chunks) throw new Error(`Cannot seal as ${store.locate(key)} vanished while it was being hashed`);
  return { key, sha256: await sha256Of(chunks) };
};

type Since = { review: string; outcomes: Receipts["outcomes"]; restored: { grantId: string; at: string }[] };

/** The newest revocation of every grant, less what was put back after it. */
const revocationsAfter = (
  previous: Evidence | null,
  { review, outcomes, restored }: Since,
): Evidence["revocations"] => {
  const byGrant = new Map(previous?.revocations.map((revocation) => [revocation.grantId, revocation]));
  for (const { grantId, outcome, at } of outcomes.values()) {
    if (outcome === "revoked") byGrant.set(grantId, { grantId, review, at });
  }
  for (const { grantId, at } of restored) {
    const revokedAt = byGrant.get(grantId)?.at;
    if (revokedAt && epochMs(revokedAt) < epochMs(at)) byGrant.delete(grantId);
  }
  return [...byGrant.values()].sort((a, b) => (a.grantId < b.grantId ? -1 : 1));
};

/**
 * Adds a sealed review to what is asked over years of them; one whose snapshot is not whole has nothing to add. The tables
 * hold addresses of the evidence, no second copy of anybody's grants. What stands there already stays, so that sealing
 * again makes up for what was cut off, and for reviews sealed before there were tables.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-athena-query.html (SymlinkTextInputFormat)
 */
export const addToTables = async (stage: Stage): Promise<void> => {
  const { store, sourceId, review, hasTables } = stage;
  if (!hasTables) return;
  const stored = await loadSnapshot(store, sourceId, review);
  if (!stored?.snapshot.complete) return;
  const add = async (table: TableName, lines: string[]): Promise<void> => {
    const text = lines.map((line) => `${line}\n`).join("");
    await store.create(tableKey(table, sourceId, review), new TextEncoder().encode(text));
  };
  const located = (keys: string[]): string[] => keys.map((key) => store.locate(key));
  const { findings, decisions } = await lastAssessment(stage);
  await add("grants", located(stored.snapshot.parts.map(({ key }) => key)));
  await add("findings", located(findings));
  await add("decisions", located(decisions));
  await add("outcomes", await outcomeLines(stage));
};

const lastAssessment = async ({
  store,
  sourceId,
  review,
}: Stage): Promise<Record<"findings" | "decisions", string[]>> => {
  const last = (await assessmentsOf(store, sourceId, review)).at(-1);
  if (!last) return { findings: [], decisions: [] };
  const { findings, decisions } = reviewKeys(sourceId, review).assessment(last);
  return { findings: [findings], decisions: [decisions] };
};

/** Receipts are an indented file for each removal, which no table can be read from. */
const outcomeLines = async ({ store, sourceId, review }: Stage): Promise<string[]> => {
  const outcomes = await readOutcomes(store, sourceId, review);
  const sorted = [...outcomes.values()].sort((a, b) => (a.grantId < b.grantId ? -1 : 1));
  return sorted.map((outcome) => JSON.stringify({ review, ...outcome }));
};

/** Seals the source's open reviews from before this one, oldest first: a source has one open review at most. */
export const sealEarlier = async (stage: Stage): Promise<SealEarlierAnswer> => {
  const open = (await reviewsOf(stage.store, stage.sourceId)).filter(
    ({ review, hasSnapshot, isSealed }) => review < stage.review && hasSnapshot && !isSealed,
  );
  for (const { review } of open) await sealEvidence({ ...stage, review });
  return answer(stage, "done", { sealedEarlier: open.length });
};
