import { clocksDifferMs, isoInstant, parseInstant } from "../basics/time.ts";

/** The keys of a review's objects, below the store's root (docs/contract.md, "The store"). */
export function reviewKeys(source: string, review: string) {
  const root = `reviews/${source}/${review}`;
  return {
    root: `${root}/`,
    part: (number: number) => `${root}/grants/part-${String(number).padStart(5, "0")}.jsonl.gz`,
    roles: `${root}/roles.jsonl.gz`,
    reads: `${root}/reads.jsonl.gz`,
    responsible: `${root}/responsible.jsonl.gz`,
    people: `${root}/people.jsonl.gz`,
    conflictGrants: `${root}/conflict-grants.jsonl.gz`,
    snapshot: `${root}/snapshot.json`,
    assessments: `${root}/assessments/`,
    assessment: (assessment: string) => {
      const folder = `${root}/assessments/${assessment}`;
      return {
        policy: `${folder}/policy.json`,
        decisions: `${folder}/decisions.jsonl`,
        findings: `${folder}/findings.jsonl.gz`,
        plan: `${folder}/plan.json`,
        html: `${folder}/report.html`,
        csv: `${folder}/report.csv`,
        reviewers: `${folder}/reviewers.json`,
        people: `${folder}/people.json`,
        conflicts: `${folder}/conflicts.json`,
      };
    },
    approvals: `${root}/approvals/`,
    approval: (planHash: string) => `${root}/approvals/${planHash}.json`,
    verdicts: (planHash: string) => `${root}/approvals/${planHash}/`,
    receipts: `${root}/receipts/`,
    intent: (grantId: string) => `${root}/receipts/${grantId}.intent.json`,
    outcome: (grantId: string) => `${root}/receipts/${grantId}.outcome.json`,
    restored: (grantId: string) => `${root}/receipts/${grantId}.restored.json`,
    retirements: `${root}/retired-roles/`,
    retirementIntent: (id: string) => `${root}/retired-roles/${id}.intent.json`,
    retirementOutcome: (id: string) => `${root}/retired-roles/${id}.outcome.json`,
    messages: `${root}/messages/`,
    messageIntent: (key: string) => `${root}/messages/${key}.intent.json`,
    messageOutcome: (key: string) => `${root}/messages/${key}.outcome.json`,
    html: `${root}/report.html`,
    csv: `${root}/report.csv`,
    evidence: `${root}/evidence.json`,
    signature: `${root}/evidence.sig`,
    publicKey: `${root}/evidence.pub.pem`,
  };
}

/** The folder, beside a source's reviews, of records of retired reviews. */
export const retiredFolder = "retired/";

/** The key of the record that a review dated in the future was retired. */
export function retiredReviewKey(source: string, review: string): string {
  return `reviews/${source}/${retiredFolder}${review}.json`;
}

/** The folder, beside a source's reviews, of records of stops and resumes. */
export const stopsFolder = "stops/";

/** The key of the record of a stop or a resume: its instant and its kind. The record is written once. */
export function stopRecordKey(source: string, atMs: number, kind: "stop" | "resume"): string {
  return `reviews/${source}/${stopsFolder}${isoInstant(atMs).replaceAll(":", "")}-${kind}.json`;
}

const stopRecordPattern = /\/(\d{4}-\d\d-\d\dT\d\d)(\d\d)(\d\d(?:\.\d+)?Z)-(stop|resume)\.json$/;

/** The instant (epoch milliseconds) and the kind that the key of such a record says; null for another key. */
export function stopRecordOf(key: string): { kind: "stop" | "resume"; atMs: number } | null {
  const [, hour, minute, second, kind] = stopRecordPattern.exec(key) ?? [];
  const atMs = parseInstant(`${hour}:${minute}:${second}`);
  return atMs === null ? null : { kind: kind as "stop" | "resume", atMs };
}

/** The key of a checkpoint of one review. A checkpoint is mutable and no evidence. */
export function checkpointKey(source: string, review: string, name: string): string {
  return `checkpoints/${source}/${review}/${name}`;
}

export function leaseKey(name: string): string {
  return `checkpoints/_leases/${name}.json`;
}

export function stopKey(source: string): string {
  return `checkpoints/${source}/stop.json`;
}

/** The records of what changed at a source between reviews: a folder a month. */
export function driftPrefix(source: string): string {
  return `drift/${source}/`;
}

