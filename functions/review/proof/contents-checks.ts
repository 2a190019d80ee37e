import { clocksDifferMs, isoInstant, parseInstant } from "../../basics/time.ts";

import type { Scopes } from "../grants/grant.ts";
import { grantId, isNamedAs, sameScopes, scopesWithout, seenHash } from "../grants/grant-comparison.ts";
import { instantOfReview, isSweep, liesAhead, reviewKeys } from "../keys.ts";

import { type Approver, identityOf } from "../plan/approval.ts";
import { sizeLimitNames, sizeLimits } from "../plan/brake.ts";
import { isBorrowing, isHeldByBadFile, type Plan, type PlanItem, planHashOf } from "../plan/plan.ts";
import { retirementFaults } from "../plan/retirement.ts";
import { withBuiltInRules } from "../rules/built-in-rules.ts";
import { conflictRules } from "../rules/conflicts.ts";
import type { Finding } from "../rules/finding.ts";
import type { PackCheck } from "./cover-checks.ts";
import { type Balance, revocationsAfter, revocationsUpTo } from "./evidence.ts";
import { type Fault, fault } from "./faults.ts";
import { type ApprovalFound, type Contents, mayBeDeleted, type PeopleFound, type PlanFound } from "./pack.ts";

import { hasNarrowed, type Intent, type Outcome, type Restored } from "./receipt.ts";

// What the objects of a review must say of each other. Above 300 lines, as whoever asks what verify checks reads one list.

/** The checks of a pack whose objects are those that were sealed. */
export const contentsChecks: readonly PackCheck<Contents>[] = [
  { name: "what every review has", faultsOf: absentFaults },
  { name: "the snapshot's own word", faultsOf: completenessFaults },
  { name: "population", faultsOf: populationFaults },
  { name: "plans", faultsOf: planFaults },
  { name: "items", faultsOf: itemFaults },
  { name: "findings", faultsOf: findingFaults },
  { name: "approvals", faultsOf: approvalFaults },
  { name: "receipts", faultsOf: receiptFaults },
  { name: "mode", faultsOf: modeFaults },
  { name: "times", faultsOf: timeFaults },
  { name: "balance", faultsOf: balanceFaults },
  { name: "put-backs", faultsOf: restoredFaults },
  { name: "revocations", faultsOf: revocationFaults },
];

/** The SHA-256 of no bytes: a sweep without decisions has no file of them. */
const emptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** The objects that every sealed review has and this evidence does not list: objects may have been deleted, and taken off the list. */
function* absentFaults(contents: Contents): Generator<Fault> {
  const { source, review, evidence, snapshot, plans } = contents;
  const keys = reviewKeys(source, review);
  const listed = new Map(evidence.objects.map(({ key, sha256 }) => [key, sha256]));
  const isOfSweep = snapshot.kind === "sweep";
  const isQuiet = ({ plan: { items } }: PlanFound): boolean => isOfSweep && items.length === 0;
  const beside = plans.flatMap((found) => {
    const { policy, decisions, findings, html, csv } = keys.assessment(found.plan.assessment);
    // The plan, which the evidence lists, says so by count; its hash is over that.
    const hasNoFindings = isOfSweep && found.plan.findings === 0;
    // A sweep that found nothing reports nothing.
    const hasNoDecisions = isOfSweep && found.plan.decisionsSha256 === emptySha256;
    return [
      ...(isBorrowing(found.plan) ? [] : [policy]),
      ...(hasNoDecisions ? [] : [decisions]),
      ...(hasNoFindings ? [] : [findings]),
      ...(isQuiet(found) ? [] : [html, csv]),
    ];
  });
  const last = plans.at(-1);
  const final = last && !isQuiet(last) ? [keys.html, keys.csv] : [];
  for (const key of [...(isOfSweep ? [] : [keys.roles]), keys.reads, ...beside, ...final])
    if (!listed.has(key)) yield fault("missing", { key });
  yield* borrowedFaults(contents);
  for (const [key, part] of [
    [keys.responsible, snapshot.responsible],
    [keys.people, snapshot.people],
    [keys.conflictGrants, snapshot.conflictGrants],
  ] as const) {
    if (part ? part.key !== key || listed.get(key) !== part.sha256 : listed.has(key))
      yield fault("other-part", { key });
  }
}

