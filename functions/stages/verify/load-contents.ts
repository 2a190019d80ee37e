import { hashOf, sha256 } from "../../basics/hash.ts";
import { byText } from "../../basics/sorted.ts";
import type { Grant, RoleLine } from "../../review/grants/grant.ts";
import type { ReadLine, ReadTotals, ShownLine, Snapshot } from "../../review/grants/snapshot.ts";
import { reviewKeys } from "../../review/keys.ts";
import type { Plan } from "../../review/plan/plan.ts";
import type { RetirementIntent, RetirementOutcome } from "../../review/plan/retirement.ts";
import { DamagedError, type Store } from "../../review/ports.ts";
import { type CensusBasis, openCensus } from "../../review/proof/census.ts";
import { type Fault, fault } from "../../review/proof/faults.ts";
import { parseBytes, parseOnce } from "../../review/proof/json-form.ts";
import type {
  ApprovalFound,
  AuthorityFound,
  Census,
  Contents,
  Cover,
  DecisionTotals,
  Keyed,
  PlanFound,
} from "../../review/proof/pack.ts";
import type { Intent, Outcome, Restored } from "../../review/proof/receipt.ts";
import type { Decision } from "../../review/rules/decision.ts";
import type { Finding } from "../../review/rules/finding.ts";
import type { Policy } from "../../review/rules/policy.ts";
import type { PackPlace } from "./load-cover.ts";

// Reads what the objects of a sealed review say. Grants, findings and reads are streamed: memory holds the ids of holders,
// what the plans name, and no grant.

/** What was found wrong while reading. A fault of each kind and object is told once. */
type Found = { faults: Fault[] };

const readsAtOnce = 16;

/**
 * Reads what the objects say, once each is known to be the one that was sealed. Gives what was wrong with their form beside it;
 * null where there is no snapshot, or another one than its parts.
 */
export async function loadContents(
  { store, source, review }: PackPlace,
  cover: Cover,
): Promise<{ contents: Contents | null; faults: Fault[] }> {
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
  const plans = await loadPlans({ store, source, review }, { jsons, listed, found });
  const intents = below<Intent>(keys.receipts, ".intent.json");
  const outcomes = below<Outcome>(keys.receipts, ".outcome.json");
  const [verdicts, approvals] = divided(below<ApprovalFound>(keys.approvals, ".json"), ({ key }) =>
    key.slice(keys.approvals.length).includes("/"),
  );
  const census = await takeCensus(store, found, { ...cover, snapshot, plans, approvals, intents, outcomes });
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
    retirements: {
      intents: below<RetirementIntent>(keys.retirements, ".intent.json").map(({ value }) => value),
      outcomes: below<RetirementOutcome>(keys.retirements, ".outcome.json").map(({ value }) => value),
    },
    authorities: await loadAuthorities(store, plans),
    peopleBy: new Map(
      plans.flatMap(({ plan: { assessment } }) => {
        const match = jsons.get(keys.assessment(assessment).people) as Pick<Plan, "authority"> | undefined;
        return match ? [[assessment, JSON.stringify(match.authority)] as const] : [];
      }),
    ),
    census,
    decisions: await totalDecisions(store, { review, plans }, found),
    roles: listed.has(keys.roles) ? await linesOf<RoleLine>(store, keys.roles, found) : null,
    ...(listed.has(keys.reads) ? await readsIn(store, keys.reads, found) : { reads: null, shown: null }),
  };
  await readThrough(store, cover, found);
  return { contents, faults: found.faults };
}

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
      byCall.set(call, total);
    }
  }
  return { reads: [...byCall.values()], shown };
}

type ContentsReading = { jsons: ReadonlyMap<string, unknown>; listed: ReadonlyMap<string, string>; found: Found };

