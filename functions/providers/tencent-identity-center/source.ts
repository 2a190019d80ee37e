import * as pages from "../../http/pages.ts";
import type { Remover } from "../../review/ports.ts";
import type { OpenOptions } from "../provider.ts";
import { type ApiPair, pairApis, proveByHolder, readGrantsByKey, rememberLatest } from "../provider-source.ts";
import { findRemovalTask, readTask, restoreGrant, revokeGrants } from "./changes.ts";
import { assignmentKeyOf, createGrantReader } from "./grants.ts";
import { createHolderReader } from "./holders.ts";
import { readActions, writeActions } from "./limits.ts";
import { createPageReader, listingPlan } from "./listings.ts";
import { discoverZone, readOrganization, readRoles } from "./organization.ts";
import { checkPermissions } from "./permissions.ts";
import { type CloudApi, type CloudCredentials, openCloud } from "./signed-call.ts";

/** The settings of such a source alone. */
export type IdentityCenterSettings = {
  /** Null where the zone is to be discovered. */
  zoneId: string | null;
  /** Whether no grant in the management account may be expired. */
  protectManagementAccount: boolean;
};

export type IdentityCenterOptions = Omit<OpenOptions<CloudCredentials, IdentityCenterSettings>, "language">;

/** Tencent Cloud Identity Center as a source under review. Sends nothing yet, unless the zone is to be discovered. */
export async function openIdentityCenter(options: IdentityCenterOptions): Promise<Remover> {
  const { credentials, writeCredentials, settings } = options;
  const reading = openCloud({ ...options, credentials, secret: "credentials.read", actions: readActions });
  const writing =
    writeCredentials &&
    openCloud({ ...options, credentials: writeCredentials, secret: "credentials.write", actions: writeActions });
  const pair = pairApis(reading, writing);
  try {
    const zoneId = settings.zoneId ?? (await discoverZone(reading.call));
    return openZone(options, zoneId, pair);
  } catch (error) {
    await pair.apis.close();
    throw error;
  }
}

function openZone(
  { host, settings }: IdentityCenterOptions,
  zoneId: string,
  { reading, writing, write, apis }: ApiPair<CloudApi>,
): Remover {
  const { call } = reading;
  const organization = rememberLatest(
    () => readOrganization(call, zoneId, settings.protectManagementAccount),
    (read) => read,
  );
  const readGrantsOf = createGrantReader(call, zoneId, organization.latest);
  return {
    provider: "tencent-identity-center",
    origin: { host, account: zoneId },
    // More than most zones have users, so that a snapshot reads the pages of the directory once.
    holdersPerRead: 1_000,
    holderFields: ["email"],
    // As many as may be removed in a second, so that a grant is removed at most a second after it was read.
    grantsPerRead: 10,
    readRoles: async () => readRoles(call, zoneId, await organization.readAnew()),
    planListings: async () => listingPlan,
    readPage: createPageReader(call, pages.createPageChains(), { id: zoneId, readOrganization: organization.latest }),
    readHolders: createHolderReader(call, zoneId),
    nameScopes: async (scopes) => scopes,
    prove: async (sample) => [await proveByHolder("sample-by-holder", readGrantsOf, sample)],
    readGrants: (keys) => readGrantsByKey(readGrantsOf, keys),
    revokeGroups: (grants) => grants.map((grant) => [grant]),
    revoke: async (grants, beforeSend) =>
      await revokeGrants({ read: call, write: write().call }, zoneId, { grants, beforeSend }),
    revokeDelay: () => write().delay("DeleteRoleAssignment"),
    findTask: (grant) => findRemovalTask(call, zoneId, assignmentKeyOf(grant)),
    readTask: (task) => readTask(call, zoneId, task),
    restore: async (grant, beforeSend) => await restoreGrant(write().call, zoneId, { grant, beforeSend }),
    retirement: null,
    checkPermissions: () => checkPermissions(zoneId, call, writing?.call ?? null),
    ...apis,
  };
}
