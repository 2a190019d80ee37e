import {
  type FunctionalRoleOptions,
  openFunctionalRoles,
} from "../../../functions/providers/feishu-functional-role/source.ts";
import type { Grant, GrantEntry } from "../../../functions/review/grants/grant.ts";
import type { Clock, Remover } from "../../../functions/review/ports.ts";
import type { FunctionalGrant } from "../../../functions/sandbox/company/functional-roles.ts";
import { plantedRoles } from "../../../functions/sandbox/company/functional-roles.ts";
import type { Quirks } from "../../../functions/sandbox/quirks.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../../functions/sandbox/sandbox.ts";
import { createJumpingClock } from "../jumping-clock.ts";

export type Opened = {
  sandbox: Sandbox;
  source: Remover;
  /** Another source over the same company. */
  open(changed: Partial<FunctionalRoleOptions>): Promise<Remover>;
  clock: Clock;
};

const opened: { close(): Promise<void> }[] = [];

/** The planted roles as a configuration names them. */
export const roles = plantedRoles.map(({ id, name }) => ({ id, name }));

/** A sandbox and a source over its functional roles, both on one clock that jumps; `closeAll` ends them. */
export async function openRoles(quirks: Partial<Quirks> = {}, options: SandboxOptions = {}): Promise<Opened> {
  const clock = createJumpingClock();
  const sandbox = await startSandbox({ people: 400, ...options, quirks, now: clock.now });
  opened.push(sandbox);
  const open = async (changed: Partial<FunctionalRoleOptions>): Promise<Remover> => {
    const source = await openFunctionalRoles({
      baseUrl: sandbox.url,
      host: "sandbox",
      credentials: sandbox.apps.read,
      writeCredentials: sandbox.apps.write,
      settings: { roles, retire: [] },
      pace: 1,
      limits: {},
      clock,
      random: () => 0.5,
      language: "en",
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

/** Every entry that the planned listings show. */
export async function listAll(source: Remover): Promise<GrantEntry[]> {
  const { listings } = await source.planListings(await source.readRoles());
  const entries: GrantEntry[] = [];
  for (const listing of listings) {
    for (let token: string | null = null, isFirst = true; isFirst || token !== null; isFirst = false) {
      const page = await source.readPage(listing, token);
      entries.push(...page.entries);
      token = page.next;
    }
  }
  return entries;
}

/** `holder:role`, each once, sorted. */
export const keysOf = (entries: { holderId: string; role: { id: string } }[]): string[] =>
  [...new Set(entries.map(({ holderId, role }) => `${holderId}:${role.id}`))].sort();

/** `holder:role` of every member there is, sorted. */
export const heldIn = (sandbox: Sandbox): string[] =>
  sandbox
    .functionalGrants()
    .map(({ userId, roleId }) => `${userId}:${roleId}`)
    .sort();

/** Members of one role as the sandbox has them. */
export const membersIn = (sandbox: Sandbox, roleId: string): FunctionalGrant[] =>
  sandbox.functionalGrants().filter((grant) => grant.roleId === roleId);

/** A listed entry as the stages hand it to `revoke` and `restore`. */
export const grantOf = (entry: GrantEntry): Grant => ({
  id: `${entry.holderId}:${entry.role.id}`,
  source: "functional-roles",
  provider: "feishu-functional-role",
  holder: {
    id: entry.holderId,
    kind: "user",
    status: "left",
    name: null,
    email: null,
    departmentId: null,
    managerId: null,
    lastDay: null,
    employedAgain: false,
  },
  role: entry.role,
  scopes: entry.scopes,
  removable: true,
  unremovableReason: null,
  restorable: entry.restorable,
  grantedAt: null,
  firstSeenAt: "2026-10-01T02:00:00Z",
});
