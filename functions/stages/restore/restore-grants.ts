import { snapshotInOrder } from "../../ledger/clock-order.ts";
import { type AtProvider, atProvider, underSourceLease } from "../../ledger/lease.ts";
import { type ProvedRemoval, provedRemovals, type Removals } from "../../ledger/proved-removals.ts";
import { writePutBack } from "../../ledger/receipts.ts";
import { refuseWhileStopped } from "../../ledger/stop.ts";
import type { Grant, GrantEntry, Scopes } from "../../review/grants/grant.ts";
import { scopesGrew, scopesText, scopesWithout } from "../../review/grants/grant-comparison.ts";
import { type Remover, type RestoreReply, UnrestorableError } from "../../review/ports.ts";
import { sayFault } from "../../review/proof/faults.ts";
import type { Restored } from "../../review/proof/receipt.ts";
import { answer, type RestoreAnswer, type Stage, unlessCutShort } from "../../review/stage.ts";
import { readPresent } from "../removal/presence.ts";
import { untilTaskEnds } from "../removal/under-way.ts";
import { type Looking, type RestoreStep, stepsOf } from "./restore-steps.ts";

/** The removals of a review to undo, and who asks for it and why. With neither `grants` nor `all`, restore only says what it would do. */
export type RestoreRequest = {
  grants?: string[] | undefined;
  all?: boolean | undefined;
  by?: string | undefined;
  reason?: string | undefined;
};

/** How long after the provider's yes a put-back is read: at once, then again. */
const readBackAfterMs = [0, 3_000, 7_000];

type Restoring = AtProvider<Remover> & { stage: Stage };

/**
 * Puts back grants that a review revoked, with the scopes that its snapshot shows, and reads every grant back. Only what the
 * review proves is put back: where the proof of any grant asked for fails, nothing is sent.
 */
export async function restoreGrants(stage: Stage, request: RestoreRequest): Promise<RestoreAnswer> {
  const cutShort = (): RestoreAnswer => restoreAnswer(stage, "continue", { steps: [] });
  return await unlessCutShort(() => restoreUnderLease(stage, request), cutShort);
}

async function restoreUnderLease(stage: Stage, request: RestoreRequest): Promise<RestoreAnswer> {
  const isAsked = request.all === true || request.grants !== undefined;
  return await underSourceLease(stage, async (sourceLease) => {
    const asked = { trusted: stage.trustedKeys ?? [], wanted: request.grants ?? null };
    const removals = await provedRemovals(stage, asked);
    refuseForeign(stage, request, removals);
    if (!isAsked) {
      return await atProvider({ stage, open: stage.openReader, sourceLease }, async (at) => {
        const steps = await stepsOf({ stage, ...at }, removals);
        return { ...restoreAnswer(stage, "done", { steps }), notProved: unprovedOf(removals) };
      });
    }
    refuseUnproved(stage, removals);
    await snapshotInOrder(stage, { evenSealed: true });
    return await atProvider({ stage, open: stage.openRemover, sourceLease }, async (at) => {
      const steps = await stepsOf({ stage, ...at }, removals);
      return await putBackAll({ stage, ...at }, { removals, steps, request });
    });
  });
}

/** Throws where the request names a grant that the review did not revoke. */
function refuseForeign({ sourceId, review }: Stage, { grants = [] }: RestoreRequest, removals: Removals): void {
  const known = new Set([...removals.proved.map(({ grant }) => grant.id), ...removals.faults.keys()]);
  const foreign = grants.filter((id) => !known.has(id));
  if (foreign.length === 0) return;
  throw new Error(`Cannot restore ${foreign.join(", ")} as ${sourceId} ${review} did not revoke them`);
}

/** Throws, with every fault, where anything of what is asked for is not proved. */
function refuseUnproved({ sourceId, review }: Stage, removals: Removals): void {
  const unproved = unprovedOf(removals);
  if (unproved.length === 0) return;
  const said = [...new Set(unproved.map(({ error }) => error))].join("\n");
  throw new Error(
    `Cannot restore from ${sourceId} ${review} as it does not prove what it removed, and nothing was sent:\n${said}\nVerify the review. What of it is proved can be put back by naming it with --grant`,
  );
}

function unprovedOf({ faults }: Removals): { grantId: string; error: string }[] {
  return [...faults].map(([grantId, found]) => ({ grantId, error: found.map((each) => sayFault(each)).join("; ") }));
}

type PutBack = { removals: Removals; steps: RestoreStep[]; request: RestoreRequest };

