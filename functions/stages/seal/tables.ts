import { assessmentsOf } from "../../ledger/earlier-reviews.ts";
import { readOutcomes } from "../../ledger/receipts.ts";
import { loadSnapshot } from "../../ledger/stored-grants.ts";
import { reviewKeys, type TableName, tableKey } from "../../review/keys.ts";
import type { Stage } from "../../review/stage.ts";

/**
 * Adds a sealed review to what is asked over years of them; one whose snapshot is not whole has nothing to add. The tables
 * hold addresses of the evidence, no second copy of anybody's grants. What stands there already stays, so that sealing
 * again makes up for what was cut off, and for reviews sealed before there were tables.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-athena-query.html (SymlinkTextInputFormat)
 */
export const addToTables = async (stage: Stage): Promise<void> => {
  const { store, sourceId, review, hasTables } = stage;
  if (!hasTables) return;
  const stored = await loadSnapshot(store, sourceId, review);
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
};

const lastAssessment = async ({
  store,
  sourceId,
  review,
}: Stage): Promise<Record<"findings" | "decisions", string[]>> => {
  const last = (await assessmentsOf(store, sourceId, review)).at(-1);
  if (!last) return { findings: [], decisions: [] };
  const { findings, decisions } = reviewKeys(sourceId, review).assessment(last);
  return { findings: [findings], decisions: [decisions] };
};

/** Receipts are an indented file for each removal, which no table can be read from. */
const outcomeLines = async ({ store, sourceId, review }: Stage): Promise<string[]> => {
  const outcomes = await readOutcomes(store, sourceId, review);
  const sorted = [...outcomes.values()].sort((a, b) => (a.grantId < b.grantId ? -1 : 1));
  return sorted.map((outcome) => JSON.stringify({ review, ...outcome }));
};
