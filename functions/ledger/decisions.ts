import { sha256 } from "../basics/hash.ts";
import { epochMs } from "../basics/time.ts";
import type { Grant } from "../review/grants/grant.ts";
import { decisionsPrefix, reviewKeys } from "../review/keys.ts";
import type { Plan } from "../review/plan/plan.ts";
import { checkDecision, type Decision, decisionFacts, isKeepInForce, newestByGrant } from "../review/rules/decision.ts";
import type { DecisionFacts } from "../review/rules/facts.ts";
import type { Stage } from "../review/stage.ts";
import { grantsOf, loadSnapshot } from "./grants.ts";
import type { ReviewPlace } from "./ledger.ts";
import { assessmentsOf, readPlan, storedFindings } from "./plans.ts";

/**
 * A decision as the evidence keeps it: `file` and `fileVersion` say where it was read (null: the store keeps no versions),
 * `fault` why it does not count (null: it counts).
 */
export type RecordedDecision = Decision & {
  file: string;
  fileSha256: string;
  fileVersion: string | null;
  fault: string | null;
};

/** The decisions on a source's grants, and which of them still apply to the grants as they are. */
export type DecisionsInForce = {
  recorded: RecordedDecision[];
  /** The keys that were read. The same keys hold the same decisions, as nobody changes a stored file. */
  keys: string[];
  factsOf(grant: Grant, now: string): DecisionFacts;
  /** The keep that holds a grant now, with the rules that had matched when the keep was made (null: no rules were recorded). */
  keepOf(grant: Grant, now: string): { decision: Decision; rulesThen: string[] | null } | null;
};

/** The keys of the stored decisions of a source. */
export async function decisionKeys({ store, sourceId }: Pick<Stage, "store" | "sourceId">): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.list(decisionsPrefix(sourceId))) if (key.endsWith(".csv")) keys.push(key);
  return keys;
}

/** The decisions that an assessment took in, those that do not count too. */
export async function recordedDecisions(
  { store, sourceId, review }: ReviewPlace,
  { assessment }: Pick<Plan, "assessment">,
): Promise<RecordedDecision[]> {
  const stored = await store.get(reviewKeys(sourceId, review).assessment(assessment).decisions);
  const lines = stored ? new TextDecoder().decode(stored.body).split("\n") : [];
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as RecordedDecision);
}

/**
 * Reads the decisions stored under these keys, as they stood at the instant `asOf`: a decision made later does not count.
 * Throws, naming every bad line, where a file cannot be parsed.
 */
export async function loadDecisions(
  stage: Stage,
  { keys, asOf }: { keys: string[]; asOf: string },
): Promise<DecisionsInForce> {
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
}

type FiledDecision = Omit<RecordedDecision, "fault">;

async function readFiles({ store, policy }: Stage, keys: string[]): Promise<FiledDecision[]> {
  if (keys.length === 0) return [];
  const { parseDecisions } = await import("../review/rules/decision-file.ts"); // with a CSV parser: most sources have no decisions
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
}

type Past = { grants: Map<string, Grant>; rules: Map<string, string[]> };

function pastKey({ review, grantId }: { review: string; grantId: string }): string {
  return `${review}/${grantId}`;
}

/** The grants as they were in the reviews in which they were decided, and the rules that matched there. */
async function pastOf(stage: Stage, decisions: FiledDecision[]): Promise<Past> {
  const past: Past = { grants: new Map(), rules: new Map() };
  for (const [review, decided] of Map.groupBy(decisions, (decision) => decision.review)) {
    const ids = new Set(decided.map(({ grantId }) => grantId));
    const stored = await loadSnapshot({ ...stage, review });
    if (!stored) continue;
    for await (const grant of grantsOf(stage.store, stored.snapshot)) {
      if (ids.has(grant.id)) past.grants.set(pastKey({ review, grantId: grant.id }), grant);
    }
    await addRules({ ...stage, review }, past, decided);
  }
  return past;
}

/** A keep is about the findings that its reviewer saw: those of the newest assessment made before it, else of the first. */
async function addRules(place: ReviewPlace, past: Past, decided: FiledDecision[]): Promise<void> {
  for (const assessment of await assessmentsOf(place)) {
    const { createdAt } = await readPlan(place, assessment);
    const seen = decided.filter(
      (decision) => epochMs(createdAt) <= epochMs(decision.decidedAt) || !past.rules.has(pastKey(decision)),
    );
    const rulesByGrant = new Map(seen.map(({ grantId }) => [grantId, [] as string[]]));
    if (rulesByGrant.size === 0) continue;
    for await (const lines of storedFindings(place, { assessment })) {
      for (const { grantId, rule } of lines.parseAll()) rulesByGrant.get(grantId)?.push(rule);
    }
    for (const decision of seen) past.rules.set(pastKey(decision), rulesByGrant.get(decision.grantId) ?? []);
  }
}

function faultOf(
  { policy }: Stage,
  decision: FiledDecision,
  { past, asOf }: { past: Past; asOf: string },
): string | null {
  return checkDecision(decision, {
    grant: past.grants.get(pastKey(decision)) ?? null,
    now: asOf,
    maxKeepDays: policy.guard.maxKeepDays,
    timezone: policy.timezone,
  });
}
