import { sha256 } from "../basics/hash.ts";
import { epochMs } from "../basics/time.ts";
import type { Grant } from "../review/grants/grant.ts";
import { decisionsPrefix, reviewKeys } from "../review/keys.ts";
import type { Plan } from "../review/plan/plan.ts";
import { checkDecision, type Decision, decisionFacts, isKeepInForce, newestByGrant } from "../review/rules/decision.ts";
import type { DecisionFacts } from "../review/rules/facts.ts";
import type { Finding } from "../review/rules/finding.ts";
import type { Stage } from "../review/stage.ts";
import { grantsOf, loadSnapshot } from "./grants.ts";
import { assessmentsOf } from "./plans.ts";

/**
 * A decision as the evidence keeps it: from which file, in which version where the store keeps versions, and why it does not
 * count, if it does not.
 */
export type RecordedDecision = Decision & {
  file: string;
  fileSha256: string;
  fileVersion: string | null;
  fault: string | null;
};

/** What reviewers decided about a source, and what of it still speaks of the grants as they are. */
export type DecisionsInForce = {
  recorded: RecordedDecision[];
  /** The keys that were read: the same keys are the same decisions, as nobody changes a stored file. */
  keys: string[];
  factsOf(grant: Grant, now: string): DecisionFacts;
  /** The keep that holds a grant now, with the rules that had matched when it was made (null: none was recorded). */
  keepOf(grant: Grant, now: string): { decision: Decision; rulesThen: string[] | null } | null;
};

export const decisionKeys = async ({ store, sourceId }: Stage): Promise<string[]> => {
  const keys: string[] = [];
  for await (const key of store.list(decisionsPrefix(sourceId))) if (key.endsWith(".csv")) keys.push(key);
  return keys;
};

/**
 * Reads the decisions stored under these keys, as they stood at an instant: none is good that was decided later. Throws,
 * naming every bad line, where a file cannot be understood.
 */
export const loadDecisions = async (
  stage: Stage,
  { keys, asOf }: { keys: string[]; asOf: string },
): Promise<DecisionsInForce> => {
  const read = await readFiles(stage, keys);
  const past = await pastOf(stage, read);
  const recorded = read.map((decision) => ({ ...decision, fault: faultOf(stage, decision, { past, asOf }) }));
  const newest = newestByGrant(recorded.filter(({ fault }) => fault === null));
  const inForce = (grant: Grant, now: string): { decision: Decision; facts: DecisionFacts } => {
    const decision = newest.get(grant.id);
    const grantThen = decision ? (past.grants.get(pastKey(decision)) ?? null) : null;
    return { decision: decision!, facts: decisionFacts(decision, { grantThen, grantNow: grant, now }) };
  };
  return {
    recorded,
    keys,
    factsOf: (grant, now) => inForce(grant, now).facts,
    keepOf(grant, now) {
      const { decision, facts } = inForce(grant, now);
      if (!facts.made || !facts.keep || !isKeepInForce(decision, now)) return null;
      return { decision, rulesThen: past.rules.get(pastKey(decision)) ?? null };
    },
  };
};

type FiledDecision = Omit<RecordedDecision, "fault">;

const readFiles = async ({ store, policy }: Stage, keys: string[]): Promise<FiledDecision[]> => {
  if (keys.length === 0) return [];
  const { parseDecisions } = await import("../review/rules/decision-file.ts"); // a parser for what is rarely there
  const filed: FiledDecision[] = [];
  const faults: string[] = [];
  for (const key of keys) {
    const stored = await store.get(key);
    if (!stored) throw new Error(`Cannot read the decisions in ${store.locate(key)}: the file is gone`);
    const parsed = parseDecisions(new TextDecoder().decode(stored.body), store.locate(key), policy.timezone);
    const from = { file: key, fileSha256: sha256(stored.body), fileVersion: stored.version ?? null };
    faults.push(...parsed.faults);
    filed.push(...parsed.decisions.map((decision) => ({ ...decision, ...from })));
  }
  if (faults.length > 0)
    throw new Error(`Cannot use the stored decisions; remove or correct them:\n${faults.join("\n")}`);
  return filed;
};

type Past = { grants: Map<string, Grant>; rules: Map<string, string[]> };

const pastKey = ({ review, grantId }: { review: string; grantId: string }): string => `${review}/${grantId}`;

/** The grants as the reviews showed them in which they were decided, and the rules that matched there. */
const pastOf = async (stage: Stage, decisions: FiledDecision[]): Promise<Past> => {
  const past: Past = { grants: new Map(), rules: new Map() };
  for (const [review, decided] of Map.groupBy(decisions, (decision) => decision.review)) {
    const ids = new Set(decided.map(({ grantId }) => grantId));
    const stored = await loadSnapshot(stage.store, stage.sourceId, review);
    if (!stored) continue;
    for await (const grant of grantsOf(stage.store, stored.snapshot)) {
      if (ids.has(grant.id)) past.grants.set(pastKey({ review, grantId: grant.id }), grant);
    }
    await addRules(stage, past, { review, decided });
  }
  return past;
};

/** A keep speaks of what its reviewer saw: the findings of the newest assessment made before it, else of the first. */
const addRules = async (
  { store, sourceId }: Stage,
  past: Past,
  { review, decided }: { review: string; decided: FiledDecision[] },
): Promise<void> => {
  const keys = reviewKeys(sourceId, review);
  for (const assessment of await assessmentsOf(store, sourceId, review)) {
    const paths = keys.assessment(assessment);
    const { createdAt } = (await store.getJson<Plan>(paths.plan))!;
    const seen = decided.filter(
      (decision) => epochMs(createdAt) <= epochMs(decision.decidedAt) || !past.rules.has(pastKey(decision)),
    );
    const rulesByGrant = new Map(seen.map(({ grantId }) => [grantId, [] as string[]]));
    if (rulesByGrant.size === 0) continue;
    for await (const { grantId, rule } of store.readLines<Finding>(paths.findings))
      rulesByGrant.get(grantId)?.push(rule);
    for (const decision of seen) past.rules.set(pastKey(decision), rulesByGrant.get(decision.grantId) ?? []);
  }
};

const faultOf = (
  { policy }: Stage,
  decision: FiledDecision,
  { past, asOf }: { past: Past; asOf: string },
): string | null =>
  checkDecision(decision, {
    grant: past.grants.get(pastKey(decision)) ?? null,
    now: asOf,
    maxKeepDays: policy.guard.maxKeepDays,
    timezone: policy.timezone,
  });
