import { hashOf, sha256 } from "../../basics/hash.ts";
import { byText } from "../../basics/sorted.ts";
import { epochMs } from "../../basics/time.ts";
import type { RecordedDecision } from "../../ledger/decisions.ts";
import { openLedger } from "../../ledger/ledger.ts";
import { plansOf, policyKey } from "../../ledger/plans.ts";
import type { PastDecision } from "../../report/review-view.ts";
import type { ReasonCode } from "../../review/because.ts";
import type { Grant, RoleLine } from "../../review/grants/grant.ts";
import type { ReadLine, ReadTotals, ShownLine, Snapshot } from "../../review/grants/snapshot.ts";
import { isEndMessageName, isReviewId, isSweep, reviewKeys } from "../../review/keys.ts";
import type { MessageIntent, MessageOutcome } from "../../review/people/message.ts";
import { mostListed, type PeopleMatch } from "../../review/people/person.ts";
import type { WhoReviews } from "../../review/people/who-reviews.ts";
import { isBorrowing, type Plan } from "../../review/plan/plan.ts";
import type { RetirementIntent, RetirementOutcome } from "../../review/plan/retirement.ts";
import { DamagedError, type Store } from "../../review/ports.ts";
import type { Reasons } from "../../review/proof/act.ts";
import { type CensusBasis, openCensus } from "../../review/proof/census.ts";
import { type Fault, fault } from "../../review/proof/faults.ts";
import { parseBytes, parseOnce } from "../../review/proof/json-form.ts";
import type {
  ApprovalFound,
  AuthorityFound,
  Census,
  Contents,
  Cover,
  DecisionsFound,
  DecisionTotals,
  Keyed,
  MessageFound,
  PeopleFound,
  PlanFound,
} from "../../review/proof/pack.ts";
import type { Intent, Outcome, Restored } from "../../review/proof/receipt.ts";
import type { Decision } from "../../review/rules/decision.ts";
import type { Finding } from "../../review/rules/finding.ts";
import { type Policy, sweepPolicyOf } from "../../review/rules/policy.ts";
import { openConflictGrantsCheck } from "./check-conflict-grants.ts";
import { openReportCheck, type ReportCheck } from "./check-report.ts";
import type { PackPlace } from "./load-cover.ts";

// Reads what the objects of a sealed review say. Grants, findings and reads are streamed: memory holds the ids of holders,
// what the plans name, and no grant. Above 300 lines, as whoever asks where verify has something from reads one file.

/** What was found wrong while reading. A fault of each kind and object is told once. */
type Found = { faults: Fault[] };

const readsAtOnce = 16;

/**
 * Reads what the objects say, once each is known to be the one that was sealed. Gives what was wrong with their form beside it;
 * null where there is no snapshot, or another one than its parts.
 */
