import type { Company } from "../company/company.ts";
import { toIdType } from "../company/ids.ts";
import type { CallLog } from "../feishu/world.ts";
import type { FunctionalEvent, MemberScope } from "./books.ts";

/** Somebody in a functional role now. `userId` is what the vendor calls the holder, `holderId` what CoreHR does. */
export type FunctionalGrant = { roleId: string; holderId: string; userId: string; scope: MemberScope };

/** The tenant-wide user id of an employment. */
export const userIdOf = (holderId: string): string => toIdType(holderId, "user_id");

/** Every membership, role by role. */
export const functionalGrantsOf = ({ functional }: Company): FunctionalGrant[] =>
  [...functional.rolesById.values()].flatMap(({ id: roleId, membersByHolder }) =>
    [...membersByHolder].map(([holderId, scope]) => ({
      roleId,
      holderId,
      userId: userIdOf(holderId),
      scope: structuredClone(scope),
    })),
  );

/** Notes what the API changed. */
export function noteFunctionalWrite(calls: CallLog, { by, at, appId, change }: FunctionalEvent): void {
  if (by !== "api" || change.kind === "account") return;
  const holderIds = "holderIds" in change ? change.holderIds : [];
  calls.functionalWrites.push({
    call: change.kind,
    roleId: change.roleId,
    holderIds,
    appId,
    at: new Date(at).toISOString(),
  });
}