/** The policy that a plan has of an earlier assessment is there, where more than the review's folder is, and was not deleted on purpose. */
function* borrowedFaults(contents: Contents): Generator<Fault> {
  if (contents.earlier === null) return;
  for (const { keys, plan, policy } of contents.plans) {
    if (policy !== null || !isBorrowing(plan)) continue;
    if (!mayBeDeleted(contents, instantOfReview(plan.policyOf!.review))) yield fault("missing", { key: keys.policy });
  }
}

/** The checks that every complete snapshot passed, of whatever version. */
const sweepChecks = ["listings-ended", "roles-known"];
const reviewChecks = [...sweepChecks, "unknown-holders-few", "canaries-present", "population-not-empty"];

function* completenessFaults({ source, review, snapshot, plans, intents, outcomes }: Contents): Generator<Fault> {
  const key = reviewKeys(source, review).snapshot;
  if (snapshot.source !== source || snapshot.review !== review) {
    yield fault("of-another", { key, source: String(snapshot.source), review: String(snapshot.review) });
  }
  const failed = snapshot.checks.filter(({ passed }) => passed !== true).map(({ name }) => name);
  const named = new Set(snapshot.checks.map(({ name }) => name));
  const missing = (isSweep(review) ? sweepChecks : reviewChecks).filter((name) => !named.has(name));
  if (snapshot.complete !== true) {
    if (failed.length === 0) yield fault("incomplete-despite");
    const receipts = intents.length + outcomes.length;
    if (plans.length + receipts > 0) yield fault("incomplete-planned", { plans: plans.length, receipts });
  } else if (failed.length > 0 || missing.length > 0) {
    yield fault("complete-despite", { checks: [...failed, ...missing].join(", ") });
  }
}

function* populationFaults(pack: Contents): Generator<Fault> {
  const { snapshot, census } = pack;
  const { population, parts } = snapshot;
  const listed = parts.reduce((sum, { grants }) => sum + grants, 0);
  const figures = [
    ["grants", population.grants, census.grants],
    ["grants", listed, census.grants],
    ["holders", population.holders, census.holders],
  ] as const;
  for (const [name, said, actual] of figures) if (said !== actual) yield fault("population", { name, said, actual });
  const { wrongIds, elsewhere } = census;
  if (wrongIds.count > 0) yield fault("grant-id", { count: wrongIds.count, grant: wrongIds.first });
  if (elsewhere.count > 0) yield fault("grant-elsewhere", { count: elsewhere.count, grant: elsewhere.first });
  if (snapshot.people && pack.people !== null && snapshot.people.people !== pack.people)
    yield fault("population", { name: "people", said: snapshot.people.people, actual: pack.people });
  yield* roleFaults(pack);
  yield* readFaults(pack);
  yield* shownFaults(pack);
}

function* roleFaults({ snapshot, census, roles }: Contents): Generator<Fault> {
  const { roles: said } = snapshot.population;
  const actual = census.byRole.size;
  // A sweep's roles stand with its grants alone.
  if (roles === null && snapshot.kind === "sweep" && said !== actual)
    yield fault("population", { name: "roles", said, actual });
  if (roles === null) return;
  if (said !== roles.length) yield fault("population", { name: "roles", said, actual: roles.length });
  const known = new Set<string>();
  for (const line of roles) {
    const { id: role, holders, activeHolders: saidActive } = line;
    if (known.has(role)) yield fault("role-twice", { role });
    known.add(role);
    const { all: actual, active } = census.byRole.get(role) ?? { all: 0, active: 0 };
    const named = census.byRole.get(role)?.named ?? [];
    if (named.some((shown) => !isNamedAs(shown, line))) yield fault("role-other", { role });
    const isSame = holders === actual && saidActive === active;
    if (!isSame) yield fault("role-holders", { role, said: holders, saidActive, actual, active });
  }
}

