import { ApiError, NoReplyError, ThrottledError, UnexpectedReplyError } from "../../http/errors.ts";
import type { Grant } from "../../review/grant.ts";
import type { RevokeReply } from "../../review/ports.ts";
import { keyOf } from "./assignments.ts";
import type { CloudCall } from "./call.ts";
import { deleteRoleAssignment } from "./calls.ts";
import { readingOf } from "./tasks.ts";

/**
 * Takes grants away, one call each; the provider carries it out later, as a task. A failure that leaves open whether it
 * was begun is `no-answer`: only a read can tell. https://www.tencentcloud.com/document/product/1031/63610
 */
export async function revokeGrants(
  call: CloudCall,
  zoneId: string,
  { grants, beforeSend }: { grants: Grant[]; beforeSend: () => Promise<void> },
): Promise<RevokeReply[]> {
  const replies: RevokeReply[] = [];
  for (const grant of grants) {
    const request = { ...deleteRoleAssignment(zoneId, keyOf(grant)), beforeSend };
    replies.push(await call(request).then(({ data, requestId }) => toReply(data.Task, requestId), toRefusal));
  }
  return replies;
}

function toReply(task: Parameters<typeof readingOf>[0], requestId: string | null): RevokeReply {
  const reading = readingOf(task);
  if (reading.kind === "failed") return { kind: "refused", detail: reading.detail, requestId };
  return reading.kind === "done" ? { kind: "accepted", requestId } : { ...reading, kind: "started", requestId };
}

function toRefusal(error: unknown): RevokeReply {
  if (error instanceof NoReplyError || error instanceof UnexpectedReplyError) {
    return { kind: "no-answer", detail: error.message };
  }
  if (!(error instanceof ApiError) || error instanceof ThrottledError) throw error;
  if (error.isTransient) return { kind: "no-answer", detail: error.message };
  if (error.concerns === "app") throw error;
  const { code, reason, requestId } = error;
  if (code === "ResourceNotFound.RoleConfigurationAuthorizationNotFound") return { kind: "already-gone", requestId };
  return { kind: "refused", detail: `${code} ${reason}`, requestId };
}
