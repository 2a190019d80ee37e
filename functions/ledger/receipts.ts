import { epochMs, isoInstant } from "../basics/time.ts";
import type { Because } from "../review/because.ts";
import type { Grant, Role, Scopes } from "../review/grants/grant.ts";
import { reviewKeys } from "../review/keys.ts";
import {
  formerMembers,
  type RetirementIntent,
  type RetirementOutcome,
  type RetiringRole,
  retirementId,
} from "../review/plan/retirement.ts";
import { type ReviewPlace, UnsealableError } from "../review/ports.ts";
import type { Reasons } from "../review/proof/act.ts";
import {
  type Intent,
  leaverHoursOf,
  type Outcome,
  type OutcomeKind,
  type PersonRead,
  type Restored,
} from "../review/proof/receipt.ts";
import type { Stage } from "../review/stage.ts";
import { createJsonOnce } from "./write-once.ts";

/** The receipts of a review, by grant id. */
export type Receipts = {
  intents: Map<string, Intent>;
  outcomes: Map<string, Outcome>;
  restored: Map<string, Restored>;
};

const readsAtOnce = 16;

/** Reads every receipt of a review. */
export function readReceipts(place: ReviewPlace): Promise<Receipts> {
  return readThose(place, "");
}

/** Reads the outcomes of a review's removals. Outcomes only: intents hold a whole grant each. */
export async function readOutcomes(place: ReviewPlace): Promise<Receipts["outcomes"]> {
  return (await readThose(place, ".outcome.json")).outcomes;
}

/** What a review did, or a sweep, by grant id. */
export type ReviewOutcomes = { review: string; outcomes: Receipts["outcomes"] };

/** The outcomes of several reviews of a source, in the order given. */
export async function readOutcomesOf(
  { store, sourceId }: Omit<ReviewPlace, "review">,
  reviews: readonly string[],
): Promise<ReviewOutcomes[]> {
  const read = async (review: string) => ({ review, outcomes: await readOutcomes({ store, sourceId, review }) });
  return await Promise.all(reviews.map(read));
}

/** By grant id, which of these reviews removed a grant after an instant: a read has shown that it is gone. */
export async function removedSince(
  place: Omit<ReviewPlace, "review">,
  reviews: readonly string[],
  since: string,
): Promise<Map<string, string>> {
  const removed = new Map<string, string>();
  for (const { review, outcomes } of await readOutcomesOf(place, reviews)) {
    for (const { grantId, outcome, at, verifiedAt } of outcomes.values())
      if (outcome === "revoked" && verifiedAt !== null && epochMs(at) > epochMs(since)) removed.set(grantId, review);
  }
  return removed;
}

async function readThose(place: ReviewPlace, end: string): Promise<Receipts> {
  const receipts: Receipts = { intents: new Map(), outcomes: new Map(), restored: new Map() };
  const keys: string[] = [];
  for await (const key of receiptKeys(place)) if (key.endsWith(end)) keys.push(key);
  for (let from = 0; from < keys.length; from += readsAtOnce) {
    await Promise.all(keys.slice(from, from + readsAtOnce).map((key) => readReceipt(place, key, receipts)));
  }
  return receipts;
}

/** The grants whose removal a review began, or found to be needless. Only the names of receipts are listed, no receipt is read. */
export async function begunGrants(place: ReviewPlace): Promise<Set<string>> {
  const begun = new Set<string>();
  for await (const key of receiptKeys(place)) {
    const { grantId, kind } = namesIn(key);
    if (grantId && (kind === "intent" || kind === "outcome")) begun.add(grantId);
  }
  return begun;
}

function receiptKeys({ store, sourceId, review }: ReviewPlace): AsyncIterable<string> {
  return store.list(reviewKeys(sourceId, review).receipts);
}

function namesIn(key: string): { grantId: string | undefined; kind: string | undefined } {
  const [grantId, kind] = key.slice(key.lastIndexOf("/") + 1).split(".");
  return { grantId, kind };
}

async function readReceipt({ store }: ReviewPlace, key: string, receipts: Receipts): Promise<void> {
  const { grantId, kind } = namesIn(key);
  const receipt = await store.getJson<unknown>(key);
  if (!grantId || receipt === null)
    throw new UnsealableError(`Cannot read the receipt ${store.locate(key)}: it is gone`);
  if (kind === "intent") receipts.intents.set(grantId, receipt as Intent);
  if (kind === "outcome") receipts.outcomes.set(grantId, receipt as Outcome);
  if (kind === "restored") receipts.restored.set(grantId, receipt as Restored);
}

/**
 * Writes the intent of a removal, or of a narrowing that leaves `keep`: the grant as it was re-read. An intent that stands stays
 * as it is.
 */