function* readFaults({ snapshot, reads }: Contents): Generator<Fault> {
  if (reads === null) return;
  // A sweep's manifest has no times of its reads: reads.jsonl.gz has one a line.
  const hasTimes = snapshot.kind !== "sweep" || snapshot.reads.some(({ firstAt }) => firstAt !== undefined);
  const textOf = ({ call, calls, items, retries, firstAt, lastAt }: (typeof snapshot.reads)[number]) =>
    JSON.stringify([call, calls, items, retries, ...(hasTimes ? [firstAt, lastAt] : [])]);
  const found = new Map(reads.map((totals) => [totals.call, textOf(totals)]));
  for (const totals of snapshot.reads) {
    if (found.get(totals.call) !== textOf(totals)) yield fault("read-totals", { call: totals.call });
    found.delete(totals.call);
  }
  for (const call of found.keys()) yield fault("read-totals", { call });
  const [beganMs, takenMs] = [epochOf(snapshot.startedAt) - clocksDifferMs, epochOf(snapshot.takenAt) + clocksDifferMs];
  for (const { call, firstAt, lastAt } of reads) {
    const isWithin = epochOf(firstAt) >= beganMs && epochOf(lastAt) <= takenMs;
    if (!isWithin) yield fault("read-times", { call, firstAt, lastAt });
  }
}

/** A grant that the pages showed is in the snapshot: once, however often it was shown. */
function* shownFaults({ snapshot, reads, shown }: Contents): Generator<Fault> {
  const check = snapshot.checks.find(({ name }) => name === "pages-kept");
  if (reads === null || (shown === null && !check)) return;
  const said = Number(check?.because?.figures?.shown ?? 0);
  const { grants } = snapshot.population;
  const isRight = said === (shown ?? 0) && (!check?.passed || grants <= said);
  if (!isRight) yield fault("pages-shown", { shown: shown ?? 0, said, grants });
}

/** A sealed plan is of this snapshot, under its policy, from its decisions, and stopped by the limits that it trips. */
function* planFaults(contents: Contents): Generator<Fault> {
  const { source, review, snapshot, snapshotSha256, plans } = contents;
  for (const { keys, plan, policy, policySha256, decisionsSha256 } of plans) {
    const { plan: key } = keys;
    const { planHash, ...hashed } = plan;
    if (plan.source !== source || plan.review !== review || !key.endsWith(`/${plan.assessment}/plan.json`)) {
      yield fault("of-another", { key, source: String(plan.source), review: String(plan.review) });
    }
    if (planHashOf(hashed) !== planHash) yield fault("plan-hash", { key });
    if (plan.snapshotSha256 !== snapshotSha256) yield fault("plan-snapshot", { key });
    yield* authorityFaultsOf(plan, contents, key);
    if (policySha256 !== null && policySha256 !== plan.policySha256)
      yield fault("plan-policy", { key, policy: keys.policy });
    if (decisionsSha256 !== null && decisionsSha256 !== plan.decisionsSha256)
      yield fault("plan-decisions", { key, decisions: keys.decisions });
    const isSame = (["grants", "holders", "roles"] as const).every(
      (name) => plan.population[name] === snapshot.population[name],
    );
    if (!isSame) yield fault("plan-population", { key });
    if (policy && !isBrakeRight(plan, policy)) yield fault("plan-brake", { key });
  }
}

/** A plan that rests on who people are names the snapshot that says so, by its hash. */
function* authorityFaultsOf(
  { planHash, assessment, authority }: Plan,
  contents: Contents,
  key: string,
): Generator<Fault> {
  if (authority === undefined) return;
  const { authorities, peopleBy, source, review } = contents;
  const { people } = reviewKeys(source, review).assessment(assessment);
  const match = peopleBy.get(assessment);
  if (match?.authority !== JSON.stringify(authority)) yield fault("plan-people", { key: people });
  if (match) yield* matchFaults(match, { key: people, users: authority ? contents.census.users : 0 });
  const found = authorities.get(planHash);
  if (!authority || !found) return;
  const isSame = found.snapshotSha256 === authority.snapshotSha256 && found.peopleSha256 === authority.peopleSha256;
  if (!isSame) yield fault("plan-authority", { key, authority: `${authority.source} ${authority.review}` });
}

