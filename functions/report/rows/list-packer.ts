import type { Holder, Role, Scopes } from "../../review/grants/grant.ts";
import { grantId } from "../../review/grants/grant-comparison.ts";
import type { PlanItem } from "../../review/plan/plan.ts";
import type { Outcome } from "../../review/proof/receipt.ts";
import type { Finding } from "../../review/rules/finding.ts";
import type { GrantHistory, ReportRow, Reviewer } from "../review-view.ts";
import { createDictionary } from "./dictionary.ts";
import type {
  ListedFinding,
  ListedHolder,
  ListedItem,
  ListedOutcome,
  PackedList,
  PackedRows,
  Rare,
} from "./packed-rows.ts";

/** Groups of a thousand members, hundreds of them, would be most of the page: the snapshot has them all. */
const mostListedMembers = 100;

const byJson = (value: unknown): string => JSON.stringify(value);

/** Whether a rule, the plan or an outcome says something of a grant. */
export const isNotable = ({ findings, item, outcome }: ReportRow): boolean =>
  findings.length > 0 || item !== null || outcome !== null;

type Packer<Packed> = { add(row: ReportRow): void; packed(): Packed };

/** Takes rows of one snapshot as they are streamed. */
export type ListPacker = Packer<PackedList>;

const rareOf = ({ grant, outcome }: ReportRow): Rare => ({
  ...(outcome ? { outcome: listedOutcome(outcome) } : {}),
  ...(grant.removable ? {} : { reason: grant.unremovableReason }),
});

const isUser = (holder: Holder): holder is Holder & { members?: never } => !holder.members;

const listedHolder = (holder: Holder): ListedHolder => {
  if (isUser(holder)) return holder;
  const { members = [], ...rest } = holder;
  const first = members.slice(0, mostListedMembers).map(({ id, status, name, email }) => ({ id, status, name, email }));
  return { ...rest, members: { count: members.length, first } };
};

const listedFinding = ({ rule, then, reason, suppressedBy }: Finding): ListedFinding => ({
  rule,
  then,
  reason,
  suppressedBy,
});

const listedItem = ({ rules, noticeAt, notBefore, hold, ifUndecided }: PlanItem): ListedItem => ({
  rules,
  noticeAt,
  notBefore,
  hold,
  ...(ifUndecided ? { ifUndecided } : {}),
});

const listedOutcome = ({ outcome, detail, requestId, at, verifiedAt }: Outcome): ListedOutcome => ({
  outcome,
  detail,
  requestId,
  at,
  verifiedAt,
});

/**
 * Packs rows whose ids are 16 characters each. The same rows in the same order give the same columns. The rows that the list
 * opens with bring their ids; of the others a third would be ids, and a browser has time to make them.
 */
export function createListPacker(): ListPacker {
  const [notable, others] = [createRowPacker({ bringsIds: true }), createRowPacker({ bringsIds: false })];
  return {
    add: (row) => (isNotable(row) ? notable : others).add(row),
    packed: () => ({ notable: notable.packed(), others: others.packed() }),
  };
}

function createRowPacker({ bringsIds }: { bringsIds: boolean }): Packer<PackedRows> {
  const dictionaries = {
    // Facts of one holder may have been read at two times, and differ.
    holders: createDictionary<ListedHolder>(({ id, status, departmentId, managerId, lastDay }) =>
      [id, status, departmentId, managerId, lastDay].join(" "),
    ),
    roles: createDictionary<Role>(({ id }) => id),
    scopes: createDictionary<Scopes | null>(byJson),
    dates: createDictionary<string>((date) => date),
    findings: createDictionary<ListedFinding>(byJson),
    items: createDictionary<ListedItem>(byJson),
    histories: createDictionary<GrantHistory>(byJson),
    reviewers: createDictionary<Reviewer>(byJson),
    foundLists: createDictionary<number[]>(byJson),
  };
  const { holders, roles, scopes, dates, findings, items, histories, reviewers, foundLists } = dictionaries;
  const ids: string[] = [];
  let needsIds = bringsIds;
  const columns = {
    holder: [] as number[],
    role: [] as number[],
    scope: [] as number[],
    grantedAt: [] as number[],
    firstSeenAt: [] as number[],
    flags: [] as number[],
    found: [] as number[][],
    item: [] as number[],
    history: [] as number[],
    reviewer: [] as number[],
  };
  const rare: PackedRows["rare"] = [];
  return {
    add(row) {
      const { grant, item, history, reviewer } = row;
      const rest = rareOf(row);
      if (Object.keys(rest).length > 0) rare.push([ids.length, rest]);
      ids.push(grant.id);
      needsIds ||= grant.id !== grantId(grant.source, grant.holder.id, grant.role.id);
      columns.holder.push(holders.numberOf(listedHolder(grant.holder)));
      columns.role.push(roles.numberOf(grant.role));
      columns.scope.push(scopes.numberOf(grant.scopes));
      columns.grantedAt.push(grant.grantedAt === null ? -1 : dates.numberOf(grant.grantedAt));
      columns.firstSeenAt.push(dates.numberOf(grant.firstSeenAt));
      columns.flags.push((grant.removable ? 1 : 0) + (grant.restorable ? 2 : 0));
      const found = row.findings.map((finding) => findings.numberOf(listedFinding(finding)));
      columns.found.push(foundLists.values[foundLists.numberOf(found)]!);
      columns.item.push(item ? items.numberOf(listedItem(item)) : -1);
      columns.history.push(history ? histories.numberOf(history) : -1);
      columns.reviewer.push(reviewer ? reviewers.numberOf(reviewer) : -1);
    },
    packed: () => ({
      ids: needsIds ? ids.join("") : null,
      holders: holders.values,
      roles: roles.values,
      scopes: scopes.values,
      dates: dates.values,
      findings: findings.values,
      items: items.values,
      histories: histories.values,
      reviewers: reviewers.values,
      ...columns,
      rare,
    }),
  };
}
