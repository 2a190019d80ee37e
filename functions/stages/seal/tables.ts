import { loadSnapshot } from "../../ledger/grants.ts";
import { assessmentsOf } from "../../ledger/plans.ts";
import { readOutcomes } from "../../ledger/receipts.ts";
import { reviewKeys, type TableName, tableKey } from "../../review/keys.ts";
import type { ReviewPlace } from "../../review/ports.ts";
import type { Stage } from "../../review/stage.ts";

/**
 * Adds a sealed review to the tables, over which questions about years of reviews are asked; a review whose snapshot is not
 * whole has nothing to add. The tables hold addresses of the evidence, no second copy of anybody's grants. A table that
 * stands stays as it is: sealing again adds the tables that a cut-off left out, or that there were none of at the time.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-athena-query.html (SymlinkTextInputFormat)
 */
export async function addToTables(stage: Stage): Promise<void> {
  const { store, sourceId, review, hasTables } = stage;
  if (!hasTables) return;
  const stored = await loadSnapshot(stage);
  if (!stored?.snapshot.complete) return;
  const add = async (table: TableName, lines: string[]): Promise<void> => {
    const text = lines.map((line) => `${line}\n`).join("");
    await store.create(tableKey(table, sourceId, review), new TextEncoder().encode(text));
  };
  const located = (keys: string[]): string[] => keys.map((key) => store.locate(key));
  const { findings, decisions } = await lastAssessment(stage);
  await add("grants", located(stored.snapshot.parts.map(({ key }) => key)));
  await add("findings", located(findings));
  await add("decisions", located(decisions));
  await add("outcomes", await outcomeLines(stage));
}

async function lastAssessment(place: ReviewPlace): Promise<Record<"findings" | "decisions", string[]>> {
  const last = (await assessmentsOf(place)).at(-1);
  if (!last) return { findings: [], decisions: [] };
  const { findings, decisions } = reviewKeys(place.sourceId, place.review).assessment(last);
  return { findings: [findings], decisions: [decisions] };
}

/** One outcome a line. A receipt is indented over several lines, which no table can be read from. */
async function outcomeLines(place: ReviewPlace): Promise<string[]> {
  const outcomes = await readOutcomes(place);
  const sorted = [...outcomes.values()].sort((a, b) => (a.grantId < b.grantId ? -1 : 1));
  return sorted.map((outcome) => JSON.stringify({ review: place.review, ...outcome }));
}
