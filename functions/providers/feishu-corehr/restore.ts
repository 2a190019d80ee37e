import { chunked } from "../../basics/chunked.ts";
import type { Grant } from "../../review/grants/grant.ts";
import { UnrestorableError } from "../../review/ports.ts";
import type { FeishuCall } from "../feishu/call.ts";
import { addRoleAssign } from "./calls.ts";

const maxCombinations = 300;

/**
 * Adds a role with the scopes it had; gives the log id of the last call. Only organisational roles whose objects were
 * saved can be given back: https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/corehr-v1/authorization/add_role_assign
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
  let requestId: string | null = null;
  for (const chunk of chunked(combinations, maxCombinations)) {
    const to = { employmentId: grant.holder.id, roleId: grant.role.id };
    requestId = (await call({ ...addRoleAssign(to, chunk), beforeSend })).logId;
  }
  return { requestId };
}
