import { UnexpectedReplyError } from "../../http/errors.ts";
import type { JsonReply } from "../../http/json-call.ts";
import { logIdOf, toError } from "./errors.ts";

export type Envelope = { data: unknown; whole: Record<string, unknown>; logId: string | null };

/**
 * What is inside `{code, msg, data}`. Throws the error that a code other than 0 stands for; the HTTP status alone
 * decides nothing, as the same refusal comes with 400, 429 or 200.
 */
export function decodeEnvelope(call: string, reply: JsonReply): Envelope {
  const { json, status, headers } = reply;
  if (typeof json !== "object" || json === null || !("code" in json) || typeof json.code !== "number") {
    throw new UnexpectedReplyError(call, status, "no code");
  }
  const whole = json as Record<string, unknown> & { code: number };
  if (whole.code !== 0) {
    const msg = typeof whole.msg === "string" ? whole.msg : "";
    throw toError(call, reply, { code: whole.code, msg, error: whole.error });
  }
  if (status >= 300) throw new UnexpectedReplyError(call, status, "code 0 with a failing status");
  return { data: whole.data, whole, logId: logIdOf(headers, whole.error) };
}
