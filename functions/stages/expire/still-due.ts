import { dayMs, epochMs, isoInstant } from "../../basics/time.ts";
import type { GrantFacts } from "../../facts/grant-facts.ts";
import { nobodyNow, type PeopleAnew, type PeopleNow } from "../../facts/people-anew.ts";
import { type DecisionsInForce, decisionKeys, loadDecisions } from "../../ledger/decisions.ts";
import { type DifferenceCode, type Said, sayBecause, sayChanged } from "../../review/because.ts";
import type { Grant, GrantEntry } from "../../review/grants/grant.ts";
import { mergeEntries, normalizeScopes, sameScopes, seenHash } from "../../review/grants/grant-comparison.ts";
import { suppressedRules } from "../../review/plan/build-plan.ts";
import { holdsToday } from "../../review/plan/guard.ts";
import type { PlanItem } from "../../review/plan/plan.ts";
import type { Reader } from "../../review/ports.ts";
import { withBuiltInRules } from "../../review/rules/built-in-rules.ts";
import { keptByAll, type LeftByRule } from "../../review/rules/narrowing.ts";
import { expiresUndecided, isWindowOpen, type Policy, type Rule } from "../../review/rules/policy.ts";
import { type CompiledRule, compileRules, type Judgement, judgeWithScopes } from "../../review/rules/rule.ts";
import type { Stage } from "../../review/stage.ts";
import type { DueItem, StillDue } from "./revoker.ts";

/** Told of the decisions whenever they were read anew. */
export type OnDecisions = (decisions: DecisionsInForce) => void;

type Basis = {
  source: Reader;
  /** The policy of the plan. */
  policy: Policy;
  /** When people were first asked to decide: the window for deciding runs from then. */
  askedAt: string;
  known: GrantFacts;
  onDecisions: OnDecisions;
  people: PeopleAnew;
};

/** By rule id. */
type Compiled = Map<string, CompiledRule>;

type Judging = Basis & { stage: Stage; planned: Compiled; today: Compiled };

/** Whether one of the rules that ask for the removal asks who the holder is. */
function restsOnPerson({ planned }: Judging, { item }: DueItem): boolean {
  return item.rules.some((id) => planned.get(id)?.needsPerson);
}

/**
 * Gives the function that reads due items anew and judges them again: by their own rules, by today's, and by the newest
 * decisions. Its answers are by grant id.
 */
export function openStillDue(stage: Stage, basis: Basis): (due: DueItem[]) => Promise<Map<string, StillDue>> {
  const newestDecisions = openNewestDecisions(stage, basis.onDecisions);
  const judging: Judging = {
    ...basis,
    stage,
    planned: compileById(basis.policy.rules),
    today: compileById(stage.policy.rules),
  };
  return async (due) => {
    const [decisions, [entries, holders]] = await Promise.all([newestDecisions(), readAnew(basis.source, due)]);
    const resting = due
      .filter((each) => restsOnPerson(judging, each))
      .flatMap(({ item }) => holders.get(item.holderId) ?? []);
    const readAt = isoInstant(stage.clock.now());
    const people = resting.length > 0 ? await basis.people.read(resting) : nobodyNow;
    const answers = due.map((each): [string, StillDue] => {
      const { item, grant } = each;
      const entry = entries.get(item.grantId);
      const holder = holders.get(item.holderId);
      if (!entry) return [item.grantId, { kind: "gone" }];
      if (!holder) return [item.grantId, { kind: "unreadable" }];
      return [
        item.grantId,
        judgeAgain(judging, { due: each, grant: asReadAnew(grant, entry, holder), decisions, people, readAt }),
      ];
    });
    return new Map(answers);
  };
}

/** What an item comes to where its rules see less than its plan did. */
const unmatched: ReadonlySet<string> = new Set(["no-rule-matches", "keep-changed"]);

/** `readAt`: when the authority was asked. */
type Read = { due: DueItem; grant: Grant; decisions: DecisionsInForce; people: PeopleNow; readAt: string };

