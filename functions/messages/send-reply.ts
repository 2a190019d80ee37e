import { ApiError, NoReplyError, ThrottledError, UnexpectedReplyError } from "../http/errors.ts";
import type { SendReply } from "../review/people/message.ts";

/** What an error says of a message that was sent by the call of this name: refused, or nobody knows whether it arrived. */
export function replyOf(error: unknown, callName: string): SendReply {
  if (!(error instanceof Error)) return { kind: "failed", detail: "what was thrown is no error" };
  const isOfCall = "call" in error && error.call === callName;
  const isUnknown =
    error instanceof NoReplyError ||
    error instanceof UnexpectedReplyError ||
    // An internal error is a catch-all, and says nothing of what was done.
    (error instanceof ApiError && error.isTransient && !(error instanceof ThrottledError));
  return { kind: isOfCall && isUnknown ? "no-answer" : "failed", detail: error.message };
}