export async function loadContents(
  place: PackPlace,
  cover: Cover,
): Promise<{ contents: Contents | null; faults: Fault[] }> {
  const { store, source, review } = place;
  const found: Found = { faults: [] };
  const keys = reviewKeys(source, review);
  const listed = new Map(cover.evidence.objects.map(({ key, sha256: hash }) => [key, hash]));
  const jsons = await loadJsons(store, cover, found);
  const snapshot = jsons.get(keys.snapshot) as Snapshot | undefined;
  if (!snapshot) return { contents: null, faults: [...found.faults, fault("missing", { key: keys.snapshot })] };
  const otherParts = snapshot.parts.filter((part) => listed.get(part.key) !== part.sha256);
  if (otherParts.length > 0) {
    return { contents: null, faults: [...found.faults, ...otherParts.map(({ key }) => fault("other-part", { key }))] };
  }
  const below = <T>(folder: string, end: string): Keyed<T>[] =>
    [...jsons]
      .filter(([key]) => key.startsWith(folder) && key.endsWith(end))
      .map(([key, value]) => ({ key, value: value as T }));
  const { plans, decisions } = await loadPlans({ store, source, review }, { jsons, listed, found });
  const intents = below<Intent>(keys.receipts, ".intent.json");
  const outcomes = below<Outcome>(keys.receipts, ".outcome.json");
  const [verdicts, approvals] = divided(below<ApprovalFound>(keys.approvals, ".json"), ({ key }) =>
    key.slice(keys.approvals.length).includes("/"),
  );
  const reports = openReports(place, { listed, jsons, plans, decisions, outcomes });
  const { conflictGrants: aside } = snapshot;
  if (aside && listed.has(aside.key)) reports.push(openConflictGrantsCheck(store, aside));
  const census = await takeCensus(store, found, { ...cover, snapshot, plans, approvals, intents, outcomes }, reports);
  const contents: Contents = {
    ...cover,
    snapshot,
    snapshotSha256: listed.get(keys.snapshot) ?? "",
    plans,
    approvals,
    verdicts,
    intents,
    outcomes,
    restored: below<Restored>(keys.receipts, ".restored.json"),
    putBacks: await loadPutBacks({ store, source }, cover, found),
    retirements: retirementsIn(
      below<RetirementIntent>(keys.retirements, ".intent.json"),
      below<RetirementOutcome>(keys.retirements, ".outcome.json"),
    ),
    before: await loadBefore(place, cover, { snapshot, first: plans[0]?.plan }),
    swept: await loadSwept(place, cover, outcomes),
    messages: await loadMessages(place, cover, { jsons, listed }),
    routed: new Map(
      plans.flatMap(({ plan: { assessment } }) => {
        const who = jsons.get(keys.assessment(assessment).reviewers) as WhoReviews | undefined;
        return who ? [[assessment, who.reviewers.reduce((sum, { grants }) => sum + grants, 0)] as const] : [];
      }),
    ),
    authorities: await loadAuthorities(store, plans),
    peopleBy: new Map(
      plans.flatMap(({ plan: { assessment } }) => {
        const match = jsons.get(keys.assessment(assessment).people) as PeopleMatch | undefined;
        return match ? [[assessment, peopleFoundIn(match)] as const] : [];
      }),
    ),
    census,
    decisions: totalDecisions(review, decisions.at(-1) ?? []),
    roles: listed.has(keys.roles) ? await linesOf<RoleLine>(store, keys.roles, found) : null,
    people: await countThrough(store, cover, found),
    ...(listed.has(keys.reads) ? await readsIn(store, keys.reads, found) : { reads: null, shown: null }),
  };
  return { contents, faults: found.faults };
}

function peopleFoundIn({ authority, holders, listed }: PeopleMatch): PeopleFound {
  const { known, unknown, ambiguous } = holders;
  const several = listed.filter(({ why }) => why === "several").length;
  const isCut = unknown + ambiguous > mostListed;
  return {
    authority: JSON.stringify(authority),
    holders: known + unknown + ambiguous,
    listed: { said: listed.length, actual: Math.min(unknown + ambiguous, mostListed) },
    ambiguous: { said: ambiguous, actual: isCut ? ambiguous : several },
  };
}

function retirementsIn(
  intents: readonly Keyed<RetirementIntent>[],
  outcomes: readonly Keyed<RetirementOutcome>[],
): Contents["retirements"] {
  return {
    intents: intents.map(({ value }) => value),
    outcomes: outcomes.map(({ value }) => value),
    named: [
      ...intents.map(({ key, value }) => ({ key, roleId: value.role.id })),
      ...outcomes.map(({ key, value }) => ({ key, roleId: value.roleId })),
    ],
  };
}

/** Of the snapshot before, what this review's plans go on from: an exported pack has none of it, and says only whether there is one. */
async function loadBefore(
  { store, source, review, hasChain, isExported }: PackPlace,
  { evidence }: Cover,
  { snapshot, first }: { snapshot: Snapshot; first: Plan | undefined },
): Promise<Contents["before"]> {
  // A sweep goes on from a review that may be open still: nothing was sealed before, and it may be assessed again later.
  const ofNone = evidence.previous === null && !isSweep(review) ? { isThere: false, notices: new Map() } : null;
  if (!hasChain || isExported) return ofNone;
  const before = await openLedger(store, source).snapshotBefore(review, snapshot.origin);
  // Earlier reviews may be of another host or app, deleted on purpose, or gone, which the chain says.
  if (before === null) return ofNone;
  // Nothing was sealed before, and yet a review is there: one that was left open.
  const plans = await plansOf({ store, sourceId: source, review: before.review });
  const plan = plans.findLast(({ createdAt }) => !first || epochMs(createdAt) <= epochMs(first.createdAt));
  return { isThere: true, notices: new Map(plan?.items.map((item) => [item.grantId, item])) };
}

