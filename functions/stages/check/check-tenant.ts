import type { PermissionCheck, Reader } from "../../review/ports.ts";
import type { Stage } from "../../review/stage.ts";

/** Checks that the source is read from the tenant under which people sign in at the desk: else whoever signs in is nobody there. */
export async function checkTenant({ sourceId, signInTenant }: Stage, source: Reader): Promise<PermissionCheck[]> {
  if (!signInTenant || !source.readTenant) return [];
  const call = "desk.signIn.tenant";
  try {
    const reply = await source.readTenant();
    if (reply.tenant === null) return [{ call, passed: false, missing: reply.missing }];
    const { tenant } = reply;
    if (tenant === signInTenant) return [{ call, passed: true, missing: null }];
    const differs = `is ${signInTenant}, and ${sourceId} is read from the tenant ${tenant}: whoever signs in is nobody in it`;
    return [
      {
        call,
        passed: false,
        missing: `${differs}. Read it by an app of ${signInTenant}, or say in desk.people who is who`,
      },
    ];
  } catch (error) {
    return [{ call, passed: false, missing: (error as Error).message }];
  }
}
