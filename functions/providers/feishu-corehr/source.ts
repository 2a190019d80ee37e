import type { Remover } from "../../review/ports.ts";
import { openActivity } from "../feishu/activity.ts";
import { type FeishuOptions, openFeishu, readTenant } from "../feishu/call.ts";
import type { OpenOptions } from "../provider.ts";
import { limitsWith } from "../provider-call.ts";
import { pairApis, type ReadGrantsOf, readGrantsByKey, withoutTasks } from "../provider-source.ts";
import { maxCombinations, maxEmployees, pageCapacity } from "./calls.ts";
import { addScopes, restoreGrant, revokeGrants, setScopes } from "./changes.ts";
import { readGrantsOf } from "./grants.ts";
import { convertedIds, readHolders } from "./holders.ts";
import { documentedLimits, writeCalls } from "./limits.ts";
import { openListingPlanner } from "./listing-plan.ts";
import { createPageReader } from "./listings.ts";
import { openPartnerBooks } from "./partners.ts";
import { openPeople } from "./people.ts";
import { checkPermissions } from "./permissions.ts";
import { proveListing } from "./proofs.ts";
import { openRoleList, roleStatus, toRole } from "./roles.ts";
import { createCoreHrScopeNamer } from "./scope-names.ts";

export type CoreHrOptions = Omit<OpenOptions<FeishuOptions["credentials"]>, "settings">;

/** Feishu CoreHR as a source under review; nothing is sent before the first read. */
export async function openCoreHr(options: CoreHrOptions): Promise<Remover> {
  const { credentials, writeCredentials, clock, limits } = options;
  const { reading, writing, write, apis } = pairApis(
    openFeishu({ ...options, credentials, secret: "credentials.read", limits: limitsWith(documentedLimits, limits) }),
    writeCredentials &&
      openFeishu({
        ...options,
        credentials: writeCredentials,
        secret: "credentials.write",
        limits: limitsWith(documentedLimits, limits, writeCalls),
      }),
  );
  const { call } = reading;
  const roles = openRoleList(call);
  const { namer, withoutGone } = createCoreHrScopeNamer(call, options.language);
  const { match } = options;
  const people = openPeople(call, match);
  const { listPeople, ...planner } = openListingPlanner(
    { api: reading, timer: clock, firstRoles: roles.firstPage },
    people.withAccounts(createPageReader(call, roles.statuses)),
  );
  const activity = openActivity(call, options);
  const grantsOf: ReadGrantsOf = async (ids) => readGrantsOf(call, ids, await roles.statuses());
  return {
    provider: "feishu-corehr",
    origin: { host: options.host, account: credentials.appId },
    holdersPerRead: maxEmployees,
    holderFields: ["email", "departmentId", "managerId", "lastDay", "employedAgain"],
    grantsPerRead: pageCapacity,
    readRoles: async () =>
      (await roles.read()).map((reply) => toRole(reply, roleStatus(reply.active_status ?? null, null))),
    ...planner,
    sweepCalls: 10,
    people: { listPeople, findPeople: people.find },
    async readHolders(ids) {
      const holders = await people.holdersWithAccounts(await readHolders(call, ids, match !== undefined));
      return await activity.withActivity(holders, (some) => convertedIds(call, "accounts", some));
    },
    readTenant: () => readTenant(call),
    partners: openPartnerBooks(call),
    ...namer,
    takeNotes: () => [...namer.takeNotes(), ...activity.takeNotes()],
    prove: (sample) => proveListing(call, grantsOf, sample),
    readGrants: (keys) => readGrantsByKey(grantsOf, keys),
    revokeGroups: (grants) => grants.map((grant) => [grant]),
    revoke: async (grants, beforeWrite) => await revokeGrants(write().call, grants, beforeWrite),
    revokeDelay: () => write().delay("removeRoleAssign"),
    ...withoutTasks,
    restore: async (grant, beforeWrite) => await restoreGrant(write().call, grant, beforeWrite),
    retirement: null,
    narrowing: {
      mostCombinations: maxCombinations,
      withoutGone: ({ holder: { departmentId } }, scopes) =>
        withoutGone(scopes, new Map(departmentId ? [["department", departmentId]] : [])),
      setScopes: (grant, scopes, beforeSend) => setScopes(write().call, grant, { scopes, beforeSend }),
      addScopes: (grant, scopes, beforeSend) => addScopes(write().call, grant, { scopes, beforeSend }),
      delay: () => write().delay("updateRoleAssign"),
    },
    checkPermissions: async () => [
      ...(await checkPermissions({
        read: call,
        write: writing?.call ?? null,
        reviewers: options.reviewers ?? [],
        sweeps: options.sweeps ?? false,
        match: match ?? [],
        asksAccounts: people.matchesAccounts || (options.signals ?? []).length > 0,
      })),
      ...(await activity.checkPermissions()),
    ],
    ...apis,
  };
}
