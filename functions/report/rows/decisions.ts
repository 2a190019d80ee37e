import { isOwnGrant, namedPerson } from "../../review/rules/reviewer-cell.ts";
import { idCell, neutralCell } from "./csv-cell.ts";
import type { ListedHolder } from "./packed-rows.ts";

/** A reviewer's decision on a grant; a keep has the calendar day on which it ends. */
export type Mark = { decision: "keep" | "revoke"; until: string | null; reason: string };

/** A mark with its reviewer and the instant it was made (ISO 8601). */
export type Marked = Mark & { reviewer: string; decidedAt: string };

/** One act of the reviewer: the same mark for some grants, or (null) their marks taken back. */
export type Step = { grantIds: string[]; mark: Mark | null; reviewer: string; decidedAt: string };

/** Every act of a reviewer in one report, oldest first, so that each act can be undone. */
export type DecisionLog = { reviewer: string; steps: Step[] };

/** The log before any decision. */
export const emptyLog: DecisionLog = { reviewer: "", steps: [] };

/** The marks that stand, by grant id, in the order they were made. */
export function marksOf({ steps }: DecisionLog): Map<string, Marked> {
  const marks = new Map<string, Marked>();
  for (const { grantIds, mark, reviewer, decidedAt } of steps) {
    for (const id of grantIds) {
      marks.delete(id);
      if (mark) marks.set(id, { ...mark, reviewer, decidedAt });
    }
  }
  return marks;
}

/** The log with one more act. */
export function withStep(log: DecisionLog, step: Step): DecisionLog {
  return { ...log, steps: [...log.steps, step] };
}

/** The log without its last act. */
export function undone(log: DecisionLog): DecisionLog {
  return { ...log, steps: log.steps.slice(0, -1) };
}

/** The reasons given so far for such decisions, the newest first, each once. */
export function reasonsOf({ steps }: DecisionLog, decision: Mark["decision"]): string[] {
  const given = steps.flatMap(({ mark }) => (mark?.decision === decision ? [mark.reason] : []));
  return [...new Set(given.reverse())];
}

function isStep(value: unknown): value is Step {
  if (typeof value !== "object" || value === null) return false;
  const { grantIds, mark, reviewer, decidedAt } = value as Record<string, unknown>;
  return (
    Array.isArray(grantIds) && typeof mark === "object" && typeof reviewer === "string" && typeof decidedAt === "string"
  );
}

/** Reads a log that was kept as JSON; any other text gives an empty log. */
export function readLog(text: string | null): DecisionLog {
  try {
    const { reviewer, steps } = JSON.parse(text ?? "") as Partial<Record<keyof DecisionLog, unknown>>;
    const isLog = typeof reviewer === "string" && Array.isArray(steps) && steps.every(isStep);
    return isLog ? { reviewer, steps: steps as Step[] } : emptyLog;
  } catch {
    return emptyLog;
  }
}

function plain(text: string | null): string {
  return (text ?? "").trim().toLowerCase();
}

/**
 * Whether a reviewer holds this grant: `own` by e-mail or id, as `decide` refuses it; `same-name` where only a name was
 * given, which two people may share. A group is owned by each of its listed members.
 */
export function ownership({ members, ...holder }: ListedHolder, reviewer: string): "own" | "same-name" | null {
  const listed = members?.first ?? [];
  if (isOwnGrant({ ...holder, members: listed }, namedPerson([reviewer]))) return "own";
  const said = plain(reviewer);
  return said !== "" && [holder, ...listed].some(({ name }) => plain(name) === said) ? "same-name" : null;
}

const columns = ["review", "grant_id", "decision", "until", "reviewer", "reason", "decided_at"] as const;

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

function cell(text: string): string {
  return quoted(neutralCell(text.trim()));
}

function id(text: string): string {
  return quoted(idCell(text.trim()));
}

/** A decisions CSV as `decide` takes it, a line for each mark; no cell can start a formula, and `decide` reads each cell as it was meant. */
export function decisionsCsv(review: string, marks: ReadonlyMap<string, Marked>): string {
  const lines = [...marks].map(([grantId, { decision, until, reviewer, reason, decidedAt }]) => {
    const cells = [
      cell(review),
      id(grantId),
      cell(decision),
      cell(until ?? ""),
      id(reviewer),
      cell(reason),
      cell(decidedAt),
    ];
    return `${cells.join(",")}\r\n`;
  });
  // The byte order mark tells Excel that the file is UTF-8.
  return `\ufeff${columns.join(",")}\r\n${lines.join("")}`;
}

/** The name of the file: after its source and review. */
export function decisionsFileName({ source, review }: { source: string; review: string }): string {
  return `decisions-${source}-${review}.csv`;
}
