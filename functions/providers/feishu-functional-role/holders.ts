import { chunked } from "../../basics/chunked.ts";
import type { Holder, HolderStatus } from "../../review/grants/grant.ts";
import type { FeishuCall } from "../feishu/call.ts";
import { DataRangeError } from "../feishu/errors.ts";
import { batchGetUsers, mostUsers } from "./calls.ts";
import type { UserReply } from "./replies.ts";

/** Facts by user id; who is outside the app's contact range, or no user at all, is absent. */
export async function readHolders(call: FeishuCall, ids: string[]): Promise<Map<string, Holder>> {
  const wanted = new Set(ids);
  const batches = chunked([...wanted], mostUsers).map((batch) => readUsers(call, batch));
  const users = (await Promise.all(batches)).flat();
  return new Map(users.filter((user) => wanted.has(user.user_id)).map((user) => [user.user_id, toHolder(user)]));
}

/** Ids that may not be shown are left out silently as a rule; should they have a batch refused, it is halved to find them. */
async function readUsers(call: FeishuCall, ids: string[]): Promise<UserReply[]> {
  if (ids.length === 0) return [];
  try {
    return (await call(batchGetUsers(ids))).data.items ?? [];
  } catch (error) {
    if (!(error instanceof DataRangeError)) throw error;
    if (ids.length === 1) return [];
    const half = ids.length >> 1;
    const parts = await Promise.all([ids.slice(0, half), ids.slice(half)].map((part) => readUsers(call, part)));
    return parts.flat();
  }
}

function toHolder(user: UserReply): Holder {
  const status = toStatus(user);
  return {
    id: user.user_id,
    kind: "user",
    status,
    name: user.name || null,
    email: user.email || user.enterprise_email || null,
    departmentId: user.department_ids?.[0] || null,
    managerId: user.leader_user_id || null,
    lastDay: null,
    // The holder is the account: whoever comes back to it is no longer said to have left.
    employedAgain: status === "unknown" ? null : false,
  };
}

/**
 * Whoever quit the tenant on their own is called resigned later. An account that was not yet activated, or an invitation
 * not yet accepted, is of somebody who has only just come: https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/user/field-overview
 */
function toStatus({ status }: UserReply): HolderStatus {
  const { is_resigned: isResigned, is_exited: isExited, is_frozen: isFrozen } = status ?? {};
  if (typeof isResigned !== "boolean" || typeof isFrozen !== "boolean") return isResigned ? "left" : "unknown";
  if (isResigned || isExited) return "left";
  return isFrozen ? "disabled" : "active";
}
