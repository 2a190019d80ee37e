import type { Remover } from "../../review/ports.ts";
import { openActivity } from "../feishu/activity.ts";
import { type FeishuOptions, openFeishu, readTenant } from "../feishu/call.ts";
import type { OpenOptions } from "../provider.ts";
import { limitsWith } from "../provider-call.ts";
import { pairApis, withoutTasks } from "../provider-source.ts";
import { maxMembers, maxUsers } from "./calls.ts";
import { deleteEmptyRole, restoreGrant, revokeGrants, revokeGroups } from "./changes.ts";
import { readGrants } from "./grants.ts";
import { readHolders } from "./holders.ts";
import { documentedLimits, readCalls, writeCalls } from "./limits.ts";
import { createPageReader, planListings } from "./listings.ts";
import { checkPermissions } from "./permissions.ts";
import { provePairByPair } from "./proofs.ts";
import { configuredRoles, type FunctionalRoleSettings, hasRole, readRoles } from "./roles.ts";
import { createDepartmentNamer } from "./scope-names.ts";

export type FunctionalRoleOptions = OpenOptions<FeishuOptions["credentials"], FunctionalRoleSettings>;

/** Feishu functional roles as a source under review; nothing is sent before the first read. */
export async function openFunctionalRoles(options: FunctionalRoleOptions): Promise<Remover> {
  const { credentials, writeCredentials, limits } = options;
  const { reading, writing, write, apis } = pairApis(
    openFeishu({
      ...options,
      credentials,
      secret: "credentials.read",
      limits: limitsWith(documentedLimits, limits, readCalls),
    }),
    writeCredentials &&
      openFeishu({
        ...options,
        credentials: writeCredentials,
        secret: "credentials.write",
        limits: limitsWith(documentedLimits, limits, writeCalls),
      }),
  );
  const { call } = reading;
  const roles = configuredRoles(options.settings);
  const activity = openActivity(call, options);
  const namer = createDepartmentNamer(call, options.language);
  const roleIds = roles.all.map(({ id }) => id);
  return {
    provider: "feishu-functional-role",
    origin: { host: options.host, account: credentials.appId },
    holdersPerRead: maxUsers,
    holderFields: ["email", "departmentId", "managerId"],
    grantsPerRead: maxMembers,
    readRoles: () => readRoles(call, roles),
    planListings: async (listed) => planListings(await listed),
    readPage: createPageReader(call, roles),
    async readHolders(ids) {
      const holders = await readHolders(call, ids, options.match !== undefined);
      // The holder is the account.
      return await activity.withActivity(holders, async (some) => new Map(some.map((id) => [id, id])));
    },
    ...namer,
    takeNotes: () => [...namer.takeNotes(), ...activity.takeNotes()],
    readTenant: () => readTenant(call),
    prove: async (sample) => [await provePairByPair(call, sample, roleIds)],
    readGrants: (keys) => readGrants(call, keys, roles),
    revokeGroups,
    revoke: async (grants, beforeWrite) => await revokeGrants(write().call, grants, beforeWrite),
    revokeDelay: () => write().delay("deleteMembers"),
    ...withoutTasks,
    restore: async (grant, beforeWrite) => await restoreGrant(write().call, grant, beforeWrite),
    retirement: {
      hasRole: (roleId) => hasRole(call, roleId),
      deleteRole: async (roleId, beforeWrite) => await deleteEmptyRole(write().call, roleId, beforeWrite),
    },
    checkPermissions: async () => [
      ...(await checkPermissions(call, writing?.call ?? null, roleIds)),
      ...(await activity.checkPermissions()),
    ],
    ...apis,
  };
}
