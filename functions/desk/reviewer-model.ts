// Longer than 300 lines: a row, the request above it, the progress and the receipt all speak of the same found rows.

import { byText } from "../basics/sorted.ts";
import { dateAt, isoInstant } from "../basics/time.ts";
import { responsibleBookOf } from "../ledger/grants.ts";
import { withLedger } from "../ledger/ledger.ts";
import { newestAnswers, type SubmittedDecisions } from "../ledger/signed-decisions.ts";
import type { ReportRow } from "../report/review-view.ts";
import { standingOf } from "../report/rows/standing.ts";
import { seenHash } from "../review/grants/grant-comparison.ts";
import type { ResponsibleBook } from "../review/people/responsible.ts";
import { handedOnIn } from "../review/people/routing.ts";
import { hastyKeeps, hastyWindowMs } from "../review/rules/certification.ts";
import { longestKeepDay } from "../review/rules/decision.ts";
import { isAboutGrant } from "../review/rules/finding.ts";
import type { Policy } from "../review/rules/policy.ts";
import type { Stage } from "../review/stage.ts";
import { type RowsTold, readReportRows } from "../stages/show/review-report.ts";
import { handedOnBy } from "./handing-on.ts";
import type {
  DeskRow,
  HandedOn,
  KeepChoices,
  PastAnswer,
  ProgressModel,
  ReceiptModel,
  RequestModel,
  ReviewModel,
  RowReason,
  Suggestion,
} from "./model.ts";
import { type DeskReader, idsIn, ownershipOf } from "./reader.ts";
import type { ReviewState } from "./review-state.ts";

/** How the reader's own rows of a review were found. `handed`: what the reader handed on, and is with somebody else. */
type Found = Pick<RowsTold, "peers" | "departmentNames"> & {
  theirs: ReportRow[];
  handed: ReportRow[];
  book: ResponsibleBook;
};

/** The review as the reader decides on it: their own rows, and nothing of anybody else's. */
export async function reviewModel(stage: Stage, state: ReviewState, reader: DeskReader): Promise<ReviewModel> {
  const found = await findRows(stage, { state, reader });
  const { policy, submitted } = state;
  const own = submitted.filter(({ provenBy }) => provenBy.subject === reader.subject);
  const rows = await rowsOf(stage, { state, reader, found });
  const named = [...rows, ...found.handed.map(({ grant }) => ({ grantId: grant.id, ...grant }))];
  const { source, review } = state.plan;
  const path = `/reviews/${source}/${review}`;
  return {
    request: requestOf(stage, state, { rows, theirs: found.theirs }),
    progress: progressOf(rows),
    rows,
    receipts: own.map((each) => receiptOf(each, state, named)).reverse(),
    handedOn: handedOnOf(state, { reader, found }),
    keepChoices: keepChoices(policy, stage.clock.now()),
    hastyKeeps: { grants: hastyKeeps, seconds: hastyWindowMs / 1000 },
    decisionsPath: `${path}/decisions`,
    reportPath: `${path}/report`,
  };
}

async function findRows(stage: Stage, { state, reader }: Pick<Making, "state" | "reader">): Promise<Found> {
  const { plan, policy, mode, sealed } = state;
  const ids = new Set(idsIn(reader, stage.sourceId));
  const handedOn = handedOnBy(reader.subject, state);
  const found: Pick<Found, "theirs" | "handed"> = { theirs: [], handed: [] };
  const request = { plan, policy, mode, ...(sealed ? { sealed } : {}) };
  const told = await readReportRows(withLedger(stage), request, (row) => {
    if (row.reviewer && ids.has(row.reviewer.id)) found.theirs.push(row);
    else if (handedOn.has(row.grant.id)) found.handed.push(row);
  });
  const book = told.book ?? (await responsibleBookOf(stage.store, state.stored.snapshot, state.submitted));
  return { ...told, ...found, book };
}

type Making = { state: ReviewState; reader: DeskReader; found: Found };