/** Every holder who is no group is known, unknown or ambiguous, where there is an authority; those who are not known are listed. */
function* matchFaults(
  { holders, listed, ambiguous }: PeopleFound,
  { key, users }: { key: string; users: number },
): Generator<Fault> {
  const figures = [
    ["holders", holders, users],
    ["listed", listed.said, listed.actual],
    ["ambiguous", ambiguous.said, ambiguous.actual],
  ] as const;
  for (const [name, said, actual] of figures)
    if (said !== actual) yield fault("people-figures", { key, name, said, actual });
}

/** The limits on a plan's size follow from its items and its policy alone. */
function isBrakeRight(plan: Plan, { guard }: NonNullable<PlanFound["policy"]>): boolean {
  const { tripped, limits } = plan.brake;
  const ofSize = limits.filter(({ name }) => sizeLimitNames.has(name));
  const expected = sizeLimits(plan, guard, epochOf(plan.createdAt));
  const textOf = (all: typeof limits) => JSON.stringify(all.map(({ name, limit, actual }) => [name, limit, actual]));
  return tripped === limits.length > 0 && textOf(ofSize) === textOf(expected);
}

function* itemFaults({ source, plans, census }: Contents): Generator<Fault> {
  for (const { keys, plan, findings } of plans) {
    const { plan: key } = keys;
    let last = "";
    for (const item of plan.items) {
      const { grantId: grant, holderId, roleId, seen } = item;
      if (grant <= last) yield fault("plan-order", { key, grant });
      last = grant;
      const shown = census.seen.get(grant);
      if (grantId(source, holderId, roleId) !== grant) yield fault("item-id", { key, grant });
      if (!shown) yield fault("item-unlisted", { key, grant });
      else if (shown.seen !== seen || shown.holderId !== holderId || shown.roleId !== roleId) {
        yield fault("item-seen", { key, grant });
      }
      if (findings === null) continue;
      const found = findings.byGrant.get(grant) ?? [];
      for (const rule of item.rules) {
        if (!found.some((finding) => finding.rule === rule)) yield fault("item-unfounded", { key, grant, rule });
      }
      if (!isKeepFounded(item, found)) yield fault("item-keep", { key, grant });
      if (item.rules.length === 0) yield fault("item-unfounded", { key, grant, rule: "-" });
    }
  }
}

/** Only rules that narrow leave anything, each at least what stays, and one rule alone exactly that. */
function isKeepFounded({ rules, keep }: PlanItem, findings: readonly Finding[]): boolean {
  const narrowing = findings.filter(({ rule, then }) => rules.includes(rule) && then === "narrow");
  if (keep === undefined) return narrowing.length === 0;
  if (narrowing.length !== rules.length || narrowing.some((finding) => !finding.keep)) return false;
  const [first, ...others] = narrowing.map((finding) => finding.keep!);
  if (others.length === 0) return sameScopes(first!, keep);
  return [first!, ...others].every((left) => isWithin(keep, left));
}

function isWithin(scopes: Scopes, wider: Scopes): boolean {
  return scopesWithout(scopes, wider).length === 0;
}

/** A combination that lost a dimension, or an empty list, could reach further than before. */
function isWholeKeep(keep: Scopes, before: Scopes): boolean {
  const shapeOf = (parts: Scopes[number]) => JSON.stringify(parts.map(({ dimension }) => dimension).sort());
  const shapes = new Set(before.map(shapeOf));
  const isFilled = keep.every((parts) => parts.length > 0 && parts.every(({ ids }) => ids.length > 0));
  return keep.length > 0 && isFilled && keep.every((parts) => shapes.has(shapeOf(parts)));
}

/** Whether an intent leaves what its item says: all of it, or what of it still exists. Only a narrowing leaves anything. */
function isKeepPlanned({ keep, grant }: Intent, item: PlanItem | undefined): boolean {
  if (keep === undefined) return (item?.keep?.length ?? 0) === 0;
  const planned = item?.keep ?? [];
  return isWholeKeep(keep, grant.scopes ?? []) && isWithin(keep, planned) && isWithin(planned, grant.scopes ?? []);
}

