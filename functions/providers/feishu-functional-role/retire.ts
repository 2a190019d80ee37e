import type { DeleteReply } from "../../review/ports.ts";
import type { FeishuCall } from "../feishu/call.ts";
import { toWriteReply } from "../feishu/write-reply.ts";
import { deleteRole } from "./calls.ts";
import { isRoleMissing } from "./roles.ts";

/** Deletes a role; refused (41206) while anybody is in it. A deleted role's id cannot be had back. */
export async function deleteEmptyRole(
  call: FeishuCall,
  roleId: string,
  beforeSend: () => Promise<void>,
): Promise<DeleteReply> {
  const request = { ...deleteRole(roleId), beforeSend };
  try {
    return { kind: "accepted", requestId: (await call(request)).logId };
  } catch (error) {
    if (isRoleMissing(error)) return { kind: "already-gone", requestId: error.requestId };
    return toWriteReply(error, request.name);
  }
}
