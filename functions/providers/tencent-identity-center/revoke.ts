import { ApiError, NoReplyError, ThrottledError, UnexpectedReplyError } from "../../http/errors.ts";
import type { Grant } from "../../review/grants/grant.ts";
import type { RevokeReply } from "../../review/ports.ts";
import { keyOf } from "./assignments.ts";
import type { CloudCall } from "./call.ts";
import { deleteRoleAssignment } from "./calls.ts";
import { findRemoval, readingOf } from "./tasks.ts";

type Removal = { grants: Grant[]; beforeSend: () => Promise<void> };

/** Reads tasks with the one key, and removes with the other. */
export type RemovalCalls = { read: CloudCall; write: CloudCall };

/**
 * Takes grants away, one call each; the provider carries it out later, as a task. A failure that leaves open whether it
 * was begun is `no-answer`: only a read can tell. https://www.tencentcloud.com/document/product/1031/63610
 */
export async function revokeGrants(
  calls: RemovalCalls,
  zoneId: string,
  { grants, beforeSend }: Removal,
): Promise<RevokeReply[]> {
  const replies: RevokeReply[] = [];
  for (const grant of grants) replies.push(await revokeGrant(calls, zoneId, { grants: [grant], beforeSend }));
  return replies;
}

async function revokeGrant({ read, write }: RemovalCalls, zoneId: string, removal: Removal): Promise<RevokeReply> {
  const [grant] = removal.grants;
  const key = keyOf(grant as Grant);
  // What a second removal does while the first is under way is not documented, so it is never asked for.
  const running = await findRemoval(read, zoneId, key);
  if (running !== null) {
    await removal.beforeSend();
    return { kind: "started", task: running, requestId: null };
  }
  const request = { ...deleteRoleAssignment(zoneId, key), beforeSend: removal.beforeSend };
  return await write(request).then(({ data, requestId }) => toReply(data.Task, requestId), toRefusal);
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
