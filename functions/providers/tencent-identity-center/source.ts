import { createPageChain } from "../../http/pages.ts";
import type { Remover } from "../../review/ports.ts";
import { keyOf, type Organization } from "./assignments.ts";
import type { CloudCredentials } from "./call.ts";
import { type Cloud, type CloudOptions, openCloud } from "./cloud.ts";
import { createGrantReader, readGrants } from "./grants-now.ts";
import { createHolderReader } from "./holders.ts";
import { actions, writeActions } from "./limits.ts";
import { createPageReader, listingPlan } from "./listing-pages.ts";
import { discoverZone, readOrganization, readRoles } from "./organization.ts";
import { checkPermissions } from "./permissions.ts";
import { proveByHolder } from "./proofs.ts";
import { restoreGrant } from "./restore.ts";
import { revokeGrants } from "./revoke.ts";
import { findRemoval, readTask } from "./tasks.ts";

/** What the configuration says of such a source alone. */
export type IdentityCenterSettings = {
  /** Null: to be discovered. */
  zoneId: string | null;
  /** Whether nothing that is held in the management account may be expired. */
  protectManagementAccount: boolean;
};

export type IdentityCenterOptions = Omit<CloudOptions, "actions"> & {
  /** What evidence calls the host: organization.intl.tencentcloudapi.com, or sandbox. */
  host: string;
  /** The key that may remove and give; null where the source is opened for reading alone. */
  writeCredentials: CloudCredentials | null;
  settings: IdentityCenterSettings;
};

/** Tencent Cloud Identity Center as a source under review; only a zone that is not configured is asked for at once. */
export async function openIdentityCenter(options: IdentityCenterOptions): Promise<Remover> {
  const cloud = openCloud({ ...options, actions: actions.filter((action) => !writeActions.includes(action)) });
  const writing =
    options.writeCredentials && openCloud({ ...options, credentials: options.writeCredentials, actions: writeActions });
  const close = async (): Promise<void> => {
    await Promise.all([cloud.close(), writing?.close()]);
  };
  try {
    const zoneId = options.settings.zoneId ?? (await discoverZone(cloud.call));
    return { ...openZone(options, zoneId, { cloud, writing }), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Clouds = { cloud: Cloud; writing: Cloud | null };

function openZone(
  { host, settings }: IdentityCenterOptions,
  zoneId: string,
  { cloud, writing }: Clouds,
): Omit<Remover, "close"> {
  const { call } = cloud;
  const organization = remembered(() => readOrganization(call, zoneId, settings.protectManagementAccount));
  const grantsOf = createGrantReader(call, zoneId, organization.read);
  const write = (): Cloud => {
    if (writing) return writing;
    throw new Error("Cannot write as the source was opened for reading alone");
  };
  return {
    provider: "tencent-identity-center",
    origin: { host, account: zoneId },
    // More than most zones have users, so that a snapshot pages through the directory once.
    holdersPerRead: 1_000,
    // As many as may be removed in a second: what is read anew is at most that old.
    grantsPerRead: 10,
    readRoles: async () => readRoles(call, zoneId, await organization.readAnew()),
    planListings: async () => listingPlan,
    readPage: createPageReader(call, createPageChain(), { id: zoneId, readOrganization: organization.read }),
    readHolders: createHolderReader(call, zoneId),
    nameScopes: async (scopes) => scopes,
    prove: async (sample) => [await proveByHolder(grantsOf, sample)],
    readGrants: (keys) => readGrants(grantsOf, keys),
    revokeGroups: (grants) => grants.map((grant) => [grant]),
    revoke: async (grants, beforeSend) =>
      await revokeGrants({ read: call, write: write().call }, zoneId, { grants, beforeSend }),
    revokeDelay: () => write().delay("DeleteRoleAssignment"),
    findTask: (grant) => findRemoval(call, zoneId, keyOf(grant)),
    readTask: (task) => readTask(call, zoneId, task),
    restore: async (grant, beforeSend) => await restoreGrant(write().call, zoneId, { grant, beforeSend }),
    retirement: null,
    checkPermissions: () => checkPermissions(zoneId, call, writing?.call ?? null),
    takeReads: () => [...cloud.takeReads(), ...(writing?.takeReads() ?? [])],
    saveWindows: () => ({ ...cloud.saveWindows(), ...writing?.saveWindows() }),
    loadWindows: (windows) => {
      cloud.loadWindows(windows);
      writing?.loadWindows(windows);
    },
  };
}

/** Read once and kept; what could not be read is read again, not remembered. */
function remembered(readNow: () => Promise<Organization>) {
  let last: Promise<Organization> | null = null;
  const readAnew = (): Promise<Organization> => {
    const reading = readNow();
    last = reading;
    reading.catch(() => {
      if (last === reading) last = null;
    });
    return reading;
  };
  return { read: () => last ?? readAnew(), readAnew };
}
