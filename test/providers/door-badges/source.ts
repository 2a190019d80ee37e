import * as z from "zod/mini";
import * as pages from "../../../functions/http/pages.ts";
import { checkCalls, hasCode, toFailedRemoval } from "../../../functions/providers/provider-call.ts";
import { pairApis, withoutTasks } from "../../../functions/providers/provider-source.ts";
import {
  type Grant,
  type GrantEntry,
  type Holder,
  type Role,
  unknownHolder,
} from "../../../functions/review/grants/grant.ts";
import type { Check } from "../../../functions/review/grants/snapshot.ts";
import {
  ExpiredPageTokenError,
  type GrantKey,
  type PermissionCheck,
  type Reader,
  type Remover,
  type RevokeReply,
  type Sample,
} from "../../../functions/review/ports.ts";
import {
  type BadgeCall,
  type BadgeOptions,
  openBadgeApi,
  readCalls,
  readRequest,
  writeCalls,
  writeRequest,
} from "./api.ts";

const badge = z.object({
  person: z.string(),
  door: z.string(),
  doorName: z.string(),
  hours: z.string(),
  since: z.string(),
});
const doorsReply = z.object({ doors: z.array(z.object({ id: z.string(), name: z.string() })) });
const pageReply = z.object({ badges: z.array(badge), next: z.nullable(z.string()) });
const badgesReply = z.object({ badges: z.array(badge) });
const peopleReply = z.object({ people: z.array(z.object({ id: z.string(), name: z.string(), isGone: z.boolean() })) });

const listDoors = () => readRequest("listDoors", {}, doorsReply);
const listBadges = (page: string | null) => readRequest("listBadges", { page }, pageReply);
const showBadges = (badges: string[]) => readRequest("showBadges", { badges }, badgesReply);
const showPeople = (ids: string[]) => readRequest("showPeople", { ids }, peopleReply);

/** Who may open which door of one building, as a source under review; nothing is sent before the first read. */
export async function openBadges(options: BadgeOptions): Promise<Remover> {
  const { credentials, writeCredentials } = options;
  const { reading, writing, write, apis } = pairApis(
    openBadgeApi(options, credentials.key, readCalls),
    writeCredentials && openBadgeApi(options, writeCredentials.key, writeCalls),
  );
  const { call } = reading;
  return {
    provider: "door-badges",
    origin: { host: options.host, account: options.settings.building },
    holdersPerRead: 50,
    grantsPerRead: 10,
    readRoles: async () => (await call(listDoors())).data.doors.map(toRole),
    planListings: async () => ({
      way: "all",
      why: "there is one listing, of every badge",
      listings: [{ id: "badges", kind: "badges", parameters: {} }],
    }),
    readPage: createPageReader(call),
    readHolders: (ids) => readHolders(call, ids),
    nameScopes: async (scopes) =>
      scopes.map((each) => each.map((parts) => parts.map((part) => ({ ...part, names: part.ids.map(nameOfHours) })))),
    prove: async (sample) => [await proveBadgeByBadge(call, sample)],
    readGrants: (keys) => readGrants(call, keys),
    revokeGroups: (grants) => grants.map((grant) => [grant]),
    revoke: async ([grant], beforeSend) => (grant ? [await takeBadge(write().call, grant, beforeSend)] : []),
    revokeDelay: () => write().delay("takeBadge"),
    ...withoutTasks,
    restore: async ({ holder, role, scopes }, beforeSend) => {
      const parameters = { person: holder.id, door: role.id, hours: scopes?.[0]?.[0]?.ids[0] };
      await write().call({ ...writeRequest("giveBadge", parameters), beforeSend });
      return { requestId: null };
    },
    retirement: null,
    checkPermissions: () => checkPermissions(call, writing?.call ?? null),
    ...apis,
  };
}

const hourNames: Record<string, string> = { day: "7 to 19 h", always: "at any hour" };

function nameOfHours(id: string): string | null {
  return hourNames[id] ?? null;
}

function toRole({ id, name }: { id: string; name: string }): Role {
  return {
    id,
    code: null,
    name: { zh: null, en: name },
    description: { zh: null, en: null },
    kind: "door",
    status: null,
  };
}

