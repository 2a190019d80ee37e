import { sha256 } from "../basics/hash.ts";
import { epochMs } from "../basics/time.ts";
import type { Grant } from "../review/grants/grant.ts";
import { decisionsPrefix, reviewKeys } from "../review/keys.ts";
import type { Plan } from "../review/plan/plan.ts";
import { checkDecision, type Decision, decisionFacts, isKeepInForce, newestByGrant } from "../review/rules/decision.ts";
import type { DecisionFacts } from "../review/rules/facts.ts";
import { isNumberCell, isNumberOf } from "../review/rules/grant-id-cell.ts";
import { parseSigned, signedNameOf } from "../review/rules/signed-decision.ts";
import type { Stage, UnreadDecisions } from "../review/stage.ts";
import { type Decided, decidedGrants } from "./decided-grants.ts";
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

/**
 * A file among the decisions that cannot be understood as a whole, as the evidence keeps it. None of its lines count, and the
 * grants that it may speak of are left alone.
 */
export type BadDecisionFile = { file: string; fileSha256: string; fileVersion: string | null; fault: string };

/** The decisions on a source's grants, and which of them still apply to the grants as they are. */
export type DecisionsInForce = {
  recorded: RecordedDecision[];
  badFiles: BadDecisionFile[];
  /** The first file that cannot be understood and may speak of this grant; null if there is none. */
  badFileOf(grantId: string): string | null;
  /** The keys that were read. The same keys hold the same decisions, as nobody changes a stored file. */
  keys: string[];
  factsOf(grant: Grant, now: string): DecisionFacts;
  /** The keep that holds a grant now, with the rules that had matched when the keep was made (null: no rules were recorded). */
  keepOf(grant: Grant, now: string): { decision: Decision; rulesThen: string[] | null } | null;
};

/** The keys of the stored decisions of a source. */
export async function decisionKeys({ store, sourceId }: Pick<Stage, "store" | "sourceId">): Promise<string[]> {
  const keys: string[] = [];
  // A workbook is no CSV: it is a file that cannot be understood, and somebody handed it in.
  for await (const key of store.list(decisionsPrefix(sourceId)))
    if (/\.(csv|xlsx?|ods|et)$/i.test(key) || signedNameOf(key) !== null) keys.push(key);
  return keys;
}

/** The decisions that an assessment took in, those that do not count too, and the files that it could not understand. */
export async function recordedDecisions(
  { store, sourceId, review }: ReviewPlace,
  { assessment }: Pick<Plan, "assessment">,
): Promise<{ decisions: RecordedDecision[]; badFiles: BadDecisionFile[] }> {
  const stored = await store.get(reviewKeys(sourceId, review).assessment(assessment).decisions);
  const lines = stored ? new TextDecoder().decode(stored.body).split("\n") : [];
  const read = lines
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as RecordedDecision | BadDecisionFile);
  return {
    decisions: read.filter((line) => "grantId" in line),
    badFiles: read.filter((line): line is BadDecisionFile => !("grantId" in line)),
  };
}

/**
 * Reads the decisions stored under these keys, as they stood at the instant `asOf`: a decision made later does not count. A
 * file that cannot be understood is told of, and keeps no other from counting.
 */
export async function loadDecisions(
  stage: Stage,
  { keys, asOf }: { keys: string[]; asOf: string },
): Promise<DecisionsInForce> {
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
}

/** What a stage answers of files that cannot be understood, and of how many grants it left alone for them; nothing where there are none. */
export function badFilesAnswer(badFiles: BadDecisionFile[], leftAlone: number): UnreadDecisions {
  if (badFiles.length === 0) return {};
  return {
    badDecisionFiles: badFiles.length,
    leftForBadFiles: leftAlone,
    decisionFaults: badFiles.map(({ fault }) => fault),
  };
}

type FiledDecision = Omit<RecordedDecision, "fault">;

/** A file as it was read. `grantIds`: those that its lines name, as they are written there. */
type ReadFile = Omit<BadDecisionFile, "fault"> & {
  decisions: FiledDecision[];
  lineNumbers: number[];
  faults: string[];
  grantIds: string[];
};

async function readFiles({ store, policy }: Stage, keys: string[]): Promise<ReadFile[]> {
  if (keys.length === 0) return [];
  const files: ReadFile[] = [];
  for (const key of keys) {
    const stored = await store.get(key);
    if (!stored) throw new Error(`Cannot read the decisions in ${store.locate(key)}: the file is gone`);
    const from = { file: key, fileSha256: sha256(stored.body), fileVersion: stored.version ?? null };
    const { decisions, lineNumbers, faults, grantIds } = await parseFile(stored.body, key, policy.timezone);
    const filed = decisions.map((decision) => ({ ...decision, ...from }));
    files.push({ ...from, decisions: filed, lineNumbers, faults, grantIds });
  }
  return files;
}

/** The lines of a file, be it a CSV or what somebody submitted at the desk. */
async function parseFile(body: Uint8Array, key: string, timezone: string) {
  if (signedNameOf(key)) return parseSigned(body, key);
  const { parseDecisions } = await import("../review/rules/decision-file.ts"); // with a CSV parser: most sources have no decisions
  return parseDecisions(body, key, timezone);
}

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

function pastKey({ review, grantId }: { review: string; grantId: string }): string {
  return `${review}/${grantId}`;
}

/** The grants as they were in the reviews in which they were decided, and the rules that matched there. */
async function pastOf(stage: Stage, decided: FiledGrant[]): Promise<Past> {
  const past: Past = { grants: new Map(), rules: new Map() };
  for (const { decision, grant } of decided) if (grant) past.grants.set(pastKey(decision), grant);
  const decisions = decided.map(({ decision }) => decision);
  for (const [review, ofReview] of Map.groupBy(decisions, (decision) => decision.review)) {
    const isKnown = ofReview.some((decision) => past.grants.has(pastKey(decision)));
    if (isKnown) await addRules({ ...stage, review }, past, ofReview);
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
