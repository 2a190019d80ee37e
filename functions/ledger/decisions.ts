import { sha256 } from "../basics/hash.ts";
import { epochMs } from "../basics/time.ts";
import type { Grant } from "../review/grants/grant.ts";
import { decisionsPrefix, reviewKeys } from "../review/keys.ts";
import type { Plan } from "../review/plan/plan.ts";
import type { ReviewPlace, Store } from "../review/ports.ts";
import { type BadDecisionFile, badFilesOf, type Filed, type Located, type ReadFile } from "../review/rules/decided.ts";
import {
  type DecidedAs,
  type Decision,
  decisionFacts,
  isKeepInForce,
  newestByGrant,
  spokenOf,
} from "../review/rules/decision.ts";
import { decisionFaults, mostFileBytes, recordedFault } from "../review/rules/decision-faults.ts";
import type { DecisionFacts } from "../review/rules/facts.ts";
import { parseSigned, signedNameOf } from "../review/rules/signed-decision.ts";
import type { Stage, UnreadDecisions } from "../review/stage.ts";
import { decidedGrants } from "./decided-grants.ts";
import { readEvidence } from "./ledger.ts";
import { assessmentsOf, newestPlan, readPlan, storedFindings } from "./plans.ts";

/**
 * A decision as the evidence keeps it: `file` and `fileVersion` say where it was read (null: the store keeps no versions),
 * `storedBy` who wrote the file, as the store itself knows them (null: it does not), `fault` why the decision does not count
 * (null: it counts), `decidedAs` what is to be known of who decided. Evidence of an earlier version lacks the last two.
 */
export type RecordedDecision = Decision &
  Filed & { storedBy?: string | null; fault: string | null; decidedAs?: DecidedAs[] };

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

/**
 * What spreadsheets save: text, whatever its cells are divided by, and workbooks. A workbook is a file that cannot be understood,
 * and somebody handed it in.
 */
const handedIn = /\.(csv|tsv|tab|xls[xmb]?|f?ods|et|numbers)$/i;

/** The keys of the stored decisions of a source. */
export async function decisionKeys({ store, sourceId }: Pick<Stage, "store" | "sourceId">): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.list(decisionsPrefix(sourceId)))
    if (handedIn.test(key) || signedNameOf(key) !== null) keys.push(key);
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
  const decisions = files.flatMap((file) => file.decisions);
  const { decided, sealed } = await decidedGrants(stage, { decisions, asOf });
  const bad = badFilesOf(files, decided);
  const badFaults = new Map(bad.map(({ recorded: { file } }) => [file, `its file cannot be understood: ${file}`]));
  const past = await pastOf(stage, decided);
  const isTooLate = await openTooLate(stage, sealed);
  const recorded = decided.map(({ decision, judgement: { fault, decidedAs } }): RecordedDecision => {
    const late = isTooLate(decision) ? decisionFaults.afterSeal.en : null;
    return { ...decision, fault: badFaults.get(decision.file) ?? late ?? (fault && recordedFault(fault)), decidedAs };
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

/** The files that a source's decisions lie in now, with their hashes: what comes later is too late for a review that is being sealed. */
export async function decisionFiles(stage: Stage): Promise<{ key: string; sha256: string }[]> {
  const files: { key: string; sha256: string }[] = [];
  for (const key of await decisionKeys(stage)) {
    const { fileSha256 } = await readBody(stage.store, key);
    files.push({ key, sha256: fileSha256 });
  }
  return files;
}

/**
 * Whether a file came into the store after the review of its decision was sealed: the evidence lists the files that were there.
 * Of evidence of an earlier version, the files of the review's last assessment were.
 */
async function openTooLate(stage: Stage, sealed: readonly string[]) {
  const filesByReview = new Map<string, Set<string>>();
  for (const review of sealed) filesByReview.set(review, await filesAtSeal({ ...stage, review }));
  return ({ review, file, fileSha256 }: FiledDecision): boolean =>
    filesByReview.get(review)?.has(`${file} ${fileSha256}`) === false;
}

async function filesAtSeal(place: ReviewPlace): Promise<Set<string>> {
  const sealed = await readEvidence(place);
  const listed = sealed?.evidence.decisionFiles;
  if (listed) return new Set(listed.map(({ key, sha256: hash }) => `${key} ${hash}`));
  const plan = await newestPlan(place);
  const { decisions, badFiles } = plan ? await recordedDecisions(place, plan) : { decisions: [], badFiles: [] };
  return new Set([...decisions, ...badFiles].map(({ file, fileSha256 }) => `${file} ${fileSha256}`));
}

type FiledDecision = Omit<RecordedDecision, "fault" | "decidedAs">;

async function readFiles({ store, policy }: Stage, keys: string[]): Promise<ReadFile<FiledDecision>[]> {
  if (keys.length === 0) return [];
  const files: ReadFile<FiledDecision>[] = [];
  for (const key of keys) {
    const { body, ...from } = await readBody(store, key);
    if (body === null) {
      files.push({
        ...from,
        decisions: [],
        lineNumbers: [],
        faults: [`${key}: ${decisionFaults.unread.en}`],
        grantIds: [],
      });
      continue;
    }
    const { decisions, lineNumbers, faults, grantIds } = await parseFile(body, key, policy.timezone);
    const storedBy = from.fileVersion === null || signedNameOf(key) ? null : writerOf(key);
    const filed = decisions.map((decision) => ({ ...decision, ...from, storedBy }));
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

/**
 * A file as far as one is read: the first byte above what is allowed says that the file is too large. `body` is null where
 * there is no file of that name that can be read: a link that leads nowhere, a name that no store takes, a file that was taken
 * back meanwhile, or one that its permissions hide.
 */
async function readBody(store: Store, key: string) {
  const stored = unusableName.test(key) ? null : await getUnlessUnreadable(store, key);
  const body = stored?.body ?? null;
  return { body, file: key, fileSha256: sha256(body ?? ""), fileVersion: stored?.version ?? null };
}

/** Null also where the store refuses this one file for good: its permissions, or a damaged disk. A store that is out is no such thing. */
async function getUnlessUnreadable(store: Store, key: string): ReturnType<Store["get"]> {
  try {
    return await store.get(key, mostFileBytes + 1);
  } catch (error) {
    const { name, trouble } = error as Error & { trouble?: string | null };
    if (name !== "StoreError" || trouble !== null) throw error;
    return null;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what no key has
const unusableName = /[\u0000-\u001f\u007f]/;

/** The folder in which a file lies below its source's: on AWS the id of who wrote it, as the bucket's policy enforces. */
function writerOf(key: string): string | null {
  const [, , folder, file] = key.split("/");
  return file === undefined ? null : folder!;
}

type FiledGrant = Located<FiledDecision>;

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
    const plan = await readPlan(place, assessment);
    const { createdAt } = plan;
    const seen = decided.filter(
      (decision) => epochMs(createdAt) <= epochMs(decision.decidedAt) || !past.rules.has(pastKey(decision)),
    );
    const rulesByGrant = new Map(seen.map(({ grantId }) => [grantId, [] as string[]]));
    if (rulesByGrant.size === 0) continue;
    for await (const lines of storedFindings(place, plan)) {
      for (const finding of lines.parseAll()) rulesByGrant.get(finding.grantId)?.push(...spokenOf(finding));
    }
    for (const decision of seen) past.rules.set(pastKey(decision), rulesByGrant.get(decision.grantId) ?? []);
  }
}
