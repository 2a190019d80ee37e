/** What a reviewer says of a grant; a keep has the calendar day it ends with. */
export type Mark = { decision: "keep" | "revoke"; until: string | null; reason: string };

/** A mark with who made it, and when (ISO 8601). */
export type Marked = Mark & { reviewer: string; decidedAt: string };

/** One act of the reviewer: the same mark for some grants, or (null) their marks taken back. */
export type Step = { grantIds: string[]; mark: Mark | null; reviewer: string; decidedAt: string };

/** Everything a reviewer did in one report, oldest first, so that each act can be undone. */
export type DecisionLog = { reviewer: string; steps: Step[] };

/** Before anything was decided. */
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
export const withStep = (log: DecisionLog, step: Step): DecisionLog => ({ ...log, steps: [...log.steps, step] });

/** The log without its last act. */
export const undone = (log: DecisionLog): DecisionLog => ({ ...log, steps: log.steps.slice(0, -1) });

/** The reasons given so far, the newest first, each once. */
export const reasonsOf = ({ steps }: DecisionLog, decision: Mark["decision"]): string[] => {
  const given = steps.flatMap(({ mark }) => (mark?.decision === decision ? [mark.reason] : []));
  return [...new Set(given.reverse())];
};

const isStep = (value: unknown): value is Step => {
  if (typeof value !== "object" || value === null) return false;
  const { grantIds, mark, reviewer, decidedAt } = value as Record<string, unknown>;
  return (
    Array.isArray(grantIds) && typeof mark === "object" && typeof reviewer === "string" && typeof decidedAt === "string"
  );
};

/** Reads a log that was kept as JSON; what is none gives an empty one. */
export function readLog(text: string | null): DecisionLog {
  try {
    const { reviewer, steps } = JSON.parse(text ?? "") as Partial<Record<keyof DecisionLog, unknown>>;
    const isLog = typeof reviewer === "string" && Array.isArray(steps) && steps.every(isStep);
    return isLog ? { reviewer, steps: steps as Step[] } : emptyLog;
  } catch {
    return emptyLog;
  }
}
