import { hashOf } from "../basics/hash.ts";
import { endOfDay, epochMs, isCalendarDate, isoInstant, parseInstant } from "../basics/time.ts";
import { type SubmittedDecisions, writeSignedDecisions } from "../ledger/signed-decisions.ts";
import { longestKeepDay, type ProvenBy } from "../review/rules/decision.ts";
import type { SignedAnswer, SignedDecisions } from "../review/rules/signed-decision.ts";
import type { Stage } from "../review/stage.ts";
import { type HandOnFault, handedOnBy, resolveHandOns } from "./handing-on.ts";
import type { DeskRow, ReceiptModel } from "./model.ts";
import { type DeskReader, idsIn } from "./reader.ts";
import { type FieldFault, fieldFault, Refused, reasonFaults } from "./refusal.ts";
import type { ReviewState } from "./review-state.ts";
import { receiptOf } from "./reviewer-model.ts";

/** What somebody submits: read from a form or JSON, not yet looked at. `requestId`: the same request is stored once. */
export type Submission = { requestId: unknown; oneAct: unknown; decisions: unknown };

const mostDecisions = 5_000;

/**
 * The submission of a form: `decision.<grant id>`, `seen.<grant id>` and so on, or `decisions` as JSON. What a grant has no
 * field of its own for is taken from `reason.<decision>`, else from `reason`.
 */
