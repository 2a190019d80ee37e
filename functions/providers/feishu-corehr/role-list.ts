import { eachPage } from "../../http/pages.ts";
import type { FeishuCall } from "../feishu/call.ts";
import type { ListedStatuses } from "./authorizations.ts";
import { listSecurityGroups } from "./calls.ts";
import type { RoleReply } from "./replies.ts";

/** The role list, and what it showed when it was last read. */
export type RoleList = {
  /** All roles, asked for anew. */
  read(): Promise<RoleReply[]>;
  /** The first page with roles of the last reading, as soon as that is there; of one that begins now where there was none. */
  firstPage(): Promise<RoleReply[]>;
  /** The statuses of the last reading; of one that begins now where there was none. */
  statuses(): Promise<ListedStatuses>;
};

type Reading = { first: Promise<RoleReply[]>; all: Promise<RoleReply[]>; statuses: Promise<ListedStatuses> };

/** Remembers the last reading; one that failed is not remembered, but begun again. */
export function openRoleList(call: FeishuCall): RoleList {
  let last: Reading | null = null;
  const begin = (): Reading => {
    const reading = beginReading(call);
    last = reading;
    reading.all.catch(() => {
      if (last === reading) last = null;
    });
    return reading;
  };
  return {
    read: () => begin().all,
    firstPage: () => (last ?? begin()).first,
    statuses: () => (last ?? begin()).statuses,
  };
}

function beginReading(call: FeishuCall): Reading {
  const { promise: first, resolve, reject } = Promise.withResolvers<RoleReply[]>();
  const all = readAll(call, resolve);
  const statuses = all.then((roles) => new Map(roles.map((role) => [role.id, role.active_status ?? null])));
  all.catch(reject);
  // Whoever awaits one of them meets the failure; one that nobody awaits must not end the process.
  for (const each of [first, statuses]) each.catch(() => {});
  return { first, all, statuses };
}

async function readAll(call: FeishuCall, onFirst: (roles: RoleReply[]) => void): Promise<RoleReply[]> {
  const roles: RoleReply[] = [];
  for await (const { items } of eachPage("the role list", (token) => readRolePage(call, token))) {
    roles.push(...items);
    if (items.length > 0) onFirst(items);
  }
  onFirst(roles);
  return roles;
}

async function readRolePage(call: FeishuCall, token: string | null) {
  const { items, has_more, page_token } = (await call(listSecurityGroups(token))).data;
  return { items: items ?? [], hasMore: has_more, pageToken: page_token ?? null };
}