/** Whether who the holder is was asked of the authority that the plan names, after the plan was made and before the removal began. */
function isPersonPlanned({ person, at }: Intent, plan: Plan | undefined): boolean {
  if (person === undefined) return true;
  const known = plan?.authority;
  const isOfAuthority = known?.source === person.source && known.snapshotSha256 === person.snapshotSha256;
  const [readMs, madeMs, begunMs] = [person.readAt, plan?.createdAt, at].map((instant) =>
    parseInstant(String(instant)),
  );
  if (!isOfAuthority || readMs == null || madeMs == null || begunMs == null) return false;
  return readMs >= madeMs - clocksDifferMs && readMs <= begunMs + clocksDifferMs;
}

const foundWithoutRule = new Set(["rule-error", "restored", "mover", "suspicious-certification"]);

function* findingFaults({ plans }: Contents): Generator<Fault> {
  for (const { keys, plan, policy, findings } of plans) {
    if (findings === null) continue;
    const { findings: key } = keys;
    const items = new Map(plan.items.map((item) => [item.grantId, item]));
    for (const [grant, found] of findings.byGrant) {
      const item = items.get(grant) ?? null;
      for (const finding of found.filter(({ then }) => then !== "flag")) {
        if (!item) yield fault("finding-unplanned", { key, grant, rule: finding.rule });
        else if (!agrees(finding, item)) yield fault("finding-disagrees", { key, grant, rule: finding.rule });
      }
    }
    const rules = [...withBuiltInRules(policy?.rules ?? []), ...conflictRules(policy ?? {})];
    const known = new Map(rules.map((rule) => [rule.id, rule]));
    for (const text of findings.rules) {
      const [id, then, reason] = JSON.parse(text) as [string, string, { en: string; zh: string }];
      const rule = known.get(id);
      const isOurs = rule
        ? rule.then === then && rule.reason.en === reason.en && rule.reason.zh === reason.zh
        : foundWithoutRule.has(id) && then === "flag";
      if (policy && !isOurs) yield fault("finding-rule", { key, rule: id });
    }
  }
}

/** Whether what holds a removal back is the same in a finding and in the item that it led to. */
function agrees({ rule, then, suppressedBy }: Finding, item: PlanItem): boolean {
  if (!item.rules.includes(rule)) {
    return suppressedBy?.by === "decision" || (then === "narrow" && !item.keep && suppressedBy?.by === "expire");
  }
  if (!item.hold) return suppressedBy === null;
  return suppressedBy?.by === (item.hold.by === "decision" && !isHeldByBadFile(item) ? "decision" : "hold");
}

