import { isoInstant } from "../../basics/time.ts";
import { loadSnapshot } from "../../ledger/grants.ts";
import { type AtProvider, atProvider, underSourceLease } from "../../ledger/lease.ts";
import { readReceipts } from "../../ledger/receipts.ts";
import { refuseWhileStopped } from "../../ledger/stop.ts";
import { createJsonOnce } from "../../ledger/write-once.ts";
import type { Grant } from "../../review/grants/grant.ts";
import { grantId, mergeEntries, scopesGrew } from "../../review/grants/grant-comparison.ts";
import { isSameOrigin } from "../../review/grants/snapshot.ts";
import { reviewKeys } from "../../review/keys.ts";
import { type Reader, type Remover, type RestoreReply, UnrestorableError } from "../../review/ports.ts";
import type { Restored } from "../../review/proof/receipt.ts";
import { answer, type RestoreAnswer, type Stage } from "../../review/stage.ts";
import { untilTaskEnds } from "../removal/under-way.ts";

/** Which of a review's removals to undo; neither named: only say what would be done. */
export type RestoreRequest = { grants?: string[] | undefined; all?: boolean | undefined };

/**
 * What undoing one removal takes. `add`: it is given again. `already-there`: it is back with at least these scopes.
 * `needs-naming`: it is back with other scopes, so only naming it adds these to them. `unrestorable`: no call gives it back as
 * it was; naming it has the provider do what it can, and says what differs.
 */
export type RestoreStep = { grantId: string; step: "add" | "already-there" | "needs-naming" | "unrestorable" };

/** Where a put-back is looked for after the provider's yes. */
const READ_BACK_AFTER_MS = [0, 3_000, 7_000];

type Looking = AtProvider & { stage: Stage };
type Restoring = AtProvider<Remover> & { stage: Stage };

/** Puts back what a review revoked, with the scopes its intents recorded, and reads every one back. */
export const restoreGrants = async (stage: Stage, request: RestoreRequest): Promise<RestoreAnswer> => {
  const isAsked = request.all === true || request.grants !== undefined;
  return await underSourceLease(stage, async (sourceLease) => {
    const removed = await removedGrants(stage, request);
    if (!isAsked) {
      return await atProvider({ stage, open: stage.openReader, sourceLease }, async (at) =>
        answerOf(stage, "done", { steps: await stepsOf({ stage, ...at }, removed) }),
      );
    }
    return await atProvider({ stage, open: stage.openRemover, sourceLease }, async (at) => {
      const steps = await stepsOf({ stage, ...at }, removed);
      return await putBackAll({ stage, ...at }, { removed, steps, request });
    });
  });
};

/** The ids of one host or app say nothing to another. */
const refuseOtherOrigin = async ({ store, sourceId, review }: Stage, { origin }: Reader): Promise<void> => {
  const reviewed = (await loadSnapshot(store, sourceId, review))?.snapshot.origin;
  if (reviewed && isSameOrigin(reviewed, origin)) return;
  throw new Error(
    `Cannot restore as ${sourceId} ${review} reviewed ${reviewed?.host ?? "nothing"} as ${reviewed?.account ?? "nobody"}, and the source is ${origin.host} as ${origin.account} now`,
  );
};

/** The grants as their intents have them: all that were revoked and not put back, or those that are named. */
const removedGrants = async (stage: Stage, { grants: named }: RestoreRequest): Promise<Grant[]> => {
  const { intents, outcomes, restored } = await readReceipts(stage.store, stage.sourceId, stage.review);
  const revoked = [...outcomes.values()]
    .filter(({ outcome }) => outcome === "revoked")
    .map((outcome) => outcome.grantId);
  const foreign = (named ?? []).filter((id) => !revoked.includes(id));
  if (foreign.length > 0) {
    throw new Error(`Cannot restore ${foreign.join(", ")} as ${stage.sourceId} ${stage.review} did not revoke them`);
  }
  return (named ?? revoked)
    .filter((id) => !restored.has(id))
    .sort()
    .map((id) => {
      const intent = intents.get(id);
      if (!intent) throw new Error(`Cannot restore ${id} as its intent is gone from ${stage.sourceId} ${stage.review}`);
      return intent.grant;
    });
};

const stepsOf = async (looking: Looking, grants: Grant[]): Promise<RestoreStep[]> => {
  const steps: RestoreStep[] = [];
  const { stage, source } = looking;
  await refuseOtherOrigin(stage, source);
  for (let from = 0; from < grants.length; from += source.grantsPerRead) {
    const batch = grants.slice(from, from + source.grantsPerRead);
    const present = await readPresent(looking, batch);
    steps.push(...batch.map((grant) => ({ grantId: grant.id, step: stepOf(grant, present.get(grant.id)) })));
  }
  return steps;
};

type Present = Map<string, { scopes: Grant["scopes"] }>;

