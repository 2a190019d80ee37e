import type { LocalText, Role } from "../../review/grants/grant.ts";
import { eachReply, type FeishuCall } from "../feishu/call.ts";
import { rememberLatest } from "../provider-source.ts";
import { listSecurityGroups } from "./calls.ts";
import type { RoleReply } from "./replies.ts";

const kinds: Record<number, string> = { 3: "organisational", 7: "non-organisational" };

/** A role in the words of the review. `status` is what `roleStatus` gives. */
export function toRole(reply: RoleReply, status: string | null): Role {
  return {
    id: reply.id,
    code: reply.code || null,
    name: toLocalText(reply.name),
    description: toLocalText(reply.description),
    kind: typeof reply.group_type === "number" ? (kinds[reply.group_type] ?? String(reply.group_type)) : null,
    status,
  };
}

function toLocalText(texts: RoleReply["name"]): LocalText {
  return { zh: texts?.zh_cn || null, en: texts?.en_us || null };
}

/**
 * The status of a role from its two values of `active_status`, or null. In the role list the vendor documents 1 as
 * inactive, 2 as active and 3 as to be activated; of grants, 1 as enabled and 2 as disabled. Active and
 * inactive are certain only where both values agree, each as its own page documents it.
 */
export function roleStatus(inRoleList: number | null, inGrants: number | null): string | null {
  if (inRoleList === 2 && inGrants === 1) return "active";
  if (inRoleList === 1 && inGrants === 2) return "inactive";
  return inRoleList === 3 ? "pending" : null;
}

/** `active_status` by role id, as the role list shows it. */
export type ListedStatuses = ReadonlyMap<string, number | null>;

/** The role list, and what its latest read showed. Where there is no latest read, or it failed, a read begins. */
export type RoleList = {
  /** Reads all roles anew. */
  read(): Promise<RoleReply[]>;
  /** The first page with roles of the latest read, as soon as that page is read. */
  firstPage(): Promise<RoleReply[]>;
  /** The statuses of the latest read. */
  statuses(): Promise<ListedStatuses>;
};

/** Opens the role list; nothing is read yet. */
export function openRoleList(call: FeishuCall): RoleList {
  const { latest, readAnew } = rememberLatest(
    () => beginRead(call),
    ({ all }) => all,
  );
  return {
    read: () => readAnew().all,
    firstPage: () => latest().first,
    statuses: () => latest().statuses,
  };
}

type RoleListRead = { first: Promise<RoleReply[]>; all: Promise<RoleReply[]>; statuses: Promise<ListedStatuses> };

function beginRead(call: FeishuCall): RoleListRead {
  const { promise: first, resolve, reject } = Promise.withResolvers<RoleReply[]>();
  const all = readAll(call, resolve);
  const statuses = all.then((roles) => new Map(roles.map((role) => [role.id, role.active_status ?? null])));
  all.catch(reject);
  // A failure reaches whoever awaits one of the promises. A promise that nobody awaits must not end the process.
  for (const promise of [first, statuses]) promise.catch(() => {});
  return { first, all, statuses };
}

async function readAll(call: FeishuCall, onFirst: (roles: RoleReply[]) => void): Promise<RoleReply[]> {
  const roles: RoleReply[] = [];
  for await (const { items } of eachReply((token) => listSecurityGroups(token), call)) {
    roles.push(...(items ?? []));
    if (items && items.length > 0) onFirst(items);
  }
  onFirst(roles);
  return roles;
}