async function rowsOf(stage: Stage, making: Making): Promise<DeskRow[]> {
  const { state, reader, found } = making;
  const { policy, mode, planStop, submitted, begun } = state;
  const nowMs = stage.clock.now();
  const { openEffects } = await import("./effects.ts"); // with the language of rules, which a sign-in does not need
  const effectsOf = openEffects({
    policy,
    mode,
    language: stage.language,
    isClosed: state.phase !== "open",
    now: isoInstant(nowMs),
    nowMs,
  });
  const isOwn = ownershipOf(reader, stage.sourceId, found.book);
  const answers = newestAnswers(submitted);
  const handedOn = handedOnBy(reader.subject, state);
  const theirsByRole = Map.groupBy(found.theirs, ({ grant }) => grant.role.id);
  const nameOf = (id: string): string | null => found.departmentNames.get(id) ?? null;
  const rows = found.theirs.map((row): DeskRow => {
    const { grant, findings, item, outcome, history } = row;
    const { members, managerId: _manager, ...holder } = grant.holder;
    const answered = answers.get(grant.id);
    const peers = found.peers?.of(grant) ?? null;
    const others = (theirsByRole.get(grant.role.id) ?? []).filter((other) =>
      found.peers?.isPeer(grant.holder, other.grant.holder),
    );
    return {
      grantId: grant.id,
      reviewerId: row.reviewer!.id,
      seen: seenHash(grant),
      holder: {
        ...holder,
        departmentName: holder.departmentId === null ? null : nameOf(holder.departmentId),
        members: members
          ? {
              count: members.length,
              first: members.slice(0, 100).map(({ id, name, status }) => ({ id, name, status })),
            }
          : null,
      },
      role: grant.role,
      scopes: grant.scopes,
      grantedAt: grant.grantedAt,
      firstSeenAt: grant.firstSeenAt,
      reasons: findings.filter(isForReviewer).map(reasonOf),
      movedFrom: history?.movedFrom ? { id: history.movedFrom, name: nameOf(history.movedFrom) } : null,
      suggestion: suggestionOf(row, policy),
      last: lastOf(row, state),
      decision: answered
        ? {
            ...pick(answered.answer),
            decidedAt: answered.of.decidedAt,
            isMine: answered.of.provenBy.subject === reader.subject,
            by: answered.of.reviewer.name ?? answered.of.reviewer.id,
            receipt: answered.of.provenBy.subject === reader.subject ? answered.of.number : null,
          }
        : null,
      asksForDecision: outcome === null && findings.some((finding) => asks(finding, answered !== undefined)),
      peers: peers && { ...peers, names: others.slice(0, 5).flatMap((other) => other.grant.holder.name ?? []) },
      effects: effectsOf(row, {
        isOwn: isOwn(grant.holder),
        isBegun: begun.has(grant.id),
        mayHandOn: !handedOn.has(grant.id),
      }),
      standing: standingOf(row, planStop),
      removedFrom: item && !item.hold && !outcome ? item.notBefore : null,
      insteadOf: insteadOf(row, stage, found.book),
    };
  });
  return rows.sort(byUrgency);
}

/** Who handed the grant on to the reader, else in whose place the reviewer decides for a while. */
function insteadOf({ reviewer }: ReportRow, stage: Stage, book: ResponsibleBook): DeskRow["insteadOf"] {
  const { delegateOf = null, handOn } = reviewer ?? {};
  if (handOn) return { ...handOn.by, because: "reassigned", reason: handOn.reason };
  if (delegateOf === null) return null;
  const reason = stage.reviewers?.delegates.find(({ from }) => from === delegateOf)?.reason ?? null;
  return { id: delegateOf, name: book.peopleById.get(delegateOf)?.name ?? null, because: "delegate", reason };
}

