import { hashOf, sha256, sha256Of } from "../../basics/hash.ts";
import { loadSnapshot } from "../../ledger/grants.ts";
import type { ReviewPlace } from "../../ledger/ledger.ts";
import { endMessageFaults, isEndMessage } from "../../ledger/messages.ts";
import { approvedPlansOf, plansOf } from "../../ledger/plans.ts";
import { readReceipts, readRetirements } from "../../ledger/receipts.ts";
import { balanceGrants, readEvidenceBody, signatureFaults } from "../../ledger/sealing.ts";
import type { Snapshot } from "../../review/grants/snapshot.ts";
import { reviewKeys } from "../../review/keys.ts";
import { type Plan, planHashOf } from "../../review/plan/plan.ts";
import { retirementFaults } from "../../review/plan/retirement.ts";
import type { Store } from "../../review/ports.ts";
import type { Balance, Evidence } from "../../review/proof/evidence.ts";
import type { Policy } from "../../review/rules/policy.ts";

/** The result for an auditor; without faults the review is as it was sealed. `signedBy`: the SHA-256 of the key that the evidence names. */
export type Verified = {
  evidenceSha256: string | null;
  objects: number;
  chain: number;
  signedBy: string | null;
  faults: string[];
};

/** The store, and the review in it whose evidence is verified. */
type Pack = { store: Store; source: string; review: string };

/** Checks the evidence of a review over the store alone: hashes, foreign and missing objects, chain, balance, nothing off plan. */
export async function verifyEvidence(
  { store, source, review }: Pack,
  expectedSha256: string | null,
): Promise<Verified> {
  const place: ReviewPlace = { store, sourceId: source, review };
  const keys = reviewKeys(source, review);
  const body = await readEvidenceBody(place);
  if (!body) {
    return { ...unread, faults: [`${keys.evidence} is missing: the review is not sealed`] };
  }
  const evidenceSha256 = sha256(body);
  const faults: string[] = [];
  if (expectedSha256 && expectedSha256 !== evidenceSha256) {
    faults.push(`${keys.evidence} has SHA-256 ${evidenceSha256}, not the expected ${expectedSha256}`);
  }
  const evidence = parseEvidence(body, keys.evidence, faults);
  if (!evidence) return { ...unread, evidenceSha256, faults };
  const isWhole = await collect(faults, objectFaults(place, evidence));
  await collect(faults, endMessageFaults(store, evidence));
  await collect(faults, signatureFaults(store, { ...evidence, source, review }, body));
  const chain = await checkChain(place, evidence, faults);
  // The figures of damaged objects would only repeat that the objects are damaged.
  if (isWhole) await collect(faults, meaningFaults(place, evidence));
  const signedBy = evidence.signedBy?.keySha256 ?? null;
  return { evidenceSha256, objects: evidence.objects.length, chain, signedBy, faults };
}

const unread = { evidenceSha256: null, objects: 0, chain: 0, signedBy: null };

/** The evidence; null, and a fault, where seal cannot have written these bytes. */
function parseEvidence(body: Uint8Array, key: string, faults: string[]): Evidence | null {
  try {
    const evidence = JSON.parse(new TextDecoder().decode(body)) as Evidence;
    const isListed = evidence.objects.every((object) => typeof object.key === "string");
    if (isListed && typeof evidence.balance === "object" && evidence.previous !== undefined) return evidence;
  } catch {
    // Bytes that are no JSON, and JSON of another shape, are the same fault.
  }
  faults.push(`${key} is not evidence: it is damaged`);
  return null;
}

async function collect(faults: string[], found: AsyncIterable<string>): Promise<boolean> {
  const before = faults.length;
  for await (const fault of found) faults.push(fault);
  return faults.length === before;
}

async function* objectFaults({ store, sourceId, review }: ReviewPlace, evidence: Evidence): AsyncGenerator<string> {
  const keys = reviewKeys(sourceId, review);
  const listed = new Set(evidence.objects.map(({ key }) => key));
  for (const { key, sha256: expected } of evidence.objects) {
    // A damaged list may name keys that no store accepts.
    const found = await hashOfObject(store, key).catch(() => "not readable" as const);
    if (found === null) yield `${key} is missing`;
    else if (found === "not readable") yield `${key} is not readable`;
    else if (found !== expected) yield `${key} was changed: its SHA-256 is not the sealed one`;
  }
  for (const { key, sha256: expected } of evidence.retiredReviews ?? []) {
    const found = await hashOfObject(store, key).catch(() => "not readable" as const);
    if (found !== expected) yield `${key} is missing or was changed: it says who retired a review of the future`;
  }
  for (const { key, sha256: expected } of evidence.stops ?? []) {
    const found = await hashOfObject(store, key).catch(() => "not readable" as const);
    if (found !== expected) yield `${key} is missing or was changed: it says who stopped the source, or let it go on`;
  }
  for await (const key of store.list(keys.root)) {
    const isSignature = evidence.signedBy != null && (key === keys.signature || key === keys.publicKey);
    const isRestored = /\/receipts\/[0-9a-f]{16}\.restored\.json$/.test(key);
    const isLater = key === keys.evidence || isSignature || isRestored || isEndMessage(key);
    if (!isLater && !listed.has(key)) yield `${key} is foreign: the evidence does not list it`;
  }
}

