import { epochMs } from "../../basics/time.ts";
import { movesBetween } from "../../drift/read-drift.ts";
import { openKnownPeople, type StandingAuthority } from "../../facts/authority.ts";
import { type GrantFacts, openGrantFacts } from "../../facts/grant-facts.ts";
import type { DecisionsInForce } from "../../ledger/decisions.ts";
import type { AtWork } from "../../ledger/ledger.ts";
import type { Grant } from "../../review/grants/grant.ts";
import type { ConflictBasis, Snapshot } from "../../review/grants/snapshot.ts";
import { openMatchTally, type PeopleMatch } from "../../review/people/person.ts";
import type { Candidate, Plan, RoleHolders } from "../../review/plan/plan.ts";
import { withBuiltInRules } from "../../review/rules/built-in-rules.ts";
import { certificationFindings } from "../../review/rules/certification.ts";
import type { Finding } from "../../review/rules/finding.ts";
import { byGrantThenRule, findingsOf, type Verdict } from "../../review/rules/findings.ts";
import { expiresUndecided, type Policy, type Rule } from "../../review/rules/policy.ts";
import { type CompiledRule, compileRules, judgeWithScopes } from "../../review/rules/rule.ts";
import type { Stage } from "../../review/stage.ts";
import { openConflictSearch } from "./find-conflicts.ts";

/** The findings of a whole snapshot, and the grants that may be expired. */
export type JudgedGrants = {
  candidates: Candidate[];
  findingsByRule: Record<string, number>;
  roleHolders: Map<string, RoleHolders>;
  /** The findings under a plan, sorted by grant and rule: what it holds back suppresses them. */
  findings(plan: Plan): Iterable<Finding>;
  /** Whom the authority knows of the holders; null where no source says who people are. */
  people: PeopleMatch | null;
  /** Whether a rule that may change a grant asks for the person. */
  restsOnPeople: boolean;
};

/** `asOf`: put-backs, and events of moves that came, after this instant are not looked at. `windowEndedAt`: null while people can still decide. `people`: null where no source says who people are. */
export type SnapshotJudging = {
  snapshot: Snapshot;
  decisions: DecisionsInForce;
  asOf: string;
  windowEndedAt: string | null;
  people: StandingAuthority | null;
  /** By which snapshots of other sources conflicts are judged; null: none spans sources. */
  conflictBasis: ConflictBasis | null;
};

/** Evaluates every rule of the policy on every grant, streaming: memory keeps the grants that may be expired, and the ids of others that a rule matched. */
export async function judgeGrants(stage: AtWork, judging: SnapshotJudging): Promise<JudgedGrants> {
  const { snapshot, decisions, asOf, windowEndedAt, people, conflictBasis } = judging;
  const rules = compileRules(withBuiltInRules(stage.policy.rules));
  const found: Found = { candidates: [], verdicts: [], failures: new Map() };
  const known = await openGrantFacts(stage, snapshot, stage.policy.rules);
  const personOf = await openKnownPeople(stage, people?.authority ?? null);
  const tally = openMatchTally();
  const restored = await restoredSince(stage, known.previous, asOf);
  const moves = await movesSince(stage, known.previous, { snapshot, asOf });
  const conflicts = openConflictSearch(stage, personOf);
  let judgedGrants = 0;
  for await (const pairs of known.grants()) {
    for (const [grant, before] of pairs) {
      const person = personOf(grant.holder);
      tally.note(grant.holder, person);
      const { takenAt: now } = snapshot;
      const decision = decisions.factsOf(grant, now);
      const view = known.viewOf(grant, { before, decision, person, now });
      const revokeDecidedAt = decision.revoke ? decision.decidedAt : null;
      const since = { isRestored: restored.has(grant.id), toldMovedAt: moves.get(grant.holder.id) ?? null };
      const judging = { grant, now, view, revokeDecidedAt, rules, decisions, ...since };
      judgeGrant(stage.policy, judging, found);
      conflicts.note(grant, () => decidedOn(judging, []));
    }
    judgedGrants += pairs.length;
    reportProgress(stage, judgedGrants, snapshot);
  }
  if (conflictBasis) await conflicts.noteElsewhere(conflictBasis, snapshot.takenAt);
  const { candidates, failures } = found;
  const verdicts = conflicts.withConflicts(found.verdicts);
  // Only decisions on this very snapshot are sure to be about its grants.
  const ofThisReview = decisions.recorded.filter(({ review, fault }) => review === stage.review && fault === null);
  const builtIn = [...failures.values(), ...certificationFindings(ofThisReview)].sort(byGrantThenRule);
  return {
    candidates,
    findingsByRule: countByRule(verdicts, builtIn),
    roleHolders: known.roleHolders,
    people: people && { formatVersion: 1, ...people, ...tally.matched() },
    restsOnPeople: rules.some(({ needsPerson }) => needsPerson),
    findings: (plan) =>
      withBuiltIn(verdicts, builtIn, (verdict) => findingsOf(verdict, plan, windowEndedAt, stage.policy.timezone)),
  };
}