/** What was handed on, by the reader or to them: to whom and why. */
function handedOnOf({ submitted }: ReviewState, { reader, found }: Omit<Making, "state">): HandedOn[] {
  const rowById = new Map([...found.theirs, ...found.handed].map((row) => [row.grant.id, row]));
  return handedOnIn(submitted).flatMap(({ answer: { grantId, to, reason }, of }): HandedOn[] => {
    const row = rowById.get(grantId);
    if (!row) return [];
    const { id = null, delegateOf, handOn } = row.reviewer ?? {};
    const isLast = handOn?.at === of.decidedAt;
    const isMine = of.provenBy.subject === reader.subject;
    if (!isMine && !isLast) return [];
    const { holder, role } = row.grant;
    const toId = to ?? (isLast ? (delegateOf ?? id) : null);
    const toWhom = toId === null ? null : { id: toId, name: found.book.peopleById.get(toId)?.name ?? null };
    const shown = { grantId, holderName: holder.name, role: role.name, from: of.reviewer, to: toWhom };
    return [{ ...shown, reason, at: of.decidedAt, isMine }];
  });
}

/** What still asks for a decision comes first, then what was decided, then what is to be removed; one role after the other, as one reads them together. */
function byUrgency(a: DeskRow, b: DeskRow): number {
  const rank = ({ asksForDecision, decision, removedFrom }: DeskRow): number =>
    asksForDecision ? (decision === null ? 0 : 1) : removedFrom ? 2 : 3;
  return rank(a) - rank(b) || byText(a.role.id, b.role.id) || byText(a.holder.id, b.holder.id);
}

type Finding = ReportRow["findings"][number];

/** The built-in finding about a suspicious certification names a reviewer: it is nothing for another one's eyes. */
const isForReviewer = ({ rule }: Finding): boolean => rule !== "suspicious-certification";

/** A flag about the grant asks until somebody decides; what was decided in this review still counts as asked. */
const asks = (finding: Finding, isAnswered: boolean): boolean =>
  finding.then === "flag" &&
  isAboutGrant(finding) &&
  (finding.suppressedBy === null || (isAnswered && finding.suppressedBy.by === "decision"));

function reasonOf({ rule, then, reason, suppressedBy, keep, conflict }: Finding): RowReason {
  const more = { ...(keep ? { keep } : {}), ...(conflict ? { conflict } : {}) };
  return { rule, then, reason, settled: suppressedBy, ...more };
}

/**
 * What the rules suggest: one that expires a revoke, a flag what follows where nobody decides. Where they differ, a revoke: it
 * is what happens.
 */
function suggestionOf({ findings }: ReportRow, { rules }: Policy): DeskRow["suggestion"] {
  const sides = findings.flatMap(({ rule: id, then, reason }): Suggestion[] => {
    const silence = rules.find((rule) => rule.id === id)?.onNoDecision;
    if (then === "expire" || silence === "expire") return [{ decision: "revoke", rule: id, reason }];
    return silence === "keep" ? [{ decision: "keep", rule: id, reason }] : [];
  });
  return sides.find(({ decision }) => decision === "revoke") ?? sides[0] ?? null;
}

function pick({ decision, until, reason }: Pick<PastAnswer, "decision" | "until" | "reason">) {
  return { decision, until, reason };
}

/** The newest decision of an earlier review: who decided, and why, is told, as it is about the very grant that the reader decides on. */
function lastOf({ history }: ReportRow, { plan }: ReviewState): PastAnswer | null {
  const earlier = history?.decisions.filter(({ review }) => review !== plan.review).at(-1);
  if (!earlier) return null;
  const { review, fault, decidedAt, reviewer } = earlier;
  return { ...pick(earlier), review, fault, decidedAt, isMine: false, by: reviewer };
}

/** The reader's rows, and what they were made of. */
type Requested = { rows: readonly DeskRow[]; theirs: readonly ReportRow[] };

