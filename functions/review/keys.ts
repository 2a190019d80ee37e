import { isoInstant, parseInstant } from "../basics/time.ts";

/** Where everything of a review lies below the store's root (docs/contract.md, "The store"). */
export function reviewKeys(source: string, review: string) {
  const root = `reviews/${source}/${review}`;
  return {
    root: `${root}/`,
    part: (number: number) => `${root}/grants/part-${String(number).padStart(5, "0")}.jsonl.gz`,
    roles: `${root}/roles.jsonl.gz`,
    reads: `${root}/reads.jsonl.gz`,
    responsible: `${root}/responsible.jsonl.gz`,
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
      };
    },
    approval: (planHash: string) => `${root}/approvals/${planHash}.json`,
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

/** The folder beside the reviews for records of reviews that no longer count. */
export const retiredFolder = "retired/";

/** The record that a review of the future was retired. */
export function retiredReviewKey(source: string, review: string): string {
  return `reviews/${source}/${retiredFolder}${review}.json`;
}

/** The folder beside the reviews for records of who stopped the source, and who let it go on. */
export const stopsFolder = "stops/";

/** The record of a stop or a resume: write-once, named by its instant and what it did. */
export function stopRecordKey(source: string, atMs: number, kind: "stop" | "resume"): string {
  return `reviews/${source}/${stopsFolder}${isoInstant(atMs).replaceAll(":", "")}-${kind}.json`;
}

/** Progress of one review: mutable, no evidence. */
export function checkpointKey(source: string, review: string, name: string): string {
  return `checkpoints/${source}/${review}/${name}`;
}

export function leaseKey(name: string): string {
  return `checkpoints/_leases/${name}.json`;
}

export function stopKey(source: string): string {
  return `checkpoints/${source}/stop.json`;
}

export function decisionsPrefix(source: string): string {
  return `decisions/${source}/`;
}

/** What can be asked over all sealed reviews, by the name of its table. */
export type TableName = "grants" | "findings" | "decisions" | "outcomes";

/** What a sealed review adds to a table: the addresses of its objects, one a line; of `outcomes` the lines themselves. No evidence. */
export function tableKey(table: TableName, source: string, review: string): string {
  return `tables/${table}/${source}/${review}.${table === "outcomes" ? "jsonl" : "txt"}`;
}

/** The one page over all sources, as of the last `review`: mutable, no evidence. */
export const summaryKey = "checkpoints/summary.html";

/** The review id of a start in epoch milliseconds, cut to the second: `YYYY-MM-DDTHHMMSSZ`. */
export function reviewIdOf(startedAtMs: number): string {
  return isoInstant(Math.floor(startedAtMs / 1000) * 1000).replaceAll(":", "");
}

/** The id of a review that begins now, which none of the earlier reviews has: one may have begun within this second. */
export function newReviewId(earlier: readonly string[], nowMs: number): string {
  const id = reviewIdOf(nowMs);
  return earlier.some((review) => review.startsWith(id)) ? `${id}-${earlier.length}` : id;
}

const reviewIdPattern = /^(\d{4}-\d{2}-\d{2}T\d{2})(\d{2})(\d{2})Z(-[a-z0-9-]+)?$/;

const longestReviewId = 40;

/** Whether a text is a review id: a real moment, optionally with `-` and `[a-z0-9-]+`, of 40 characters at most. */
export function isReviewId(text: string): boolean {
  return text.length <= longestReviewId && parseReviewId(text) !== null;
}

/** The moment that a review id names, epoch milliseconds. */
export function instantOfReview(review: string): number {
  return parseReviewId(review) ?? Number.NaN;
}

function parseReviewId(text: string): number | null {
  const match = reviewIdPattern.exec(text);
  return match && parseInstant(`${match[1]}:${match[2]}:${match[3]}Z`);
}