const readBytes = 256 * 1024;

async function hashOfObject(store: Store, key: string): Promise<string | null> {
  const chunks = await store.stream(key, readBytes);
  return chunks && (await sha256Of(chunks));
}

/** How many earlier reviews the chain of hashes reaches; a broken link is a fault. */
async function checkChain(place: ReviewPlace, evidence: Evidence, faults: string[]): Promise<number> {
  let length = 0;
  for (let link = evidence.previous; link; length++) {
    const key = reviewKeys(place.sourceId, link.review).evidence;
    const body = await readEvidenceBody({ ...place, review: link.review });
    if (!body) {
      faults.push(`the chain is broken: ${key} is missing`);
      return length;
    }
    if (sha256(body) !== link.sha256) {
      faults.push(`the chain is broken: ${key} is not the one that was sealed before`);
      return length;
    }
    const earlier = parseEvidence(body, key, faults);
    if (!earlier) return length;
    link = earlier.previous;
  }
  return length;
}

async function* meaningFaults(place: ReviewPlace, evidence: Evidence): AsyncGenerator<string> {
  const stored = await loadSnapshot(place);
  if (!stored) {
    yield `${reviewKeys(place.sourceId, place.review).snapshot} is missing`;
    return;
  }
  yield* partFaults(stored.snapshot, evidence);
  const plans = await plansOf(place);
  yield* absentObjects(place, evidence, plans);
  for (const plan of plans) yield* planFaults(place.store, plan, stored.snapshotSha256);
  yield* balanceDifferences(place, evidence, { snapshot: stored.snapshot, plans });
}

function* partFaults(snapshot: Snapshot, evidence: Evidence): Generator<string> {
  const sealed = new Map(evidence.objects.map(({ key, sha256: hash }) => [key, hash]));
  for (const { key, sha256: hash } of snapshot.parts) {
    if (sealed.get(key) !== hash) yield `${key} is not the part that snapshot.json lists`;
  }
}

type Basis = { snapshot: Snapshot; plans: Plan[] };

async function* balanceDifferences(
  place: ReviewPlace,
  evidence: Evidence,
  { snapshot, plans }: Basis,
): AsyncGenerator<string> {
  const receipts = await readReceipts(place);
  const approvedPlans = await approvedPlansOf(place, plans);
  const { mode } = evidence;
  const { balance, faults } = await balanceGrants(place.store, { snapshot, plans, approvedPlans, receipts, mode });
  yield* faults;
  const retirements = await readRetirements(place);
  yield* retirementFaults(
    { intents: [...retirements.intents.values()], outcomes: [...retirements.outcomes.values()] },
    { plans, grantOutcomes: receipts.outcomes },
  );
  for (const name of Object.keys(balance) as (keyof Balance)[]) {
    if (balance[name] !== evidence.balance[name]) {
      yield `the balance says ${name} ${evidence.balance[name]}, its objects say ${balance[name]}`;
    }
  }
}

/** The faults of a sealed plan: it must be of this snapshot, under its policy, from its decisions. */
async function* planFaults(store: Store, plan: Plan, snapshotSha256: string): AsyncGenerator<string> {
  const keys = reviewKeys(plan.source, plan.review).assessment(plan.assessment);
  const { planHash, ...hashed } = plan;
  if (planHashOf(hashed) !== planHash) yield `${keys.plan}: its planHash is not that of its contents`;
  if (plan.snapshotSha256 !== snapshotSha256) yield `${keys.plan} was made from another snapshot.json`;
  const policy = await store.getJson<Policy>(keys.policy);
  if (!policy || hashOf(policy) !== plan.policySha256)
    yield `${keys.plan} was made under another policy than ${keys.policy}`;
  const decisions = await store.get(keys.decisions);
  if (!decisions || sha256(decisions.body) !== plan.decisionsSha256)
    yield `${keys.plan} was made from other decisions than ${keys.decisions}`;
}

/** The objects that every sealed review has and this evidence does not list: objects may have been deleted, and taken off the list. */
function* absentObjects(
  { sourceId, review }: ReviewPlace,
  { objects }: Evidence,
  plans: readonly Plan[],
): Generator<string> {
  const keys = reviewKeys(sourceId, review);
  const listed = new Set(objects.map(({ key }) => key));
  const ofPlans = plans.map(({ assessment }) => keys.assessment(assessment));
  const beside = ofPlans.flatMap(({ policy, decisions, findings, html, csv }) => [
    policy,
    decisions,
    findings,
    html,
    csv,
  ]);
  const final = plans.length > 0 ? [keys.html, keys.csv] : [];
  for (const key of [keys.roles, keys.reads, ...beside, ...final]) if (!listed.has(key)) yield `${key} is missing`;
}