function requestOf(stage: Stage, state: ReviewState, { rows, theirs }: Requested): RequestModel {
  const { stored, policy, mode, phase, plan, windowEndsAt } = state;
  const asking = rows.filter(({ asksForDecision, decision }) => asksForDecision && decision === null);
  // In report mode nothing is held from anything: the page says that nothing is removed.
  const held = asking.filter(({ standing }) => standing.kind === "held" && standing.by !== "report-mode");
  const removed = asking.filter(({ standing }) => standing.kind === "pending" && !standing.isNarrowed);
  const rest = asking.filter((row) => !held.includes(row) && !removed.includes(row));
  const kept = rest.filter(({ reasons }) =>
    reasons.every(({ rule, then }) => then !== "flag" || keepsUndecided(policy, rule)),
  );
  const byRule = Map.groupBy(
    rows.filter(({ asksForDecision }) => asksForDecision).flatMap(({ reasons }) => reasons),
    ({ rule }) => rule,
  );
  const asked = new Set(rows.filter(({ asksForDecision }) => asksForDecision).map(({ grantId }) => grantId));
  const routes = theirs.flatMap(({ grant, reviewer }) => {
    if (!reviewer || !asked.has(grant.id)) return [];
    return reviewer.delegateOf ? ["delegate" as const] : (reviewer.by ?? []);
  });
  const byRoute = [...Map.groupBy(routes, (by) => by)].sort(([, a], [, b]) => b.length - a.length);
  return {
    source: stage.sourceId,
    review: plan.review,
    takenAt: stored.snapshot.takenAt,
    askedAs: byRoute.map(([by]) => by),
    reasons: [...byRule].map(([rule, reasons]) => ({ rule, reason: reasons[0]!.reason, grants: reasons.length })),
    deadline: windowEndsAt,
    state: phase,
    ifNothing: {
      removed: removed.length,
      held: held.length,
      kept: kept.length,
      staysFlagged: rest.length - kept.length,
    },
    mode,
  };
}

function keepsUndecided({ rules }: Policy, id: string): boolean {
  return rules.find((rule) => rule.id === id)?.onNoDecision === "keep";
}

/** How far the reader has come over their rows. */
export function progressOf(rows: readonly Pick<DeskRow, "asksForDecision" | "decision">[]): ProgressModel {
  const asked = rows.filter(({ asksForDecision }) => asksForDecision);
  const decided = asked.filter(({ decision }) => decision !== null);
  return { toDecide: asked.length, decided: decided.length, others: rows.length - asked.length };
}

/** The ends of a keep to offer: nothing further than the policy allows. */
export function keepChoices({ guard, timezone }: Policy, nowMs: number): KeepChoices {
  const longest = longestKeepDay(nowMs, guard.maxKeepDays, timezone);
  const months = ([3, 6, 12] as const).map((count) => ({
    months: count,
    until: dateAt(inMonths(nowMs, count), timezone),
  }));
  return { months: months.filter(({ until }) => until <= longest), longest };
}

function inMonths(nowMs: number, months: number): number {
  const date = new Date(nowMs);
  const day = date.getUTCDate();
  date.setUTCMonth(date.getUTCMonth() + months);
  // The 31st of a month that has none: its last day.
  if (date.getUTCDate() !== day) date.setUTCDate(0);
  return date.getTime();
}

type NamedRow = {
  grantId: string;
  holder: Pick<DeskRow["holder"], "id" | "name">;
  role: Pick<DeskRow["role"], "name">;
};

/** What was submitted, as its reviewer reads it. `rows`: the reader's, for the names. */
export function receiptOf(
  submitted: SubmittedDecisions,
  { phase, plan, windowEndsAt }: ReviewState,
  rows: readonly NamedRow[],
): ReceiptModel {
  const { decisions, number, decidedAt, oneAct } = submitted;
  const rowById = new Map(rows.map((row) => [row.grantId, row]));
  const count = (decision: string): number => decisions.filter((each) => each.decision === decision).length;
  return {
    number,
    source: plan.source,
    review: plan.review,
    decidedAt,
    counts: { keep: count("keep"), revoke: count("revoke"), reassign: count("reassign") },
    decisions: decisions.map(({ grantId, decision, until, reason, to }) => {
      const row = rowById.get(grantId);
      const named = { holder: row ? (row.holder.name ?? row.holder.id) : null, role: row?.role.name ?? null };
      return { grantId, decision, until, reason, to, ...named };
    }),
    oneAct,
    isChangeable: phase === "open",
    changeableUntil: phase === "open" ? windowEndsAt : null,
    reviewPath: `/reviews/${plan.source}/${plan.review}`,
  };
}