/** Whether the sweeps that outcomes name removed the grants: by their evidence, or by their receipts where they are not sealed. */
async function loadSwept(
  { store, source, hasChain, isExported }: PackPlace,
  { earlier, deletedBeforeMs }: Cover,
  outcomes: readonly Keyed<Outcome>[],
): Promise<Contents["swept"]> {
  const code: ReasonCode = "removed-by-sweep";
  const swept = new Map<string, boolean | null>();
  for (const { value } of outcomes) {
    if (value.because?.code !== code) continue;
    const { grantId } = value;
    const sweep = String(value.because.figures?.sweep);
    const link = earlier?.find(({ review }) => review === sweep && isSweep(sweep));
    if (link?.evidence?.revocations.some((each) => each.grantId === grantId)) swept.set(grantId, true);
    else if (!hasChain || (isExported && !link)) swept.set(grantId, null);
    // What was put back since is no revocation any more, and its receipt is there.
    else if (!isReviewId(sweep) || !isSweep(sweep)) swept.set(grantId, false);
    else {
      const receipt = await store.getJson<Outcome>(reviewKeys(source, sweep).outcome(grantId));
      const mayBeGone = isExported || deletedBeforeMs !== null;
      swept.set(grantId, receipt === null && mayBeGone ? null : receipt?.outcome === "revoked");
    }
  }
  return swept;
}

/** Every message of the review, with what the records say that it tells of. What is foreign is told of as that. */
async function loadMessages(
  { store, source, review, hasChain }: PackPlace,
  { deletedBeforeMs }: Cover,
  { jsons, listed }: Omit<ContentsReading, "found">,
): Promise<MessageFound[]> {
  const keys = reviewKeys(source, review);
  const root = `reviews/${source}/`;
  const messages: MessageFound[] = [];
  for (const [key, value] of jsons) {
    const isOurs = listed.has(key) || isEndMessageName(key.slice(keys.root.length));
    if (!key.startsWith(keys.messages) || !isOurs) continue;
    const [, kind] = /\.(intent|outcome)\.json$/.exec(key) ?? [];
    const intentKey = key.replace(/\.outcome\.json$/, ".intent.json");
    if (kind === "outcome" && jsons.has(intentKey)) continue;
    const intent = kind === "intent" ? (value as MessageIntent) : null;
    const outcome = (jsons.get(key.replace(/\.intent\.json$/, ".outcome.json")) ?? null) as MessageOutcome | null;
    const lost: string[] = [];
    const told: Partial<Reasons>[] = [];
    for (const record of intent?.acts ?? []) {
      const isHere = record.startsWith(`${review}/`) || (hasChain && deletedBeforeMs === null);
      const stored = isHere ? await store.getJson<ActRecord>(root + record).catch(() => null) : null;
      if (isHere && stored === null) lost.push(record);
      else if (stored) told.push(stored.asked ?? stored);
    }
    messages.push({ key, intent, outcome, lost, told });
  }
  return messages;
}

/** A record of an act: of a put-back, who asked for it stands apart. */
type ActRecord = Partial<Reasons> & { asked?: Reasons };

/** The snapshots by which plans knew people, of another source as a rule: an exported pack does not have them. */
async function loadAuthorities(store: Store, plans: readonly PlanFound[]): Promise<Contents["authorities"]> {
  const found = new Map<string, AuthorityFound | null>();
  for (const { plan } of plans) {
    if (!plan.authority) continue;
    const { source, review } = plan.authority;
    const stored = await store.get(reviewKeys(source, review).snapshot).catch(() => null);
    const people = stored && parseBytes<Snapshot>(stored.body).value?.people;
    const hashes = stored && { snapshotSha256: sha256(stored.body), peopleSha256: people?.sha256 ?? null };
    found.set(plan.planHash, hashes);
  }
  return found;
}

