import { chunked } from "../../basics/chunked.ts";
import type { Grant } from "../../review/grants/grant.ts";
import { type RevokeReply, UnrestorableError } from "../../review/ports.ts";
import type { FeishuCall } from "../feishu/call.ts";
import { toFailedRemoval } from "../provider-call.ts";
import { addRoleAssign, maxCombinations, removeRoleAssign } from "./calls.ts";

/**
 * Takes grants away, a call each. A removal that may have been carried out is never sent again: the reply is `no-answer`,
 * and a read of the grant has to tell.
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
    const { requestId } = await call(request);
    return { kind: "accepted", requestId };
  } catch (error) {
    return toFailedRemoval(error, request.name);
  }
}

/**
 * Adds a role with the scopes that the grant had; gives the vendor's id of the last reply. Throws UnrestorableError unless
 * the role is organisational and the grant's scope objects were saved.
 */
export async function restoreGrant(
  call: FeishuCall,
  grant: Grant,
  beforeSend: () => Promise<void>,
): Promise<{ requestId: string | null }> {
  const combinations = (grant.scopes ?? []).map((parts) =>
    parts.map(({ dimension, ids }) => ({ org_key: dimension, org_ids: ids })),
  );
  if (!grant.restorable || combinations.length === 0) {
    throw new UnrestorableError(
      `Cannot restore grant ${grant.id} as the provider takes back organisational roles with their objects only`,
    );
  }
  const assignment = { employmentId: grant.holder.id, roleId: grant.role.id };
  let requestId: string | null = null;
  for (const chunk of chunked(combinations, maxCombinations)) {
    requestId = (await call({ ...addRoleAssign(assignment, chunk), beforeSend })).requestId;
  }
  return { requestId };
}
