import type { Timer } from "../../http/call.ts";
import { createPageChain } from "../../http/pages.ts";
import type { ReviewerKind } from "../../review/people/routing.ts";
import type { Remover } from "../../review/ports.ts";
import { type FeishuApi, type FeishuLimits, openFeishu } from "../feishu/api.ts";
import type { FeishuCredentials } from "../feishu/token.ts";
import { readGrantsOf } from "./grants-now.ts";
import { readHolders } from "./holders.ts";
import { type CallName, limitsWith } from "./limits.ts";
import { createPageReader } from "./listing-pages.ts";
import { planListings } from "./listings.ts";
import { openPartnerBooks } from "./partners.ts";
import { checkPermissions } from "./permissions.ts";
import { proveSecondReadPath, proveWithoutRoleFilter } from "./proofs.ts";
import { restoreGrant } from "./restore.ts";
import { revokeGrants } from "./revoke.ts";
import { openRoleList } from "./role-list.ts";
import { roleStatus, toRole } from "./roles.ts";
import { createCoreHrScopeNamer } from "./scope-names.ts";
import { pageCapacity } from "./ways.ts";

export type CoreHrOptions = {
  baseUrl: string;
  /** What evidence calls the host: open.feishu.cn, or sandbox. */
  host: string;
  credentials: { appId: string; appSecret: string };
  /** The app that may remove and give; null where the source is opened for reading alone. */
  writeCredentials: { appId: string; appSecret: string } | null;
  pace: number;
  limits: Record<string, { calls: number; perMs: number }>;
  clock: Timer;
  random?: () => number;
  language: "zh" | "en";
  /** What the configuration asks of the books of partners; left out: nothing. */
  reviewers?: readonly ReviewerKind[];
  /** Ends every wait and call. */
  signal?: AbortSignal;
};

/** Feishu CoreHR as a source under review; nothing is sent before the first read. */
export async function openCoreHr(options: CoreHrOptions): Promise<Remover> {
  const { credentials, writeCredentials, clock } = options;
  const api = openApp(options, credentials, limitsWith(options.limits));
  const writing = writeCredentials && openApp(options, writeCredentials, writeLimits(options));
  const { call } = api;
  const write = (): FeishuApi => {
    if (writing) return writing;
    throw new Error("Cannot write as the source was opened for reading alone");
  };
  const roles = openRoleList(call);
  const grantsOf = async (ids: Iterable<string>) => readGrantsOf(call, ids, await roles.statuses());
  return {
    provider: "feishu-corehr",
    origin: { host: options.host, account: credentials.appId },
    holdersPerRead: 100,
    grantsPerRead: pageCapacity,
    readRoles: async () =>
      (await roles.read()).map((reply) => toRole(reply, roleStatus(reply.active_status ?? null, null))),
    planListings: (listed) => planListings({ api, timer: clock, firstRoles: roles.firstPage() }, listed),
    readPage: createPageReader(call, createPageChain(), roles.statuses),
    readHolders: (ids) => readHolders(call, ids),
    partners: openPartnerBooks(call),
    nameScopes: createCoreHrScopeNamer(call, options.language),
    prove: (sample) =>
      Promise.all([proveWithoutRoleFilter(grantsOf, sample), proveSecondReadPath(call, grantsOf, sample)]),
    readGrants: async (keys) => {
      const wanted = new Set(keys.map(({ holderId, roleId }) => `${holderId}\n${roleId}`));
      const entries = await grantsOf(keys.map(({ holderId }) => holderId));
      return entries.filter(({ holderId, role }) => wanted.has(`${holderId}\n${role.id}`));
    },
    revokeGroups: (grants) => grants.map((grant) => [grant]),
    revoke: async (grants, beforeWrite) => await revokeGrants(write().call, grants, beforeWrite),
    revokeDelay: () => write().delay("removeRoleAssign"),
    findTask: async () => null,
    readTask: () => Promise.reject(new Error("Cannot read a task as this provider carries everything out at once")),
    restore: async (grant, beforeWrite) => await restoreGrant(write().call, grant, beforeWrite),
    retirement: null,
    checkPermissions: () =>
      checkPermissions({ read: call, write: writing?.call ?? null, reviewers: options.reviewers ?? [] }),
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

const writeCalls: readonly CallName[] = ["removeRoleAssign", "addRoleAssign"];

/** The write app calls nothing else, and the windows of these calls are its own. */
const writeLimits = ({ limits }: CoreHrOptions): FeishuLimits =>
  Object.fromEntries(Object.entries(limitsWith(limits)).filter(([name]) => writeCalls.includes(name as CallName)));

function openApp(options: CoreHrOptions, credentials: FeishuCredentials, limits: FeishuLimits): FeishuApi {
  const { baseUrl, pace, clock, random = Math.random, signal } = options;
  return openFeishu({ baseUrl, credentials, pace, limits, clock, random, ...(signal ? { signal } : {}) });
}
