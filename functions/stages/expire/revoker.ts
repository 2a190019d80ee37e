import { createMutex, eachInFlight, type Mutex } from "../../basics/concurrency.ts";
import { isoInstant } from "../../basics/time.ts";
import type { Lease } from "../../ledger/lease.ts";
import { writeIntent } from "../../ledger/receipts.ts";
import { writeAhead } from "../../ledger/write-ahead.ts";
import { type Said, sayBecause } from "../../review/because.ts";
import type { Grant, Scopes } from "../../review/grants/grant.ts";
import type { PlanItem } from "../../review/plan/plan.ts";
import type { Remover, RevokeReply } from "../../review/ports.ts";
import type { PersonRead } from "../../review/proof/receipt.ts";
import { openTaskWatch, type Started, type TaskEnd, type TaskWatch } from "../removal/under-way.ts";
import {
  openReadBack,
  planHashBegunUnder,
  type ReadBack,
  type Settling,
  settleRefused,
  settleUnrevoked,
  stillThere,
} from "./removal-outcomes.ts";

// The removals of one plan. Above 300 lines, as the order of its steps (read, intent, call, read back, outcome) is the product.

/** An item whose time has come, with the grant as the snapshot shows it and as the previous snapshot did. */
export type DueItem = { item: PlanItem; grant: Grant; before: Grant | null };

/**
 * Whether an item is still due, by a fresh read. `keep`: the scopes that stay, of an item by rules that narrow; `person`: who the holder is, where a rule asks. `unreadable`: its holder could not be read, so nothing may happen to it.
 * `person-unread`: the item rests on who its holder is, and the source that says so could not be read; `detail` says why.
 */
export type StillDue =
  | { kind: "revoke"; grant: Grant; keep?: Scopes; person?: PersonRead }
  | { kind: "gone" }
  | ({ kind: "changed" } & Said)
  | ({ kind: "held" } & Said)
  | { kind: "unreadable" }
  | { kind: "person-unread"; detail: string };

/** Removes batches of due items, each after a fresh read, and reads every removal back. */
export type Revoker = {
  batchSize: number;
  /** Waits until a batch may be removed without delay, and reads back meanwhile; false where the invocation has to stop. */
  untilReady(shouldStop: () => boolean): Promise<boolean>;
  /** Gives the items that were not sent: by the time the rate limit let them go, what was read of them would have been old. */
  revoke(batch: DueItem[]): Promise<DueItem[]>;
  /** Goes on waiting for a removal that an earlier invocation started; the provider is not asked for it again. */
  awaitTask(due: DueItem, grant: Grant, started: Started): void;
  /** Reads back the removals that are still outstanding. Throws where an item could not be read, or got no answer at all. */
  finish(shouldStop: () => boolean): Promise<boolean>;
};

/** What removals and narrowings are done with. */
export type Context = Settling & {
  source: Remover;
  lease: Lease;
  /** Reads items anew and judges them again; by grant id. */
  checkStillDue(due: DueItem[]): Promise<Map<string, StillDue>>;
  /** Makes `state` durable. */
  save(): Promise<void>;
};

/** The removals of one plan. Every step below reads and changes this one state. */
type Removals = Context & {
  readBack: ReadBack;
  tasks: TaskWatch;
  /** Held by the one removal that waits for the rate limit, so that the length of the wait is known. */
  lockSending: Mutex;
  /** By grant id: who the holder is, where the removal rests on it. */
  persons: Map<string, PersonRead>;
  /** Grants whose holders could not be read. */
  unreadable: string[];
  /** Grants of whose holders nobody could say who they are, and why not. */
  personsUnread: string[];
  whyPersonsUnread: string;
  /** By grant id: how often a removal got no answer so far. */
  silences: Map<string, number>;
  /** How the last removal that got no answer went missing. */
  lastSilence: string;
  /** Grants whose removal got no answer as often as it is tried. */
  unanswered: string[];
  /** By grant id: the items that were sent, or wait for a task. */
  dueById: Map<string, DueItem>;
  /** Removals whose task failed without a reason that speaks of the grant, and when they are tried again. */
  again: { due: DueItem; atMs: number }[];
};

