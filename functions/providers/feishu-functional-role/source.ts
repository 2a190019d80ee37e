import type { Timer } from "../../http/call.ts";
import { createPageChain } from "../../http/pages.ts";
import type { Remover } from "../../review/ports.ts";
import { type FeishuApi, openFeishu } from "../feishu/api.ts";
import { type CallLimits, replaceLimits } from "../feishu/limits.ts";
import type { FeishuCredentials } from "../feishu/token.ts";
import { mostMembers, mostUsers } from "./calls.ts";
import { readGrants } from "./grants-now.ts";
import { readHolders } from "./holders.ts";
import { documentedLimits, writeCalls } from "./limits.ts";
import { createPageReader, planListings } from "./listing-pages.ts";
import { checkPermissions } from "./permissions.ts";
import { proveOneByOne } from "./proofs.ts";
import { restoreGrant } from "./restore.ts";
import { deleteEmptyRole } from "./retire.ts";
import { revokeGrants, revokeGroups } from "./revoke.ts";
import { configuredRoles, type FunctionalRoleSettings, hasRole, readRoles } from "./roles.ts";
import { createDepartmentNamer } from "./scope-names.ts";

export type FunctionalRoleOptions = {
  baseUrl: string;
  /** What evidence calls the host: open.feishu.cn, or sandbox. */
  host: string;
  credentials: FeishuCredentials;
  /** The app that may remove, give and delete; null where the source is opened for reading alone. */
  writeCredentials: FeishuCredentials | null;
  settings: FunctionalRoleSettings;
  pace: number;
  limits: CallLimits;
  clock: Timer;
  random?: () => number;
  language: "zh" | "en";
  /** Ends every wait and call. */
  signal?: AbortSignal;
};

/** Feishu functional roles as a source under review; nothing is sent before the first read. */
export async function openFunctionalRoles(options: FunctionalRoleOptions): Promise<Remover> {
  const { credentials, writeCredentials } = options;
  const api = openApp(options, credentials, "read");
  const writing = writeCredentials && openApp(options, writeCredentials, "write");
  const { call } = api;
  const write = (): FeishuApi => {
    if (writing) return writing;
    throw new Error("Cannot write as the source was opened for reading alone");
  };
  const roles = configuredRoles(options.settings);
  return {
    provider: "feishu-functional-role",
    origin: { host: options.host, account: credentials.appId },
    holdersPerRead: mostUsers,
    grantsPerRead: mostMembers,
    readRoles: () => readRoles(call, roles),
    planListings: async (listed) => planListings(await listed),
    readPage: createPageReader(call, createPageChain(), roles),
    readHolders: (ids) => readHolders(call, ids),
    nameScopes: createDepartmentNamer(call, options.language),
    prove: async (sample) => [
      await proveOneByOne(
        call,
        sample,
        roles.all.map(({ id }) => id),
      ),
    ],
    readGrants: (keys) => readGrants(call, keys, roles),
    revokeGroups,
    revoke: async (grants, beforeWrite) => await revokeGrants(write().call, grants, beforeWrite),
    revokeDelay: () => write().delay("deleteMembers"),
    findTask: async () => null,
    readTask: () => Promise.reject(new Error("Cannot read a task as this provider carries everything out at once")),
    restore: async (grant, beforeWrite) => await restoreGrant(write().call, grant, beforeWrite),
    retirement: {
      hasRole: (roleId) => hasRole(call, roleId),
      deleteRole: async (roleId, beforeWrite) => await deleteEmptyRole(write().call, roleId, beforeWrite),
    },
    checkPermissions: () => checkPermissions(call, writing?.call ?? null, roles),
    takeReads: () => [...api.takeReads(), ...(writing?.takeReads() ?? [])],
    saveWindows: () => ({ ...api.saveWindows(), ...writing?.saveWindows() }),
    loadWindows: (windows) => {
      api.loadWindows(windows);
      writing?.loadWindows(windows);
    },
    close: async () => {
      await Promise.all([api.close(), writing?.close()]);
    },
  };
}

/** Each app has the calls of its own use alone. */
function openApp(options: FunctionalRoleOptions, credentials: FeishuCredentials, use: "read" | "write"): FeishuApi {
  const { baseUrl, pace, clock, random = Math.random, signal } = options;
  const isOfUse = ([name]: [string, unknown]): boolean =>
    writeCalls.some((write) => write === name) === (use === "write");
  const all = replaceLimits(documentedLimits, options.limits);
  const limits = Object.fromEntries(Object.entries(all).filter(isOfUse));
  return openFeishu({ baseUrl, credentials, pace, limits, clock, random, ...(signal ? { signal } : {}) });
}
