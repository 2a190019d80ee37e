import { loadSnapshot } from "../../ledger/grants.ts";
import { assessmentsOf } from "../../ledger/plans.ts";
import { readOutcomes } from "../../ledger/receipts.ts";
import { isSweep, reviewKeys, type TableName, tableKey } from "../../review/keys.ts";
import type { Stage } from "../../review/stage.ts";

/** What a review's evidence says of itself. */
type Sealed = { sealedAt: string; objects: readonly { key: string }[] };

/**
 * Adds a sealed review to the tables, over which questions about years of reviews are asked; a review whose snapshot is not
 * whole has nothing to add. The tables hold addresses of the evidence, no second copy of anybody's grants. A table that
 * stands stays as it is: sealing again adds the tables that a cut-off left out, or that there were none of at the time.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-athena-query.html (SymlinkTextInputFormat)
 */
export async function addToTables(stage: Stage, sealed: Sealed): Promise<void> {
  const { store, sourceId, review, hasTables } = stage;
  if (!hasTables) return;
  const stored = await loadSnapshot(stage);
  if (!stored?.snapshot.complete) return;
  const add = async (table: TableName, lines: string[]): Promise<void> => {
    const text = lines.map((line) => `${line}\n`).join("");
    await store.create(tableKey(table, sourceId, review), new TextEncoder().encode(text));
  };
  const located = (keys: string[]): string[] => keys.map((key) => store.locate(key));
  // A sweep leaves out what would be empty: no table may name an object that is not there.
  const listed = new Set(sealed.objects.map(({ key }) => key));
  const { findings, decisions } = await lastAssessment(stage);
  await add("grants", located(stored.snapshot.parts.map(({ key }) => key)));
  await add("findings", located(findings.filter((key) => listed.has(key))));
  await add("decisions", located(decisions.filter((key) => listed.has(key))));
  await add("outcomes", await outcomeLines(stage));
  if (isSweep(review)) return;
  const { driftLines } = await import("../show/between-reviews.ts"); // only where there are tables
  await add("drift", await driftLines(stage, stored.snapshot, sealed.sealedAt));
}

async function lastAssessment(place: Stage): Promise<Record<"findings" | "decisions", string[]>> {
  const last = (await assessmentsOf(place)).at(-1);
  if (!last) return { findings: [], decisions: [] };
  const { findings, decisions } = reviewKeys(place.sourceId, place.review).assessment(last);
  return { findings: [findings], decisions: [decisions] };
}

/** One outcome a line. A receipt is indented over several lines, which no table can be read from. */
async function outcomeLines(place: Stage): Promise<string[]> {
  const outcomes = await readOutcomes(place);
  const sorted = [...outcomes.values()].sort((a, b) => (a.grantId < b.grantId ? -1 : 1));
  return sorted.map((outcome) => JSON.stringify({ review: place.review, ...outcome }));
}
