import { byText, joinSorted, mergeNeighbours, type Sorted } from "../../basics/sorted.ts";
import { epochMs, isoInstant } from "../../basics/time.ts";
import { readPeopleMatch, standingAuthority } from "../../facts/authority.ts";
import { conflictBasisOf, readConflictBasis } from "../../facts/conflict-basis.ts";
import { decisionKeys, recordedDecisions } from "../../ledger/decisions.ts";
import { grantsNamed, loadSnapshot } from "../../ledger/grants.ts";
import { withLedger } from "../../ledger/ledger.ts";
import { firstAskedAt, newestPlan, storedFindings } from "../../ledger/plans.ts";
import type { ConflictBasis } from "../../review/grants/snapshot.ts";
import { isSweep } from "../../review/keys.ts";
import type { Plan, PlanItem } from "../../review/plan/plan.ts";
import {
  actOf,
  figuresOf,
  type ItemDifference,
  isSameItem,
  type NamedDifference,
  type RuleDifference,
  type Simulation,
} from "../../review/plan/simulation.ts";
import type { Store } from "../../review/ports.ts";
import { conflictRules } from "../../review/rules/conflicts.ts";
import type { Finding } from "../../review/rules/finding.ts";
import { isWindowOpen, windowEndOf } from "../../review/rules/policy.ts";
import { RefusedRequestError, type Stage } from "../../review/stage.ts";
import { type JudgingInputs, judgeAndPlan } from "./assess-snapshot.ts";

/**
 * Judges the snapshot of a stored review by the stage's policy, as the newest assessment of the review judged it: at the same
 * instant, with the same decisions and people, so that the policy alone makes the difference. Nothing is written. Throws a
 * RefusedRequestError where the review has no complete snapshot.
 */
export async function simulatePolicy(anyStage: Stage, asked: { list: boolean }): Promise<Simulation> {
  const stage = withLedger(offline(anyStage));
  const { sourceId: source, review } = stage;
  const stored = await loadSnapshot(stage);
  if (!stored?.snapshot.complete) {
    const why = stored ? "its snapshot is incomplete" : "it has no snapshot.json";
    throw new RefusedRequestError(`Cannot simulate over ${source} ${review} as ${why}: name another with --review`);
  }
  const was = await newestPlan(stage);
  const inputs = await inputsAsThen(stage, was);
  const { plan, judged } = await judgeAndPlan(stage, stored, inputs);
  const found: Differing[] = [];
  const note = (one: Differing): void => {
    if (asked.list) found.push(one);
  };
  const wasFound = was ? storedBatches(stage, was) : [];
  const rules = await compareFindings(rulesOf(stage), { was: wasFound, would: batchesOf(judged.findings(plan)) }, note);
  const items = await compareItems(was?.items ?? [], plan.items, note);
  const list = asked.list ? { list: await withNames(stage.store, stored.snapshot, found) } : {};
  const figures = { was: was && figuresOf(was), would: figuresOf(plan), plan: items };
  return {
    source,
    review,
    assessment: was?.assessment ?? null,
    asOf: inputs.createdAt,
    rules,
    ...figures,
    ...list,
  };
}

/** A stage that cannot write into its store and cannot call its source: whoever tries throws. */
function offline(stage: Stage): Stage {
  const refuse = (): never => {
    throw new Error("A simulation neither writes nor calls anybody: this is a fault of the program");
  };
  const writes = { create: refuse, replace: refuse, createFrom: refuse, delete: refuse };
  const store: Store = { ...stage.store, ...writes, createJson: refuse, createLines: refuse };
  const progress: Stage["progress"] = (update) => stage.progress({ ...update, stage: "simulate" });
  return { ...stage, store, progress, openReader: refuse, openRemover: refuse };
}

/** What the newest assessment knew, but for the policy. Without one: what an assessment would know now. */
async function inputsAsThen(stage: Stage, was: Plan | null): Promise<JudgingInputs> {
  const { policy, authority } = stage;
  const createdAt = was?.createdAt ?? isoInstant(stage.clock.now());
  const askedAt = (await firstAskedAt(stage)) ?? createdAt;
  const then = was && (await readPeopleMatch(stage, was));
  const isSameAuthority = then !== null && then.authority?.source === authority?.source;
  const people = isSameAuthority
    ? { authority: then.authority, why: then.why }
    : await standingAuthority(stage, createdAt);
  const conflictBasis = await conflictBasisAsThen(stage, was);
  return {
    assessment: was?.assessment ?? "0001",
    createdAt,
    policy,
    decisionKeys: await keysAsThen(stage, was),
    windowEndedAt: isWindowOpen(policy, askedAt, epochMs(createdAt)) ? null : windowEndOf(policy, askedAt),
    ...(people ? { people } : {}),
    ...(conflictBasis ? { conflictBasis } : {}),
  };
}

