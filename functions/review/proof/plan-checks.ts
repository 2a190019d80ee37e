import { epochMs, isoInstant } from "../../basics/time.ts";
import { isLocalOrigin } from "../grants/snapshot.ts";
import { isSweep } from "../keys.ts";
import { firstDue, noticesOf } from "../plan/build-plan.ts";
import { guardsOfGrants, holdBy, isOverridable, roleShareFrom, roleUnlisted } from "../plan/guard.ts";
import { type Hold, type HoldBy, isHeldByBadFile, isNarrowing, type PlanItem } from "../plan/plan.ts";
import { retiredRole } from "../rules/built-in-rules.ts";
import { ruleReads, windowEndOf } from "../rules/policy.ts";
import type { PackCheck } from "./cover-checks.ts";
import { type Fault, fault } from "./faults.ts";
import { type Contents, type PlanFound, rulesOfItem } from "./pack.ts";

// What a plan must say by its own policy, its snapshot, the plan before it and the decisions that it took in.

/** The checks of what plans hold back, and from when on they let anything be removed. */
export const planChecks: readonly PackCheck<Contents>[] = [
  { name: "kind", faultsOf: kindFaults },
  { name: "guards", faultsOf: guardFaults },
  { name: "guards of roles", faultsOf: roleGuardFaults },
  { name: "notices", faultsOf: noticeFaults },
  { name: "the first review", faultsOf: firstReviewFaults },
  { name: "decisions", faultsOf: decisionFaults },
];

/** A sweep lacks much that a review has, so nothing but its id makes a sweep; and it keeps nobody who works here. */
function* kindFaults({ review, snapshot, plans, census }: Contents): Generator<Fault> {
  const isOfKind = isSweep(review) ? snapshot.kind === "sweep" : snapshot.kind === undefined && !snapshot.sweep;
  if (!isOfKind) yield fault("snapshot-kind", { kind: String(snapshot.kind ?? "-") });
  if (!isSweep(review)) return;
  const rules = plans.flatMap(({ policy }) => policy?.rules ?? []);
  for (const { id } of rules.filter(({ sweep }) => sweep !== true)) yield fault("sweep-rule", { rule: id });
  const active = [...census.byRole.values()].reduce((sum, role) => sum + role.active, 0);
  // By a rule that asks for the person, whoever works here by this source may have left by another.
  const isKnown = plans.length > 0 && plans.every(({ policy }) => policy !== null);
  if (isKnown && active > 0 && !ruleReads(rules, "person")) yield fault("sweep-active", { active });
}

/** What a guard of the plan's own policy holds is held, and what it does not hold is not held by it. */
function* guardFaults({ plans, census, roles }: Contents): Generator<Fault> {
  const listed = roles && new Set(roles.map(({ id }) => id));
  for (const { keys, plan } of plans) {
    for (const { grantId: grant, roleId, hold } of plan.items) {
      const expected = census.seen.get(grant)?.holds.get(plan.assessment);
      if (expected === undefined) continue;
      const holds = expected ?? (listed && !listed.has(roleId) ? roleUnlisted : null);
      if (holds) yield* heldFaults(holds, { key: keys.plan, grant, hold });
      else if (hold && guardsOfGrants.has(hold.by)) yield fault("item-hold", { key: keys.plan, grant, by: hold.by });
    }
  }
}

/** What a guard holds is held by it, and says why as the guard does. */
function* heldFaults(
  expected: Hold,
  { key, grant, hold }: { key: string; grant: string; hold: Hold | null },
): Generator<Fault> {
  const { by } = expected;
  if (hold?.by !== by) yield fault("item-unguarded", { key, grant, by });
  // A plan of an earlier version gives its reason in words alone.
  else if (textOf(hold) !== textOf(hold.because ? expected : { by, detail: expected.detail }))
    yield fault("item-hold-why", { key, grant, by });
}

function textOf({ by, detail, because }: Hold): string {
  const { code, figures = {} } = because ?? {};
  return JSON.stringify([by, detail, code ?? null, Object.entries(figures).sort()]);
}

const ofRoles: ReadonlySet<HoldBy> = new Set<HoldBy>(["role-share", "last-holder"]);

/** The guards that judge a role's items together. A sweep counts the holders of the review before it. */
function* roleGuardFaults(contents: Contents): Generator<Fault> {
  const { review, plans, roles } = contents;
  if (isSweep(review) || roles === null) return;
  const counts = new Map(roles.map(({ id, holders, activeHolders }) => [id, { holders, active: activeHolders }]));
  for (const found of plans) {
    const open = found.plan.items.filter(({ hold }) => hold === null || ofRoles.has(hold.by));
    for (const [roleId, ofRole] of Map.groupBy(open, (item) => item.roleId)) {
      const expected = holdOfRole(ofRole, { found, counts: counts.get(roleId), census: contents.census });
      for (const item of ofRole) {
        const { grantId: grant, hold } = item;
        const holds = expected(item);
        if (holds) yield* heldFaults(holds, { key: found.keys.plan, grant, hold });
        else if (holds === null && hold) yield fault("item-hold", { key: found.keys.plan, grant, by: hold.by });
      }
    }
  }
}

