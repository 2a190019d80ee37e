import type { Finding } from "../review/finding.ts";
import type { Holder, Role, Scopes } from "../review/grant.ts";
import { grantId } from "../review/grant-identity.ts";
import type { PlanItem } from "../review/plan.ts";
import type { Outcome } from "../review/receipt.ts";
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
import type { ReportRow, Reviewer } from "./review-view.ts";

/** Groups of a thousand members, hundreds of them, would be most of the page: the snapshot has them all. */
const mostListedMembers = 100;

const byJson = (value: unknown): string => JSON.stringify(value);

/** Whether a rule, the plan or an outcome says something of a grant. */
export const isNotable = ({ findings, item, outcome }: ReportRow): boolean =>
  findings.length > 0 || item !== null || outcome !== null;

type Packer<Packed> = {
  /** Gives the row as it is to be kept: what it shares with others before it is held once, as there may be tens of thousands. */
  add(row: ReportRow): ReportRow;
  packed(): Packed;
};

/** Takes rows of one snapshot as they are streamed. */
export type ListPacker = Packer<PackedList>;

const rareOf = ({ grant, outcome, history }: ReportRow): Rare => ({
  ...(outcome ? { outcome: listedOutcome(outcome) } : {}),
  ...(history ? { history } : {}),
  ...(grant.removable ? {} : { reason: grant.unremovableReason }),
});

type User = Omit<Holder, "members"> & { members?: never };

const isUser = (holder: Holder | ListedHolder): holder is User => !holder.members;

const listedHolder = (holder: Holder): ListedHolder => {
  if (isUser(holder)) return holder;
  const { members = [], ...rest }: Holder = holder;
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
    holders: createDictionary<ListedHolder>(({ id }) => id),
    roles: createDictionary<Role>(({ id }) => id),
    scopes: createDictionary<Scopes | null>(byJson),
    dates: createDictionary<string>((date) => date),
    findings: createDictionary<ListedFinding>(byJson),
    items: createDictionary<ListedItem>(byJson),
    reviewers: createDictionary<Reviewer>(byJson),
  };
  const { holders, roles, scopes, dates, findings, items, reviewers } = dictionaries;
  const words = createDictionary<string>((word) => word);
  const shared = (word: string): string => words.values[words.numberOf(word)]!;
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
    reviewer: [] as number[],
  };
  const rare: PackedRows["rare"] = [];
  return {
    add(row) {
      const { grant, item, reviewer } = row;
      const found = row.findings.map((finding) => findings.numberOf(listedFinding(finding)));
      const rest = rareOf(row);
      if (Object.keys(rest).length > 0) rare.push([ids.length, rest]);
      ids.push(grant.id);
      needsIds ||= grant.id !== grantId(grant.source, grant.holder.id, grant.role.id);
      const holder = holders.numberOf(listedHolder(grant.holder));
      const role = roles.numberOf(grant.role);
      const scope = scopes.numberOf(grant.scopes);
      columns.holder.push(holder);
      columns.role.push(role);
      columns.scope.push(scope);
      const grantedAt = grant.grantedAt === null ? -1 : dates.numberOf(grant.grantedAt);
      const firstSeenAt = dates.numberOf(grant.firstSeenAt);
      columns.grantedAt.push(grantedAt);
      columns.firstSeenAt.push(firstSeenAt);
      columns.flags.push((grant.removable ? 1 : 0) + (grant.restorable ? 2 : 0));
      columns.found.push(found);
      columns.item.push(item ? items.numberOf(listedItem(item)) : -1);
      columns.reviewer.push(reviewer ? reviewers.numberOf(reviewer) : -1);
      // Field by field, as V8 keeps what is spread together in twice the memory.
      const { id, removable, unremovableReason, restorable } = grant;
      const kept: ReportRow = {
        grant: {
          id,
          source: shared(grant.source),
          provider: shared(grant.provider),
          holder: unlessOther(holders.values[holder]!, grant.holder),
          role: roles.values[role]!,
          scopes: scopes.values[scope]!,
          removable,
          unremovableReason,
          restorable,
          grantedAt: dates.values[grantedAt] ?? null,
          firstSeenAt: dates.values[firstSeenAt]!,
        },
        findings: found.map((number) => {
          const { rule, then, reason, suppressedBy } = findings.values[number]!;
          return { grantId: id, rule, then, reason, suppressedBy };
        }),
        item,
        outcome: row.outcome,
      };
      if (row.history !== undefined) kept.history = row.history;
      if (reviewer !== undefined) kept.reviewer = reviewer;
      return kept;
    },
    packed: () => ({
      ids: needsIds ? ids.join("") : null,
      holders: holders.values,
      roles: roles.values,
      scopes: scopes.values,
      dates: dates.values,
      findings: findings.values,
      items: items.values,
      reviewers: reviewers.values,
      ...columns,
      rare,
    }),
  };
}

/** Facts of one holder may have been read at two times, and differ. */
const unlessOther = (known: ListedHolder, holder: Holder): Holder =>
  isUser(known) && byJson(known) === byJson(holder) ? known : holder;
