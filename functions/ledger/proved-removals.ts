import { sha256 } from "../basics/hash.ts";
import type { Grant, Scopes } from "../review/grants/grant.ts";
import { grantId, scopesWithout, seenHash } from "../review/grants/grant-comparison.ts";
import type { Snapshot } from "../review/grants/snapshot.ts";
import { reviewKeys } from "../review/keys.ts";
import { isNarrowing, itemOf, type Plan, planHashOf } from "../review/plan/plan.ts";
import type { ReviewPlace } from "../review/ports.ts";
import { signatureFaults } from "../review/proof/cover-checks.ts";
import { type Evidence, parseEvidence } from "../review/proof/evidence.ts";
import { type Fault, fault } from "../review/proof/faults.ts";
import { parseBytes } from "../review/proof/json-form.ts";
import { hasNarrowed, type Intent, type Outcome, type Restored } from "../review/proof/receipt.ts";
import { earlierLinks, laterLinks, readLink } from "./chain.ts";
import { findGrants } from "./grants.ts";

/**
 * A removal or a narrowing that is proved, with the grant as the snapshot shows it. `keep`: what a narrowing was to leave; null of
 * a removal. `restored`: the receipt that it was put back before.
 */
export type ProvedRemoval = { grant: Grant; keep: Scopes | null; restored: Restored | null };

/** What a review removed, by grant id, and why a removal of which there is a receipt is not proved. */
export type Removals = { proved: ProvedRemoval[]; faults: Map<string, Fault[]>; snapshot: Snapshot | null };

/** `trusted`: the keys that count, by their SHA-256. `wanted`: these grants alone; null for all. */
export type Asked = { trusted: readonly string[]; wanted: readonly string[] | null };

/** Each is a few small reads of the store. */
const removalsAtOnce = 16;

/**
 * What a review removed, as far as it is proved. Of a sealed review what the evidence lists, under a good signature where it
 * was signed; of an open one what its plan, bound to its snapshot, had named. Either way the grant is the one of the snapshot,
 * as the plan saw it, and its id is of its holder and role.
 */
export async function provedRemovals(place: ReviewPlace, asked: Asked): Promise<Removals> {
  const proof = await openProof(place, asked.trusted);
  const { snapshot } = proof;
  const ids = asked.wanted ?? (await receiptsIn(place));
  const removals: Removals = { proved: [], faults: new Map(), snapshot };
  const removed = new Map<string, { intent: Intent; restored: Restored | null }>();
  const sorted = [...new Set(ids)].sort();
  for (let from = 0; from < sorted.length; from += removalsAtOnce) {
    const reads = sorted.slice(from, from + removalsAtOnce).map(async (id) => {
      const faults: Fault[] = [...proof.faults];
      return { id, faults, read: await readRemoval(place, id, { proof, faults }) };
    });
    for (const { id, faults, read } of await Promise.all(reads)) {
      if (faults.length > 0) removals.faults.set(id, faults);
      else if (read) removed.set(id, read);
    }
  }
  const grants = snapshot ? await findGrants(place.store, snapshot, new Set(removed.keys())) : new Map<string, Grant>();
  for (const [id, { intent, restored }] of removed) {
    const grant = grants.get(id);
    if (grant && isSameGrant(grant, intent.grant)) removals.proved.push({ grant, keep: intent.keep ?? null, restored });
    else removals.faults.set(id, [fault("intent-seen", { key: reviewKeys(place.sourceId, place.review).intent(id) })]);
  }
  return removals;
}

function isSameGrant(shown: Grant, told: Grant): boolean {
  const isSameId = shown.holder.id === told.holder.id && shown.role.id === told.role.id;
  return isSameId && shown.source === told.source && seenHash(shown) === seenHash(told);
}