/** Where the authority could not be asked, an item that is not due by another rule stays as it is. */
function judgeAgain(judging: Judging, read: Read): StillDue {
  const stillDue = judgeAsRead(judging, read);
  const { unread } = read.people;
  const isUndecided =
    stillDue.kind === "held" || (stillDue.kind === "changed" && unmatched.has(stillDue.because?.code ?? ""));
  return unread !== null && isUndecided && restsOnPerson(judging, read.due)
    ? { kind: "person-unread", detail: unread }
    : stillDue;
}

function judgeAsRead(judging: Judging, { due, grant, decisions, people, readAt }: Read): StillDue {
  const { stage, policy, askedAt, planned, today } = judging;
  if (seenHash(grant) !== due.item.seen) return { kind: "changed", ...changeOf(due.grant, grant) };
  // Before the rules are asked: such a file may hold the very decision that they asked for.
  const badFile = decisions.badFileOf(grant.id);
  if (badFile !== null) return { kind: "held", ...sayBecause("decisions-unread", { file: badFile }) };
  const now = isoInstant(stage.clock.now());
  const decision = decisions.factsOf(grant, now);
  const person = people.byHolder.get(grant.holder.id);
  const view = judging.known.viewOf(grant, { before: due.before, decision, person, now });
  const judgeBy = (rules: Compiled) =>
    judgementsOf(
      due.item.rules,
      (id) => rules.get(id),
      (rule) => judgeWithScopes(rule, view, grant),
    );
  const then = judgeBy(planned);
  const matched = due.item.rules.filter((id) => then.matched.has(id));
  if (matched.length === 0) return { kind: "changed", ...sayBecause("no-rule-matches") };
  const { keep } = due.item;
  const isSameKeep = (ids: readonly string[], { narrowings }: Judged): boolean =>
    keep === undefined || sameScopes(keptByAll(grant.scopes ?? [], ids, narrowings), keep);
  if (!isSameKeep(matched, then)) return { kind: "changed", ...sayBecause("keep-changed") };
  // An item that the newest plan holds, or gives longer notice, comes here only where an earlier plan began its removal.
  if (due.item.hold) return { kind: "held", detail: `the plan holds it: ${due.item.hold.by}` };
  if (epochMs(due.item.notBefore) > epochMs(now)) return { kind: "held", detail: "its notice has not run out" };
  const asked = { askedAt, now, isRevoked: decision.revoke };
  const judgedToday = judgeBy(today);
  const expiring = matched
    .filter((id) => mayExpire(planned.get(id)!.rule, policy, asked) && judgedToday.matched.has(id))
    .map((id) => today.get(id)!.rule)
    .filter((rule) => mayExpire(rule, stage.policy, asked) && isNoticeOver(due.item, rule, now))
    // A rule that narrows today does not remove what the plan of another day was to remove, nor the reverse.
    .filter((rule) => (rule.then === "narrow") === (keep !== undefined));
  if (expiring.length === 0) return { kind: "held", detail: "today's policy does not expire it, or not yet" };
  const { hold, counting } = heldToday(stage, { due, grant, rules: expiring, decisions, now });
  if (hold) return hold;
  const isAsPlanned = isSameKeep(
    counting.map(({ id }) => id),
    judgedToday,
  );
  if (!isAsPlanned) return { kind: "held", detail: "today's policy, or a decision, keeps other scopes" };
  const { planned: known } = people;
  const isAsked = known && person?.known && restsOnPerson(judging, due);
  const told = isAsked ? { person: { ...known, readAt, status: person.status, lastDay: person.lastDay } } : {};
  return { kind: "revoke", grant, ...(keep ? { keep } : {}), ...told };
}

type Judged = { matched: ReadonlySet<string>; narrowings: LeftByRule };

/** Which rules match, and what those that narrow leave. */
function judgementsOf(
  ids: readonly string[],
  ruleOf: (id: string) => CompiledRule | undefined,
  judge: (rule: CompiledRule) => Judgement,
): Judged {
  const judgements = ids.flatMap((id) => {
    const rule = ruleOf(id);
    return rule ? [[id, judge(rule)] as const] : [];
  });
  const matches = judgements.flatMap(([id, judgement]) =>
    judgement.kind === "match" ? [[id, judgement] as const] : [],
  );
  return {
    matched: new Set(matches.map(([id]) => id)),
    narrowings: Object.fromEntries(
      matches.flatMap(([id, { narrowing }]) => (narrowing ? [[id, narrowing] as const] : [])),
    ),
  };
}