/** A fresh read is taken at most this long before the removals that it is for. */
const rereadLeadMs = 1_000;
const waitMs = 10_000;
const revokesInFlight = 8;
/** How often a removal that gets no answer, or whose task fails, is tried, each time after a fresh read. */
const triesAtMost = 3;
/** The pauses after the first and the second failed task of a removal, in which the provider's trouble may pass. */
const pausesAfterFailureMs = [10_000, 30_000];

/** Opens the revoker of one plan; `context.state` and `context.receipts` hold the removals of earlier invocations. */
export function openRevoker(context: Context): Revoker {
  const { stage, source } = context;
  const removals: Removals = {
    ...context,
    readBack: openReadBack(stage, source),
    tasks: openTaskWatch(stage, source, (grant, started, end) => endTask(removals, grant, { started, end })),
    lockSending: createMutex(),
    persons: new Map(),
    unreadable: [],
    personsUnread: [],
    whyPersonsUnread: "",
    silences: new Map(),
    lastSilence: "",
    unanswered: [],
    dueById: new Map(),
    again: [],
  };
  return {
    batchSize: source.grantsPerRead,
    untilReady: (shouldStop) => untilReady(removals, shouldStop),
    revoke: (batch) => revokeBatch(removals, batch),
    awaitTask: (due, grant, started) => {
      removals.dueById.set(grant.id, due);
      removals.tasks.add(grant, started);
    },
    finish: (shouldStop) => finishRemovals(removals, shouldStop),
  };
}

async function revokeBatch(removals: Removals, batch: DueItem[]): Promise<DueItem[]> {
  const unsentIds = new Set<string>();
  for (const due of batch) removals.dueById.set(due.item.grantId, due);
  let grants = await grantsStillDue(removals, batch);
  while (grants.length > 0) {
    const { silent, unsent } = await revokeOnce(removals, grants);
    for (const { id } of unsent) unsentIds.add(id);
    const again = silent.filter(({ id }) => !isGivenUp(removals, id));
    grants = await stillThere(removals, again);
  }
  return batch.filter(({ item }) => unsentIds.has(item.grantId));
}

/** The grants of the items that are still due; the other items get their outcome. */
async function grantsStillDue(removals: Removals, batch: DueItem[]): Promise<Grant[]> {
  const checked = await removals.checkStillDue(batch);
  // An invocation that took the lease over may have caused what was read: then the outcomes are not ours to write.
  await removals.lease.check();
  const grants: Grant[] = [];
  for (const { item } of batch) {
    const stillDue = checked.get(item.grantId)!;
    // An item that narrows comes here only where an earlier plan began to remove the grant: seal tells what became of that.
    if (stillDue.kind === "revoke" && (stillDue.keep?.length ?? 0) === 0) {
      grants.push(stillDue.grant);
      if (stillDue.person) removals.persons.set(item.grantId, stillDue.person);
    }
    if (stillDue.kind !== "revoke") await settleUnrevoked(removals, item.grantId, stillDue);
    if (stillDue.kind === "unreadable") removals.unreadable.push(item.grantId);
    if (stillDue.kind === "person-unread") {
      removals.personsUnread.push(item.grantId);
      removals.whyPersonsUnread = stillDue.detail;
    }
  }
  return grants;
}

/** Gives the grants that got no answer, and those that were not sent. A removal that throws does not hide the replies to the others. */
async function revokeOnce(removals: Removals, grants: Grant[]): Promise<{ silent: Grant[]; unsent: Grant[] }> {
  const silent: Grant[] = [];
  const unsent: Grant[] = [];
  const failures = await eachInFlight(removals.source.revokeGroups(grants), revokesInFlight, async (group) => {
    const replies = await sendInTime(removals, group);
    if (!replies) unsent.push(...group);
    for (const [at, reply] of (replies ?? []).entries()) {
      const isAnswered = await takeReply(removals, group[at]!, reply);
      if (!isAnswered) silent.push(group[at]!);
    }
  });
  await confirmDue(removals);
  if (failures.length > 0) throw failures[0];
  return { silent, unsent };
}

