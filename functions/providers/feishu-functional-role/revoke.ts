import { chunked } from "../../basics/chunked.ts";
import { ApiError } from "../../http/errors.ts";
import type { Grant } from "../../review/grants/grant.ts";
import type { RevokeReply } from "../../review/ports.ts";
import type { FeishuCall } from "../feishu/call.ts";
import { toWriteReply } from "../feishu/write-reply.ts";
import { deleteMembers, mostMembers } from "./calls.ts";
import { refusalOf } from "./reasons.ts";
import { isRoleMissing } from "./roles.ts";

/** What one call takes: up to 100 members of one role. */
export const revokeGroups = (grants: Grant[]): Grant[][] =>
  [...Map.groupBy(grants, ({ role }) => role.id).values()].flatMap((ofRole) => chunked(ofRole, mostMembers));

/**
 * Takes members out of a role. Code 0 says nothing of the single member: each has a reason of its own.
 * https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/functional_role-member/batch_delete
 */
export async function revokeGrants(
  call: FeishuCall,
  grants: Grant[],
  beforeSend: () => Promise<void>,
): Promise<RevokeReply[]> {
  const replyByGrant = new Map<string, RevokeReply>();
  for (const group of revokeGroups(grants)) {
    const replies = await revokeGroup(call, group, beforeSend);
    for (const [at, { id }] of group.entries()) replyByGrant.set(id, replies[at]!);
  }
  return grants.map(({ id }) => replyByGrant.get(id)!);
}

async function revokeGroup(call: FeishuCall, group: Grant[], beforeSend: () => Promise<void>): Promise<RevokeReply[]> {
  const [first] = group;
  if (!first) return [];
  const request = deleteMembers(
    first.role.id,
    group.map(({ holder }) => holder.id),
  );
  try {
    const { data, logId } = await call({ ...request, beforeSend });
    const reasonByUser = new Map((data.result ?? data.results ?? []).map(({ user_id, reason }) => [user_id, reason]));
    return group.map(({ holder }) => toReply(reasonByUser.get(holder.id), logId));
  } catch (error) {
    if (isRoleMissing(error)) return group.map(() => ({ kind: "already-gone", requestId: error.requestId }));
    if (group.length > 1 && isOfSomeMember(error)) return await revokeHalves(call, group, beforeSend);
    const reply = toWriteReply(error, request.name);
    return group.map(() => reply);
  }
}

/** The whole call was refused for what it named: for which of the members is not said, so the others are tried without it. */
const isOfSomeMember = (error: unknown): boolean =>
  error instanceof ApiError && error.concerns === "request" && !error.isTransient;

async function revokeHalves(call: FeishuCall, group: Grant[], beforeSend: () => Promise<void>): Promise<RevokeReply[]> {
  const half = group.length >> 1;
  const first = await revokeGroup(call, group.slice(0, half), beforeSend);
  return [...first, ...(await revokeGroup(call, group.slice(half), beforeSend))];
}

function toReply(reason: number | undefined, requestId: string | null): RevokeReply {
  if (reason === undefined) return { kind: "no-answer", detail: "the answer says nothing of this member" };
  if (reason === 1) return { kind: "accepted", requestId };
  if (reason === 5) return { kind: "already-gone", requestId };
  return { kind: "refused", detail: refusalOf(reason), requestId };
}
