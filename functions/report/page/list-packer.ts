import type { Grant, Holder, Role, Scopes } from "../../review/grants/grant.ts";
import { grantId } from "../../review/grants/grant-comparison.ts";
import type { PeerCount, Peers } from "../../review/people/peers.ts";
import type { PlanItem } from "../../review/plan/plan.ts";
import type { Outcome } from "../../review/proof/receipt.ts";
import type { Finding } from "../../review/rules/finding.ts";
import type { GrantHistory, ReportRow, Reviewer } from "../review-view.ts";
import {
  isNotable,
  type ListedFinding,
  type ListedHolder,
  type ListedItem,
  type ListedOutcome,
  type PackedList,
  type PackedRows,
  type Rare,
} from "../rows/packed-rows.ts";

/** A group can have a thousand members, and a review hundreds of groups: whole, they would be most of the page. The snapshot has every member. */
const mostListedMembers = 100;

type Packer<Packed> = { add(row: ReportRow): void; packed(peersOf?: PeerCount["of"]): Packed };

/** Takes rows of one snapshot as they are streamed. `peersOf`: what is known of peers once all rows have passed. */
export type ListPacker = Packer<PackedList>;

/**
 * Packs rows whose ids are 16 characters each. The same rows in the same order give the same columns. The notable rows bring
 * their ids. Of the others the ids would be a third of the bytes, and a browser has time to make them.
 */
export function createListPacker(): ListPacker {
  const [notable, others] = [createRowPacker({ bringsIds: true }), createRowPacker({ bringsIds: false })];
  return {
    add: (row) => (isNotable(row) ? notable : others).add(row),
    packed: (peersOf) => ({ notable: notable.packed(peersOf), others: others.packed() }),
  };
}

function createRowPacker({ bringsIds }: { bringsIds: boolean }): Packer<PackedRows> {
  const shared = createShared();
  const columns = createColumns();
  const ids: string[] = [];
  let needsIds = bringsIds;
  return {
    add(row) {
      const rare = rareOf(row);
      if (Object.keys(rare).length > 0) columns.rare.push([ids.length, rare]);
      ids.push(row.grant.id);
      needsIds ||= !followsId(row.grant);
      addRow(columns, shared, row);
    },
    packed: (peersOf) => ({
      ids: needsIds ? ids.join("") : null,
      ...valuesOf(shared),
      ...columns,
      ...peerColumns(columns, shared, peersOf),
    }),
  };
}

/** Whether a browser makes the same id from source, holder and role. */
function followsId({ id, source, holder, role }: Grant): boolean {
  return id === grantId(source, holder.id, role.id);
}

/** Distinct values, each with the number of its first occurrence. */
type Dictionary<T> = { readonly values: T[]; numberOf(value: T): number };

/** Values of equal key share a number. */
function createDictionary<T>(keyOf: (value: T) => string): Dictionary<T> {
  const numbers = new Map<string, number>();
  const values: T[] = [];
  return {
    values,
    numberOf(value) {
      const key = keyOf(value);
      const known = numbers.get(key);
      if (known !== undefined) return known;
      numbers.set(key, values.length);
      return values.push(value) - 1;
    },
  };
}

function byJson(value: unknown): string {
  return JSON.stringify(value);
}

/** A holder that was read at two times may have two sets of facts: each set is a value of its own. */
function holderKey({ id, status, departmentId, managerId, lastDay }: ListedHolder): string {
  return [id, status, departmentId, managerId, lastDay].join(" ");
}

/** The values that many rows share. */
function createShared() {
  return {
    holders: createDictionary<ListedHolder>(holderKey),
    roles: createDictionary<Role>(({ id }) => id),
    scopes: createDictionary<Scopes | null>(byJson),
    dates: createDictionary<string>((date) => date),
    findings: createDictionary<ListedFinding>(byJson),
    items: createDictionary<ListedItem>(byJson),
    histories: createDictionary<GrantHistory>(byJson),
    reviewers: createDictionary<Reviewer>(byJson),
    foundLists: createDictionary<number[]>(byJson),
  };
}

