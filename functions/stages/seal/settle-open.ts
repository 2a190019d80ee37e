import { epochMs } from "../../basics/time.ts";
import type { AtProvider } from "../../ledger/lease.ts";
import type { AtWork } from "../../ledger/ledger.ts";
import {
  type Receipts,
  readRetirements,
  removedSince,
  writeOutcome,
  writeRetirementOutcome,
} from "../../ledger/receipts.ts";
import { sayBecause } from "../../review/because.ts";
import type { Plan, PlanItem } from "../../review/plan/plan.ts";
import type { Reader } from "../../review/ports.ts";
import type { Intent } from "../../review/proof/receipt.ts";
import type { Stage } from "../../review/stage.ts";

import { narrowingOutcome } from "../removal/narrowed.ts";
import { presenceOf, readPresent } from "../removal/presence.ts";

import { type ExpireState, openExpireState, untilTaskEnds } from "../removal/under-way.ts";

/** When the grant of an intent is read, after the first read, where its removal may have been sent only a moment ago. */
const readAfterMs = [0, 3_000, 10_000];

/**
 * Gives every intent without an outcome the outcome that fresh reads show, once the tasks that the provider began have ended.
 * A grant that is still there is `unverified` where the provider said yes to its removal, and `failed` where the removal got no
 * answer. `at` is null where the source is configured to another host or app since: it cannot show these grants, and every
 * intent is `failed`.
 */
export async function settleIntents(stage: Stage, at: AtProvider | null, intents: Intent[]): Promise<void> {
  if (at === null) return await giveUp(stage, intents);
  const { source } = at;
  const { state } = await openExpireState(stage, new Map(intents.map((intent) => [intent.grantId, intent])));
  const ends = await endsOf({ ...at, stage }, { open: intents, state });
  const beganAtMs = stage.clock.now();
  let open = intents;
  for (const afterMs of open.some(mayBeRecent(state, beganAtMs)) ? readAfterMs : [0]) {
    const waitMs = beganAtMs + afterMs - stage.clock.now();
    if (waitMs > 0) await stage.clock.sleep(waitMs);
    open = await settleUnlessThere(stage, source, { open, state });
    if (open.length === 0) return;
  }
  for (const intent of open) await settleStanding(stage, { intent, state, end: ends.get(intent.grantId) ?? null });
}

/** How the tasks of removals have ended, by grant id. A task that no checkpoint names is looked for at the provider. */
async function endsOf(at: AtProvider & { stage: Stage }, { open, state }: Open): Promise<Map<string, Ended>> {
  const nowMs = at.stage.clock.now();
  const ends = new Map<string, Ended>();
  for (const { grantId, grant, keep } of open) {
    const known = state.tasks[grantId];
    const task = known?.task ?? (state.accepted[grantId] || keep ? null : await at.source.findTask(grant));
    if (task === null) continue;
    ends.set(grantId, await untilTaskEnds(at, task, known ? epochMs(known.startedAt) : nowMs));
  }
  return ends;
}

type Ended = Awaited<ReturnType<typeof untilTaskEnds>>;

/** Whether the provider may still show a removed grant for a moment: the removal was sent just now, or nobody knows when. */
function mayBeRecent({ accepted }: ExpireState, nowMs: number) {
  return ({ grantId }: Intent): boolean => {
    const at = accepted[grantId]?.at;
    return at === undefined || epochMs(at) + readAfterMs.at(-1)! > nowMs;
  };
}

type Open = { open: Intent[]; state: ExpireState };

/** Writes the outcomes of the grants that a fresh read no longer shows as their intents do; gives the intents of the others. */
async function settleUnlessThere(stage: Stage, source: Reader, { open, state }: Open): Promise<Intent[]> {
  const standing: Intent[] = [];
  for (let from = 0; from < open.length; from += source.grantsPerRead) {
    const batch = open.slice(from, from + source.grantsPerRead);
    const present = await readPresent(
      stage,
      source,
      batch.map(({ grant }) => grant),
    );
    for (const intent of batch) {
      const facts = factsOf(intent, state);
      const entry = present.get(intent.grantId);
      const found = presenceOf(intent.grant, entry);
      if (intent.keep) {
        const outcome = narrowingOutcome({ grant: intent.grant, keep: intent.keep }, entry);
        if (outcome) await writeOutcome(stage, { ...facts, ...outcome });
        else standing.push(intent);
      } else if (found === "gone") await writeOutcome(stage, { ...facts, outcome: "revoked" });
      else if (found === "there") standing.push(intent);
      else await writeOutcome(stage, { ...facts, outcome: "changed", ...sayBecause("given-anew") });
    }
  }
  return standing;
}

