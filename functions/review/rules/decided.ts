import type { Grant } from "../grants/grant.ts";
import { contradictions, type Decision } from "./decision.ts";
import { type DecisionFault, decisionFaults } from "./decision-faults.ts";
import { isNumberCell, isNumberOf } from "./grant-id-cell.ts";

// Which grants the lines of decision files are about, and which of the files cannot be understood.

/**
 * A decision with its grant as its review showed it, null where the review shows none. Where a spreadsheet made a number of the
 * grant's id, the decision has the id that the number can be of; `fault` says that there is none, or that there are several
 * (`candidates`).
 */
export type Located<D> = {
  decision: D;
  grant: Grant | null;
  fault: DecisionFault | null;
  candidates: readonly string[];
};

const none: readonly string[] = [];

/** Whether decisions name a grant, by its id or by a number that a spreadsheet may have made of the id. */
export function openNaming(decisions: readonly Decision[]): (grantId: string) => boolean {
  const written = new Set(decisions.map(({ grantId }) => grantId));
  const numbers = [...written].filter((id) => !isWholeId(id) && isNumberCell(id));
  return (id) =>
    written.has(id) || (numbers.length > 0 && isNumberCell(id) && numbers.some((cell) => isNumberOf(cell, id)));
}

/** Finds the grants of decisions among those that the decisions name. */
export function openLocating(grants: ReadonlyMap<string, Grant>): <D extends Decision>(decision: D) => Located<D> {
  const numberIds = [...grants.keys()].filter(isNumberCell);
  return (decision) => {
    const written = decision.grantId;
    const grant = grants.get(written) ?? null;
    if (grant || isWholeId(written) || !isNumberCell(written))
      return { decision, grant, fault: null, candidates: none };
    const candidates = numberIds.filter((id) => isNumberOf(written, id));
    const [only] = candidates;
    if (only && candidates.length === 1)
      return { decision: { ...decision, grantId: only }, grant: grants.get(only)!, fault: null, candidates };
    const fault = candidates.length > 1 ? decisionFaults.sharedDigits : decisionFaults.lostDigits;
    return { decision, grant: null, fault, candidates };
  };
}

/** Sixteen digits are an id as it should be, unless the last was lost: a spreadsheet keeps fifteen. */
function isWholeId(written: string): boolean {
  return /^[0-9a-f]{15}[1-9a-f]$/.test(written);
}

/** Of each line of one file, why it cannot be understood beside the others; null where it can. */
export function lineFaults(lines: readonly Located<Decision>[]): (DecisionFault | null)[] {
  const faults = lines.map(({ fault }) => fault);
  for (const at of contradictions(lines.map(({ decision }) => decision))) faults[at] ??= decisionFaults.contradicting;
  return faults;
}

/** Where a decision was read: the key of its file, the file's hash, and its version where the store keeps versions. */
export type Filed = { file: string; fileSha256: string; fileVersion: string | null };

/** A file as it was read. `grantIds`: those that its lines name, as they are written there. */
export type ReadFile<D> = Filed & { decisions: D[]; lineNumbers: number[]; faults: string[]; grantIds: string[] };

/**
 * A file among the decisions that cannot be understood as a whole, as the evidence keeps it. None of its lines count, and the
 * grants that it may speak of are left alone.
 */
export type BadDecisionFile = Filed & { fault: string };

/** `mayConcern`: whether the file may speak of a grant. */
export type BadFile = { recorded: BadDecisionFile; mayConcern: (grantId: string) => boolean };

const mostFaultsNamed = 4;

/** The files with a line that cannot be understood. */
export function badFilesOf<D extends Decision & Filed>(
  files: readonly ReadFile<D>[],
  located: readonly Located<D>[],
): BadFile[] {
  const byFile = Map.groupBy(located, ({ decision }) => decision.file);
  return files.flatMap(({ file, fileSha256, fileVersion, lineNumbers, faults, grantIds }) => {
    const lines = byFile.get(file) ?? [];
    const lost = lineFaults(lines).flatMap((fault, at) => (fault ? [`${file}:${lineNumbers[at]}: ${fault.en}`] : []));
    const [first, ...others] = [...faults, ...lost];
    if (first === undefined) return [];
    const named = others.slice(0, mostFaultsNamed).map((fault) => fault.replace(`${file}:`, "line "));
    const more = others.length > named.length ? [`and ${others.length - named.length} more`] : [];
    const recorded = { file, fileSha256, fileVersion, fault: [first, ...named, ...more].join("; ") };
    return [{ recorded, mayConcern: concernOf(grantIds, lines) }];
  });
}

/** A file may speak of the grants that its lines name; of every grant, where no line names one. */
function concernOf(written: readonly string[], lines: readonly Located<Decision>[]): BadFile["mayConcern"] {
  const lost = new Set(lines.filter(({ fault }) => fault !== null).map(({ decision }) => decision.grantId));
  const named = new Set(written.filter((id) => !lost.has(id) && !isNumberCell(id)));
  for (const { decision, fault, candidates } of lines)
    for (const id of fault ? candidates : [decision.grantId]) named.add(id);
  const numbers = [...new Set(written.filter(isNumberCell))];
  if (numbers.length === 0) return (grantId) => named.size === 0 || named.has(grantId);
  const isNumber = (id: string): boolean => isNumberCell(id) && numbers.some((cell) => isNumberOf(cell, id));
  return (grantId) => named.size === 0 || named.has(grantId) || isNumber(grantId);
}
