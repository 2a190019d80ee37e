import type { JsonReply } from "../../http/json-call.ts";
import type { ReadLine } from "../../review/grants/snapshot.ts";
import { logIdOf } from "./errors.ts";

type Recordable = { name: string; query: readonly (readonly [string, string])[]; body?: unknown };

/** The line that says of an answered call what was asked and what came: ids and counts, no token, no content. */
export function toReadLine(request: Recordable, reply: JsonReply, at: string): ReadLine {
  const body = typeof request.body === "object" && request.body !== null ? request.body : {};
  const { page_token: page, ...parameters }: Record<string, unknown> = { ...grouped(request.query), ...body };
  return {
    call: request.name,
    parameters,
    page: typeof page === "string" ? page : null,
    status: reply.status,
    items: countItems(reply.json),
    sha256: reply.sha256,
    logId: logIdOf(reply.headers, null),
    retries: 0,
    at,
  };
}

function grouped(query: Recordable["query"]): Record<string, string | string[]> {
  const values: Record<string, string | string[]> = {};
  for (const [key, value] of query) {
    const known = values[key];
    if (Array.isArray(known)) known.push(value);
    else values[key] = known === undefined ? value : [known, value];
  }
  return values;
}

/** What the calls call their lists. */
const itemLists = ["items", "members", "employment_direct_bps", "hrbp_list"];

function countItems(json: unknown): number {
  const data = (json as { data?: Record<string, unknown> | null } | null)?.data;
  const items = itemLists.map((name) => data?.[name]).find(Array.isArray);
  return items?.length ?? 0;
}