export function submissionOfForm(form: URLSearchParams): Submission {
  const oneAct = form.get("oneAct") === "true" || form.get("oneAct") === "on";
  const json = form.get("decisions");
  if (json !== null) return { requestId: form.get("requestId"), oneAct, decisions: parsed(json) };
  const names = [...form.keys()].filter((name) => name.startsWith("decision."));
  const decisions = names.flatMap((name) => {
    const grantId = name.slice("decision.".length);
    const decision = form.get(name);
    const fieldOf = (field: string): string | null =>
      form.get(`${field}.${grantId}`) || form.get(`${field}.${decision}`) || form.get(field) || null;
    if (!decision) return [];
    return [
      {
        grantId,
        decision,
        seen: fieldOf("seen"),
        until: fieldOf("until"),
        reason: fieldOf("reason") ?? "",
        to: fieldOf("to"),
      },
    ];
  });
  return { requestId: form.get("requestId"), oneAct, decisions };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/** What was submitted, read: 400 with every fault, where it cannot be understood. */
export type ReadSubmission = { request: string; oneAct: boolean; answers: SignedAnswer[] };

/** Reads a submission. A keep's `until` is a day, which counts to its end in that time zone, or an instant. */
export function readSubmission(
  { requestId, oneAct, decisions }: Submission,
  subject: string,
  timezone: string,
): ReadSubmission {
  const faults: FieldFault[] = [];
  if (typeof requestId !== "string" || !/^[\w-]{8,100}$/.test(requestId))
    faults.push(fieldFault("requestId", "request-id"));
  if (oneAct !== undefined && oneAct !== null && typeof oneAct !== "boolean")
    faults.push(fieldFault("oneAct", "boolean"));
  const listed = Array.isArray(decisions) ? decisions : [];
  if (listed.length === 0) faults.push(fieldFault("decisions", "empty"));
  if (listed.length > mostDecisions) throw new Refused(413, "too-large", { figures: { most: mostDecisions } });
  const read = listed.map((each, index) => readAnswer(each, `decisions[${index}]`, timezone));
  faults.push(...read.flatMap((each) => each.faults));
  const seen = new Set<string>();
  for (const [index, { answer }] of read.entries()) {
    if (seen.has(answer.grantId))
      faults.push({ ...fieldFault(`decisions[${index}].grantId`, "twice"), grantId: answer.grantId });
    seen.add(answer.grantId);
  }
  if (faults.length > 0) throw new Refused(400, "bad-request", { faults });
  const answers = read.map(({ answer }) => answer);
  // A page that is gone back to sends its id again with other decisions: that is another request.
  const request = hashOf({ subject, requestId, oneAct: oneAct === true, answers }).slice(0, 16);
  return { request, oneAct: oneAct === true, answers };
}

function readAnswer(given: unknown, path: string, timezone: string): { answer: SignedAnswer; faults: FieldFault[] } {
  const fields = (typeof given === "object" && given !== null ? given : {}) as Record<string, unknown>;
  const faults: FieldFault[] = [];
  // Half an emoji, as a browser cuts a long text, has no UTF-8 form: no hash and no file could hold it.
  const text = (name: string): string => (typeof fields[name] === "string" ? fields[name].trim().toWellFormed() : "");
  const grantId = text("grantId");
  const wrong = (name: string, code: string, figures = {}) =>
    faults.push({
      ...fieldFault(`${path}.${name}`, code, figures),
      ...(/^[0-9a-f]{16}$/.test(grantId) ? { grantId } : {}),
    });
  if (!/^[0-9a-f]{16}$/.test(grantId)) wrong("grantId", "grant-id");
  if (!/^[0-9a-f]{64}$/.test(text("seen"))) wrong("seen", "seen");
  const decision = text("decision");
  if (decision !== "keep" && decision !== "revoke" && decision !== "reassign") wrong("decision", "decision");
  const reason = text("reason");
  for (const { field, code, figures } of reasonFaults(reason)) wrong(field, code, figures);
  const until = decision === "keep" ? instantOf(text("until"), timezone) : null;
  if (decision === "keep" && until === null) wrong("until", text("until") === "" ? "no-until" : "until");
  const to = decision === "reassign" ? text("to") || null : null;
  return {
    answer: { grantId, seen: text("seen"), decision: decision as SignedAnswer["decision"], until, reason, to },
    faults,
  };
}

function instantOf(until: string, timezone: string): string | null {
  if (isCalendarDate(until)) return isoInstant(endOfDay(until, timezone));
  const instant = parseInstant(until);
  return instant === null ? null : isoInstant(instant);
}

/** Everything that a submission is checked against. */
export type SubmissionContext = {
  stage: Stage;
  state: ReviewState;
  reader: DeskReader;
  rows: readonly DeskRow[];
  provenBy: ProvenBy;
};

/**
 * Stores what was submitted, in one file that is whole or absent, or refuses all of it. The same request is stored once, and
 * is answered with the receipt that stands.
 */
export async function decide(deciding: SubmissionContext, submission: ReadSubmission): Promise<ReceiptModel> {
  const { stage, state, reader, rows, provenBy } = deciding;
  const { oneAct } = submission;
  const { request, standing } = requestIn(state, submission);
  if (standing) return receiptOf(standing, state, rows);
  refuseWhereClosed(state);
  const rowById = new Map(rows.map((row) => [row.grantId, row]));
  refuseTwiceHandedOn(submission.answers, handedOnBy(provenBy.subject, state));
  refuseOthers(submission.answers, rowById);
  refuseChanged(submission.answers, rowById);
  const nowMs = stage.clock.now();
  const decidedAt = isoInstant(nowMs);
  const ids = idsIn(reader, stage.sourceId);
  const id = rowById.get(submission.answers[0]!.grantId)!.reviewerId;
  const reviewer = { id, name: reader.name };
  const byOf = (grantId: string) => ({ ...reviewer, id: rowById.get(grantId)!.reviewerId });
  const handing = { stage, state, ids, byOf, at: decidedAt };
  const { answers, faults: handOnFaults } = await resolveHandOns(handing, submission.answers);
  refuseImpossible(answers, { state, handOnFaults, nowMs });
  const named = answers.map((answer): SignedAnswer => {
    const { reviewerId } = rowById.get(answer.grantId)!;
    return reviewerId === id ? answer : { ...answer, as: reviewerId };
  });
  const decisions: SignedDecisions = {
    formatVersion: 1,
    review: stage.review,
    reviewer,
    provenBy,
    snapshotSha256: state.stored.snapshotSha256,
    decisions: named,
    oneAct,
    decidedAt,
  };
  return receiptOf(await writeSignedDecisions(stage, { request, decisions }), state, rows);
}

/**
 * The request under which a submission is stored, and what stands under it. Whoever goes back to a page and decides as at
 * first, after having decided otherwise in between, means it: what stands is older than that, and this is another request.
 */
function requestIn({ submitted }: ReviewState, { request: given, answers }: ReadSubmission) {
  const grantIds = new Set(answers.map(({ grantId }) => grantId));
  let request = given;
  let standing: SubmittedDecisions | null = null;
  for (const each of submitted) {
    if (!each.decisions.some(({ grantId }) => grantIds.has(grantId))) continue;
    if (each.number.endsWith(`-${request}`)) standing = each;
    else if (standing || request !== given) {
      standing = null;
      request = hashOf({ given, after: each.number }).slice(0, 16);
    }
  }
  return { request, standing };
}

/** Throws where no decision on the review is taken any more: 409. */
export function refuseWhereClosed({ phase, windowEndsAt }: ReviewState): void {
  if (phase === "sealed") throw new Refused(409, "sealed");
  if (phase === "window-ended") throw new Refused(409, "closed", { figures: { endedAt: windowEndsAt ?? "" } });
}

type RowById = ReadonlyMap<string, DeskRow>;

const faultOf = (
  index: number,
  { grantId }: SignedAnswer,
  field: string,
  code: string,
  figures: FieldFault["figures"] = {},
) => ({
  ...fieldFault(`decisions[${index}].${field}`, code, figures),
  grantId,
});

/** Each reviewer hands a grant on once. It may not be theirs any more: what they did is the better answer. */
function refuseTwiceHandedOn(answers: readonly SignedAnswer[], before: ReadonlySet<string>): void {
  const faults = answers.flatMap((answer, at) =>
    answer.decision === "reassign" && before.has(answer.grantId)
      ? [faultOf(at, answer, "decision", "reassigned-once")]
      : [],
  );
  if (faults.length > 0) throw new Refused(400, "bad-request", { faults });
}

/** Nobody decides on what is not theirs, nor on what is their own. */
function refuseOthers(answers: readonly SignedAnswer[], rowById: RowById): void {
  const others = answers.flatMap((answer, at) =>
    rowById.has(answer.grantId) ? [] : [faultOf(at, answer, "grantId", "not-yours")],
  );
  if (others.length > 0) throw new Refused(403, "not-yours", { faults: others });
  const own = answers.flatMap((answer, at) =>
    rowById.get(answer.grantId)!.effects.keep.code === "own" ? [faultOf(at, answer, "grantId", "own-grant")] : [],
  );
  if (own.length > 0) throw new Refused(403, "own-grant", { faults: own });
}

/** A decision speaks of exactly what was shown: not of a grant that is shown otherwise by now, or is on its way out. */
function refuseChanged(answers: readonly SignedAnswer[], rowById: RowById): void {
  const changed = answers.flatMap((answer, at) => {
    const { seen, effects } = rowById.get(answer.grantId)!;
    if (effects.keep.code === "gone") return [faultOf(at, answer, "grantId", "removal-begun")];
    return seen === answer.seen ? [] : [faultOf(at, answer, "seen", "changed", asItIs(rowById.get(answer.grantId)!))];
  });
  if (changed.length > 0) throw new Refused(409, "changed", { faults: changed });
}

/** What of a grant can have changed, as it is now: `seen` is what a decision on it has to bring. */
function asItIs({ seen, holder, grantedAt, scopes }: DeskRow): FieldFault["figures"] {
  const ids = (scopes ?? []).flat().flatMap((part) => part.ids);
  return {
    seen,
    status: holder.status,
    department: holder.departmentName ?? holder.departmentId ?? "",
    grantedAt: grantedAt ?? "",
    scopes: ids.length,
  };
}

type Possible = { state: ReviewState; handOnFaults: ReadonlyMap<number, HandOnFault>; nowMs: number };

/**
 * What the contract forbids of any decision: a keep beyond the policy's longest, or that ends before it is made; a grant that
 * would be handed on to nobody who may review it.
 */
function refuseImpossible(answers: readonly SignedAnswer[], { state, handOnFaults, nowMs }: Possible): void {
  const { guard, timezone } = state.policy;
  const faults = answers.flatMap((answer, at) => {
    const handOnFault = handOnFaults.get(at);
    if (handOnFault) return [faultOf(at, answer, "to", handOnFault)];
    if (answer.until === null) return [];
    const untilMs = epochMs(answer.until);
    if (untilMs <= nowMs) return [faultOf(at, answer, "until", "until-past")];
    const furthest = endOfDay(longestKeepDay(nowMs, guard.maxKeepDays, timezone), timezone);
    return untilMs > furthest ? [faultOf(at, answer, "until", "until-far", { maxKeepDays: guard.maxKeepDays })] : [];
  });
  if (faults.length > 0) throw new Refused(400, "bad-request", { faults });
}
