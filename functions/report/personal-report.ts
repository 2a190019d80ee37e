import type { PastDecision, ReportRow, Reviewer, ReviewView } from "./review-view.ts";

function isSaidBy(said: string, { id, name }: Reviewer): boolean {
  return [id, name].some((known) => known?.trim().toLowerCase() === said.trim().toLowerCase());
}

/** The decision of another reviewer without the name and the words of that reviewer. */
function withoutOthers(decision: PastDecision, reader: Reviewer): PastDecision {
  return isSaidBy(decision.reviewer, reader) ? decision : { ...decision, reviewer: "", reason: "" };
}

/** The row of a grant as its reviewer may read it: it names nobody but the holder of the grant and the reader. */
export function personalRow(row: ReportRow, reader: Reviewer): ReportRow {
  const { grant, history, reviewer } = row;
  const { managerId } = grant.holder;
  return {
    ...row,
    grant: { ...grant, holder: { ...grant.holder, managerId: managerId === reader.id ? managerId : null } },
    // The built-in finding about a suspicious certification names the reviewer who decided.
    findings: row.findings.filter(({ rule }) => rule !== "suspicious-certification"),
    history: history
      ? { ...history, decisions: history.decisions.map((decision) => withoutOthers(decision, reader)) }
      : null,
    reviewer: reviewer ? namingNobody(reviewer) : null,
  };
}

function namingNobody({ handOn: _handOn, ...reviewer }: Reviewer): Reviewer {
  return { ...reviewer, ...(reviewer.delegateOf ? { delegateOf: "" } : {}) };
}

/** A review as one reviewer's report tells of it: how the reviewer's own rows stand, and nothing else. */
export function personalView(view: ReviewView, reader: Reviewer, rows: ReportRow[]): ReviewView {
  const { snapshot, plan, policy } = view;
  const ids = new Set(rows.map(({ grant }) => grant.id));
  const population = {
    grants: rows.length,
    holders: new Set(rows.map(({ grant }) => grant.holder.id)).size,
    roles: new Set(rows.map(({ grant }) => grant.role.id)).size,
  };
  const { guard } = policy;
  return {
    ...view,
    onlyFor: reader,
    snapshot: { ...snapshot, population, checks: [] },
    policy: { ...policy, guard: { ...guard, protectedRoles: [], protectedHolders: [], canaries: [] } },
    plan: { ...plan, items: plan.items.filter(({ grantId }) => ids.has(grantId)) },
    changesSincePrevious: { previousReview: null, removedByPrevious: [], appeared: 0, vanished: 0 },
    approval: view.approval ? { ...view.approval, by: "" } : null,
    whoReviews: null,
    rolesToRetire: [],
  };
}
