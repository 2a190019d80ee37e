import { ApiError, NoReplyError, ThrottledError, UnexpectedReplyError } from "../../http/errors.ts";
import type { RevokeReply } from "../../review/ports.ts";

/** What a removal that failed can be answered with. */
export type FailedReply = Extract<RevokeReply, { kind: "refused" | "no-answer" }>;

/** A failed removal as a reply of its own. Throws on what is not this grant's: the app, the token, the quota, the network. */
export function toWriteReply(error: unknown, callName: string): FailedReply {
  if (error instanceof NoReplyError || error instanceof UnexpectedReplyError) {
    // Without a token nothing was sent: that is the app's trouble, not this grant's.
    if (error.call !== callName) throw error;
    return { kind: "no-answer", detail: error.message };
  }
  if (!(error instanceof ApiError) || error instanceof ThrottledError) throw error;
  // An internal error is a catch-all, and says nothing of what was done.
  if (error.isTransient && error.call === callName) return { kind: "no-answer", detail: error.message };
  if (error.concerns === "app" || error.call !== callName) throw error;
  return { kind: "refused", detail: `${error.code} ${error.reason}`, requestId: error.requestId };
}
