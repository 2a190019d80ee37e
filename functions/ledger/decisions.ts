import { sha256 } from "../basics/hash.ts";
import { epochMs } from "../basics/time.ts";
import type { Grant } from "../review/grants/grant.ts";
import { decisionsPrefix, reviewKeys } from "../review/keys.ts";
import type { Plan } from "../review/plan/plan.ts";
import { checkDecision, type Decision, decisionFacts, isKeepInForce, newestByGrant } from "../review/rules/decision.ts";
import type { DecisionFacts } from "../review/rules/facts.ts";
import type { Finding } from "../review/rules/finding.ts";
import { isNumberCell, isNumberOf } from "../review/rules/grant-id-cell.ts";
import type { Stage } from "../review/stage.ts";
import { type Decided, decidedGrants } from "./decided-grants.ts";
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

/**
 * A file among the decisions that cannot be understood as a whole, as the evidence keeps it. None of its lines count, and the
 * grants that it may speak of are left alone.
 */
export type BadDecisionFile = { file: string; fileSha256: string; fileVersion: string | null; fault: string };

/** What reviewers decided about a source, and what of it still speaks of the grants as they are. */
export type DecisionsInForce = {
  recorded: RecordedDecision[];
  badFiles: BadDecisionFile[];
  /** The first file that cannot be understood and may speak of this grant; null if there is none. */
  badFileOf(grantId: string): string | null;
  /** The keys that were read: the same keys are the same decisions, as nobody changes a stored file. */
  keys: string[];
  factsOf(grant: Grant, now: string): DecisionFacts;
  /** The keep that holds a grant now, with the rules that had matched when it was made (null: none was recorded). */
  keepOf(grant: Grant, now: string): { decision: Decision; rulesThen: string[] | null } | null;
};

export const decisionKeys = async ({ store, sourceId }: Stage): Promise<string[]> => {
  const keys: string[] = [];
  // A workbook is no CSV: it is a file that cannot be understood, and somebody handed it in.
  for await (const key of store.list(decisionsPrefix(sourceId))) if (/\.(csv|xlsx?|ods|et)$/i.test(key)) keys.push(key);
  return keys;
};

/**
 * Reads the decisions stored under these keys, as they stood at an instant: none is good that was decided later. A file that
 * cannot be understood is told of, and keeps no other from counting.
 */
export const loadDecisions = async (
  stage: Stage,
  { keys, asOf }: { keys: string[]; asOf: string },
): Promise<DecisionsInForce> => {
  const files = await readFiles(stage, keys);
  const decided = await decidedGrants(
    stage,
    files.flatMap(({ decisions }) => decisions),
  );
  const bad = badFilesOf(files, decided);
  const badFaults = new Map(bad.map(({ recorded: { file } }) => [file, `its file cannot be understood: ${file}`]));
  const past = await pastOf(stage, decided);
  const recorded = decided.map(({ decision }) => {
    const fault = badFaults.get(decision.file) ?? faultOf(stage, decision, { past, asOf });
    return { ...decision, fault };
  });
  const newest = newestByGrant(recorded.filter(({ fault }) => fault === null));
  const inForce = (grant: Grant, now: string): { decision: Decision; facts: DecisionFacts } => {
    const decision = newest.get(grant.id);
    const grantThen = decision ? (past.grants.get(pastKey(decision)) ?? null) : null;
    return { decision: decision!, facts: decisionFacts(decision, { grantThen, grantNow: grant, now }) };
  };
  return {
    recorded,
    badFiles: bad.map(({ recorded }) => recorded),
    badFileOf: (grantId) => bad.find(({ mayConcern }) => mayConcern(grantId))?.recorded.file ?? null,
    keys,
    factsOf: (grant, now) => inForce(grant, now).facts,
    keepOf(grant, now) {
      const { decision, facts } = inForce(grant, now);
      if (!facts.made || !facts.keep || !isKeepInForce(decision, now)) return null;
      return { decision, rulesThen: past.rules.get(pastKey(decision)) ?? null };
    },
  };
};

/** What a stage answers of files that cannot be understood, and of how many grants it left alone for them; nothing where there are none. */
export const badFilesAnswer = (badFiles: BadDecisionFile[], leftAlone: number): Record<string, unknown> =>
  badFiles.length === 0
    ? {}
    : {
        badDecisionFiles: badFiles.length,
        leftForBadFiles: leftAlone,
        decisionFaults: badFiles.map(({ fault }) => fault),
      };