type RoleGuarding = {
  found: PlanFound;
  counts: { holders: number; active: number } | undefined;
  census: Contents["census"];
};

/** Gives how a guard of a role holds an item, null where none does, undefined where the policy does not say. */
function holdOfRole(
  ofRole: readonly PlanItem[],
  { found, counts, census }: RoleGuarding,
): (item: PlanItem) => Hold | null | undefined {
  const guard = found.policy?.guard;
  if (!guard || !counts) return () => undefined;
  const isRetiring = ofRole.some(({ rules }) => rules.includes(retiredRole.id));
  const { holders, active } = counts;
  if (!isRetiring && holders >= roleShareFrom && ofRole.length / holders > guard.maxRoleShare) {
    const { maxRoleShare } = guard;
    return () => holdBy("role-share", "role-share", { items: ofRole.length, holders, maxRoleShare });
  }
  const takes = (item: PlanItem): boolean => !isNarrowing(item);
  const taken = ofRole.filter((item) => takes(item) && census.seen.get(item.grantId)?.isActive).length;
  const isLast = guard.keepLastHolder && active > 0 && taken >= active;
  return (item) => {
    const rules = rulesOfItem(found, item);
    if (!rules) return undefined;
    if (!isLast || !takes(item) || !isOverridable(rules)) return null;
    return holdBy("last-holder", "last-holder", { items: taken, active });
  };
}

/** A notice begins with the plan that first names the grant, runs on from the plan before, and is as long as its rule says. */
function* noticeFaults({ plans, before }: Contents): Generator<Fault> {
  const firstPlannedAt = plans[0]?.plan.createdAt;
  for (const [at, found] of plans.entries()) {
    const { keys, plan, policy } = found;
    if (!policy || firstPlannedAt === undefined) continue;
    const earlier = plans[at - 1]?.plan.items;
    const known = earlier ? new Map(earlier.map((item) => [item.grantId, item])) : before?.notices;
    const windowEndsAt = windowEndOf(policy, firstPlannedAt);
    for (const item of plan.items) {
      const rules = rulesOfItem(found, item);
      if (!rules) continue;
      const { grantId: grant, notices, noticeAt, notBefore, ifUndecided } = item;
      const expected =
        known && noticesOf(grant, { ...item, rules, context: { previousNotices: known, createdAt: plan.createdAt } });
      const isBegun = Object.entries(notices).every(([rule, since]) =>
        expected ? isSame(expected[rule], since) : epochMs(since) <= epochMs(plan.createdAt),
      );
      const isWhole =
        rules.every(({ id }) => Object.hasOwn(notices, id)) && Object.keys(notices).length === rules.length;
      const due = isWhole ? firstDue(rules, { notices, windowEndsAt }) : null;
      const isDue = due !== null && isSame(due.noticeAt, noticeAt) && isSame(due.notBefore, notBefore);
      const waits = rules.every(({ then }) => then === "flag");
      if (!isBegun || !isDue || waits !== (ifUndecided === true))
        yield fault("item-notice", { key: keys.plan, grant, notBefore });
    }
  }
}

function isSame(a: string | undefined, b: string): boolean {
  return a !== undefined && isoInstant(epochMs(a)) === isoInstant(epochMs(b));
}

/** The first review of a source stops until somebody has looked at it; no later one does for that. */
function* firstReviewFaults({ snapshot, plans, before }: Contents): Generator<Fault> {
  if (before === null) return;
  const isFirst = !before.isThere && !isLocalOrigin(snapshot.origin);
  for (const { keys, plan } of plans) {
    const stops = plan.brake.limits.some(({ name }) => name === "first-review");
    if (stops !== isFirst) yield fault("plan-first", { key: keys.plan });
  }
}

/** Where a decision is said to hold something back, or to answer a flag, there is one that counts. */
function* decisionFaults({ review, plans }: Contents): Generator<Fault> {
  for (const { keys, plan, findings, decided } of plans) {
    const { decisions: key } = keys;
    for (const item of plan.items.filter(({ hold }) => hold?.by === "decision")) {
      const file = String(item.hold?.because?.figures?.file);
      const isDecided = isHeldByBadFile(item) ? decided.badFiles.has(file) : decided.keeps.has(item.grantId);
      if (!isDecided) yield fault("undecided", { key, grant: item.grantId });
    }
    // A sweep keeps the decisions on the items of its plan alone.
    const { count, first: grant } = findings?.undecided ?? { count: 0, first: "" };
    if (count > 0 && !isSweep(review)) yield fault("undecided", { key, grant });
  }
}