/** Every object of JSON in the review's folder, by its key. An object that says something twice is told of, and read as JSON is. */
async function loadJsons(store: Store, { present }: Cover, found: Found): Promise<Map<string, unknown>> {
  const jsons = new Map<string, unknown>();
  const keys = present.filter((key) => key.endsWith(".json"));
  for (let from = 0; from < keys.length; from += readsAtOnce) {
    const batch = keys.slice(from, from + readsAtOnce);
    const values = await Promise.all(batch.map((key) => readJson(store, key, found)));
    for (const [at, key] of batch.entries()) if (values[at] !== undefined) jsons.set(key, values[at]);
  }
  return jsons;
}

/** Undefined where it is no JSON, or not there. */
async function readJson(store: Store, key: string, found: Found): Promise<unknown> {
  const stored = await store.get(key).catch(() => null);
  if (!stored) return undefined;
  const { value, fault: code } = parseBytes<unknown>(stored.body);
  if (code) found.faults.push(fault(code, { key }));
  return code === "not-json" ? undefined : value;
}

/** The lines of an object, some at a time. A line that is damaged or says something twice is told of once for its object. */
async function* linesIn<T>(store: Store, key: string, found: Found, hash?: string): AsyncGenerator<T[]> {
  const told = new Set<string>();
  const tell = (code: "not-json" | "duplicate-key" | "unreadable"): void => {
    if (!told.has(code)) found.faults.push(fault(code, { key }));
    told.add(code);
  };
  try {
    for await (const lines of store.readStoredLines<T>(key, hash)) {
      const values: T[] = [];
      for (let at = 0; at < lines.count; at++) {
        const { value, fault: code } = parseOnce<T>(lines.head(at, Number.MAX_SAFE_INTEGER));
        if (code) tell(code);
        if (value !== null) values.push(value);
      }
      yield values;
    }
  } catch (error) {
    if (!(error instanceof DamagedError)) throw error;
    tell("unreadable");
  }
}

async function linesOf<T>(store: Store, key: string, found: Found): Promise<T[]> {
  const all: T[] = [];
  for await (const lines of linesIn<T>(store, key, found)) all.push(...lines);
  return all;
}

/** The totals of each call, and how many grants the pages showed; null where no line says so. */
async function readsIn(
  store: Store,
  key: string,
  found: Found,
): Promise<{ reads: ReadTotals[]; shown: number | null }> {
  const byCall = new Map<string, ReadTotals>();
  let shown: number | null = null;
  for await (const lines of linesIn<ReadLine | ShownLine>(store, key, found)) {
    for (const line of lines) {
      if (line.grants !== undefined) shown = (shown ?? 0) + line.grants;
      if (!("call" in line)) continue;
      const { call, items, retries, at } = line;
      const total = byCall.get(call) ?? { call, calls: 0, items: 0, retries: 0, firstAt: at, lastAt: at };
      total.calls++;
      total.items += items;
      total.retries += retries;
      if (at < total.firstAt) total.firstAt = at;
      if (at > total.lastAt) total.lastAt = at;
      byCall.set(call, total);
    }
  }
  return { reads: [...byCall.values()], shown };
}

type ContentsReading = { jsons: ReadonlyMap<string, unknown>; listed: ReadonlyMap<string, string>; found: Found };

async function loadPlans(
  { store, source, review }: Pick<PackPlace, "store" | "source" | "review">,
  { jsons, listed, found }: ContentsReading,
): Promise<{ plans: PlanFound[]; decisions: DecisionLine[][] }> {
  const { assessments, assessment } = reviewKeys(source, review);
  const plans: PlanFound[] = [];
  const decisions: DecisionLine[][] = [];
  for (const [key, value] of [...jsons].sort(([a], [b]) => byText(a, b))) {
    const [, name] = key.startsWith(assessments)
      ? (/^([^/]+)\/plan\.json$/.exec(key.slice(assessments.length)) ?? [])
      : [];
    if (name === undefined) continue;
    const plan = value as Plan;
    const keys = { ...assessment(name), ...(isBorrowing(plan) ? { policy: policyKey(source, review, plan) } : {}) };
    const policy = isBorrowing(plan)
      ? await borrowedPolicy(store, keys.policy, found)
      : ((jsons.get(keys.policy) as Policy | undefined) ?? null);
    const lines = await decisionsIn(store, keys.decisions, found);
    const decided = decidedIn(lines);
    decisions.push(lines);
    plans.push({
      keys,
      plan,
      policy,
      policySha256: policy && hashOf(policy),
      decisionsSha256: listed.get(keys.decisions) ?? null,
      findings:
        plan.findings === 0
          ? { byGrant: new Map(), rules: new Set(), undecided: { count: 0, first: "" } }
          : listed.has(keys.findings)
            ? await loadFindings(store, { key: keys.findings, plan, decided, found })
            : null,
      decided,
    });
  }
  return { plans, decisions };
}

