import type { Grant } from "../../review/grants/grant.ts";
import type { RevokeReply } from "../../review/ports.ts";
import type { FeishuCall } from "../feishu/call.ts";
import { toWriteReply } from "../feishu/write-reply.ts";
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
    return toWriteReply(error, request.name);
  }
}
