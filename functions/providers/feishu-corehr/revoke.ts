import { ApiError, NoReplyError, ThrottledError, UnexpectedReplyError } from "../../http/errors.ts";
import type { Grant } from "../../review/grant.ts";
import type { RevokeReply } from "../../review/ports.ts";
import type { FeishuCall } from "../feishu/call.ts";
import { removeRoleAssign } from "./calls.ts";

/**
 * Takes grants away, one call each. A failure that leaves open whether it was carried out is `no-answer` and is never
 * repeated here: only a read can tell. https://open.feishu.cn/document/corehr-v1/authorization/remove_role_assign
 */
export async function revokeGrants(
  call: FeishuCall,
  grants: Grant[],
  beforeSend: () => Promise<void>,
): Promise<RevokeReply[]> {
  const replies: RevokeReply[] = [];
  for (const grant of grants) replies.push(await revokeGrant(call, grant, beforeSend));
  return replies;
}

async function revokeGrant(call: FeishuCall, grant: Grant, beforeSend: () => Promise<void>): Promise<RevokeReply> {
  const request = { ...removeRoleAssign(grant.holder.id, grant.role.id), beforeSend };
  try {
    const { logId } = await call(request);
    return { kind: "accepted", requestId: logId };
  } catch (error) {
    return toReply(error, request.name);
  }
}

function toReply(error: unknown, callName: string): RevokeReply {
  if (error instanceof NoReplyError || error instanceof UnexpectedReplyError) {
    // Without a token nothing was sent: that is the app's trouble, not this grant's.
    if (error.call !== callName) throw error;
    return { kind: "no-answer", detail: error.message };
  }
  if (!(error instanceof ApiError) || error instanceof ThrottledError) throw error;
  // 500/1161501 is CoreHR's catch-all, and says nothing of what was done.
  if (error.isTransient && error.call === callName) return { kind: "no-answer", detail: error.message };
  if (error.concerns === "app" || error.call !== callName) throw error;
  return { kind: "refused", detail: `${error.code} ${error.reason}`, requestId: error.requestId };
}
