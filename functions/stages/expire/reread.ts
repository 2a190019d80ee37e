import { dayMs, epochMs, isoInstant } from "../../basics/time.ts";
import { type DecisionsInForce, decisionKeys, loadDecisions } from "../../ledger/decisions.ts";
import type { Past } from "../../ledger/previous-review.ts";
import type { Grant, GrantEntry } from "../../review/grants/grant.ts";
import { mergeEntries, normalizeScopes, sameScopes, seenHash } from "../../review/grants/grant-comparison.ts";
import { suppressedRules } from "../../review/plan/build-plan.ts";
import { holdsToday } from "../../review/plan/guard.ts";
import type { PlanItem } from "../../review/plan/plan.ts";
import type { Source } from "../../review/ports.ts";
import { withBuiltInRules } from "../../review/rules/built-in-rules.ts";
import type { Facts } from "../../review/rules/facts.ts";
import type { Policy, Rule } from "../../review/rules/policy.ts";
import { expiresUndecided, isWindowOpen } from "../../review/rules/policy.ts";
import { compileRules, judge } from "../../review/rules/rule.ts";
import { viewOf } from "../../review/rules/rule-view.ts";
import type { Stage } from "../../review/stage.ts";

/** An item whose time has come, with the grant as the snapshot shows it and as the previous one did. */
export type DueItem = { item: PlanItem; grant: Grant; before: Grant | null };

/** What a fresh look at an item says. `unreadable`: its holder could not be read, so nothing may happen to it. */
export type Verdict =
  | { kind: "revoke"; grant: Grant }
  | { kind: "gone" }
  | { kind: "changed"; detail: string }
  | { kind: "held"; detail: string }
  | { kind: "unreadable" };

/** Reads due items anew and judges them again: by their own rules, by today's, and by the newest decisions. */
export type Rereader = (due: DueItem[]) => Promise<Map<string, Verdict>>;

type Basis = {
  source: Source;
  policy: Policy;
  /** The snapshot's, from which the window for deciding runs. */
  takenAt: string;
  past: Past;
  roleHolders: Map<string, { holders: number }>;
};

export const openRereader = (stage: Stage, { source, policy, takenAt, past, roleHolders }: Basis): Rereader => {
  const newestDecisions = openNewestDecisions(stage);
  const compiled = { planned: byId(policy.rules), today: byId(stage.policy.rules) };

  const judgeAgain = (due: DueItem, grant: Grant, decisions: DecisionsInForce): Verdict => {
    if (seenHash(grant) !== due.item.seen) return { kind: "changed", detail: changeOf(due.grant, grant) };
    const now = isoInstant(stage.clock.now());
    const facts: Facts = {
      grant,
      roleHolders: roleHolders.get(grant.role.id)?.holders ?? 0,
      previous: past.of(grant, due.before),
      decision: decisions.factsOf(grant, now),
      now,
    };
    const view = viewOf(facts, { language: stage.language, timezone: stage.policy.timezone });
    const isMatch = (rules: typeof compiled.planned, id: string): boolean => {
      const rule = rules.get(id);
      return rule !== undefined && judge(rule, view).kind === "match";
    };
    const matched = due.item.rules.filter((id) => isMatch(compiled.planned, id));
    if (matched.length === 0) return { kind: "changed", detail: "no rule of the plan matches any more" };
    // Only what an earlier plan began comes here although the newest one holds it, or gives it longer notice.
    if (due.item.hold) return { kind: "held", detail: `the plan holds it: ${due.item.hold.by}` };
    if (epochMs(due.item.notBefore) > epochMs(now)) return { kind: "held", detail: "its notice has not run out" };
    const asked = { takenAt, now, isRevoked: facts.decision.revoke };
    const today = matched
      .filter((id) => mayExpire(compiled.planned.get(id)!.rule, policy, asked) && isMatch(compiled.today, id))
      .map((id) => compiled.today.get(id)!.rule)
      .filter((rule) => mayExpire(rule, stage.policy, asked) && isNoticeOver(due.item, rule, now));
    if (today.length === 0) return { kind: "held", detail: "today's policy does not expire it, or not yet" };
    return heldToday(stage, { grant, rules: today, decisions, now }) ?? { kind: "revoke", grant };
  };

  return async (due) => {
    const [decisions, [entries, holders]] = await Promise.all([newestDecisions(), readAnew(source, due)]);
    const verdicts = due.map(({ item, ...rest }): [string, Verdict] => {
      const entry = entries.get(item.grantId);
      const holder = holders.get(item.holderId);
      if (!entry) return [item.grantId, { kind: "gone" }];
      if (!holder) return [item.grantId, { kind: "unreadable" }];
      return [item.grantId, judgeAgain({ item, ...rest }, asReread(rest.grant, entry, holder), decisions)];
    });
    return new Map(verdicts);
  };
};

