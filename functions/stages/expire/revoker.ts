import { isoInstant } from "../../basics/time.ts";
import type { Lease } from "../../ledger/lease.ts";
import { refuseWhileStopped } from "../../ledger/stop.ts";
import type { Grant } from "../../review/grants/grant.ts";
import type { RevokeReply } from "../../review/ports.ts";
import type { Stage } from "../../review/stage.ts";
import { openReadBack } from "../removal/read-back.ts";
import { writeIntent } from "../removal/revocation.ts";
import { openTaskWatch, type Started, type TaskEnd } from "../removal/task-watch.ts";
import { eachInFlight } from "./in-flight.ts";
import { planHashOf, type Settling, settleRefused, settleUnrevoked, stillThere } from "./removal-outcomes.ts";
import type { DueItem, Rereader } from "./reread.ts";
import { openTurnstile } from "./turnstile.ts";
import { openUnfinishedRemovals } from "./unfinished-removals.ts";

/** Removes batches of due items, each after a fresh look, and reads every removal back. */
export type Revoker = {
  batchSize: number;
  /** Waits until a batch may be removed without delay, reading back in the meantime; false where it has to stop. */
  untilReady(shouldStop: () => boolean): Promise<boolean>;
  /** Gives those that it did not come to, as what was read of them would have been old by the time the rate limit let them go. */
  revoke(batch: DueItem[]): Promise<DueItem[]>;
  /** Goes on waiting for the removal of a grant that an earlier invocation started; it is not asked for again. */
  awaitTask(grant: Grant, started: Started): void;
  /** Reads back what is still outstanding. Throws where an item could not be read, or got no answer at all. */
  finish(shouldStop: () => boolean): Promise<boolean>;
};

type Context = Settling & {
  lease: Lease;
  reread: Rereader;
  /** Makes `state` durable. */
  save(): Promise<void>;
};

/** A fresh look is taken at most this long before the removals it is for. */
const REREAD_LEAD_MS = 1_000;
const WAIT_MS = 10_000;
const REVOKES_IN_FLIGHT = 8;