function toEntry({ person, door, doorName, hours, since }: z.output<typeof badge>): GrantEntry {
  return {
    holderId: person,
    role: toRole({ id: door, name: doorName }),
    scopes: [[{ dimension: "hours", ids: [hours], names: [null] }]],
    removable: true,
    unremovableReason: null,
    restorable: true,
    grantedAt: since,
  };
}

function createPageReader(call: BadgeCall): Reader["readPage"] {
  const reader = pages.createPageChains();
  const fetchPage = async (token: string | null) => {
    const { data } = await call(listBadges(token)).catch((error) => {
      // The stage begins this listing anew.
      if (hasCode(error, "410")) throw new ExpiredPageTokenError("Cannot go on listing badges");
      throw error;
    });
    return data;
  };
  return async ({ id }, token) => {
    const listing = { id, call: "listBadges", words: "list the badges" };
    // A page without a next one says `null`, and a page that says nothing has no `next` at all, which no schema lets pass.
    const { page, next } = await reader.read({ listing, token }, fetchPage, (data) => ({
      hasMore: data.next !== null,
      pageToken: data.next || null,
      ids: data.badges.map(({ person, door }) => `${person} ${door}`),
    }));
    return { entries: page.badges.map(toEntry), next, spawned: [], counts: {} };
  };
}

/** People whom the register does not show are left out: the stage takes them for unknown, and expires nothing of theirs. */
async function readHolders(call: BadgeCall, holderIds: string[]): Promise<Map<string, Holder>> {
  const { people } = (await call(showPeople(holderIds))).data;
  return new Map(
    people.map(({ id, name, isGone }) => [
      id,
      { ...unknownHolder(id), name, status: isGone ? "left" : "active", employedAgain: isGone ? false : null },
    ]),
  );
}

async function readGrants(call: BadgeCall, keys: GrantKey[]): Promise<GrantEntry[]> {
  if (keys.length === 0) return [];
  const wanted = keys.map(({ holderId, roleId }) => `${holderId}:${roleId}`);
  return (await call(showBadges(wanted))).data.badges.map(toEntry);
}

/** Reads every door of the sampled people, badge by badge: the badges have to be the listed ones. */
async function proveBadgeByBadge(call: BadgeCall, { rolesByHolder }: Sample): Promise<Check> {
  const { doors } = (await call(listDoors())).data;
  const keys = Object.keys(rolesByHolder).flatMap((holderId) => doors.map(({ id }) => ({ holderId, roleId: id })));
  const found = (await readGrants(call, keys)).map(({ holderId, role }) => `${holderId}:${role.id}`).sort();
  const expected = Object.entries(rolesByHolder).flatMap(([holderId, ids]) => ids.map((id) => `${holderId}:${id}`));
  const passed = JSON.stringify(found) === JSON.stringify(expected.sort());
  return { name: "badge-by-badge", passed, detail: `${keys.length} doors of sampled people asked for one by one` };
}

/** `toFailedRemoval` makes a reply of a refusal of this badge, and throws what concerns the key or the network. */
async function takeBadge(
  call: BadgeCall,
  { holder, role }: Grant,
  beforeSend: () => Promise<void>,
): Promise<RevokeReply> {
  const request = writeRequest("takeBadge", { person: holder.id, door: role.id });
  try {
    await call({ ...request, beforeSend });
    return { kind: "accepted", requestId: null };
  } catch (error) {
    if (hasCode(error, "404")) return { kind: "already-gone", requestId: null };
    return toFailedRemoval(error, request.name);
  }
}

/** Makes every call once, as small as the call can be. */
async function checkPermissions(read: BadgeCall, write: BadgeCall | null): Promise<PermissionCheck[]> {
  const checks = await checkCalls(read, [listDoors(), listBadges(null), showBadges([]), showPeople([])]);
  if (!write) return checks;
  const trial = { isTrial: true };
  const writes = [writeRequest("giveBadge", trial), writeRequest("takeBadge", trial)];
  return [...checks, ...(await checkCalls(write, writes))];
}