/** Sends the removal of one group; null where it would have to wait for longer than a fresh read is good for. */
async function sendInTime(removals: Removals, group: Grant[]): Promise<RevokeReply[] | null> {
  const { source } = removals;
  const unlock = await removals.lockSending();
  try {
    if (source.revokeDelay() > rereadLeadMs) return null;
    return await source.revoke(group, () => {
      unlock();
      return beforeWrite(removals, group);
    });
  } finally {
    unlock();
  }
}

async function beforeWrite(removals: Removals, grants: Grant[]): Promise<void> {
  const { stage, planHash, persons } = removals;
  const write = (grant: Grant) => writeIntent(stage, planHash, grant, { person: persons.get(grant.id) });
  await writeAhead(removals, () => Promise.all(grants.map(write)));
}

/** Takes down the reply to one removal; false where the removal got no answer. */
async function takeReply(removals: Removals, grant: Grant, reply: RevokeReply): Promise<boolean> {
  if (reply.kind === "no-answer") {
    removals.silences.set(grant.id, removals.silences.get(grant.id) ?? 0);
    removals.lastSilence = reply.detail;
    return false;
  }
  if (reply.kind === "refused") await takeFailure(removals, grant, reply);
  else if (reply.kind === "started") await watchTask(removals, grant, reply);
  else
    addToReadBack(removals, grant, {
      ...reply,
      outcome: reply.kind === "accepted" ? "revoked" : goneOutcome(removals, grant),
    });
  return true;
}

type Gone = "revoked" | "already-gone";

/** The outcome of a grant that was gone before this call. After an earlier call of ours that got no answer, or whose task failed, that call has removed it. */
function goneOutcome({ receipts, silences, state }: Removals, { id }: Grant): Gone {
  return receipts.intents.has(id) || silences.has(id) || id in state.failures ? "revoked" : "already-gone";
}

async function watchTask(
  removals: Removals,
  grant: Grant,
  { task, requestId }: Omit<Started, "startedAt">,
): Promise<void> {
  const started = { task, requestId, startedAt: isoInstant(removals.stage.clock.now()) };
  removals.state.tasks[grant.id] = started;
  // Durable before the first poll: whoever resumes must wait for this task, and not remove once more.
  await removals.save();
  removals.tasks.add(grant, started);
}

async function endTask(
  removals: Removals,
  grant: Grant,
  { started, end }: { started: Started; end: TaskEnd },
): Promise<void> {
  const { requestId } = started;
  if (end.kind === "failed") await takeFailure(removals, grant, { ...end, requestId });
  else addToReadBack(removals, grant, { requestId, outcome: "revoked" });
  // An overdue task stays in the state: the provider may still carry it out, and it is not to be begun anew.
  if (end.kind !== "overdue") delete removals.state.tasks[grant.id];
}

type Failure = { detail: string; requestId: string | null; isPassing?: boolean };

/**
 * Takes down a removal that failed. A failure without a reason that speaks of the grant is tried again after a pause; after the
 * last try the outcome is "refused" with a code by which the next review tries again.
 */
async function takeFailure(removals: Removals, grant: Grant, { detail, requestId, isPassing }: Failure): Promise<void> {
  const { state, again, stage } = removals;
  const facts = { requestId, goneOutcome: goneOutcome(removals, grant) };
  if (!isPassing) return await settleRefused(removals, grant, { detail, ...facts });
  const times = (state.failures[grant.id] ?? 0) + 1;
  state.failures[grant.id] = times;
  if (times >= triesAtMost) {
    return await settleRefused(removals, grant, { ...sayBecause("task-failed", { times }), ...facts });
  }
  again.push({ due: removals.dueById.get(grant.id)!, atMs: stage.clock.now() + pausesAfterFailureMs[times - 1]! });
}

