import { epochMs, isoInstant } from "../basics/time.ts";
import type { Role } from "../review/grants/grant.ts";
import { reviewKeys } from "../review/keys.ts";
import {
  formerMembers,
  type RetirementIntent,
  type RetirementOutcome,
  type RetiringRole,
  retirementId,
} from "../review/plan/retirement.ts";
import type { Store } from "../review/ports.ts";
import type { Intent, Outcome, Restored } from "../review/proof/receipt.ts";
import type { Stage } from "../review/stage.ts";
import { createJsonOnce } from "./write-once.ts";

/** What a review did so far, by grant id. */
export type Receipts = {
  intents: Map<string, Intent>;
  outcomes: Map<string, Outcome>;
  restored: Map<string, Restored>;
};

const READS_AT_ONCE = 16;

/** Reads every receipt of a review. */
export const readReceipts = (store: Store, source: string, review: string): Promise<Receipts> =>
  readThose(store, reviewKeys(source, review).receipts, "");

/** Reads what became of every removal of a review, and nothing of how it was begun: half of the receipts, and the lesser half. */
export const readOutcomes = async (store: Store, source: string, review: string): Promise<Receipts["outcomes"]> =>
  (await readThose(store, reviewKeys(source, review).receipts, ".outcome.json")).outcomes;

const readThose = async (store: Store, folder: string, end: string): Promise<Receipts> => {
  const receipts: Receipts = { intents: new Map(), outcomes: new Map(), restored: new Map() };
  const keys: string[] = [];
  for await (const key of store.list(folder)) if (key.endsWith(end)) keys.push(key);
  for (let from = 0; from < keys.length; from += READS_AT_ONCE) {
    await Promise.all(keys.slice(from, from + READS_AT_ONCE).map((key) => readReceipt(store, key, receipts)));
  }
  return receipts;
};

/** The grants whose removal a review began, or found to be needless: the names of their receipts tell, and none is read. */
export const begunGrants = async (store: Store, source: string, review: string): Promise<Set<string>> => {
  const begun = new Set<string>();
  for await (const key of store.list(reviewKeys(source, review).receipts)) {
    const { grantId, kind } = namesIn(key);
    if (grantId && (kind === "intent" || kind === "outcome")) begun.add(grantId);
  }
  return begun;
};

const namesIn = (key: string): { grantId: string | undefined; kind: string | undefined } => {
  const [grantId, kind] = key.slice(key.lastIndexOf("/") + 1).split(".");
  return { grantId, kind };
};

const readReceipt = async (store: Store, key: string, receipts: Receipts): Promise<void> => {
  const { grantId, kind } = namesIn(key);
  const receipt = await store.getJson<unknown>(key);
  if (!grantId || receipt === null) throw new Error(`Cannot read the receipt ${store.locate(key)}: it is gone`);
  if (kind === "intent") receipts.intents.set(grantId, receipt as Intent);
  if (kind === "outcome") receipts.outcomes.set(grantId, receipt as Outcome);
  if (kind === "restored") receipts.restored.set(grantId, receipt as Restored);
};

/** What was put back, in whichever review it had been removed, after the given instant; null: ever. */
export const restoredReceipts = async ({ store, sourceId }: Stage, afterAt: string | null): Promise<Restored[]> => {
  const restored: Restored[] = [];
  for await (const key of store.list(`reviews/${sourceId}/`)) {
    if (!/\/receipts\/[0-9a-f]+\.restored\.json$/.test(key)) continue;
    const receipt = await store.getJson<Restored>(key);
    if (receipt && (afterAt === null || epochMs(receipt.at) > epochMs(afterAt))) restored.push(receipt);
  }
  return restored.sort((a, b) => epochMs(a.at) - epochMs(b.at));
};

/** What a review wrote down of the roles it retires, by role id. */
export type RetirementReceipts = {
  intents: Map<string, RetirementIntent>;
  outcomes: Map<string, RetirementOutcome>;
};

/** Reads every receipt of a retired role. */
export const readRetirements = async ({
  store,
  sourceId,
  review,
}: Pick<Stage, "store" | "sourceId" | "review">): Promise<RetirementReceipts> => {
  const receipts: RetirementReceipts = { intents: new Map(), outcomes: new Map() };
  for await (const key of store.list(reviewKeys(sourceId, review).retirements)) {
    const receipt = await store.getJson<RetirementIntent | RetirementOutcome>(key);
    if (receipt === null) throw new Error(`Cannot read the receipt ${store.locate(key)}: it is gone`);
    if ("role" in receipt) receipts.intents.set(receipt.role.id, receipt);
    else receipts.outcomes.set(receipt.roleId, receipt);
  }
  return receipts;
};

/** Writes down, before it is deleted, what a role was called and who was in it. A standing one stays as it is. */
export const writeRetirementIntent = async (stage: Stage, planHash: string, retiring: RetiringRole): Promise<void> => {
  const key = keysOf(stage, retiring.role).intent;
  if (await stage.store.get(key)) return;
  const intent: RetirementIntent = {
    formatVersion: 1,
    role: retiring.role,
    planHash,
    members: formerMembers(retiring),
    at: isoInstant(stage.clock.now()),
  };
  await createJsonOnce(stage.store, key, intent);
};

type OutcomeFacts = Pick<RetirementOutcome, "outcome" | "planHash"> & {
  detail?: string;
  requestId?: string | null;
  isVerified: boolean;
};

/** Writes what became of a role; it is final for this review. */
export const writeRetirementOutcome = async (
  stage: Stage,
  role: Pick<Role, "id">,
  facts: OutcomeFacts,
): Promise<RetirementOutcome> => {
  const at = isoInstant(stage.clock.now());
  const outcome: RetirementOutcome = {
    formatVersion: 1,
    roleId: role.id,
    planHash: facts.planHash,
    outcome: facts.outcome,
    detail: facts.detail ?? null,
    requestId: facts.requestId ?? null,
    at,
    verifiedAt: facts.isVerified ? at : null,
  };
  await createJsonOnce(stage.store, keysOf(stage, role).outcome, outcome);
  return outcome;
};

const keysOf = ({ sourceId, review }: Stage, { id }: Pick<Role, "id">) => {
  const keys = reviewKeys(sourceId, review);
  const name = retirementId(sourceId, id);
  return { intent: keys.retirementIntent(name), outcome: keys.retirementOutcome(name) };
};