/**
 * The grant of the snapshot with everything as it is now; what either of them forbids stays forbidden. Whoever calls the
 * same departments by other names, or may no longer know them, has not changed the grant.
 */
const asReread = (then: Grant, entry: GrantEntry, holder: Grant["holder"]): Grant => ({
  ...then,
  holder,
  role: entry.role,
  scopes: sameScopes(then.scopes, entry.scopes) ? then.scopes : normalizeScopes(entry.scopes),
  grantedAt: entry.grantedAt,
  removable: then.removable && entry.removable,
  unremovableReason: then.unremovableReason ?? entry.unremovableReason,
  restorable: then.restorable && entry.restorable,
});

const byId = (rules: Rule[]) =>
  new Map(compileRules(withBuiltInRules(rules)).map((compiled) => [compiled.rule.id, compiled]));

type Asked = { takenAt: string; now: string; isRevoked: boolean };

/** Whether a rule asks for removals at all: a flag only by both keys, once one could decide long enough and nobody has. */
const mayExpire = (rule: Rule, policy: Policy, { takenAt, now, isRevoked }: Asked): boolean =>
  rule.then === "expire" ||
  (expiresUndecided(rule, policy) && !isRevoked && !isWindowOpen(policy, takenAt, epochMs(now)));

/** Today's configuration may make a notice longer, never shorter. */
const isNoticeOver = (item: PlanItem, rule: Rule, now: string): boolean =>
  epochMs(item.notices[rule.id] ?? item.noticeAt) + rule.noticeDays * dayMs <= epochMs(now);

type Holding = { grant: Grant; rules: Rule[]; decisions: DecisionsInForce; now: string };

const heldToday = (stage: Stage, { grant, rules, decisions, now }: Holding): Verdict | null => {
  const keep = decisions.keepOf(grant, now);
  const suppressed = suppressedRules(
    { matched: rules, keep: keep && { ...keep, rulesThen: keep.rulesThen ?? rules.map(({ id }) => id) } },
    now,
  );
  const counting = rules.filter(({ id }) => !suppressed.has(id));
  if (counting.length === 0) return { kind: "held", detail: "a decision keeps it" };
  const hold = holdsToday({ rules: counting }, grant, stage.policy.guard, now);
  return hold && { kind: "held", detail: `${hold.by}: ${hold.detail}` };
};

const changeOf = (then: Grant, now: Grant): string => {
  const differences = [
    then.holder.status === now.holder.status ? "" : `the holder was ${then.holder.status} and is ${now.holder.status}`,
    then.grantedAt === now.grantedAt ? "" : "it was given anew",
    JSON.stringify(then.scopes) === JSON.stringify(now.scopes) ? "" : "its scopes changed",
  ];
  return `since the snapshot ${differences.filter(Boolean).join(", ")}`;
};

type ReadAnew = [Map<string, GrantEntry>, Map<string, Grant["holder"]>];

const readAnew = async (source: Source, due: DueItem[]): Promise<ReadAnew> => {
  const keys = due.map(({ item: { holderId, roleId } }) => ({ holderId, roleId }));
  const [entries, holders] = await Promise.all([
    source.readGrants(keys),
    source.readHolders([...new Set(keys.map(({ holderId }) => holderId))]),
  ]);
  const names = await source.nameScopes(entries.map(({ scopes }) => scopes ?? []));
  const entryById = new Map<string, GrantEntry>();
  for (const [at, entry] of entries.entries()) {
    const asked = due.find(({ item }) => item.holderId === entry.holderId && item.roleId === entry.role.id);
    if (!asked) continue;
    const named = { ...entry, scopes: entry.scopes && names[at]! };
    const twin = entryById.get(asked.item.grantId);
    entryById.set(asked.item.grantId, twin ? mergeEntries(twin, named) : named);
  }
  return [entryById, holders];
};

/** Decisions as they are now: read again only where a file was added. */
const openNewestDecisions = (stage: Stage): (() => Promise<DecisionsInForce>) => {
  let loaded: DecisionsInForce | null = null;
  return async () => {
    const keys = await decisionKeys(stage);
    if (loaded === null || loaded.keys.join("\n") !== keys.join("\n")) {
      loaded = await loadDecisions(stage, { keys, asOf: isoInstant(stage.clock.now()) });
    }
    return loaded;
  };
};