/** Of another source the snapshot that the assessment knew; the newest of a source that only the tried policy names. */
async function conflictBasisAsThen(stage: Stage, was: Plan | null): Promise<ConflictBasis | null> {
  const [now, then] = [await conflictBasisOf(stage), was && (await readConflictBasis(stage, was))];
  if (!now || !then) return now;
  const wasKnown = ({ source }: { source: string }): boolean =>
    then.unread.includes(source) || then.against.some((other) => other.source === source);
  const named = new Set([...now.against.map(({ source }) => source), ...now.unread]);
  return {
    against: [
      ...then.against.filter(({ source }) => named.has(source)),
      ...now.against.filter((one) => !wasKnown(one)),
    ],
    unread: [
      ...then.unread.filter((source) => named.has(source)),
      ...now.unread.filter((source) => !wasKnown({ source })),
    ],
  };
}

/** A file of decisions that came after the assessment is no part of what was. A sweep does not record all that it read. */
async function keysAsThen(stage: Stage, was: Plan | null): Promise<string[]> {
  const keys = await decisionKeys(stage);
  if (!was || isSweep(stage.review)) return keys;
  const { decisions, badFiles } = await recordedDecisions(stage, was);
  const files = new Set([...decisions, ...badFiles].map(({ file }) => file));
  return keys.filter((key) => files.has(key));
}

/** A difference as the comparison finds it. */
type Differing = Omit<NamedDifference, "holderId" | "roleId">;

async function* storedBatches(stage: Stage, plan: Plan): AsyncGenerator<Finding[]> {
  for await (const lines of storedFindings(stage, plan)) yield lines.parseAll();
}

const findingsAtOnce = 1_000;

function* batchesOf(findings: Iterable<Finding>): Generator<Finding[]> {
  let batch: Finding[] = [];
  for (const finding of findings) {
    batch.push(finding);
    if (batch.length < findingsAtOnce) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

/** Grant and rule; the order of findings. */
function findingKey({ grantId, rule }: Finding): string {
  return `${grantId} ${rule}`;
}

/** Several rules may fail on one grant: one finding of a rule on a grant is enough to compare. */
function onePerRule(findings: Sorted<Finding>): AsyncGenerator<Finding[]> {
  return mergeNeighbours(asyncOf(findings), findingKey, (first) => first);
}

async function* asyncOf<T>(batches: Sorted<T>): AsyncGenerator<readonly T[]> {
  yield* batches;
}

/** A rule that matches nothing is shown too: it may be wrong. */
function rulesOf({ policy }: Stage): string[] {
  return [...policy.rules, ...conflictRules(policy)].map(({ id }) => id);
}

function noFindings(rule: string): RuleDifference {
  return { rule, was: 0, would: 0, added: 0, gone: 0 };
}

async function compareFindings(
  ruleIds: readonly string[],
  { was, would }: { was: Sorted<Finding>; would: Sorted<Finding> },
  note: (one: Differing) => void,
): Promise<RuleDifference[]> {
  const byRule = new Map(ruleIds.map((id) => [id, noFindings(id)]));
  const left = { stream: onePerRule(was), keyOf: findingKey };
  for await (const pairs of joinSorted(left, { stream: onePerRule(would), keyOf: findingKey })) {
    for (const [before, after] of pairs) {
      const { rule, grantId } = (after ?? before)!;
      const counted = byRule.get(rule) ?? noFindings(rule);
      byRule.set(rule, counted);
      if (before) counted.was++;
      if (after) counted.would++;
      if (before && after) continue;
      const change = after ? "added" : "gone";
      counted[change]++;
      note({ change, rule, grantId, was: before?.then ?? null, would: after?.then ?? null });
    }
  }
  return [...byRule.values()].sort((a, b) => byText(a.rule, b.rule));
}

async function compareItems(
  was: readonly PlanItem[],
  would: readonly PlanItem[],
  note: (one: Differing) => void,
): Promise<ItemDifference> {
  const counts: ItemDifference = { added: 0, gone: 0, changed: 0 };
  const keyOf = ({ grantId }: PlanItem): string => grantId;
  for await (const pairs of joinSorted({ stream: [was], keyOf }, { stream: [would], keyOf })) {
    for (const [before, after] of pairs) {
      if (before && after && isSameItem(before, after)) continue;
      const change = !before ? "added" : !after ? "gone" : "changed";
      counts[change]++;
      const { grantId } = (after ?? before)!;
      note({ change, rule: null, grantId, was: before && actOf(before), would: after && actOf(after) });
    }
  }
  return counts;
}

/** The differences with the ids of holder and role, in the order of the grants' ids, a grant's item after its findings. */
async function withNames(
  store: Store,
  snapshot: Parameters<typeof grantsNamed>[1],
  found: readonly Differing[],
): Promise<NamedDifference[]> {
  const byGrant = Map.groupBy(found, ({ grantId }) => grantId);
  const named: NamedDifference[] = [];
  for await (const { id, holder, role } of grantsNamed(store, snapshot, new Set(byGrant.keys()))) {
    for (const one of byGrant.get(id) ?? []) named.push({ ...one, holderId: holder.id, roleId: role.id });
  }
  return named;
}