/** Gives the revoker of one plan; `context.state` and `context.receipts` hold what earlier invocations removed. */
export const openRevoker = (context: Context): Revoker => {
  const { stage, source, state } = context;
  const readBack = openReadBack(stage, source);
  const tasks = openTaskWatch(stage, source, (grant, started, end) => endTask(grant, started, end));
  const unfinished = openUnfinishedRemovals();
  const takeTurn = openTurnstile();

  const rereadAndSort = async (batch: DueItem[]): Promise<Grant[]> => {
    const verdicts = await context.reread(batch);
    // What was read after somebody else took over may be that one's doing, and is not ours to tell.
    await context.lease.check();
    const grants: Grant[] = [];
    for (const { item } of batch) {
      const verdict = verdicts.get(item.grantId)!;
      if (verdict.kind === "revoke") grants.push(verdict.grant);
      else await settleUnrevoked(context, item.grantId, verdict);
      if (verdict.kind === "unreadable") unfinished.addUnreadable(item.grantId);
    }
    return grants;
  };

  const takeReply = async (grant: Grant, reply: RevokeReply): Promise<Grant | null> => {
    if (reply.kind === "no-answer") {
      unfinished.addSilence(grant.id, reply.detail);
      return grant;
    }
    if (reply.kind === "refused") {
      await settleRefused(context, grant, { ...reply, goneOutcome: goneOutcome(grant) });
      return null;
    }
    if (reply.kind === "started") {
      const started = { task: reply.task, requestId: reply.requestId, startedAt: isoInstant(stage.clock.now()) };
      state.tasks[grant.id] = started;
      // Durable before anybody asks how it goes: whoever resumes must wait for it, not remove once more.
      await context.save();
      tasks.add(grant, started);
      return null;
    }
    readBackOf(grant, reply.requestId, reply.kind === "accepted" ? "revoked" : goneOutcome(grant));
    return null;
  };

  /** Gone before this call, but after an earlier one of ours that nobody answered: that one has removed it. */
  const goneOutcome = ({ id }: Grant): "revoked" | "already-gone" =>
    context.receipts.intents.has(id) || unfinished.wasSilent(id) ? "revoked" : "already-gone";

  const readBackOf = (grant: Grant, requestId: string | null, outcome: "revoked" | "already-gone"): void => {
    state.accepted[grant.id] = { requestId, at: isoInstant(stage.clock.now()) };
    readBack.add({
      grant,
      planHash: planHashOf(context, grant.id),
      requestId,
      answeredAtMs: stage.clock.now(),
      outcome,
      reads: 0,
    });
  };

  const endTask = async (grant: Grant, { requestId }: Started, end: TaskEnd): Promise<void> => {
    if (end.kind === "failed") {
      await settleRefused(context, grant, { detail: end.detail, requestId, goneOutcome: goneOutcome(grant) });
    } else readBackOf(grant, requestId, "revoked");
    // An overdue one stays: it may still be carried out, and is not to be begun anew.
    if (end.kind !== "overdue") delete state.tasks[grant.id];
  };

  const confirmDue = async (): Promise<void> => {
    await tasks.pollDue();
    await readBack.readDue();
  };

  const nextAtMs = (): number | null => {
    const instants = [tasks.nextAtMs(), readBack.nextAtMs()].filter((atMs) => atMs !== null);
    return instants.length === 0 ? null : Math.min(...instants);
  };

  /** Null where it would have to wait longer than a fresh look is good for. One waits at a time, so that the wait is known. */
  const sendInTime = async (group: Grant[]): Promise<RevokeReply[] | null> => {
    const pass = await takeTurn();
    try {
      if (source.revokeDelay() > REREAD_LEAD_MS) return null;
      return await source.revoke(group, () => {
        pass();
        return beforeWrite(context, group);
      });
    } finally {
      pass();
    }
  };

  /** Gives the grants that got no answer, and those that were not sent. A throw of one does not hide the replies to the others. */
  const revokeOnce = async (grants: Grant[]): Promise<{ silent: Grant[]; unsent: Grant[] }> => {
    const silent: Grant[] = [];
    const unsent: Grant[] = [];
    const groups = source.revokeGroups(grants);
    const failures = await eachInFlight(groups, REVOKES_IN_FLIGHT, async (group) => {
      const replies = await sendInTime(group);
      if (!replies) unsent.push(...group);
      for (const [at, reply] of (replies ?? []).entries()) {
        const unheard = await takeReply(group[at]!, reply);
        if (unheard) silent.push(unheard);
      }
    });
    await confirmDue();
    if (failures.length > 0) throw failures[0];
    return { silent, unsent };
  };

  const revoke = async (batch: DueItem[]): Promise<DueItem[]> => {
    const unsentIds = new Set<string>();
    let grants = await rereadAndSort(batch);
    while (grants.length > 0) {
      const { silent, unsent } = await revokeOnce(grants);
      for (const { id } of unsent) unsentIds.add(id);
      const again = silent.filter(({ id }) => !unfinished.isGivenUp(id));
      grants = await stillThere(context, again);
    }
    return batch.filter(({ item }) => unsentIds.has(item.grantId));
  };

  const untilReady = async (shouldStop: () => boolean): Promise<boolean> => {
    for (;;) {
      if (shouldStop()) return false;
      await confirmDue();
      const delayMs = source.revokeDelay() - REREAD_LEAD_MS;
      if (delayMs <= 0) return true;
      await context.lease.check();
      await stage.clock.sleep(Math.min(delayMs, WAIT_MS, untilNext(stage, nextAtMs())));
    }
  };

  const finish = async (shouldStop: () => boolean): Promise<boolean> => {
    for (let atMs = nextAtMs(); atMs !== null; atMs = nextAtMs()) {
      if (shouldStop()) return false;
      await context.lease.check();
      await stage.clock.sleep(Math.min(WAIT_MS, untilNext(stage, atMs)));
      await confirmDue();
    }
    unfinished.check();
    return true;
  };

  return { batchSize: source.grantsPerRead, untilReady, revoke, awaitTask: tasks.add, finish };
};

const untilNext = (stage: Stage, atMs: number | null): number =>
  atMs === null ? Number.POSITIVE_INFINITY : Math.max(1, atMs - stage.clock.now());

/** The last steps before the provider is asked to remove: nobody said stop, the intent is durable, the lease stands. */
const beforeWrite = async (context: Context, grants: Grant[]): Promise<void> => {
  await context.lease.check();
  await refuseWhileStopped(context.stage);
  await Promise.all(grants.map((grant) => writeIntent(context.stage, context.planHash, grant)));
  // Once more and last: an invocation that stood still while it wrote must not remove what another one is looking after.
  await context.lease.check();
};