type Found = { candidates: Candidate[]; verdicts: Verdict[]; failures: Map<string, Finding> };

type GrantJudging = {
  grant: Grant;
  now: string;
  view: ReturnType<GrantFacts["viewOf"]>;
  revokeDecidedAt: string | null;
  rules: CompiledRule[];
  decisions: DecisionsInForce;
  isRestored: boolean;
  /** When an event said that the holder moved since the previous review; null: none did. */
  toldMovedAt: string | null;
};

function judgeGrant(policy: Policy, judging: GrantJudging, found: Found): void {
  const { grant, isRestored, toldMovedAt } = judging;
  const { matching, narrowings } = matchesOf(judging, found.failures);
  if (isRestored) matching.push(restoredRule);
  if (toldMovedAt !== null) matching.push(moverRule);
  if (matching.length === 0) return;
  const decided = decidedOn(judging, matching);
  const verdict = { matched: matching, ...decided, ...(narrowings ? { narrowings } : {}) };
  found.verdicts.push({ grant: { id: grant.id }, ...verdict });
  const asking = removalsAsked(verdict, policy);
  if (asking.length > 0) found.candidates.push({ ...verdict, grant, matched: asking });
}

/** What is decided on a grant that these rules match. */
function decidedOn(judging: GrantJudging, matching: Rule[]) {
  const { grant, revokeDecidedAt, decisions } = judging;
  return { keep: keepOf(judging, matching), revokeDecidedAt, badFile: decisions.badFileOf(grant.id) };
}

/** Merges two sorted lists of findings. */
function* withBuiltIn(
  verdicts: Iterable<Verdict>,
  builtIn: readonly Finding[],
  foundOf: (verdict: Verdict) => Finding[],
): Generator<Finding> {
  let at = 0;
  for (const verdict of verdicts) {
    for (const found of foundOf(verdict)) {
      while (at < builtIn.length && byGrantThenRule(builtIn[at]!, found) < 0) yield builtIn[at++]!;
      yield found;
    }
  }
  yield* builtIn.slice(at);
}

function reportProgress(stage: Stage, grants: number, { population }: Snapshot): void {
  stage.progress({ stage: "assess", counts: { grants }, share: grants / Math.max(population.grants, 1) });
}

/** The rules that match, and what those with a `keepScope` leave; `narrowings` is null where they leave everything. */
type Matches = { matching: Rule[]; narrowings: Candidate["narrowings"] | null };

