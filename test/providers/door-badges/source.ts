import * as z from "zod/mini";
import { ApiError, NoReplyError } from "../../../functions/http/errors.ts";
import { createPageChain } from "../../../functions/http/pages.ts";
import {
  type Grant,
  type GrantEntry,
  type Holder,
  type Role,
  unknownHolder,
} from "../../../functions/review/grants/grant.ts";
import type { Check } from "../../../functions/review/grants/snapshot.ts";
import type { GrantKey, Page, PermissionCheck, Remover, RevokeReply, Sample } from "../../../functions/review/ports.ts";
import { ExpiredPageTokenError } from "../../../functions/review/ports.ts";
import { type BadgeApi, type BadgeOptions, openApi } from "./api.ts";

const badge = z.object({
  person: z.string(),
  door: z.string(),
  doorName: z.string(),
  hours: z.string(),
  since: z.string(),
});
const badges = z.object({ badges: z.array(badge) });
const badgePage = z.object({ badges: z.array(badge), next: z.nullable(z.string()) });
const doors = z.object({ doors: z.array(z.object({ id: z.string(), name: z.string() })) });
const people = z.object({ people: z.array(z.object({ id: z.string(), name: z.string(), isGone: z.boolean() })) });
const done = z.object({});

/** Who may open which door of one building, as a source under review; nothing is sent before the first read. */
export async function openBadges(options: BadgeOptions): Promise<Remover> {
  const api = openApi(options);
  const chain = createPageChain();
  const write = (beforeSend: () => Promise<void>) => {
    if (options.writeCredentials) return { key: options.writeCredentials.key, beforeSend };
    throw new Error("Cannot write as the source was opened for reading alone");
  };
  return {
    provider: "door-badges",
    origin: { host: options.host, account: options.settings.building },
    holdersPerRead: 50,
    grantsPerRead: 10,
    readRoles: async () => (await api.send({ call: "listDoors", parameters: {}, reply: doors })).doors.map(toRole),
    planListings: async () => ({
      way: "all",
      why: "there is one listing, of every badge",
      listings: [{ id: "badges", kind: "badges", parameters: {} }],
    }),
    readPage: async ({ id }, token) => {
      const page = await readPage(api, token);
      const marks = { hasMore: page.next !== null, pageToken: page.next };
      return { ...page, next: chain.follow(id, token, marks) };
    },
    readHolders: (ids) => readHolders(api, ids),
    nameScopes: async (scopes) =>
      scopes.map((each) => each.map((parts) => parts.map((part) => ({ ...part, names: part.ids.map(hoursNamed) })))),
    prove: async (sample) => [await proveSample(api, sample)],
    readGrants: (keys) => readGrants(api, keys),
    revokeGroups: (grants) => grants.map((grant) => [grant]),
    revoke: async ([grant], beforeWrite) => (grant ? [await takeBadge(api, grant, write(beforeWrite))] : []),
    revokeDelay: () => api.throttles.of("takeBadge").delay(),
    findTask: async () => null,
    readTask: () => Promise.reject(new Error("Cannot read a task as this provider carries everything out at once")),
    restore: async (grant, beforeWrite) => {
      const hours = grant.scopes?.[0]?.[0]?.ids[0];
      const parameters = { person: grant.holder.id, door: grant.role.id, hours };
      await api.send({ call: "giveBadge", parameters, reply: done, write: write(beforeWrite) });
      return { requestId: null };
    },
    retirement: null,
    checkPermissions: () => checkPermissions(api, options),
    takeReads: api.takeReads,
    saveWindows: api.throttles.save,
    loadWindows: api.throttles.load,
    close: async () => {},
  };
}

const hourNames: Record<string, string> = { day: "7 to 19 h", always: "at any hour" };

const hoursNamed = (id: string): string | null => hourNames[id] ?? null;

const toRole = ({ id, name }: { id: string; name: string }): Role => ({
  id,
  code: null,
  name: { zh: null, en: name },
  description: { zh: null, en: null },
  kind: "door",
  status: null,
});

const toEntry = ({ person, door, doorName, hours, since }: z.output<typeof badge>): GrantEntry => ({
  holderId: person,
  role: toRole({ id: door, name: doorName }),
  scopes: [[{ dimension: "hours", ids: [hours], names: [null] }]],
  removable: true,
  unremovableReason: null,
  restorable: true,
  grantedAt: since,
});

