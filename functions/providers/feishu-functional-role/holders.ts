import { type Holder, type HolderStatus, isWithoutId, type PersonKeys } from "../../review/grants/grant.ts";
import type { FeishuCall } from "../feishu/call.ts";
import { isDataRangeRefused, readVisible } from "../feishu/visible-ids.ts";
import { readInBatches } from "../provider-source.ts";
import { batchGetUsers, maxUsers, type UserReply } from "./calls.ts";

/** Facts by user id. An id that is no user's, or a user outside the app's contact range, is absent. `needsKeys`: with the keys by which they are known elsewhere. */
export async function readHolders(
  call: FeishuCall,
  holderIds: string[],
  needsKeys = false,
): Promise<Map<string, Holder>> {
  const wanted = new Set(holderIds.filter((id) => !isWithoutId(id)));
  const users = await readInBatches(wanted, maxUsers, (batch) => readUsers(call, batch));
  const found = users.filter((user) => wanted.has(user.user_id));
  return new Map(
    found.map((user) => [user.user_id, needsKeys ? { ...toHolder(user), keys: keysOf(user) } : toHolder(user)]),
  );
}

// The vendor leaves hidden users out of the reply as a rule. A refusal of the whole batch does not name them.
function readUsers(call: FeishuCall, userIds: string[]): Promise<UserReply[]> {
  return readVisible(
    userIds,
    async (some) => (await call(batchGetUsers(some))).data.items ?? [],
    (error) => (isDataRangeRefused(error) ? [] : null),
  );
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
    // The holder is the account: the account of somebody who comes back has not left.
    employedAgain: status === "unknown" ? null : false,
  };
}

function keysOf({ user_id: userId, employee_no: employeeNo }: UserReply): PersonKeys {
  return { userId, ...(employeeNo ? { employeeNo } : {}) };
}

/**
 * The vendor calls people who quit the tenant on their own `is_exited` first and `is_resigned` later. An account that is
 * not yet activated, or whose invitation is not yet accepted, belongs to somebody who has just come, and is active:
 * https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/user/field-overview
 */
function toStatus({ status }: UserReply): HolderStatus {
  const { is_resigned: isResigned, is_exited: isExited, is_frozen: isFrozen } = status ?? {};
  if (typeof isResigned !== "boolean" || typeof isFrozen !== "boolean") return isResigned ? "left" : "unknown";
  if (isResigned || isExited) return "left";
  return isFrozen ? "disabled" : "active";
}
