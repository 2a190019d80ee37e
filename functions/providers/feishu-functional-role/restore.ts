import { ApiError } from "../../http/errors.ts";
import type { Grant } from "../../review/grants/grant.ts";
import type { RestoreReply } from "../../review/ports.ts";
import type { FeishuCall, FeishuReply, FeishuRequest } from "../feishu/call.ts";
import { addMembers, mostMembers, setMemberScopes } from "./calls.ts";
import { departmentsOf } from "./members.ts";
import { refusalOf } from "./reasons.ts";
import type { ResultsReply } from "./replies.ts";

type Writing = { call: FeishuCall; beforeSend: () => Promise<void> };

/**
 * Puts a member back, then sets the departments that they managed. What a new member manages by itself is not documented,
 * and neither everything nor nothing can be set: a read has to show whether it is what it was.
 */
export async function restoreGrant(
  call: FeishuCall,
  { holder, role, scopes }: Grant,
  beforeSend: () => Promise<void>,
): Promise<RestoreReply> {
  const writing = { call, beforeSend };
  const added = await change(writing, addMembers(role.id, [holder.id]), [1, 4]);
  const departments = departmentsOf(scopes);
  if (added.refusal !== undefined || departments === null || departments.length > mostMembers) return added;
  return await change(writing, setMemberScopes(role.id, [holder.id], departments), [1]);
}

async function change(
  { call, beforeSend }: Writing,
  request: FeishuRequest<ResultsReply>,
  done: number[],
): Promise<RestoreReply> {
  try {
    const { data, logId }: FeishuReply<ResultsReply> = await call({ ...request, beforeSend });
    const reason = (data.results ?? data.result ?? [])[0]?.reason;
    // Without a word of this member, only the read that follows can tell.
    if (reason === undefined || done.includes(reason)) return { requestId: logId };
    return { requestId: logId, refusal: refusalOf(reason) };
  } catch (error) {
    if (!(error instanceof ApiError) || error.concerns === "app" || error.isTransient) throw error;
    return { requestId: error.requestId, refusal: `${error.code} ${error.reason}` };
  }
}
