import type { Grant } from "../review/grants/grant.ts";
import type { Store } from "../review/ports.ts";
import type { Decision } from "../review/rules/decision.ts";
import { decisionFaults, type Fault } from "../review/rules/decision-faults.ts";
import { isNumberCell, isNumberOf } from "../review/rules/grant-id-cell.ts";
import { grantsOf, loadSnapshot } from "./grants.ts";

/**
 * A decision with its grant as its review showed it, null where the review shows none. Where a spreadsheet made a number of the
 * grant's id, the decision has the id that the number can be of; `fault` says that there is none, or that there are several
 * (`candidates`).
 */
export type Decided<D> = { decision: D; grant: Grant | null; fault: Fault | null; candidates: string[] };

/** The decisions in the order given, each with its grant. Reads every review that they name once. */
export async function decidedGrants<D extends Decision>(
  { store, sourceId }: { store: Store; sourceId: string },
  decisions: readonly D[],
): Promise<Decided<D>[]> {
  const found = new Map<D, Decided<D>>();
  for (const [review, decided] of Map.groupBy(decisions, (decision) => decision.review)) {
    const grants = await grantsNamed({ store, sourceId, review }, new Set(decided.map(({ grantId }) => grantId)));
    for (const decision of decided) found.set(decision, withGrant(decision, grants));
  }
  return decisions.map((decision) => found.get(decision)!);
}

function withGrant<D extends Decision>(decision: D, grants: Map<string, Grant>): Decided<D> {
  const written = decision.grantId;
  const grant = grants.get(written) ?? null;
  if (grant || isWholeId(written) || !isNumberCell(written)) return { decision, grant, fault: null, candidates: [] };
  const candidates = [...grants.keys()].filter((id) => isNumberOf(written, id));
  const [only] = candidates;
  if (only && candidates.length === 1)
    return { decision: { ...decision, grantId: only }, grant: grants.get(only)!, fault: null, candidates };
  const fault = candidates.length > 1 ? decisionFaults.sharedDigits : decisionFaults.lostDigits;
  return { decision, grant: null, fault, candidates };
}

/** Sixteen digits are an id as it should be, unless the last was lost: a spreadsheet keeps fifteen. */
function isWholeId(written: string): boolean {
  return /^[0-9a-f]{15}[1-9a-f]$/.test(written);
}

/** The grants of a review with these ids, or with an id that one of these numbers can be of. */
async function grantsNamed(
  { store, sourceId, review }: { store: Store; sourceId: string; review: string },
  written: ReadonlySet<string>,
): Promise<Map<string, Grant>> {
  const grants = new Map<string, Grant>();
  const stored = await loadSnapshot({ store, sourceId, review });
  if (!stored) return grants;
  const numbers = [...written].filter(isNumberCell);
  for await (const grant of grantsOf(store, stored.snapshot)) {
    const isNamed =
      written.has(grant.id) || (isNumberCell(grant.id) && numbers.some((cell) => isNumberOf(cell, grant.id)));
    if (isNamed) grants.set(grant.id, grant);
  }
  return grants;
}