/**
 * The grant of the snapshot with its fields as they are now. A removal that either of the two forbids stays forbidden. A scope
 * whose departments have other names now, or names that cannot be read any more, has not changed.
 */
function asReadAnew(then: Grant, entry: GrantEntry, holder: Grant["holder"]): Grant {
  return {
    ...then,
    holder,
    role: entry.role,
    scopes: sameScopes(then.scopes, entry.scopes) ? then.scopes : normalizeScopes(entry.scopes),
    grantedAt: entry.grantedAt,
    removable: then.removable && entry.removable,
    unremovableReason: then.unremovableReason ?? entry.unremovableReason,
    restorable: then.restorable && entry.restorable,
  };
}

function compileById(rules: Rule[]): Compiled {
  return new Map(compileRules(withBuiltInRules(rules)).map((compiled) => [compiled.rule.id, compiled]));
}

type Asked = { askedAt: string; now: string; isRevoked: boolean };

/** Whether a rule asks for a removal. A flag does so by both keys of the policy alone, once the window for deciding has ended without a decision. */
function mayExpire(rule: Rule, policy: Policy, { askedAt, now, isRevoked }: Asked): boolean {
  return (
    rule.then !== "flag" ||
    (expiresUndecided(rule, policy) && !isRevoked && !isWindowOpen(policy, askedAt, epochMs(now)))
  );
}

/** Today's configuration may make a notice longer, never shorter. */
function isNoticeOver(item: PlanItem, rule: Rule, now: string): boolean {
  return epochMs(item.notices[rule.id] ?? item.noticeAt) + rule.noticeDays * dayMs <= epochMs(now);
}

type Holding = { due: DueItem; grant: Grant; rules: Rule[]; decisions: DecisionsInForce; now: string };

/** What holds the item today, null where nothing does; and the rules that no decision sets aside. */
function heldToday(
  stage: Stage,
  { due, grant, rules, decisions, now }: Holding,
): { hold: StillDue | null; counting: Rule[] } {
  const keep = decisions.keepOf(grant, now);
  const suppressed = suppressedRules(
    { matched: rules, keep: keep && { ...keep, rulesThen: keep.rulesThen ?? rules.map(({ id }) => id) } },
    now,
  );
  const counting = rules.filter(({ id }) => !suppressed.has(id));
  if (counting.length === 0) return { hold: { kind: "held", detail: "a decision keeps it" }, counting };
  const { keep: stays } = due.item;
  const hold = holdsToday({ rules: counting, ...(stays ? { keep: stays } : {}) }, grant, stage.policy.guard, now);
  return { hold: hold && { kind: "held", detail: `${hold.by}: ${hold.detail}` }, counting };
}

function changeOf(then: Grant, now: Grant): Required<Said> {
  const differences: DifferenceCode[] = [];
  if (then.holder.status !== now.holder.status) differences.push("status-changed");
  if (then.grantedAt !== now.grantedAt) differences.push("given-anew");
  if (JSON.stringify(then.scopes) !== JSON.stringify(now.scopes)) differences.push("scope-changed");
  return sayChanged(differences, { before: then.holder.status, after: now.holder.status });
}

type ReadAnew = [Map<string, GrantEntry>, Map<string, Grant["holder"]>];

async function readAnew(source: Reader, due: DueItem[]): Promise<ReadAnew> {
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
}

/** Gives the decisions as they are now; reads them again only where a file was added. */
function openNewestDecisions(stage: Stage, onDecisions: OnDecisions): () => Promise<DecisionsInForce> {
  let loaded: DecisionsInForce | null = null;
  return async () => {
    const keys = await decisionKeys(stage);
    if (loaded === null || loaded.keys.join("\n") !== keys.join("\n")) {
      loaded = await loadDecisions(stage, { keys, asOf: isoInstant(stage.clock.now()) });
      onDecisions(loaded);
    }
    return loaded;
  };
}
