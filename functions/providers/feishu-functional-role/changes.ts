import { chunked } from "../../basics/chunked.ts";
import type { Grant } from "../../review/grants/grant.ts";
import type { DeleteReply, RestoreReply, RevokeReply } from "../../review/ports.ts";
import type { FeishuCall, FeishuRequest } from "../feishu/call.ts";
import { isRequestRefused, toFailedRemoval, toRefusedRestoration } from "../provider-call.ts";
import { addMembers, deleteMembers, deleteRole, maxMembers, type ResultsReply, setMemberScopes } from "./calls.ts";
import { departmentsOf } from "./grants.ts";
import { isRoleMissing } from "./roles.ts";

/** Groups of grants that one call removes: up to 100 members of one role. */
export function revokeGroups(grants: Grant[]): Grant[][] {
  const grantsByRole = Map.groupBy(grants, ({ role }) => role.id);
  return [...grantsByRole.values()].flatMap((ofRole) => chunked(ofRole, maxMembers));
}

/** Takes members out of their roles. Code 0 says nothing of a single member: each member has a result of its own. */
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
    const { data, requestId } = await call({ ...request, beforeSend });
    const reasonByUser = new Map((data.result ?? data.results ?? []).map(({ user_id, reason }) => [user_id, reason]));
    return group.map(({ holder }) => toReply(reasonByUser.get(holder.id), requestId));
  } catch (error) {
    if (isRoleMissing(error)) return group.map(() => ({ kind: "already-gone", requestId: error.requestId }));
    // The vendor does not say which member the call was refused for: the group is halved, so that the others are removed.
    if (group.length > 1 && isRequestRefused(error)) return await revokeHalves(call, group, beforeSend);
    const reply = toFailedRemoval(error, request.name);
    return group.map(() => reply);
  }
}

async function revokeHalves(call: FeishuCall, group: Grant[], beforeSend: () => Promise<void>): Promise<RevokeReply[]> {
  const half = group.length >> 1;
  const first = await revokeGroup(call, group.slice(0, half), beforeSend);
  return [...first, ...(await revokeGroup(call, group.slice(half), beforeSend))];
}

/** The vendor's result of one member's change. */
const reasons = { done: 1, alreadyInRole: 4, notInRole: 5 };

function toReply(reason: number | undefined, requestId: string | null): RevokeReply {
  if (reason === undefined) return { kind: "no-answer", detail: "the answer says nothing of this member" };
  if (reason === reasons.done) return { kind: "accepted", requestId };
  if (reason === reasons.notInRole) return { kind: "already-gone", requestId };
  const isPassing = !reasonsOfMember.includes(reason);
  return { kind: "refused", detail: describeReason(reason), requestId, ...(isPassing ? { isPassing } : {}) };
}

/** The results by which a removal is refused for this member. Any other says nothing of the member. */
const reasonsOfMember = [2, 3, 6];

const reasonTexts: Record<number, string> = {
  2: "the user id is invalid",
  3: "the app may not act on this user",
  4: "the user is in the role already",
  5: "the user is not in the role",
  6: "the app may not act on what this member managed so far",
};

// https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/functional_role-member/batch_delete
function describeReason(reason: number): string {
  return `reason ${reason} (${reasonTexts[reason] ?? "unknown"})`;
}

/**
 * Puts a member back, then sets the departments that the member managed. The vendor does not document what a new member
 * manages, and no call sets everything or nothing: a read has to show whether the grant is what it was.
 */
export async function restoreGrant(
  call: FeishuCall,
  { holder, role, scopes }: Grant,
  beforeSend: () => Promise<void>,
): Promise<RestoreReply> {
  const added = await changeMember(call, { ...addMembers(role.id, [holder.id]), beforeSend }, [
    reasons.done,
    reasons.alreadyInRole,
  ]);
  const departments = departmentsOf(scopes);
  if (added.refusal !== undefined || departments === null || departments.length > maxMembers) return added;
  return await changeMember(call, { ...setMemberScopes(role.id, [holder.id], departments), beforeSend }, [
    reasons.done,
  ]);
}

/** `accepted` are the results that are no refusal. */
async function changeMember(
  call: FeishuCall,
  request: FeishuRequest<ResultsReply>,
  accepted: number[],
): Promise<RestoreReply> {
  try {
    const { data, requestId } = await call(request);
    const reason = (data.results ?? data.result ?? [])[0]?.reason;
    // Without a result of this member, only the read that follows can tell.
    if (reason === undefined || accepted.includes(reason)) return { requestId };
    return { requestId, refusal: describeReason(reason) };
  } catch (error) {
    return toRefusedRestoration(error);
  }
}

/** Deletes a role. Refused with 41206 while the role has a member. No call brings the id of a deleted role back. */
export async function deleteEmptyRole(
  call: FeishuCall,
  roleId: string,
  beforeSend: () => Promise<void>,
): Promise<DeleteReply> {
  const request = { ...deleteRole(roleId), beforeSend };
  try {
    return { kind: "accepted", requestId: (await call(request)).requestId };
  } catch (error) {
    if (isRoleMissing(error)) return { kind: "already-gone", requestId: error.requestId };
    return toFailedRemoval(error, request.name);
  }
}
