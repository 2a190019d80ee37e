import { type CoreHrOptions, openCoreHr } from "../../../functions/providers/feishu-corehr/source.ts";
import type { GrantEntry, Role } from "../../../functions/review/grants/grant.ts";
import type { Clock, Listing, Remover } from "../../../functions/review/ports.ts";
import type { Quirks } from "../../../functions/sandbox/quirks.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../../functions/sandbox/sandbox.ts";
import { createJumpingClock } from "../jumping-clock.ts";

export type Opened = {
  sandbox: Sandbox;
  source: Remover;
  /** Another source over the same company. */
  open(changed: Partial<CoreHrOptions>): Promise<Remover>;
  clock: Clock;
};

const opened: { close(): Promise<void> }[] = [];

/** A sandbox and a source over it, both on one clock that jumps; `closeAll` ends them. */
export async function openCompany(quirks: Partial<Quirks> = {}, options: SandboxOptions = {}): Promise<Opened> {
  const clock = createJumpingClock();
  const sandbox = await startSandbox({ people: 300, ...options, quirks, now: clock.now });
  opened.push(sandbox);
  const open = async (changed: Partial<CoreHrOptions>): Promise<Remover> => {
    const source = await openCoreHr({
      baseUrl: sandbox.url,
      host: "sandbox",
      credentials: sandbox.apps.read,
      writeCredentials: null,
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

export type Listed = {
  way: string;
  roles: Role[];
  entries: GrantEntry[];
  counts: Record<string, number>;
  keys: string[];
};

/** Everything that the planned listings show, some of them in flight at once; `keys` are `holder:role`, each once, sorted. */
export async function listAll(source: Remover): Promise<Listed> {
  const roles = await source.readRoles();
  const { way, listings } = await source.planListings(roles);
  const entries: GrantEntry[] = [];
  const counts: Record<string, number> = {};
  const follow = async (listing: Listing): Promise<void> => {
    for (let token: string | null = null, isFirst = true; isFirst || token !== null; isFirst = false) {
      const page = await source.readPage(listing, token);
      entries.push(...page.entries);
      for (const [name, count] of Object.entries(page.counts)) counts[name] = (counts[name] ?? 0) + count;
      await Promise.all(page.spawned.map(follow));
      token = page.next;
    }
  };
  await Promise.all(listings.map(follow));
  const keys = [...new Set(entries.map(({ holderId, role }) => `${holderId}:${role.id}`))].sort();
  return { way, roles, entries, counts, keys };
}

/** `holder:role` of everything that is held, sorted. */
export const heldIn = (sandbox: Sandbox): string[] =>
  sandbox
    .grants()
    .map(({ holderId, roleId }) => `${holderId}:${roleId}`)
    .sort();