/** The key of the record of one event, by the month of its time (ISO 8601). Written once. */
export function driftKey(source: string, at: string, event: string): string {
  return `${driftPrefix(source)}${at.slice(0, 7)}/${event}.json`;
}

/** The records that the app sees less of a source's people than before. No folder of a month. */
export function narrowingPrefix(source: string): string {
  return `${driftPrefix(source)}narrowed/`;
}

/** The key of such a record: by the time of its event (ISO 8601), and the event. Written once. */
export function narrowingKey(source: string, at: string, event: string): string {
  return `${narrowingPrefix(source)}${at.replaceAll(":", "")}-${event}.json`;
}

/** The key of the newest set of holders that was told of a role at some objects. Mutable, no evidence. */
export function driftStateKey(source: string, of: string): string {
  return `checkpoints/${source}/drift/${of}.json`;
}

export function decisionsPrefix(source: string): string {
  return `decisions/${source}/`;
}

/**
 * Whether a name below a review's folder is a record of a message that is sent after the evidence: that the review has
 * ended, or what somebody did since.
 */
export function isEndMessageName(name: string): boolean {
  return /^messages\/ended-(acts-[0-9a-f]{16}-)?[0-9a-f]{8}\.(intent|outcome)\.json$/.test(name);
}

/** What was decided at the desk on one review, by people who had signed in. */
export function signedDecisionsPrefix(source: string, review: string): string {
  return `${decisionsPrefix(source)}signed/${review}/`;
}

/** The tables over all sealed reviews. */
export type TableName = "grants" | "findings" | "decisions" | "outcomes" | "drift";

/**
 * The key of what a sealed review adds to a table: addresses of evidence, one a line, or for `outcomes` and `drift` the
 * lines themselves. No evidence.
 */
export function tableKey(table: TableName, source: string, review: string): string {
  return `tables/${table}/${source}/${review}.${table === "outcomes" || table === "drift" ? "jsonl" : "txt"}`;
}

/** The key of the summary page of all sources, rewritten by each `review`. Mutable, no evidence. */
export const summaryKey = "checkpoints/summary.html";

/** The id of a review that starts at an instant in epoch milliseconds, cut to the second: `YYYY-MM-DDTHHMMSSZ`. */
export function reviewIdOf(startedAtMs: number): string {
  return isoInstant(Math.floor(startedAtMs / 1000) * 1000).replaceAll(":", "");
}

/** A review of everything, or a sweep: a review between reviews, of the holders whose status changed. */
export type ReviewKind = "review" | "sweep";

const sweepEnd = "-sweep";

/** The kind of a review by its id: the ids of sweeps end in `-sweep`. */
export function kindOfReview(review: string): ReviewKind {
  return review.endsWith(sweepEnd) ? "sweep" : "review";
}

/** Whether the id is a sweep's. */
export function isSweep(review: string): boolean {
  return kindOfReview(review) === "sweep";
}

/** The most holders that a sweep is asked for by name. */
export const mostHolders = 100;

/** The id of a review that begins now. Gets a number if an earlier review began within the same second. */
export function newReviewId(earlier: readonly string[], nowMs: number, kind: ReviewKind = "review"): string {
  const id = reviewIdOf(nowMs);
  const numbered = earlier.some((review) => review.startsWith(id)) ? `${id}-${earlier.length}` : id;
  return kind === "sweep" ? `${numbered}${sweepEnd}` : numbered;
}

const reviewIdPattern = /^(\d{4}-\d{2}-\d{2}T\d{2})(\d{2})(\d{2})Z(-[a-z0-9-]+)?$/;

const longestReviewId = 40;

/**
 * Whether a text is a review id: an existing instant, optionally followed by `-` and `[a-z0-9-]+`, at most 40
 * characters.
 */
export function isReviewId(text: string): boolean {
  return text.length <= longestReviewId && parseReviewId(text) !== null;
}

/** The instant in a review id, in epoch milliseconds; NaN if the text is no review id. */
export function instantOfReview(review: string): number {
  return parseReviewId(review) ?? Number.NaN;
}

/** Whether a review's id lies further ahead of an instant (epoch milliseconds) than the clocks of two machines may differ. */
export function liesAhead(review: string, nowMs: number): boolean {
  return instantOfReview(review) > nowMs + clocksDifferMs;
}

function parseReviewId(text: string): number | null {
  const match = reviewIdPattern.exec(text);
  return match && parseInstant(`${match[1]}:${match[2]}:${match[3]}Z`);
}