async function loadPlans(
  { store, source, review }: Pick<PackPlace, "store" | "source" | "review">,
  { jsons, listed, found }: ContentsReading,
): Promise<PlanFound[]> {
  const { assessments, assessment } = reviewKeys(source, review);
  const plans: PlanFound[] = [];
  for (const [key, value] of [...jsons].sort(([a], [b]) => byText(a, b))) {
    const [, name] = key.startsWith(assessments)
      ? (/^([^/]+)\/plan\.json$/.exec(key.slice(assessments.length)) ?? [])
      : [];
    if (name === undefined) continue;
    const keys = assessment(name);
    const plan = value as Plan;
    const policy = (jsons.get(keys.policy) as Policy | undefined) ?? null;
    plans.push({
      keys,
      plan,
      policy,
      policySha256: policy && hashOf(policy),
      decisionsSha256: listed.get(keys.decisions) ?? null,
      findings: listed.has(keys.findings) ? await loadFindings(store, { key: keys.findings, plan, found }) : null,
    });
  }
  return plans;
}

type FindingsPlace = { key: string; plan: Plan; found: Found };

async function loadFindings(
  store: Store,
  { key, plan, found }: FindingsPlace,
): Promise<NonNullable<PlanFound["findings"]>> {
  const items = new Set(plan.items.map((item) => item.grantId));
  const byGrant = new Map<string, Finding[]>();
  const rules = new Set<string>();
  for await (const lines of linesIn<Finding>(store, key, found)) {
    for (const finding of lines) {
      const { grantId: id, rule, then, reason } = finding;
      // A rule that fails has a reason of its own, and everything else has as many reasons as the policy has rules.
      if (rules.size < mostRules) rules.add(JSON.stringify([rule, then, reason]));
      if (then === "flag" && !items.has(id)) continue;
      byGrant.set(id, [...(byGrant.get(id) ?? []), finding]);
    }
  }
  return { byGrant, rules };
}

const mostRules = 10_000;

/** Reads every grant once. */
async function takeCensus(store: Store, found: Found, basis: CensusBasis): Promise<Census> {
  const census = openCensus(basis);
  for (const part of basis.snapshot.parts) {
    for await (const grants of linesIn<Grant>(store, part.key, found, part.sha256)) census.count(grants);
  }
  return census.close();
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

/** Who is responsible and who people are is judged by nothing here, and is looked through all the same: what stands twice in a line is told of. */
async function readThrough(store: Store, { present, review, source }: Cover, found: Found): Promise<void> {
  const { responsible, people } = reviewKeys(source, review);
  for (const key of [responsible, people]) {
    if (present.includes(key)) for await (const _ of linesIn(store, key, found));
  }
}

/** A line of decisions.jsonl: a decision, or a file of decisions that cannot be understood. */
type DecisionLine = Partial<Pick<Decision, "review" | "reviewer" | "decision">> & {
  fault?: string | null;
  provenBy?: object | null;
};

/** Reads the decisions of every plan, and counts those on this review that its last plan took in. */
async function totalDecisions(store: Store, { review, plans }: DecisionsBasis, found: Found): Promise<DecisionTotals> {
  const totals = new Map<string, DecisionTotals["byReviewer"][number]>();
  let uncounted = 0;
  for (const [at, { keys }] of plans.entries()) {
    const text = new TextDecoder().decode((await store.get(keys.decisions))?.body);
    const lines = text
      .split("\n")
      .filter(Boolean)
      .map((line) => parseOnce<DecisionLine>(line));
    for (const code of new Set(lines.map((line) => line.fault))) {
      if (code) found.faults.push(fault(code, { key: keys.decisions }));
    }
    const ofReview = at < plans.length - 1 ? [] : lines.flatMap(({ value }) => (value ? [value] : []));
    for (const { review: of, reviewer, decision, fault: why = null, provenBy } of ofReview) {
      const isHere = of === undefined || of === review;
      if (isHere && why !== null) uncounted++;
      if (!isHere || why !== null || reviewer === undefined || decision === undefined) continue;
      const total = totals.get(reviewer) ?? { reviewer, keep: 0, revoke: 0, isProven: true };
      total[decision]++;
      total.isProven &&= provenBy !== null && provenBy !== undefined;
      totals.set(reviewer, total);
    }
  }
  const byReviewer = [...totals.values()].sort((a, b) => byText(a.reviewer, b.reviewer));
  return { byReviewer, uncounted };
}

type DecisionsBasis = Pick<Contents, "review" | "plans">;

/** Those of a list that are such, and the others. */
function divided<T>(all: readonly T[], isSuch: (one: T) => boolean): [T[], T[]] {
  return [all.filter(isSuch), all.filter((one) => !isSuch(one))];
}