async function readPage(api: BadgeApi, token: string | null): Promise<Page> {
  const asked = { call: "listBadges", parameters: { page: token }, reply: badgePage } as const;
  const { badges: listed, next } = await api.send(asked).catch((error: unknown) => {
    // What was listed so far is read again: the stage begins this listing anew.
    if (error instanceof ApiError && error.status === 410)
      throw new ExpiredPageTokenError("Cannot go on listing badges");
    throw error;
  });
  return { entries: listed.map(toEntry), next, spawned: [], counts: {} };
}

/** Whoever the register does not show is left out: the stage then holds them for unknown, which is never expired. */
async function readHolders(api: BadgeApi, ids: string[]): Promise<Map<string, Holder>> {
  const shown = await api.send({ call: "showPeople", parameters: { ids }, reply: people });
  return new Map(
    shown.people.map(({ id, name, isGone }) => [
      id,
      { ...unknownHolder(id), name, status: isGone ? "left" : "active", employedAgain: isGone ? false : null },
    ]),
  );
}

async function readGrants(api: BadgeApi, keys: GrantKey[]): Promise<GrantEntry[]> {
  if (keys.length === 0) return [];
  const wanted = keys.map(({ holderId, roleId }) => `${holderId}:${roleId}`);
  return (await api.send({ call: "showBadges", parameters: { badges: wanted }, reply: badges })).badges.map(toEntry);
}

/** The second way to read: what the listing showed of the sampled people is asked for badge by badge, and so is the rest. */
async function proveSample(api: BadgeApi, { rolesByHolder }: Sample): Promise<Check> {
  const listed = await api.send({ call: "listDoors", parameters: {}, reply: doors });
  const keys = Object.keys(rolesByHolder).flatMap((holderId) =>
    listed.doors.map(({ id }) => ({ holderId, roleId: id })),
  );
  const found = (await readGrants(api, keys)).map(({ holderId, role }) => `${holderId}:${role.id}`).sort();
  const expected = Object.entries(rolesByHolder).flatMap(([holderId, ids]) => ids.map((id) => `${holderId}:${id}`));
  const passed = JSON.stringify(found) === JSON.stringify(expected.sort());
  return { name: "badge-by-badge", passed, detail: `${keys.length} doors of sampled people asked for one by one` };
}

type Write = { key: string; beforeSend: () => Promise<void> };

/** A refusal that concerns this badge is an answer; one that concerns the key or the network is thrown. */
async function takeBadge(api: BadgeApi, { holder, role }: Grant, write: Write): Promise<RevokeReply> {
  try {
    const parameters = { person: holder.id, door: role.id };
    await api.send({ call: "takeBadge", parameters, reply: done, write });
    return { kind: "accepted", requestId: null };
  } catch (error) {
    if (error instanceof NoReplyError) return { kind: "no-answer", detail: "the connection broke" };
    if (!(error instanceof ApiError) || error.concerns === "app") throw error;
    if (error.status === 404) return { kind: "already-gone", requestId: null };
    return { kind: "refused", detail: error.reason, requestId: null };
  }
}

/** The least of each call that it was opened for; what is missing is named by the vendor's word for it. */
async function checkPermissions(api: BadgeApi, { writeCredentials }: BadgeOptions): Promise<PermissionCheck[]> {
  const reads = { listDoors: {}, listBadges: { page: null }, showBadges: { badges: [] }, showPeople: { ids: [] } };
  const trial = { isTrial: true };
  const all = writeCredentials ? { ...reads, giveBadge: trial, takeBadge: trial } : reads;
  const write = { key: writeCredentials?.key ?? "", beforeSend: async () => {} };
  return await Promise.all(
    Object.entries(all).map(async ([name, parameters]) => {
      const call = name as keyof typeof all;
      const passed = await api.send({ call, parameters, reply: done, ...(name in reads ? {} : { write }) }).then(
        () => true,
        (error: unknown) => {
          if (error instanceof ApiError && error.status === 403) return false;
          throw error;
        },
      );
      return { call, passed, missing: passed ? null : `badges:${call}` };
    }),
  );
}