/** The grants that a file in the folder of receipts speaks of, whatever it says. */
async function receiptsIn({ store, sourceId, review }: ReviewPlace): Promise<string[]> {
  const { receipts } = reviewKeys(sourceId, review);
  const names: string[] = [];
  for await (const key of store.list(receipts)) names.push(key.slice(receipts.length).split(".")[0]!);
  return names;
}

/** What removals are held against. `listed` is null of a review that is not sealed. */
type Proof = {
  listed: ReadonlyMap<string, string> | null;
  snapshot: Snapshot | null;
  plans: ReadonlyMap<string, Plan>;
  /** Whatever is wrong with the review as a whole. */
  faults: Fault[];
};

async function openProof(place: ReviewPlace, trusted: readonly string[]): Promise<Proof> {
  const { store, sourceId, review } = place;
  const keys = reviewKeys(sourceId, review);
  const faults: Fault[] = [];
  const sealed = await store.get(keys.evidence);
  const evidence = sealed ? parseEvidence(sealed.body).evidence : null;
  if (sealed && !evidence) faults.push(fault("not-evidence", { key: keys.evidence }));
  if (sealed) faults.push(...(await sealFaults(place, sealed.body, trusted)));
  if (evidence && (evidence.source !== sourceId || evidence.review !== review)) {
    faults.push(fault("of-another", { key: keys.evidence, source: evidence.source, review: evidence.review }));
  }
  const listed = evidence && listOf(evidence);
  const stored = await readProved<Snapshot>(place, keys.snapshot, { listed, faults });
  const plans = stored ? await provedPlans(place, { listed, faults, snapshotSha256: stored.sha256 }) : new Map();
  return { listed, snapshot: stored?.value ?? null, plans, faults };
}

/** The evidence is signed where evidence of the source is, and is the one that the next evidence names. */
async function sealFaults(place: ReviewPlace, body: Uint8Array, trusted: readonly string[]): Promise<Fault[]> {
  const link = await readLink(place, body);
  const faults = [...signatureFaults({ link, earlier: await earlierLinks(place), trusted })];
  const next = (await laterLinks(place)).find(({ evidence }) => evidence?.previous?.review === place.review);
  const isNamed = !next || next.evidence?.previous?.sha256 === link.sha256;
  return isNamed ? faults : [...faults, fault("chain-altered", { key: link.key })];
}

function listOf({ objects }: Evidence): Map<string, string> {
  return new Map(objects.map(({ key, sha256: hash }) => [key, hash]));
}

type ProofReading = { listed: ReadonlyMap<string, string> | null; faults: Fault[] };

/** An object of JSON that, of a sealed review, is the one that was sealed; null, and a fault, where it is not. */
async function readProved<T>(
  { store }: ReviewPlace,
  key: string,
  { listed, faults }: ProofReading,
): Promise<{ value: T; sha256: string } | null> {
  const refuse = (code: "missing" | "foreign" | "altered" | "not-json" | "duplicate-key"): null => {
    faults.push(fault(code, { key }));
    return null;
  };
  const stored = await store.get(key);
  if (!stored) return refuse("missing");
  const hash = sha256(stored.body);
  if (listed && !listed.has(key)) return refuse("foreign");
  if (listed && listed.get(key) !== hash) return refuse("altered");
  const { value, fault: code } = parseBytes<T>(stored.body);
  if (code) return refuse(code);
  return value === null ? refuse("not-json") : { value, sha256: hash };
}

type OfSnapshot = ProofReading & { snapshotSha256: string };

/** The plans, by their hashes, that are bound to this snapshot and are what their hashes say. */
async function provedPlans(place: ReviewPlace, reading: OfSnapshot): Promise<Map<string, Plan>> {
  const { store, sourceId, review } = place;
  const plans = new Map<string, Plan>();
  for await (const key of store.list(reviewKeys(sourceId, review).assessments)) {
    // A plan that is not what it says proves nothing: what was removed by it has no plan then.
    const read = key.endsWith("/plan.json")
      ? await readProved<Plan>(place, key, { listed: reading.listed, faults: [] })
      : null;
    if (!read) continue;
    const { planHash, ...hashed } = read.value;
    const isWhole = planHashOf(hashed) === planHash && hashed.snapshotSha256 === reading.snapshotSha256;
    if (isWhole && hashed.source === sourceId && hashed.review === review) plans.set(planHash, read.value);
  }
  return plans;
}