/** Tries again the removals whose pause is over. */
async function revokeAgain(removals: Removals): Promise<void> {
  const { again, source, stage } = removals;
  const nowMs = stage.clock.now();
  const ready = again.filter(({ atMs }) => atMs <= nowMs).slice(0, source.grantsPerRead);
  if (ready.length === 0) return;
  for (const each of ready) again.splice(again.indexOf(each), 1);
  const unsent = await revokeBatch(
    removals,
    ready.map(({ due }) => due),
  );
  again.push(...unsent.map((due) => ({ due, atMs: nowMs + source.revokeDelay() })));
}

type Answer = { requestId: string | null; outcome: Gone };

function addToReadBack(removals: Removals, grant: Grant, { requestId, outcome }: Answer): void {
  const nowMs = removals.stage.clock.now();
  const planHash = planHashBegunUnder(removals, grant.id);
  removals.state.accepted[grant.id] = { requestId, at: isoInstant(nowMs) };
  removals.readBack.add({ grant, planHash, requestId, answeredAtMs: nowMs, outcome, reads: 0 });
}

/** Counts a removal that got no answer, and says whether it is not tried again. */
function isGivenUp({ silences, unanswered }: Removals, grantId: string): boolean {
  const count = (silences.get(grantId) ?? 0) + 1;
  silences.set(grantId, count);
  if (count === triesAtMost) unanswered.push(grantId);
  return count === triesAtMost;
}

async function untilReady(removals: Removals, shouldStop: () => boolean): Promise<boolean> {
  for (;;) {
    if (shouldStop()) return false;
    await confirmDue(removals);
    const delayMs = removals.source.revokeDelay() - rereadLeadMs;
    if (delayMs <= 0) return true;
    await waitUntil(removals, nextAtMs(removals), Math.min(delayMs, waitMs));
  }
}

async function finishRemovals(removals: Removals, shouldStop: () => boolean): Promise<boolean> {
  for (let atMs = nextAtMs(removals); atMs !== null; atMs = nextAtMs(removals)) {
    if (shouldStop()) return false;
    await waitUntil(removals, atMs, waitMs);
    await confirmDue(removals);
    await revokeAgain(removals);
  }
  refuseUnfinished(removals);
  return true;
}

/** Waits until then, at most for so long. */
async function waitUntil({ stage, lease }: Removals, atMs: number | null, atMostMs: number): Promise<void> {
  await lease.check();
  const untilMs = atMs === null ? Number.POSITIVE_INFINITY : Math.max(1, atMs - stage.clock.now());
  await stage.clock.sleep(Math.min(atMostMs, untilMs));
}

async function confirmDue({ tasks, readBack }: Removals): Promise<void> {
  await tasks.pollDue();
  await readBack.readDue();
}

/** Epoch milliseconds of the next poll, read back or further try, null if none is outstanding. */
function nextAtMs({ tasks, readBack, again }: Removals): number | null {
  const tries = again.map(({ atMs }) => atMs);
  const instants = [tasks.nextAtMs(), readBack.nextAtMs(), ...tries].filter((atMs) => atMs !== null);
  return instants.length === 0 ? null : Math.min(...instants);
}

/** Throws where a holder could not be read, or a removal got no answer as often as it is tried. */
function refuseUnfinished(removals: Removals): void {
  const { stage, unreadable, personsUnread, whyPersonsUnread, unanswered, lastSilence } = removals;
  const faults: string[] = [];
  if (unreadable.length > 0) {
    faults.push(
      `Cannot expire ${unreadable.join(", ")} as their holders could not be read: nothing was removed; is the app's data range everyone?`,
    );
  }
  if (personsUnread.length > 0) {
    faults.push(
      `Cannot expire ${personsUnread.join(", ")} as ${stage.authority?.source}, which says who their holders are, could not be read: nothing was removed of them, run expire again once it can. ${whyPersonsUnread}`,
    );
  }
  if (unanswered.length > 0) {
    faults.push(
      `Cannot tell what became of ${unanswered.join(", ")} as their removal got no answer ${triesAtMost} times (the last: ${lastSilence}): run expire again once the provider is well`,
    );
  }
  if (faults.length > 0) throw new Error(faults.join("\n"));
}
