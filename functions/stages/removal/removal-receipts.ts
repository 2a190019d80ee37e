import { isoInstant } from "../../basics/time.ts";
import { createJsonOnce } from "../../ledger/write-once.ts";
import type { Grant, GrantEntry } from "../../review/grants/grant.ts";
import { grantId, mergeEntries, sameScopes } from "../../review/grants/grant-comparison.ts";
import { reviewKeys } from "../../review/keys.ts";
import type { Source } from "../../review/ports.ts";
import type { Intent, Outcome, OutcomeKind } from "../../review/proof/receipt.ts";
import type { Stage } from "../../review/stage.ts";

/** What a fresh read says of a grant beside its intent. */
export type Presence = "gone" | "there" | "different";

/** Writes the intent of a removal: the grant as it was re-read. An intent that stands stays as it is. */
export async function writeIntent(stage: Stage, planHash: string, grant: Grant): Promise<void> {
  const key = reviewKeys(stage.sourceId, stage.review).intent(grant.id);
  if (await stage.store.get(key)) return;
  const intent: Intent = {
    formatVersion: 1,
    grantId: grant.id,
    planHash,
    grant,
    at: isoInstant(stage.clock.now()),
  };
  await createJsonOnce(stage.store, key, intent);
}

export type OutcomeFacts = {
  grantId: string;
  planHash: string;
  outcome: OutcomeKind;
  detail?: string | null;
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
    requestId: facts.requestId ?? null,
    at,
    verifiedAt: facts.isVerified ? at : null,
  };
  await createJsonOnce(stage.store, reviewKeys(stage.sourceId, stage.review).outcome(facts.grantId), outcome);
  return outcome;
}

/** Reads grants anew and compares each with its intent. */
export async function readPresence(stage: Stage, source: Source, grants: Grant[]): Promise<Map<string, Presence>> {
  const entries = await source.readGrants(grants.map(({ holder, role }) => ({ holderId: holder.id, roleId: role.id })));
  const entryById = new Map<string, GrantEntry>();
  for (const entry of entries) {
    const id = grantId(stage.sourceId, entry.holderId, entry.role.id);
    const twin = entryById.get(id);
    entryById.set(id, twin ? mergeEntries(twin, entry) : entry);
  }
  return new Map(grants.map((grant) => [grant.id, presenceOf(grant, entryById.get(grant.id))]));
}

function presenceOf(grant: Grant, entry: GrantEntry | undefined): Presence {
  if (!entry) return "gone";
  return entry.grantedAt === grant.grantedAt && sameScopes(entry.scopes, grant.scopes) ? "there" : "different";
}
