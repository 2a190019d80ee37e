import { ApiError } from "../../http/errors.ts";
import { eachPage } from "../../http/pages.ts";
import type { GrantEntry } from "../../review/grants/grant.ts";
import type { GrantKey } from "../../review/ports.ts";
import type { FeishuCall } from "../feishu/call.ts";
import { getMember, listMembers } from "./calls.ts";
import { toEntry } from "./members.ts";
import type { MemberReply } from "./replies.ts";
import { type ConfiguredRoles, isRoleMissing } from "./roles.ts";

/** A role has at most 1000 members, ten pages: asking for more members one by one would cost more calls. */
const fewestToList = 10;

/** Those of the asked-for grants that exist now. */
export async function readGrants(call: FeishuCall, keys: GrantKey[], roles: ConfiguredRoles): Promise<GrantEntry[]> {
  const keysByRole = Map.groupBy(keys, ({ roleId }) => roleId);
  const read = [...keysByRole].map(async ([roleId, ofRole]) => {
    const userIds = [...new Set(ofRole.map(({ holderId }) => holderId))];
    const members = await readMembers(call, roleId, userIds);
    return members.map((member) => toEntry(member, roleId, roles));
  });
  return (await Promise.all(read)).flat();
}

/** The members among these people: one by one where they are few, else by reading the whole role. */
async function readMembers(call: FeishuCall, roleId: string, userIds: string[]): Promise<MemberReply[]> {
  if (userIds.length < fewestToList) {
    const single = await Promise.all(userIds.map((userId) => readMember(call, roleId, userId)));
    if (!single.includes("unclear")) return single.filter((member) => member !== null && member !== "unclear");
  }
  const wanted = new Set(userIds);
  return (await listWhole(call, roleId)).filter(({ user_id: id }) => wanted.has(id));
}

/**
 * Null where the user is not in the role, or the role is gone. `unclear`: the id itself was refused, as may be of people
 * whose account is no more; only the whole role tells whether they are still in it.
 */
export async function readMember(
  call: FeishuCall,
  roleId: string,
  userId: string,
): Promise<MemberReply | null | "unclear"> {
  try {
    const { member } = (await call(getMember(roleId, userId))).data;
    return member.user_id === userId ? member : "unclear";
  } catch (error) {
    if (isRoleMissing(error)) return null;
    if (!(error instanceof ApiError) || error.concerns === "app" || error.isTransient) throw error;
    return error.code === "41203" ? null : "unclear";
  }
}

/** Every member of a role; nobody where the role is gone. */
export async function listWhole(call: FeishuCall, roleId: string): Promise<MemberReply[]> {
  const members: MemberReply[] = [];
  const fetchPage = async (token: string | null) => {
    const { members: found, has_more, page_token } = (await call(listMembers(roleId, token))).data;
    return { found: found ?? [], hasMore: has_more, pageToken: page_token ?? null };
  };
  try {
    for await (const page of eachPage("the members of a role", fetchPage)) members.push(...page.found);
  } catch (error) {
    if (isRoleMissing(error)) return [];
    throw error;
  }
  return members;
}
