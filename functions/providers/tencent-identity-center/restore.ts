import { ApiError } from "../../http/errors.ts";
import type { Grant } from "../../review/grants/grant.ts";
import type { RestoreReply } from "../../review/ports.ts";
import { keyOf } from "./assignments.ts";
import type { CloudCall } from "./call.ts";
import { createRoleAssignment } from "./calls.ts";
import { readingOf } from "./tasks.ts";

/**
 * Gives a grant back; the provider carries it out later, as a task. What is there already is no fault, so trying again is
 * safe. https://www.tencentcloud.com/document/product/1031/63611
 */
export async function restoreGrant(
  call: CloudCall,
  zoneId: string,
  { grant, beforeSend }: { grant: Grant; beforeSend: () => Promise<void> },
): Promise<RestoreReply> {
  try {
    const { data, requestId } = await call({ ...createRoleAssignment(zoneId, keyOf(grant)), beforeSend });
    const reading = readingOf(data.Tasks?.[0]);
    if (reading.kind === "failed") return { requestId, refusal: reading.detail };
    return reading.kind === "running" ? { requestId, task: reading.task } : { requestId };
  } catch (error) {
    if (!(error instanceof ApiError) || error.isTransient || error.concerns === "app") throw error;
    const { code, reason, requestId } = error;
    if (code === "FailedOperation.RoleConfigurationAuthorizationAlreadyExist") return { requestId };
    return { requestId, refusal: `${code} ${reason}` };
  }
}
