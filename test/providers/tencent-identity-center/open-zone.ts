import {
  type IdentityCenterOptions,
  openIdentityCenter,
} from "../../../functions/providers/tencent-identity-center/source.ts";
import type { GrantEntry, Role } from "../../../functions/review/grants/grant.ts";
import type { Clock, Remover } from "../../../functions/review/ports.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../../functions/sandbox/sandbox.ts";
import type { CloudQuirks } from "../../../functions/sandbox/tencent/cloud-quirks.ts";
import { createJumpingClock } from "../jumping-clock.ts";

export type OpenedZone = {
  sandbox: Sandbox;
  source: Remover;
  /** Another source over the same zone. */
  open(changed: Partial<IdentityCenterOptions>): Promise<Remover>;
  clock: Clock;
};

const opened: { close(): Promise<void> }[] = [];

/** A sandbox and a source over its zone, both on one clock that jumps; `closeAll` ends them. */
export async function openZone(quirks: Partial<CloudQuirks> = {}, options: SandboxOptions = {}): Promise<OpenedZone> {
  const clock = createJumpingClock();
  const sandbox = await startSandbox({ people: 300, ...options, cloudQuirks: quirks, now: clock.now });
  opened.push(sandbox);
  const open = async (changed: Partial<IdentityCenterOptions>): Promise<Remover> => {
    const source = await openIdentityCenter({
      baseUrl: sandbox.url,
      host: "sandbox",
      credentials: sandbox.cloud.keys.read,
      writeCredentials: null,
      settings: { zoneId: sandbox.company.cloud.zoneId, protectManagementAccount: true },
      pace: 1,
      limits: {},
      clock,
      random: () => 0.5,
      ...changed,
    });
    opened.push(source);
    return source;
  };
  return { sandbox, source: await open({}), open, clock };
}

export async function closeAll(): Promise<void> {
  // Sources first: a server waits for its connections.
  for (const each of opened.splice(0).reverse()) await each.close();
}

export type ListedZone = { roles: Role[]; entries: GrantEntry[]; keys: string[]; total: number | undefined };

/** Everything that the listing shows; `keys` are `holder:role`, sorted, and `total` is what its last page announces. */
export async function listZone(source: Remover): Promise<ListedZone> {
  const roles = await source.readRoles();
  const entries: GrantEntry[] = [];
  let total: number | undefined;
  for (const listing of (await source.planListings(roles)).listings) {
    for (let token: string | null = null, isFirst = true; isFirst || token !== null; isFirst = false) {
      const page = await source.readPage(listing, token);
      entries.push(...page.entries);
      token = page.next;
      total = page.total?.grants;
    }
  }
  return { roles, entries, keys: entries.map(({ holderId, role }) => `${holderId}:${role.id}`).sort(), total };
}

/** `holder:role` of everything that is held, sorted. */
export const heldInZone = (sandbox: Sandbox): string[] =>
  sandbox.cloud
    .grants()
    .map(({ holderId, roleId }) => `${holderId}:${roleId}`)
    .sort();