function matchesOf({ grant, view, rules }: GrantJudging, failures: Map<string, Finding>): Matches {
  const matching: Rule[] = [];
  let narrowings: Matches["narrowings"] = null;
  for (const compiled of rules) {
    const judgement = judgeWithScopes(compiled, view, grant);
    if (judgement.kind === "match") matching.push(compiled.rule);
    if (judgement.kind === "match" && judgement.narrowing) {
      narrowings = { ...(narrowings ?? {}), [compiled.rule.id]: judgement.narrowing };
    }
    if (judgement.kind === "error" && !failures.has(compiled.rule.id)) {
      failures.set(compiled.rule.id, ruleError(compiled.rule, grant, judgement.message));
    }
  }
  return { matching, narrowings };
}

/** One finding for a rule that fails, on the first grant it fails on: never a match. */
function ruleError(rule: Rule, { id }: Grant, message: string): Finding {
  return {
    grantId: id,
    rule: "rule-error",
    then: "flag",
    reason: {
      en: `Rule ${rule.id} fails, on this grant first: ${message}`,
      zh: `规则 ${rule.id} 求值出错，首个出错的授权即本条：${message}`,
    },
    suppressedBy: null,
  };
}

/** Built in: flags a grant that the previous review removed and somebody put back, so that nobody overlooks it. */
const restoredRule: Rule = {
  id: "restored",
  when: "",
  then: "flag",
  noticeDays: 0,
  reason: { en: "Put back after an earlier review had removed it", zh: "此前的复核移除后又被恢复" },
  overridable: true,
};

/** Built in: flags whatever somebody holds who moved since the previous review, so that whoever is responsible now decides on it. */
const moverRule: Rule = {
  id: "mover",
  when: "",
  then: "flag",
  noticeDays: 0,
  reason: {
    en: "The holder moved to another department or job since the previous review",
    zh: "持有人自上次复核以来已调岗",
  },
  overridable: true,
};

/** A keep from before a move was told says nothing of the move. */
function keepOf({ decisions, grant, now, toldMovedAt }: GrantJudging, matching: Rule[]): Candidate["keep"] {
  const keep = decisions.keepOf(grant, now);
  if (!keep) return null;
  const { decision } = keep;
  const rulesThen = keep.rulesThen ?? matching.map(({ id }) => id);
  const isBefore = toldMovedAt !== null && epochMs(decision.decidedAt) < epochMs(toldMovedAt);
  return { decision, rulesThen: isBefore ? rulesThen.filter((id) => id !== moverRule.id) : rulesThen };
}

/** A flag asks for a removal only where nobody has decided to revoke: after such a decision the rules on decisions ask for it. */
function removalsAsked(
  { matched, revokeDecidedAt }: Pick<Verdict, "matched" | "revokeDecidedAt">,
  policy: Policy,
): Rule[] {
  return matched.filter((rule) => rule.then !== "flag" || (!revokeDecidedAt && expiresUndecided(rule, policy)));
}

function countByRule(verdicts: Verdict[], builtIn: readonly Finding[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { matched } of verdicts) for (const { id } of matched) counts[id] = (counts[id] ?? 0) + 1;
  for (const { rule } of builtIn) counts[rule] = (counts[rule] ?? 0) + 1;
  return counts;
}

/** Who moved after the previous snapshot, and when an event said so. A sweep is of those alone who are gone. */
async function movesSince(
  { store, sourceId }: AtWork,
  previous: Snapshot | null,
  { snapshot, asOf }: Pick<SnapshotJudging, "snapshot" | "asOf">,
): Promise<Map<string, string>> {
  if (previous === null || snapshot.kind === "sweep") return new Map();
  return await movesBetween({ store, sourceId }, { after: previous.takenAt, until: snapshot.takenAt, knownBy: asOf });
}

/** Grants that were put back after the previous snapshot was taken. */
async function restoredSince({ ledger }: AtWork, previous: Snapshot | null, asOf: string): Promise<Set<string>> {
  const restored = previous ? await ledger.putBacksAfter(previous.takenAt) : [];
  return new Set(restored.filter(({ at }) => epochMs(at) <= epochMs(asOf)).map(({ grantId }) => grantId));
}