async function putBackAll(restoring: Restoring, { removals, steps, request }: PutBack): Promise<RestoreAnswer> {
  const { stage } = restoring;
  const { by = "", reason = "" } = request;
  const failed: { grantId: string; error: string }[] = [];
  const wanted = new Set(request.grants ?? []);
  const tried = steps.filter(({ grantId, step }) => wanted.has(grantId) || step === "add" || step === "already-there");
  const untried = steps.filter((each) => !tried.includes(each));
  let restored = 0;
  for (const [at, removal] of removals.proved.entries()) {
    if (stage.shouldStop()) return restoreAnswer(stage, "continue", { steps: untried, done: { restored, failed } });
    const { grantId, step } = steps[at]!;
    // What was put back before, and is there, is done.
    const isDone = removal.restored !== null && step === "already-there";
    if (isDone || !tried.includes(steps[at]!)) continue;
    stage.progress({ stage: "restore", counts: { grants: at + 1 }, share: (at + 1) / removals.proved.length });
    const error = removal.restored
      ? whyNotAgain(removal.restored)
      : await putBack(restoring, removal, { step, reasons: { by, reason } });
    if (error) failed.push({ grantId, error });
    else restored++;
  }
  return restoreAnswer(stage, "done", { steps: untried, done: { restored, failed } });
}

/** A put-back has one receipt, which stands already: a second would stand nowhere. */
function whyNotAgain({ review, at }: Restored): string {
  return `a receipt of ${review} says that it was put back at ${at}, and it is not there as it was: restore it from the review that removed it since, or ask who wrote that receipt`;
}

type Putting = { step: RestoreStep["step"]; reasons: { by: string; reason: string } };

/** Null once the grant is back and a read has shown it; else why not. */
async function putBack(
  restoring: Restoring,
  { grant, keep }: ProvedRemoval,
  { step, reasons }: Putting,
): Promise<string | null> {
  const { stage } = restoring;
  let requestId: string | null = null;
  if (step !== "already-there") {
    const reply = await (keep ? widen(restoring, grant) : giveBack(restoring, grant)).catch(asRefusal);
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

function beforeWrite({ stage, lease }: Restoring): () => Promise<void> {
  return async () => {
    await refuseWhileStopped(stage);
    await lease.check();
  };
}

function giveBack(restoring: Restoring, grant: Grant): Promise<RestoreReply> {
  return restoring.source.restore(grant, beforeWrite(restoring));
}

/**
 * Gives a narrowed grant the scopes that it had, beside what somebody else has added since: setting the scopes replaces whatever
 * is there. A grant that is gone since is given again.
 */
async function widen(restoring: Restoring, grant: Grant): Promise<RestoreReply> {
  const { stage, source } = restoring;
  const present: GrantEntry | undefined = (await readPresent(stage, source, [grant])).get(grant.id);
  const { narrowing } = source;
  if (!present || !narrowing) return await giveBack(restoring, grant);
  const had = await narrowing.withoutGone(grant, grant.scopes ?? []);
  const scopes: Scopes = [...had, ...scopesWithout(present.scopes ?? [], grant.scopes ?? [])];
  const most = narrowing.mostCombinations;
  if (scopes.length === 0 || scopes.length > most) {
    const refusal = `${scopes.length} combinations of scopes would be set, and the provider takes 1 to ${most}: set them by hand`;
    return { requestId: null, refusal };
  }
  const reply = await narrowing.setScopes(grant, scopes, beforeWrite(restoring));
  if (reply.kind === "accepted") return { requestId: reply.requestId };
  // Where the answer was lost, the read after it tells.
  return reply.kind === "refused" ? { requestId: reply.requestId, refusal: reply.detail } : { requestId: null };
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
    ? `the grant is back, and holds for ${scopesText(present.scopes)} instead of ${scopesText(grant.scopes)}: set that by hand`
    : "the provider said yes, but the grant is not there: run restore again";
}

type Result = { steps: RestoreStep[]; done?: { restored: number; failed: { grantId: string; error: string }[] } };

/** `steps`: the steps that were not taken. */
function restoreAnswer(stage: Stage, status: "done" | "continue", { steps, done }: Result): RestoreAnswer {
  const of = (step: RestoreStep["step"]) => steps.filter((each) => each.step === step).map((each) => each.grantId);
  return answer(stage, status, {
    unrestorable: of("unrestorable"),
    needsNaming: [...of("needs-naming"), ...of("left-since"), ...of("person-unread")].sort(),
    leftSince: of("left-since"),
    ...(steps.some(({ step }) => step === "person-unread") ? { personUnread: of("person-unread") } : {}),
    removedSince: of("removed-since"),
    ...(done
      ? { restored: done.restored, notRestored: done.failed }
      : { add: of("add"), alreadyThere: of("already-there") }),
  });
}
