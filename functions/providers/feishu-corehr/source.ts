import type { Timer } from "../../http/call.ts";
import { createPageChain } from "../../http/pages.ts";
import type { Source } from "../../review/ports.ts";
import { openFeishu } from "../feishu/api.ts";
import type { ListedStatuses } from "./authorizations.ts";
import { readGrantsOf } from "./grants-now.ts";
import { readHolders } from "./holders.ts";
import { limitsWith } from "./limits.ts";
import { createPageReader } from "./listing-pages.ts";
import { planListings } from "./listings.ts";
import { checkPermissions } from "./permissions.ts";
import { proveSecondReadPath, proveWithoutRoleFilter } from "./proofs.ts";
import type { RoleReply } from "./replies.ts";
import { restoreGrant } from "./restore.ts";
import { revokeGrants } from "./revoke.ts";
import { readRoleReplies, roleStatus, toRole } from "./roles.ts";
import { createScopeNamer } from "./scope-names.ts";
import { pageCapacity } from "./ways.ts";

export type CoreHrOptions = {
  baseUrl: string;
  /** What evidence calls the host: open.feishu.cn, or sandbox. */
  host: string;
  credentials: { appId: string; appSecret: string };
  pace: number;
  limits: Record<string, { calls: number; perMs: number }>;
  clock: Timer;
  random?: () => number;
  language: "zh" | "en";
  /** What `checkPermissions` asks for: whether the app is to write as well. */
  access?: "read" | "write";
  /** Ends every wait and call. */
  signal?: AbortSignal;
};

/** Feishu CoreHR as a source under review; nothing is sent before the first read. */
export async function openCoreHr(options: CoreHrOptions): Promise<Source> {
  const { baseUrl, credentials, pace, clock, random = Math.random, signal } = options;
  const limits = limitsWith(options.limits);
  const api = openFeishu({ baseUrl, credentials, pace, limits, clock, random, ...(signal ? { signal } : {}) });
  const { call } = api;
  const roles = createRoleMemory(() => readRoleReplies(call));
  const grantsOf = async (ids: Iterable<string>) => readGrantsOf(call, ids, await roles.statuses());
  return {
    provider: "feishu-corehr",
    origin: { host: options.host, account: credentials.appId },
    holdersPerRead: 100,
    grantsPerRead: pageCapacity,
    grantsPerRevoke: 1,
    readRoles: async () =>
      (await roles.read()).map((reply) => toRole(reply, roleStatus(reply.active_status ?? null, null))),
    planListings: (listed) =>
      planListings(
        api,
        clock,
        listed.map(({ id }) => id),
      ),
    readPage: createPageReader(call, createPageChain(), roles.statuses),
    readHolders: (ids) => readHolders(call, ids),
    nameScopes: createScopeNamer(call, options.language),
    prove: async (sample) => [
      await proveWithoutRoleFilter(grantsOf, sample),
      await proveSecondReadPath(call, grantsOf, sample),
    ],
    readGrants: async (keys) => {
      const wanted = new Set(keys.map(({ holderId, roleId }) => `${holderId}\n${roleId}`));
      const entries = await grantsOf(keys.map(({ holderId }) => holderId));
      return entries.filter(({ holderId, role }) => wanted.has(`${holderId}\n${role.id}`));
    },
    revoke: (grants) => revokeGrants(call, grants),
    revokeDelay: () => api.delay("removeRoleAssign"),
    restore: (grant) => restoreGrant(call, grant),
    checkPermissions: () => checkPermissions(call, options.access ?? "read"),
    takeReads: api.takeReads,
    saveWindows: api.saveWindows,
    loadWindows: api.loadWindows,
    close: api.close,
  };
}

type RoleMemory = { read(): Promise<RoleReply[]>; statuses(): Promise<ListedStatuses> };

/** The role list, and the statuses it showed when it was last read; a page of grants read first has it read. */
function createRoleMemory(readAll: () => Promise<RoleReply[]>): RoleMemory {
  let lastRead: Promise<RoleReply[]> | null = null;
  const read = (): Promise<RoleReply[]> => {
    const reading = readAll();
    lastRead = reading;
    // A list that could not be read is read again, not remembered.
    reading.catch(() => {
      if (lastRead === reading) lastRead = null;
    });
    return reading;
  };
  const statuses = async (): Promise<ListedStatuses> =>
    new Map((await (lastRead ?? read())).map((role) => [role.id, role.active_status ?? null]));
  return { read, statuses };
}