function* approvalFaults({ source, review, plans, approvals, verdicts }: Contents): Generator<Fault> {
  const policies = new Map(plans.map(({ plan, policy }) => [plan.planHash, policy]));
  const keys = reviewKeys(source, review);
  const isWhole = ({ by, reason, at }: ApprovalFound): boolean =>
    isText(by) && isText(reason) && typeof at === "string" && parseInstant(at) !== null;
  for (const { key, value } of [...approvals, ...verdicts]) {
    const { planHash } = value ?? {};
    const isOfPlan = typeof planHash === "string" && policies.has(planHash) && isVerdictOf(key, keys, planHash);
    if (!isOfPlan || !isWhole(value)) yield fault("approval-other", { key });
    else if (key === keys.approval(planHash)) {
      const [actual, needed] = [countApprovers(value), policies.get(planHash)?.guard.approvals ?? 1];
      if (actual < needed) yield fault("approval-few", { key, actual, needed });
    }
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

function isVerdictOf(key: string, keys: ReturnType<typeof reviewKeys>, planHash: string): boolean {
  const folder = keys.verdicts(planHash);
  return (
    key === keys.approval(planHash) ||
    (key.startsWith(folder) && /^(approve|refuse)-[0-9a-f]{16}\.json$/.test(key.slice(folder.length)))
  );
}

/** How many different people an approval names. One of an earlier version names one. */
function countApprovers({ approvedBy }: ApprovalFound): number {
  if (!Array.isArray(approvedBy)) return 1;
  const named = approvedBy.filter((each): each is Approver => isText(each?.by) && each.provenBy !== undefined);
  return new Set(named.map(identityOf)).size;
}

const outcomeKinds = new Set(["revoked", "narrowed", "already-gone", "changed", "refused", "unverified", "failed"]);

/** Each receipt is of the grant that its name says, and that grant is as the snapshot and its plan saw it. */
function* receiptFaults(pack: Contents): Generator<Fault> {
  const { source, review, snapshot, intents, outcomes, restored, census, plans } = pack;
  const keys = reviewKeys(source, review);
  const items = new Map(
    plans.map(({ plan }) => [plan.planHash, new Map(plan.items.map((each) => [each.grantId, each]))]),
  );
  const planOf = new Map(plans.map(({ plan }) => [plan.planHash, plan]));
  for (const { key, value: intent } of intents) {
    const { grant } = intent;
    if (key !== keys.intent(intent.grantId) || grant.id !== intent.grantId) yield fault("receipt-other", { key });
    if (grantId(source, grant.holder.id, grant.role.id) !== grant.id) yield fault("intent-id", { key });
    const shown = census.seen.get(grant.id);
    const item = items.get(intent.planHash)?.get(grant.id);
    const seen = seenHash(grant);
    const isShown =
      shown?.holderId === grant.holder.id &&
      shown.roleId === grant.role.id &&
      shown.seen === seen &&
      item?.seen === seen;
    const isOfSource = grant.source === source && grant.provider === snapshot.provider;
    // What the provider does not remove is not asked for.
    if (!isShown || !isOfSource || grant.removable !== true) yield fault("intent-seen", { key });
    if (!isKeepPlanned(intent, item)) yield fault("intent-keep", { key });
    if (!isPersonPlanned(intent, planOf.get(intent.planHash))) yield fault("intent-person", { key });
  }
  yield* outcomeKindFaults(pack);
  for (const { key, value } of outcomes) {
    if (key !== keys.outcome(value.grantId) || !outcomeKinds.has(value.outcome)) yield fault("receipt-other", { key });
  }
  const revoked = new Set(
    outcomes.filter(({ value }) => value.outcome === "revoked" || hasNarrowed(value)).map(({ value }) => value.grantId),
  );
  for (const { key, value } of restored) {
    const isOurs = key === keys.restored(value.grantId) && value.review === review && revoked.has(value.grantId);
    if (!isOurs) yield fault("receipt-other", { key });
  }
}

/** A removal leaves nothing, and a narrowing something: what the outcome says that a read showed is what the intent was to leave. */
function* outcomeKindFaults({ intents, outcomes }: Contents): Generator<Fault> {
  const keeps = new Map(intents.map(({ value }) => [value.grantId, value.keep]));
  for (const { value } of outcomes) {
    const { grantId: grant, outcome, left } = value;
    const keep = keeps.get(grant);
    const isRight =
      outcome === "narrowed"
        ? keep !== undefined && left?.scopes != null && isWithin(keep, left.scopes)
        : outcome !== "revoked" || keep === undefined;
    if (keeps.has(grant) && !isRight) yield fault("outcome-kind", { grant, outcome });
  }
}

/** A review in report mode removes nothing. */
function* modeFaults({ evidence, intents, outcomes, retirements }: Contents): Generator<Fault> {
  const count = intents.length + outcomes.length + retirements.intents.length + retirements.outcomes.length;
  if (evidence.mode === "report" && count > 0) yield fault("report-removed", { count });
}

/** Something that happened at an instant: what it is called, and when. */
type Event = { what: string; at: string | null };

function epochOf(at: string | null): number {
  return parseInstant(String(at)) ?? Number.NaN;
}

/** The faults of events that must follow each other: each has a time, and none is before the one that it follows. */
function* orderFaults(events: readonly Event[], toleranceMs = 0): Generator<Fault> {
  for (const { what, at } of events) if (Number.isNaN(epochOf(at))) yield fault("no-time", { what });
  for (const [place, event] of events.entries()) {
    const before = events[place - 1];
    if (!before || !(epochOf(event.at) < epochOf(before.at) - toleranceMs)) continue;
    const [laterAt, earlierAt] = [String(event.at), String(before.at)];
    yield fault("out-of-order", { later: event.what, laterAt, earlier: before.what, earlierAt });
  }
}

/** A review is named by the instant at which it begins: one of the future that began before was retired. */
function* beginningFaults({ review, snapshot: { startedAt }, records, earlier }: Contents): Generator<Fault> {
  const beganMs = epochOf(startedAt);
  const isRetired = records.retired.some(({ says }) => says.review === review);
  const isKnown = earlier !== null && !isRetired && !Number.isNaN(beganMs);
  if (isKnown && liesAhead(review, beganMs)) yield fault("begun-early", { startedAt });
}

/** Snapshot, plan, intent, outcome, seal, in this order, and nothing in the future. */
function* timeFaults(pack: Contents): Generator<Fault> {
  yield* beginningFaults(pack);
  const { source, review, evidence, snapshot, plans, intents, outcomes, restored, retirements, nowMs } = pack;
  const keys = reviewKeys(source, review);
  const sealed = { what: keys.evidence, at: evidence.sealedAt };
  const began = { what: `${keys.snapshot} (startedAt)`, at: snapshot.startedAt };
  const taken = { what: `${keys.snapshot} (takenAt)`, at: snapshot.takenAt };
  yield* orderFaults([began, taken, sealed]);
  const planned = new Map<string, Event>();
  for (const { keys: of, plan } of plans) {
    const made = { what: of.plan, at: plan.createdAt };
    yield* orderFaults([taken, made, sealed]);
    if (!planned.has(plan.planHash)) planned.set(plan.planHash, made);
  }
  const begun = new Map(intents.map(({ key, value }) => [value.grantId, { what: key, at: value.at }]));
  const madeFor = ({ planHash }: Pick<Intent | Outcome, "planHash">): Event[] => [planned.get(planHash) ?? taken];
  for (const { key, value } of intents) yield* orderFaults([...madeFor(value), { what: key, at: value.at }, sealed]);
  const ended = new Map<string, Event>();
  for (const { key, value } of outcomes) {
    const intent = begun.get(value.grantId);
    const outcome = { what: key, at: value.at };
    ended.set(value.grantId, outcome);
    yield* orderFaults([...(intent ? [intent] : madeFor(value)), outcome, sealed]);
    if (value.verifiedAt !== null) {
      yield* orderFaults([...(intent ? [intent] : []), { what: `${key} (verifiedAt)`, at: value.verifiedAt }, sealed]);
    }
  }
  for (const { role, at, planHash } of retirements.intents) {
    yield* orderFaults([...madeFor({ planHash }), { what: `the intent of role ${role.id}`, at }, sealed]);
  }
  for (const { roleId, at } of retirements.outcomes) {
    yield* orderFaults([taken, { what: `the outcome of role ${roleId}`, at }, sealed]);
  }
  yield* approvalTimeFaults(pack, planned, sealed);
  const newest: Event[] = [sealed];
  for (const { key, value } of restored) {
    const back = { what: key, at: value.at };
    newest.push(back);
    yield* orderFaults([ended.get(value.grantId) ?? taken, back], clocksDifferMs);
  }
  for (const { what, at } of newest) {
    if (nowMs !== null && epochOf(at) > nowMs + clocksDifferMs) yield fault("future", { what, at: String(at) });
  }
}

/** A brake is lifted after its plan was made and before anything is removed by it; people's clocks differ from the stages'. */
function* approvalTimeFaults(
  { approvals, plans, intents }: Contents,
  planned: ReadonlyMap<string, Event>,
  sealed: Event,
): Generator<Fault> {
  const braked = new Set(plans.filter(({ plan }) => plan.brake.tripped).map(({ plan }) => plan.planHash));
  for (const { key, value } of approvals) {
    const planHash = String(value?.planHash);
    const made = planned.get(planHash);
    if (!made || typeof value?.at !== "string") continue;
    const { at } = value;
    yield* orderFaults([made, { what: key, at }, sealed], clocksDifferMs);
    if (!braked.has(planHash)) continue;
    for (const { value: intent } of intents.filter((each) => each.value.planHash === planHash)) {
      if (epochOf(intent.at) >= epochOf(at) - clocksDifferMs) continue;
      yield fault("unapproved-then", { word: "intent", grant: intent.grantId, at: intent.at, approvedAt: at });
    }
  }
}

function* balanceFaults({ evidence, census, plans, outcomes, retirements }: Contents): Generator<Fault> {
  yield* census.balanceFaults;
  const grantOutcomes = new Map(outcomes.map(({ value }) => [value.grantId, value]));
  yield* retirementFaults(retirements, { plans: plans.map(({ plan }) => plan), grantOutcomes });
  for (const name of Object.keys(census.balance) as (keyof Balance)[]) {
    const [said, actual] = [String(evidence.balance[name] ?? notNarrowed(name)), String(census.balance[name])];
    // A balance that does not close has its faults above.
    if (said !== actual && name !== "balanced") yield fault("balance-figure", { name, said, actual });
  }
  if (evidence.balance.balanced !== true) {
    yield fault("balance-figure", { name: "balanced", said: String(evidence.balance.balanced), actual: "true" });
  }
}

/** Evidence of an earlier version does not say how many grants were narrowed. */
function notNarrowed(name: keyof Balance): number | undefined {
  return name === "narrowed" ? 0 : undefined;
}

function nameOf({ review, grantId: grant, at }: Pick<Restored, "review" | "grantId" | "at">): string {
  return JSON.stringify([review, grant, at]);
}

/** The evidence lists every put-back since the evidence before it, and none that was not. */
function* restoredFaults(contents: Contents): Generator<Fault> {
  const { evidence, earlier, putBacks } = contents;
  if (earlier === null) return;
  const previous = earlier.find(({ review }) => review === evidence.previous?.review);
  const sinceMs = previous?.evidence ? epochOf(previous.evidence.sealedAt) : Number.NEGATIVE_INFINITY;
  const listed = new Set(evidence.restored.map(nameOf));
  const proved = new Set(putBacks.filter(({ at }) => epochOf(at) > sinceMs).map(nameOf));
  const retired = new Set(earlier.filter(({ isRetired }) => isRetired).map(({ review }) => review));
  // Without the evidence before, nobody can tell which put-backs it said already.
  const isSinceKnown = evidence.previous === null || previous?.evidence;
  for (const { review, grantId: grant, at } of isSinceKnown ? putBacks : []) {
    const isDue = epochOf(at) > sinceMs && epochOf(at) <= epochOf(evidence.sealedAt) && !retired.has(review);
    const isSaid = listed.has(nameOf({ review, grantId: grant, at }));
    if (isDue && !isSaid) yield fault("restored-unsaid", { review, grant, at });
  }
  for (const { review, grantId: grant, at } of evidence.restored) {
    const isProved = proved.has(nameOf({ review, grantId: grant, at }));
    if (!isProved && !mayBeDeleted(contents, epochOf(at))) yield fault("restored-unproved", { review, grant, at });
  }
}

/** What was revoked and not put back follows from the evidence before, this review's outcomes, and the put-backs. */
function* revocationFaults({ review, evidence, earlier, outcomes }: Contents): Generator<Fault> {
  if (earlier === null) return;
  const place = earlier.findIndex((link) => link.review === evidence.previous?.review);
  if (evidence.previous && !earlier[place]?.evidence) return;
  const before = earlier
    .slice(0, place + 1)
    .flatMap((link) => (link.evidence && !link.isRetired ? [link.evidence] : []));
  const expected = revocationsAfter(isSweep(review) ? [] : revocationsUpTo(before), {
    review,
    outcomes: outcomes.map(({ value }) => value),
    restored: evidence.restored,
  });
  const textOf = (all: typeof expected) =>
    new Map(all.map((each) => [each.grantId, JSON.stringify([each.review, isoInstant(epochOf(each.at))])]));
  const [said, actual] = [textOf(evidence.revocations), textOf(expected)];
  const differs = [...new Set([...said.keys(), ...actual.keys()])].filter((id) => said.get(id) !== actual.get(id));
  for (const grant of differs) yield fault("revocations-differ", { grant });
}
