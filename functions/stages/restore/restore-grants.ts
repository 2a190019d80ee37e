import { loadSnapshot } from "../../ledger/grants.ts";
import { type AtProvider, atProvider, underSourceLease } from "../../ledger/lease.ts";
import { readReceipts, writePutBack } from "../../ledger/receipts.ts";
import { refuseWhileStopped } from "../../ledger/stop.ts";
import type { Grant } from "../../review/grants/grant.ts";
import { scopesGrew } from "../../review/grants/grant-comparison.ts";
import { isSameOrigin } from "../../review/grants/snapshot.ts";
import type { Reader, Remover, RestoreReply } from "../../review/ports.ts";
import { UnrestorableError } from "../../review/ports.ts";
import type { RestoreAnswer } from "../../review/stage.ts";
import { answer, type Stage } from "../../review/stage.ts";
import { readPresent } from "../removal/presence.ts";
import { untilTaskEnds } from "../removal/under-way.ts";

/** The removals of a review to undo, and who asks for it and why. With neither `grants` nor `all`, restore only says what it would do. */
export type RestoreRequest = {
  grants?: string[] | undefined;
  all?: boolean | undefined;
  by?: string | undefined;
  reason?: string | undefined;
};

/**
 * How one removal is undone. `add`: the grant is given again. `already-there`: the grant is back, with at least the scopes it
 * had. `needs-naming`: the grant is back with other scopes; the removed scopes are added only where the request names the grant.
 * `unrestorable`: no call gives the grant back as it was; where the request names the grant, the provider does what it can, and
 * the answer says what differs.
 */
export type RestoreStep = { grantId: string; step: "add" | "already-there" | "needs-naming" | "unrestorable" };

/** How long after the provider's yes a put-back is read: at once, then again. */
const readBackAfterMs = [0, 3_000, 7_000];

type Looking = AtProvider & { stage: Stage };
type Restoring = AtProvider<Remover> & { stage: Stage };

/** Puts back grants that a review revoked, with the scopes that its intents recorded, and reads every grant back. */
export async function restoreGrants(stage: Stage, request: RestoreRequest): Promise<RestoreAnswer> {
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
}

/** The ids of one host or app say nothing to another. */
async function refuseOtherOrigin(stage: Stage, { origin }: Reader): Promise<void> {
  const { sourceId, review } = stage;
  const reviewed = (await loadSnapshot(stage))?.snapshot.origin;
  if (reviewed && isSameOrigin(reviewed, origin)) return;
  throw new Error(
    `Cannot restore as ${sourceId} ${review} reviewed ${reviewed?.host ?? "nothing"} as ${reviewed?.account ?? "nobody"}, and the source is ${origin.host} as ${origin.account} now`,
  );
}

/** The grants to put back, as their intents have them: the named grants, or all that were revoked; none that was put back before. */
async function removedGrants(stage: Stage, { grants: named }: RestoreRequest): Promise<Grant[]> {
  const { intents, outcomes, restored } = await readReceipts(stage);
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
}

async function stepsOf(looking: Looking, grants: Grant[]): Promise<RestoreStep[]> {
  const steps: RestoreStep[] = [];
  const { stage, source } = looking;
  await refuseOtherOrigin(stage, source);
  for (let from = 0; from < grants.length; from += source.grantsPerRead) {
    const batch = grants.slice(from, from + source.grantsPerRead);
    const present = await readPresent(stage, source, batch);
    steps.push(...batch.map((grant) => ({ grantId: grant.id, step: stepOf(grant, present.get(grant.id)) })));
  }
  return steps;
}

function stepOf(grant: Grant, present: { scopes: Grant["scopes"] } | undefined): RestoreStep["step"] {
  if (present && !scopesGrew(present.scopes, grant.scopes)) return "already-there";
  if (!grant.restorable) return "unrestorable";
  return present ? "needs-naming" : "add";
}

type PutBack = { removed: Grant[]; steps: RestoreStep[]; request: RestoreRequest };

async function putBackAll(restoring: Restoring, { removed, steps, request }: PutBack): Promise<RestoreAnswer> {
  const { stage } = restoring;
  const { by = "", reason = "" } = request;
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
    const error = await putBack(restoring, grant, { step, reasons: { by, reason } });
    if (error) failed.push({ grantId: grant.id, error });
    else restored++;
  }
  return answerOf(stage, "done", { steps: untried, done: { restored, failed } });
}

type Putting = { step: RestoreStep["step"]; reasons: { by: string; reason: string } };

/** Null once the grant is back and a read has shown it; else why not. */
async function putBack(restoring: Restoring, grant: Grant, { step, reasons }: Putting): Promise<string | null> {
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
  const by = step === "already-there" ? "already-there" : "added";
  await writePutBack(stage, { grantId: grant.id, by, requestId, reasons });
  return null;
}

/** Waits for the task of a put-back. Null where the task ended, or only a read can tell; else why the task put nothing back. */
async function whyNotGiven(looking: Looking, task: string): Promise<string | null> {
  const end = await untilTaskEnds(looking, task, looking.stage.clock.now());
  if (end.kind === "stopped") return "the provider is still at it: run restore again";
  return end.kind === "failed" ? end.detail : null;
}

/** A put-back that no call of the provider can do is a refusal of this grant alone: the others are still put back. */
function asRefusal(error: unknown): RestoreReply {
  if (!(error instanceof UnrestorableError)) throw error;
  return { requestId: null, refusal: error.message };
}

/** Null once a read shows the grant with at least its scopes; else how the grant that the read shows differs. */
async function differenceOf(looking: Looking, grant: Grant): Promise<string | null> {
  let present: { scopes: Grant["scopes"] } | undefined;
  for (const waitMs of readBackAfterMs) {
    if (waitMs > 0) await looking.stage.clock.sleep(waitMs);
    present = (await readPresent(looking.stage, looking.source, [grant])).get(grant.id);
    if (present && !scopesGrew(present.scopes, grant.scopes)) return null;
  }
  return present
    ? `the grant is back, and holds for ${idsOf(present.scopes)} instead of ${idsOf(grant.scopes)}: set that by hand`
    : "the provider said yes, but the grant is not there: run restore again";
}

function idsOf(scopes: Grant["scopes"]): string {
  return (
    (scopes ?? [])
      .map((parts) => parts.map(({ dimension, ids }) => `${dimension} ${ids.join(", ")}`).join(" + "))
      .join(" or ") || "nothing that is known"
  );
}

type Result = { steps: RestoreStep[]; done?: { restored: number; failed: { grantId: string; error: string }[] } };

/** `steps`: the steps that were not taken. */
function answerOf(stage: Stage, status: "done" | "continue", { steps, done }: Result): RestoreAnswer {
  const of = (step: RestoreStep["step"]) => steps.filter((each) => each.step === step).map((each) => each.grantId);
  return answer(stage, status, {
    unrestorable: of("unrestorable"),
    needsNaming: of("needs-naming"),
    ...(done
      ? { restored: done.restored, notRestored: done.failed }
      : { add: of("add"), alreadyThere: of("already-there") }),
  });
}