/** The policy of an earlier assessment, as a sweep takes it; null where it is not there. */
async function borrowedPolicy(store: Store, key: string, found: Found): Promise<Policy | null> {
  const policy = (await readJson(store, key, found)) as Partial<Policy> | null | undefined;
  return Array.isArray(policy?.rules) ? sweepPolicyOf(policy as Policy) : null;
}

type FindingsPlace = { key: string; plan: Plan; decided: DecisionsFound; found: Found };

async function loadFindings(
  store: Store,
  { key, plan, decided, found }: FindingsPlace,
): Promise<NonNullable<PlanFound["findings"]>> {
  const items = new Set(plan.items.map((item) => item.grantId));
  const byGrant = new Map<string, Finding[]>();
  const rules = new Set<string>();
  const undecided = { count: 0, first: "" };
  for await (const lines of linesIn<Finding>(store, key, found)) {
    for (const finding of lines) {
      const { grantId: id, rule, then, reason } = finding;
      // A rule that fails has a reason of its own, and everything else has as many reasons as the policy has rules.
      if (rules.size < mostRules) rules.add(JSON.stringify([rule, then, reason]));
      if (finding.suppressedBy?.by === "decision" && !isDecided(finding, decided)) {
        if (undecided.count++ === 0) undecided.first = id;
      }
      if (then === "flag" && !items.has(id)) continue;
      byGrant.set(id, [...(byGrant.get(id) ?? []), finding]);
    }
  }
  return { byGrant, rules, undecided };
}

/** Whether somebody decided on the grant of a finding; of a conflict, on another grant of it. */
function isDecided({ grantId, suppressedBy }: Finding, { keeps, revokes }: DecisionsFound): boolean {
  const elsewhere: ReasonCode = "conflict-revoked";
  return keeps.has(grantId) || revokes.has(grantId) || suppressedBy?.because?.code === elsewhere;
}

const mostRules = 10_000;

/** Reads every grant once, and holds each report against the grants as they pass. */
async function takeCensus(
  store: Store,
  found: Found,
  basis: CensusBasis,
  reports: readonly ReportCheck[],
): Promise<Census> {
  const census = openCensus(basis);
  for (const part of basis.snapshot.parts) {
    for await (const grants of linesIn<Grant>(store, part.key, found, part.sha256)) {
      census.count(grants);
      for (const report of reports) await report.take(grants);
    }
  }
  for (const report of reports) found.faults.push(...(await report.close()));
  return census.close();
}

type Reported = Omit<ContentsReading, "found"> & {
  plans: readonly PlanFound[];
  decisions: readonly DecisionLine[][];
  outcomes: readonly Keyed<Outcome>[];
};

/** The report of each assessment, as of its plan, and the one that the review ended with. */
function openReports({ store, source, review }: PackPlace, reported: Reported): ReportCheck[] {
  const { listed, jsons, plans, decisions } = reported;
  const keys = reviewKeys(source, review);
  const outcomes = new Map(reported.outcomes.map(({ value }) => [value.grantId, value]));
  const ofPlans = plans.map((found, at) => {
    const { csv, reviewers } = keys.assessment(found.plan.assessment);
    const loads = (jsons.get(reviewers) as WhoReviews | undefined)?.reviewers ?? null;
    return { key: csv, found, at, asOf: found.plan.createdAt, loads };
  });
  const last = ofPlans.at(-1);
  const all = [...ofPlans, ...(last ? [{ ...last, key: keys.csv, asOf: null, loads: null }] : [])];
  return all
    .filter(({ key, found }) => listed.has(key) && listed.has(found.keys.findings))
    .map(({ at, ...basis }) => openReportCheck(store, { ...basis, outcomes, decided: countingIn(decisions[at]!) }));
}

