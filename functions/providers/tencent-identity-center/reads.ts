import type { JsonReply } from "../../http/json-call.ts";
import type { ReadLine } from "../../review/grants/snapshot.ts";

type Recordable = { name: string; parameters: Readonly<Record<string, unknown>> };

/** The line that says of an answered call what was asked and what came: ids and counts, no signature, no content. */
export function toReadLine({ name, parameters }: Recordable, reply: JsonReply, at: string): ReadLine {
  const { NextToken: page, ...others } = parameters;
  const response = (reply.json as { Response?: Record<string, unknown> } | null)?.Response ?? {};
  return {
    call: name,
    parameters: others,
    page: typeof page === "string" ? page : null,
    status: reply.status,
    items: countItems(response),
    sha256: reply.sha256,
    logId: typeof response.RequestId === "string" ? response.RequestId : null,
    retries: 0,
    at,
  };
}

/** Every listing has one list; its name differs from call to call. */
const countItems = (response: Record<string, unknown>): number =>
  Object.values(response).reduce<number>((count, value) => count + (Array.isArray(value) ? value.length : 0), 0);