type Shared = ReturnType<typeof createShared>;
/** The peers of each row's holder. A number for each row, as most rows share the figures of their department and role. */
function peerColumns(
  { holder, role }: Columns,
  { holders, roles }: Shared,
  peersOf: PeerCount["of"] | undefined,
): Pick<PackedRows, "peers" | "peer"> {
  const peers = createDictionary<Peers>(byJson);
  if (!peersOf) return { peers: [], peer: [] };
  const peer = holder.map((number, row) => {
    const found = peersOf({ holder: holders.values[number]!, role: roles.values[role[row]!]! });
    return found ? peers.numberOf(found) : -1;
  });
  return { peers: peers.values, peer };
}

type SharedName = "holders" | "roles" | "scopes" | "dates" | "findings" | "items" | "histories" | "reviewers";

function valuesOf({
  holders,
  roles,
  scopes,
  dates,
  findings,
  items,
  histories,
  reviewers,
}: Shared): Pick<PackedRows, SharedName> {
  return {
    holders: holders.values,
    roles: roles.values,
    scopes: scopes.values,
    dates: dates.values,
    findings: findings.values,
    items: items.values,
    histories: histories.values,
    reviewers: reviewers.values,
  };
}

type Columns = Omit<PackedRows, "ids" | "peers" | "peer" | SharedName>;

function createColumns(): Columns {
  return {
    holder: [],
    role: [],
    scope: [],
    grantedAt: [],
    firstSeenAt: [],
    flags: [],
    found: [],
    item: [],
    history: [],
    reviewer: [],
    rare: [],
  };
}

function addRow(columns: Columns, shared: Shared, { grant, findings, item, history, reviewer }: ReportRow): void {
  columns.holder.push(shared.holders.numberOf(listedHolder(grant.holder)));
  columns.role.push(shared.roles.numberOf(grant.role));
  columns.scope.push(shared.scopes.numberOf(grant.scopes));
  columns.grantedAt.push(grant.grantedAt === null ? -1 : shared.dates.numberOf(grant.grantedAt));
  columns.firstSeenAt.push(shared.dates.numberOf(grant.firstSeenAt));
  columns.flags.push((grant.removable ? 1 : 0) + (grant.restorable ? 2 : 0));
  const found = findings.map((finding) => shared.findings.numberOf(listedFinding(finding)));
  columns.found.push(shared.foundLists.values[shared.foundLists.numberOf(found)]!);
  columns.item.push(item ? shared.items.numberOf(listedItem(item)) : -1);
  columns.history.push(history ? shared.histories.numberOf(listedHistory(history)) : -1);
  columns.reviewer.push(reviewer ? shared.reviewers.numberOf(reviewer) : -1);
}

function rareOf({ grant, outcome }: ReportRow): Rare {
  return {
    ...(outcome ? { outcome: listedOutcome(outcome) } : {}),
    ...(grant.removable ? {} : { reason: grant.unremovableReason }),
  };
}

function isUser(holder: Holder): holder is Holder & { members?: never } {
  return !holder.members;
}

function listedHolder(holder: Holder): ListedHolder {
  if (isUser(holder)) return holder;
  const { members = [], ...rest } = holder;
  const first = members.slice(0, mostListedMembers).map(({ id, status, name, email }) => ({ id, status, name, email }));
  return { ...rest, members: { count: members.length, first } };
}

/** What the list does not show of a decision is left out: hashes do not compress. */
function listedHistory({ decisions, ...history }: GrantHistory): GrantHistory {
  return { ...history, decisions: decisions.map(({ seen: _seen, decidedAs: _decidedAs, ...decision }) => decision) };
}

function listedFinding({ rule, then, reason, suppressedBy, keep, conflict }: Finding): ListedFinding {
  return { rule, then, reason, suppressedBy, ...(keep ? { keep } : {}), ...(conflict ? { conflict } : {}) };
}

function listedItem({ rules, noticeAt, notBefore, hold, ifUndecided, keep }: PlanItem): ListedItem {
  return { rules, noticeAt, notBefore, hold, ...(ifUndecided ? { ifUndecided } : {}), ...(keep ? { keep } : {}) };
}

function listedOutcome({ outcome, detail, because, requestId, at, verifiedAt }: Outcome): ListedOutcome {
  return { outcome, detail, ...(because ? { because } : {}), requestId, at, verifiedAt };
}