type FiledDecision = Omit<RecordedDecision, "fault">;

/** A file as it was read. `grantIds`: those that its lines name, as they are written there. */
type ReadFile = Omit<BadDecisionFile, "fault"> & {
  decisions: FiledDecision[];
  lineNumbers: number[];
  faults: string[];
  grantIds: string[];
};

const readFiles = async ({ store, policy }: Stage, keys: string[]): Promise<ReadFile[]> => {
  if (keys.length === 0) return [];
  const { parseDecisions } = await import("../review/rules/decision-file.ts"); // a parser for what is rarely there
  const files: ReadFile[] = [];
  for (const key of keys) {
    const stored = await store.get(key);
    if (!stored) throw new Error(`Cannot read the decisions in ${store.locate(key)}: the file is gone`);
    const from = { file: key, fileSha256: sha256(stored.body), fileVersion: stored.version ?? null };
    const { decisions, lineNumbers, faults, grantIds } = parseDecisions(stored.body, key, policy.timezone);
    const filed = decisions.map((decision) => ({ ...decision, ...from }));
    files.push({ ...from, decisions: filed, lineNumbers, faults, grantIds });
  }
  return files;
};

type FiledGrant = Decided<FiledDecision>;

const mostFaultsNamed = 4;

/** `mayConcern`: whether the file may speak of a grant. */
type BadFile = { recorded: BadDecisionFile; mayConcern: (grantId: string) => boolean };

/** The files with a line that cannot be understood. */
function badFilesOf(files: ReadFile[], decided: FiledGrant[]): BadFile[] {
  const byFile = Map.groupBy(decided, ({ decision }) => decision.file);
  return files.flatMap(({ decisions: _decisions, lineNumbers, faults, grantIds, ...from }) => {
    const lines = byFile.get(from.file) ?? [];
    const lost = lines.flatMap(({ fault }, at) => (fault ? [`${from.file}:${lineNumbers[at]}: ${fault.en}`] : []));
    const [first, ...others] = [...faults, ...lost];
    if (first === undefined) return [];
    const named = others.slice(0, mostFaultsNamed).map((fault) => fault.replace(`${from.file}:`, "line "));
    const more = others.length > named.length ? [`and ${others.length - named.length} more`] : [];
    const recorded = { ...from, fault: [first, ...named, ...more].join("; ") };
    return [{ recorded, mayConcern: concernOf(grantIds, lines) }];
  });
}

/** A file may speak of the grants that its lines name; of every grant, where no line names one. */
function concernOf(written: string[], lines: FiledGrant[]): BadFile["mayConcern"] {
  const lost = new Set(lines.filter(({ fault }) => fault !== null).map(({ decision }) => decision.grantId));
  const named = new Set(written.filter((id) => !lost.has(id) && !isNumberCell(id)));
  for (const { decision, fault, candidates } of lines)
    for (const id of fault ? candidates : [decision.grantId]) named.add(id);
  const numbers = [...new Set(written.filter(isNumberCell))];
  if (numbers.length === 0) return (grantId) => named.size === 0 || named.has(grantId);
  return (grantId) => named.size === 0 || named.has(grantId) || numbers.some((cell) => isNumberOf(cell, grantId));
}

type Past = { grants: Map<string, Grant>; rules: Map<string, string[]> };

const pastKey = ({ review, grantId }: { review: string; grantId: string }): string => `${review}/${grantId}`;

/** The grants as the reviews showed them in which they were decided, and the rules that matched there. */
const pastOf = async (stage: Stage, decided: FiledGrant[]): Promise<Past> => {
  const past: Past = { grants: new Map(), rules: new Map() };
  for (const { decision, grant } of decided) if (grant) past.grants.set(pastKey(decision), grant);
  const decisions = decided.map(({ decision }) => decision);
  for (const [review, ofReview] of Map.groupBy(decisions, (decision) => decision.review)) {
    const isKnown = ofReview.some((decision) => past.grants.has(pastKey(decision)));
    if (isKnown) await addRules(stage, past, { review, decided: ofReview });
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