/** By grant, the decision that counts: the newest without a fault. */
function countingIn(lines: readonly DecisionLine[]): Map<string, PastDecision> {
  const counting = lines.filter((line): line is RecordedDecision => line.grantId !== undefined && !line.fault);
  counting.sort((a, b) => epochMs(a.decidedAt) - epochMs(b.decidedAt));
  return new Map(
    counting.map((line) => [line.grantId, { ...line, provenBy: line.provenBy ? "signed in" : "file" } as const]),
  );
}

/** Every put-back of the source up to this review, whichever review had removed the grants. */
async function loadPutBacks(
  { store, source }: Pick<PackPlace, "store" | "source">,
  { review, earlier }: Cover,
  found: Found,
): Promise<Restored[]> {
  const putBacks: Restored[] = [];
  for (const each of [...(earlier ?? []).map((link) => link.review), review]) {
    for await (const key of store.list(reviewKeys(source, each).receipts)) {
      if (!/\/[0-9a-f]{16}\.restored\.json$/.test(key)) continue;
      // Those of this review were read, and told of, before.
      const value = (await readJson(store, key, each === review ? { faults: [] } : found)) as Restored | undefined;
      if (value) putBacks.push(value);
    }
  }
  return putBacks;
}

/**
 * How many people people.jsonl.gz lists; null where it is not there. Who is responsible and who people are is judged by nothing
 * here, and is looked through all the same: what stands twice in a line is told of.
 */
async function countThrough(store: Store, { present, review, source }: Cover, found: Found): Promise<number | null> {
  const keys = reviewKeys(source, review);
  const count = async (key: string): Promise<number | null> => {
    if (!present.includes(key)) return null;
    let lines = 0;
    for await (const read of linesIn(store, key, found)) lines += read.length;
    return lines;
  };
  await count(keys.responsible);
  return count(keys.people);
}

/** A line of decisions.jsonl: a decision, or a file of decisions that cannot be understood. */
type DecisionLine = Partial<RecordedDecision>;

/** The decisions that the assessment of a plan took in; none where it has no file of them. */
async function decisionsIn(store: Store, key: string, found: Found): Promise<DecisionLine[]> {
  const text = new TextDecoder().decode((await store.get(key))?.body);
  const lines = text
    .split("\n")
    .filter(Boolean)
    .map((line) => parseOnce<DecisionLine>(line));
  for (const code of new Set(lines.map((line) => line.fault))) if (code) found.faults.push(fault(code, { key }));
  return lines.flatMap(({ value }) => (value ? [value] : []));
}

function decidedIn(lines: readonly DecisionLine[]): DecisionsFound {
  const grantsWith = (decision: Decision["decision"]): Set<string> =>
    new Set(lines.flatMap((line) => (line.decision === decision && !line.fault && line.grantId ? [line.grantId] : [])));
  const bad = lines.flatMap(({ grantId, file }) => (grantId === undefined && file !== undefined ? [file] : []));
  return { keeps: grantsWith("keep"), revokes: grantsWith("revoke"), badFiles: new Set(bad) };
}

/** Counts the decisions on this review that its last plan took in. */
function totalDecisions(review: string, lines: readonly DecisionLine[]): DecisionTotals {
  const totals = new Map<string, DecisionTotals["byReviewer"][number]>();
  let uncounted = 0;
  for (const { review: of, reviewer, decision, fault: why = null, provenBy } of lines) {
    const isHere = of === undefined || of === review;
    if (isHere && why !== null) uncounted++;
    if (!isHere || why !== null || reviewer === undefined || decision === undefined) continue;
    const total = totals.get(reviewer) ?? { reviewer, keep: 0, revoke: 0, isProven: true };
    total[decision]++;
    total.isProven &&= provenBy !== null && provenBy !== undefined;
    totals.set(reviewer, total);
  }
  const byReviewer = [...totals.values()].sort((a, b) => byText(a.reviewer, b.reviewer));
  return { byReviewer, uncounted };
}

/** Those of a list that are such, and the others. */
function divided<T>(all: readonly T[], isSuch: (one: T) => boolean): [T[], T[]] {
  return [all.filter(isSuch), all.filter((one) => !isSuch(one))];
}
