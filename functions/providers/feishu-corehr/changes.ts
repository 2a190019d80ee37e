import { chunked } from "../../basics/chunked.ts";
import type { Grant, Scopes } from "../../review/grants/grant.ts";
import { type NarrowReply, type RevokeReply, UnrestorableError } from "../../review/ports.ts";
import type { FeishuCall, FeishuRequest } from "../feishu/call.ts";
import { toFailedRemoval } from "../provider-call.ts";
import {
  type Assignment,
  addRoleAssign,
  type Combinations,
  maxCombinations,
  removeRoleAssign,
  updateRoleAssign,
} from "./calls.ts";

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
  const combinations = combinationsOf(grant.scopes ?? []);
  if (!grant.restorable || combinations.length === 0) {
    throw new UnrestorableError(
      `Cannot restore grant ${grant.id} as the provider takes back organisational roles with their objects only`,
    );
  }
  const assignment = assignmentOf(grant);
  let requestId: string | null = null;
  for (const chunk of chunked(combinations, maxCombinations)) {
    requestId = (await call({ ...addRoleAssign(assignment, chunk), beforeSend })).requestId;
  }
  return { requestId };
}

function assignmentOf({ holder, role }: Grant): Assignment {
  return { employmentId: holder.id, roleId: role.id };
}

function combinationsOf(scopes: Scopes): Combinations {
  return scopes.map((parts) => parts.map(({ dimension, ids }) => ({ org_key: dimension, org_ids: ids })));
}

/** Sets the scopes of a grant. Throws before anything is sent where a list would be empty: the vendor documents nothing of it. */
export async function setScopes(
  call: FeishuCall,
  grant: Grant,
  { scopes, beforeSend }: ScopesToWrite,
): Promise<NarrowReply> {
  if (scopes.length === 0 || scopes.some((parts) => parts.length === 0 || parts.some(({ ids }) => ids.length === 0))) {
    throw new Error(`Cannot set the scopes of grant ${grant.id} as a list of them is empty: remove the grant instead`);
  }
  return await writeScopes(call, { ...updateRoleAssign(assignmentOf(grant), combinationsOf(scopes)), beforeSend });
}

/** Adds scopes to a grant; gives the reply to the last call, or the first that is no yes. */
export async function addScopes(
  call: FeishuCall,
  grant: Grant,
  { scopes, beforeSend }: ScopesToWrite,
): Promise<NarrowReply> {
  let reply: NarrowReply = { kind: "accepted", requestId: null };
  for (const chunk of chunked(combinationsOf(scopes), maxCombinations)) {
    reply = await writeScopes(call, { ...addRoleAssign(assignmentOf(grant), chunk), beforeSend });
    if (reply.kind !== "accepted") return reply;
  }
  return reply;
}

type ScopesToWrite = { scopes: Scopes; beforeSend: () => Promise<void> };

async function writeScopes(call: FeishuCall, request: FeishuRequest<null>): Promise<NarrowReply> {
  try {
    const { requestId } = await call(request);
    return { kind: "accepted", requestId };
  } catch (error) {
    return toFailedRemoval(error, request.name);
  }
}