const readPresent = async ({ stage, source }: Looking, grants: Grant[]): Promise<Present> => {
  const entries = await source.readGrants(grants.map(({ holder, role }) => ({ holderId: holder.id, roleId: role.id })));
  const byId = new Map<string, (typeof entries)[number]>();
  for (const entry of entries) {
    const id = grantId(stage.sourceId, entry.holderId, entry.role.id);
    const twin = byId.get(id);
    byId.set(id, twin ? mergeEntries(twin, entry) : entry);
  }
  return byId;
};

const stepOf = (grant: Grant, present: { scopes: Grant["scopes"] } | undefined): RestoreStep["step"] => {
  if (present && !scopesGrew(present.scopes, grant.scopes)) return "already-there";
  if (!grant.restorable) return "unrestorable";
  return present ? "needs-naming" : "add";
};

type PutBack = { removed: Grant[]; steps: RestoreStep[]; request: RestoreRequest };

const putBackAll = async (restoring: Restoring, { removed, steps, request }: PutBack): Promise<RestoreAnswer> => {
  const { stage } = restoring;
  const isNamed = request.grants !== undefined;
  const failed: { grantId: string; error: string }[] = [];
  const tried = steps.filter(({ step }) => isNamed || step === "add" || step === "already-there");
  const untried = steps.filter((each) => !tried.includes(each));
  let restored = 0;
  for (const [at, grant] of removed.entries()) {
    if (stage.shouldStop()) return answerOf(stage, "continue", { steps: untried, done: { restored, failed } });
    const { step } = steps[at]!;
    if (!tried.includes(steps[at]!)) continue;
    stage.progress({ stage: "restore", counts: { grants: at + 1 }, share: (at + 1) / removed.length });
    const error = await putBack(restoring, grant, step);
    if (error) failed.push({ grantId: grant.id, error });
    else restored++;
  }
  return answerOf(stage, "done", { steps: untried, done: { restored, failed } });
};

/** Null once the grant is back and a read has shown it; else why not. */
const putBack = async (restoring: Restoring, grant: Grant, step: RestoreStep["step"]): Promise<string | null> => {
  const { stage, source, lease } = restoring;
  let requestId: string | null = null;
  if (step !== "already-there") {
    const sending = source.restore(grant, async () => {
      await refuseWhileStopped(stage);
      await lease.check();
    });
    const reply = await sending.catch(asRefusal);
    const refusal = reply.refusal ?? (reply.task && (await whyNotGiven(restoring, reply.task)));
    if (refusal) return refusal;
    requestId = reply.requestId;
  }
  const difference = await differenceOf(restoring, grant);
  if (difference) return difference;
  const at = isoInstant(stage.clock.now());
  const by = step === "already-there" ? "already-there" : "added";
  const receipt: Restored = {
    formatVersion: 1,
    grantId: grant.id,
    review: stage.review,
    by,
    requestId,
    at,
    verifiedAt: at,
  };
  await createJsonOnce(stage.store, reviewKeys(stage.sourceId, stage.review).restored(grant.id), receipt);
  return null;
};

/** Null once the task of a put-back has ended, or only a read can tell; else why it has not put anything back. */
const whyNotGiven = async (looking: Looking, task: string): Promise<string | null> => {
  const end = await untilTaskEnds(looking, task, looking.stage.clock.now());
  if (end.kind === "stopped") return "the provider is still at it: run restore again";
  return end.kind === "failed" ? end.detail : null;
};

/** What no call of the provider's does is said of this grant, and no reason to leave the others. */
const asRefusal = (error: unknown): RestoreReply => {
  if (!(error instanceof UnrestorableError)) throw error;
  return { requestId: null, refusal: error.message };
};

/** Null once a read shows the grant with at least its scopes; else what it shows instead. */
const differenceOf = async (looking: Looking, grant: Grant): Promise<string | null> => {
  let present: { scopes: Grant["scopes"] } | undefined;
  for (const waitMs of READ_BACK_AFTER_MS) {
    if (waitMs > 0) await looking.stage.clock.sleep(waitMs);
    present = (await readPresent(looking, [grant])).get(grant.id);
    if (present && !scopesGrew(present.scopes, grant.scopes)) return null;
  }
  return present
    ? `the grant is back, and holds for ${idsOf(present.scopes)} instead of ${idsOf(grant.scopes)}: set that by hand`
    : "the provider said yes, but the grant is not there: run restore again";
};

const idsOf = (scopes: Grant["scopes"]): string =>
  (scopes ?? [])
    .map((parts) => parts.map(({ dimension, ids }) => `${dimension} ${ids.join(", ")}`).join(" + "))
    .join(" or ") || "nothing that is known";

type Result = { steps: RestoreStep[]; done?: { restored: number; failed: { grantId: string; error: string }[] } };

/** `steps`: those that are only told of, as nothing was done about them. */
const answerOf = (stage: Stage, status: "done" | "continue", { steps, done }: Result): RestoreAnswer => {
  const of = (step: RestoreStep["step"]) => steps.filter((each) => each.step === step).map((each) => each.grantId);
  return answer(stage, status, {
    unrestorable: of("unrestorable"),
    needsNaming: of("needs-naming"),
    ...(done
      ? { restored: done.restored, notRestored: done.failed }
      : { add: of("add"), alreadyThere: of("already-there") }),
  });
};
