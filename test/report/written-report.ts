import { idOfGrant } from "../../functions/report/browser/grant-id.ts";
import { createHtmlReport } from "../../functions/report/html-report.ts";
import { createListPacker } from "../../functions/report/page/list-packer.ts";
import type { ReportRow, ReviewView } from "../../functions/report/review-view.ts";
import {
  type ListedGrant,
  type ListSettings,
  listIds,
  type PackedList,
  type PackedRows,
  unpackRows,
} from "../../functions/report/rows/packed-rows.ts";
import { inventedView } from "./invented-review.ts";

/** The rows as a report lists them: all of them. */
export const packed = (rows: ReportRow[]): PackedList => {
  const packer = createListPacker();
  for (const row of rows) packer.add(row);
  return packer.packed();
};

/** `report.html` of an invented review of these rows. */
export const writtenReport = (rows: ReportRow[], parts: Partial<ReviewView> = {}): Promise<string> => {
  return createHtmlReport(inventedView(rows, parts), packed(rows));
};

const ends = { section: "</section>", details: "</details>" };

/** What stands in the part of that id. */
export const partOf = (html: string, id: string): string => {
  const found = new RegExp(`<(section|details) id="${id}"`).exec(html);
  if (!found) throw new Error(`no part ${id}`);
  return html.slice(found.index, html.indexOf(ends[found[1] as keyof typeof ends], found.index));
};

/** The rows that the page carries for its list, by the ids of their grants. */
export async function listedIn(html: string): Promise<ListedGrant[]> {
  const rows = [...(await rowsIn(html, listIds.rows)), ...(await rowsIn(html, listIds.otherRows))];
  return rows.sort((a, b) => (a.grant.id < b.grant.id ? -1 : 1));
}

/** What the page's list knows of its review. */
export const settingsIn = (html: string): ListSettings =>
  JSON.parse(
    new RegExp(`<script type="application/json" id="${listIds.settings}">([^<]*)</script>`).exec(html)?.[1] ?? "",
  );

async function rowsIn(html: string, id: string): Promise<ListedGrant[]> {
  const base64 = new RegExp(`<div hidden id="${id}">(.*)</div>`).exec(html)?.[1]?.replace(/<[^>]*>/g, "") ?? "";
  const stream = new Blob([Buffer.from(base64, "base64")]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return unpackRows(JSON.parse(await new Response(stream).text()) as PackedRows, idOfGrant(settingsIn(html).source));
}

/** The page without the script and the rows it carries: what is there before anything runs. */
export const staticPart = (html: string): string => html.replace(/<script\b[^>]*>[\s\S]*?<\/script>/g, "");
