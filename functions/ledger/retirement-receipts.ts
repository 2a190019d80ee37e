import { isoInstant } from "../basics/time.ts";
import type { Role } from "../review/grants/grant.ts";
import { reviewKeys } from "../review/keys.ts";
import {
  formerMembers,
  type RetirementIntent,
  type RetirementOutcome,
  type RetiringRole,
  retirementId,
} from "../review/plan/retirement.ts";
import type { Stage } from "../review/stage.ts";
import { createJsonOnce } from "./create-once.ts";

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