type Removing = { proof: Proof; faults: Fault[] };

/** The receipts of one removal. Null where nothing was removed, or, with a fault, where it is not proved. */
async function readRemoval(
  place: ReviewPlace,
  id: string,
  { proof, faults }: Removing,
): Promise<{ intent: Intent; restored: Restored | null } | null> {
  const { store, sourceId, review } = place;
  const keys = reviewKeys(sourceId, review);
  const { listed } = proof;
  // An intent without an outcome removed nothing that is known: seal settles it.
  const isOver = (await store.get(keys.outcome(id))) !== null;
  if (!isOver && (!listed || (await store.get(keys.intent(id))) === null)) return null;
  const outcome = await readProved<Outcome>(place, keys.outcome(id), { listed, faults });
  if (outcome && outcome.value.grantId !== id) faults.push(fault("receipt-other", { key: keys.outcome(id) }));
  const isUndoable = outcome?.value.outcome === "revoked" || (outcome && hasNarrowed(outcome.value));
  if (!outcome || (!isUndoable && faults.length === 0)) return null;
  const intent = await readProved<Intent>(place, keys.intent(id), { listed, faults });
  if (!intent) return null;
  faults.push(...intentFaults({ sourceId, key: keys.intent(id), id }, intent.value, { proof, outcome: outcome.value }));
  const restored = await readRestored(place, id, { outcome: outcome.value, faults });
  return { intent: intent.value, restored };
}

type NamedReceipt = { sourceId: string; key: string; id: string };

function intentFaults(
  { sourceId, key, id }: NamedReceipt,
  intent: Intent,
  { proof, outcome }: { proof: Proof; outcome: Outcome },
): Fault[] {
  const { grant, planHash } = intent;
  if (typeof grant?.holder?.id !== "string" || typeof grant.role?.id !== "string")
    return [fault("receipt-other", { key })];
  if (intent.grantId !== id || grant.id !== id) return [fault("receipt-other", { key })];
  if (grantId(sourceId, grant.holder.id, grant.role.id) !== id) return [fault("intent-id", { key })];
  const plan = outcome.planHash === planHash ? proof.plans.get(planHash) : undefined;
  const item = plan && itemOf(plan, id);
  if (!plan) return [fault("no-plan", { word: "intent", grant: id })];
  if (!item) return [fault("off-plan", { word: "intent", grant: id })];
  if (item.hold) return [fault("off-plan-held", { word: "intent", grant: id, by: item.hold.by })];
  const isWithinPlan = scopesWithout(intent.keep ?? [], item.keep ?? []).length === 0;
  if (!isWithinPlan || (intent.keep === undefined && isNarrowing(item))) return [fault("intent-keep", { key })];
  return item.seen === seenHash(grant) ? [] : [fault("intent-seen", { key })];
}

/** The receipt of an earlier put-back. It is written after the seal, so that no hash proves it: what it says must fit. */
async function readRestored(
  place: ReviewPlace,
  id: string,
  { outcome, faults }: { outcome: Outcome; faults: Fault[] },
): Promise<Restored | null> {
  const key = reviewKeys(place.sourceId, place.review).restored(id);
  if ((await place.store.get(key)) === null) return null;
  const read = await readProved<Restored>(place, key, { listed: null, faults });
  if (!read) return null;
  const { value } = read;
  const isOurs = value.grantId === id && value.review === place.review && value.at >= outcome.at;
  if (!isOurs) faults.push(fault("receipt-other", { key }));
  return value;
}