export async function writeIntent(
  stage: Stage,
  planHash: string,
  grant: Grant,
  { keep, person }: { keep?: Scopes; person?: PersonRead | undefined } = {},
): Promise<void> {
  if (await hasIntent(stage, grant.id)) return;
  const at = isoInstant(stage.clock.now());
  const intent: Intent = {
    formatVersion: 1,
    grantId: grant.id,
    planHash,
    grant,
    ...(keep ? { keep } : {}),
    ...(person ? { person } : {}),
    at,
  };
  await createJsonOnce(stage.store, reviewKeys(stage.sourceId, stage.review).intent(grant.id), intent);
}

/** Whether the review began to remove a grant. */
export async function hasIntent({ store, sourceId, review }: ReviewPlace, grantId: string): Promise<boolean> {
  return (await store.get(reviewKeys(sourceId, review).intent(grantId))) !== null;
}

export type OutcomeFacts = {
  grantId: string;
  planHash: string;
  outcome: OutcomeKind;
  detail?: string | null;
  because?: Because;
  left?: Outcome["left"];
  requestId?: string | null;
  isVerified: boolean;
};

/** Writes the outcome of a removal, which is final. */
export async function writeOutcome(stage: Stage, facts: OutcomeFacts): Promise<Outcome> {
  const at = isoInstant(stage.clock.now());
  const outcome: Outcome = {
    formatVersion: 1,
    grantId: facts.grantId,
    planHash: facts.planHash,
    outcome: facts.outcome,
    detail: facts.detail ?? null,
    ...(facts.because ? { because: facts.because } : {}),
    ...(facts.left ? { left: facts.left } : {}),
    requestId: facts.requestId ?? null,
    at,
    verifiedAt: facts.isVerified ? at : null,
    ...(facts.outcome === "revoked" && facts.isVerified ? await leaverHours(stage, facts.grantId, at) : {}),
  };
  await createJsonOnce(stage.store, reviewKeys(stage.sourceId, stage.review).outcome(facts.grantId), outcome);
  return outcome;
}

/** How long somebody who left kept a grant, by its intent; nothing of whoever has not left, or has no last day. */
async function leaverHours(
  { store, sourceId, review, policy }: Stage,
  grantId: string,
  goneAt: string,
): Promise<Pick<Outcome, "leaverHours" | "enteredAfter">> {
  const grant = (await store.getJson<Intent>(reviewKeys(sourceId, review).intent(grantId)))?.grant;
  const hours = grant ? leaverHoursOf(grant, goneAt, policy.timezone) : null;
  if (!grant || hours === null) return {};
  return { leaverHours: hours, ...(grant.enteredAfter ? { enteredAfter: grant.enteredAfter } : {}) };
}

/** Writes that a removed grant is back, which a read has shown by now. */
export async function writePutBack(
  stage: Stage,
  putBack: Pick<Restored, "grantId" | "by" | "requestId"> & { reasons: Reasons },
): Promise<void> {
  const { grantId, by, requestId, reasons } = putBack;
  const { review, invocation } = stage;
  const at = isoInstant(stage.clock.now());
  const asked = { ...reasons, caller: invocation.caller };
  const receipt: Restored = { formatVersion: 1, grantId, review, by, requestId, at, verifiedAt: at, asked };
  await createJsonOnce(stage.store, reviewKeys(stage.sourceId, stage.review).restored(grantId), receipt);
}

/** The receipts of the roles that a review retires, by role id. */
export type RetirementReceipts = {
  intents: Map<string, RetirementIntent>;
  outcomes: Map<string, RetirementOutcome>;
};

/** Reads every receipt of a retired role. */
export async function readRetirements({ store, sourceId, review }: ReviewPlace): Promise<RetirementReceipts> {
  const receipts: RetirementReceipts = { intents: new Map(), outcomes: new Map() };
  for await (const key of store.list(reviewKeys(sourceId, review).retirements)) {
    const receipt = await store.getJson<RetirementIntent | RetirementOutcome>(key);
    if (receipt === null) throw new UnsealableError(`Cannot read the receipt ${store.locate(key)}: it is gone`);
    if ("role" in receipt) receipts.intents.set(receipt.role.id, receipt);
    else receipts.outcomes.set(receipt.roleId, receipt);
  }
  return receipts;
}

/** Writes the intent of a role's deletion: its name, and who was in it. An intent that stands stays as it is. */
export async function writeRetirementIntent(stage: Stage, planHash: string, retiring: RetiringRole): Promise<void> {
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
}

type RetirementFacts = Pick<RetirementOutcome, "outcome" | "planHash"> & {
  detail?: string;
  requestId?: string | null;
  isVerified: boolean;
};

/** Writes the outcome of a role's deletion, which is final for this review. */
export async function writeRetirementOutcome(
  stage: Stage,
  role: Pick<Role, "id">,
  facts: RetirementFacts,
): Promise<RetirementOutcome> {
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
}

function keysOf({ sourceId, review }: Stage, { id }: Pick<Role, "id">) {
  const keys = reviewKeys(sourceId, review);
  const name = retirementId(sourceId, id);
  return { intent: keys.retirementIntent(name), outcome: keys.retirementOutcome(name) };
}