function factsOf({ grantId, planHash }: Intent, { accepted, tasks }: ExpireState) {
  const requestId = (accepted[grantId] ?? tasks[grantId])?.requestId ?? null;
  return { grantId, planHash, requestId, isVerified: true };
}

/** An item of a plan, and the sweep that removed its grant while the review was open. */
export type SweptItem = { item: PlanItem; sweep: string };

/** The items of the plan that a sweep removed since the snapshot and that have no receipt, whatever holds them or however long their notice runs. */
export async function openSweptItems(
  stage: AtWork,
  { plan, receipts, takenAt }: { plan: Plan; receipts: Receipts; takenAt: string },
): Promise<SweptItem[]> {
  const swept = await removedSince(stage, await stage.ledger.sweepsBeside(stage.review), takenAt);
  return plan.items.flatMap((item) => {
    const sweep = swept.get(item.grantId);
    const isOpen = !receipts.intents.has(item.grantId) && !receipts.outcomes.has(item.grantId);
    return sweep !== undefined && isOpen ? [{ item, sweep }] : [];
  });
}

/** Writes which sweep removed them, of those that a fresh read no longer shows: somebody may have given a grant anew. */
export async function settleSwept(
  stage: Stage,
  source: Reader,
  { plan: { planHash }, swept }: { plan: Plan; swept: readonly SweptItem[] },
): Promise<void> {
  for (let from = 0; from < swept.length; from += source.grantsPerRead) {
    const batch = swept.slice(from, from + source.grantsPerRead);
    const keys = batch.map(({ item }) => ({ holder: { id: item.holderId }, role: { id: item.roleId } }));
    const present = await readPresent(stage, source, keys);
    for (const { item, sweep } of batch.filter(({ item: { grantId } }) => !present.has(grantId))) {
      const said = sayBecause("removed-by-sweep", { sweep });
      await writeOutcome(stage, {
        grantId: item.grantId,
        planHash,
        outcome: "already-gone",
        ...said,
        isVerified: true,
      });
    }
  }
}

type Standing = { intent: Intent; state: ExpireState; end: Ended | null };

async function settleStanding(stage: Stage, { intent, state, end }: Standing): Promise<void> {
  const facts = factsOf(intent, state);
  if (intent.keep) {
    const isAccepted = state.accepted[intent.grantId] !== undefined;
    const said = sayBecause(isAccepted ? "accepted-and-wide" : "silent-and-wide");
    await writeOutcome(stage, { ...facts, outcome: isAccepted ? "unverified" : "failed", ...said });
    return;
  }
  const failures = state.failures[intent.grantId] ?? 0;
  if (end?.kind === "failed") {
    const said = end.isPassing ? sayBecause("task-failed", { times: failures + 1 }) : { detail: end.detail };
    await writeOutcome(stage, { ...facts, outcome: "refused", ...said });
  } else if (end || state.accepted[intent.grantId]) {
    await writeOutcome(stage, { ...facts, outcome: "unverified", ...sayBecause("accepted-and-there") });
  } else if (failures > 0) {
    await writeOutcome(stage, { ...facts, outcome: "refused", ...sayBecause("task-failed", { times: failures }) });
  } else await writeOutcome(stage, { ...facts, outcome: "failed", ...sayBecause("silent-and-there") });
}

async function giveUp(stage: Stage, intents: Intent[]): Promise<void> {
  for (const { grantId, planHash } of intents)
    await writeOutcome(stage, {
      grantId,
      planHash,
      outcome: "failed",
      ...sayBecause("grant-elsewhere"),
      isVerified: false,
    });
}

/** Whether a role's deletion has an intent and no outcome. */
export async function hasOpenRetirements(stage: Stage): Promise<boolean> {
  const { intents, outcomes } = await readRetirements(stage);
  return [...intents.keys()].some((roleId) => !outcomes.has(roleId));
}

/** Gives every such role the outcome that a fresh read shows. `source` is null where it is configured to another host or app since. */
export async function settleRetirements(stage: Stage, source: Reader | null): Promise<void> {
  const { intents, outcomes } = await readRetirements(stage);
  const open = [...intents.values()].filter(({ role }) => !outcomes.has(role.id));
  const retirement = source?.retirement ?? null;
  for (const { role, planHash } of open) {
    const isGone = retirement !== null && !(await retirement.hasRole(role.id));
    const detail = retirement === null ? roleElsewhere : roleStillThere;
    await writeRetirementOutcome(stage, role, {
      planHash,
      outcome: isGone ? "deleted" : "failed",
      ...(isGone ? {} : { detail }),
      isVerified: retirement !== null,
    });
  }
}

const roleStillThere = "the deletion got no answer, or a yes that nothing came of: the role is still there";
const roleElsewhere = sayBecause("role-elsewhere").detail;
