import type { Finding } from "../review/finding.ts";
import type { Grant, Holder, HolderMember, Role, Scopes } from "../review/grant.ts";
import type { PlanItem } from "../review/plan.ts";
import type { Outcome } from "../review/receipt.ts";
import { createDictionary } from "./dictionary.ts";
import { isNotable } from "./notable-rows.ts";
import type { GrantHistory, ReportRow, Reviewer } from "./review-view.ts";

/** A member of a group as the list shows it. */
export type ListedMember = Pick<HolderMember, "id" | "status" | "name" | "email">;

/** A holder in the list: of a group the first members, and how many there are. */
export type ListedHolder = Omit<Holder, "members"> & { members?: { count: number; first: ListedMember[] } };

/** What the list of a report shows of a finding, an item and an outcome. */
export type ListedFinding = Pick<Finding, "rule" | "then" | "reason" | "suppressedBy">;
export type ListedItem = Pick<PlanItem, "rules" | "noticeAt" | "notBefore" | "hold" | "ifUndecided">;
export type ListedOutcome = Pick<Outcome, "outcome" | "detail" | "requestId" | "at" | "verifiedAt">;

/** A grant in the list of a report, with all that the review says of it. */
export type ListedGrant = {
  grant: Omit<Grant, "source" | "provider" | "holder"> & { holder: ListedHolder };
  findings: ListedFinding[];
  item: ListedItem | null;
  outcome: ListedOutcome | null;
  history: GrantHistory | null;
  reviewer: Reviewer | null;
};

type Rare = { outcome?: ListedOutcome; history?: GrantHistory; reason?: string | null };

/**
 * Rows as columns, for a page that holds tens of thousands: what many share is written once, a column holds its number,
 * and -1 stands for null.
 */
export type PackedRows = {
  ids: string;
  holders: ListedHolder[];
  roles: Role[];
  scopes: (Scopes | null)[];
  dates: string[];
  findings: ListedFinding[];
  items: ListedItem[];
  reviewers: Reviewer[];
  holder: number[];
  role: number[];
  scope: number[];
  grantedAt: number[];
  firstSeenAt: number[];
  /** 1: removable, 2: restorable. */
  flags: number[];
  found: number[][];
  item: number[];
  reviewer: number[];
  /** What few rows have, by the row's number. */
  rare: [row: number, rare: Rare][];
};

const idLength = 16;
/** Groups of a thousand members, hundreds of them, would be most of the page: the snapshot has them all. */
const mostListedMembers = 100;

const byJson = (value: unknown): string => JSON.stringify(value);

/** The rows of a list: those that something is said of, with which it opens, and the others, which a browser unpacks after that. */
export type PackedList = { notable: PackedRows; others: PackedRows };

type RowPacker = { add(row: ReportRow): void; packed(): PackedRows };

/** Takes rows as they are streamed. */
export type ListPacker = { add(row: ReportRow): void; packed(): PackedList };

const rareOf = ({ grant, outcome, history }: ReportRow): Rare => ({
  ...(outcome ? { outcome: listedOutcome(outcome) } : {}),
  ...(history ? { history } : {}),
  ...(grant.removable ? {} : { reason: grant.unremovableReason }),
});

const listedHolder = ({ members, ...holder }: Holder): ListedHolder => {
  if (!members) return holder;
  const first = members.slice(0, mostListedMembers).map(({ id, status, name, email }) => ({ id, status, name, email }));
  return { ...holder, members: { count: members.length, first } };
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

/** Packs rows whose ids are 16 characters each. The same rows in the same order give the same columns. */
export function createListPacker(): ListPacker {
  const [notable, others] = [createRowPacker(), createRowPacker()];
  return {
    add: (row) => (isNotable(row) ? notable : others).add(row),
    packed: () => ({ notable: notable.packed(), others: others.packed() }),
  };
}

function createRowPacker(): RowPacker {
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
  const ids: string[] = [];
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
      const rest = rareOf(row);
      if (Object.keys(rest).length > 0) rare.push([ids.length, rest]);
      ids.push(grant.id);
      columns.holder.push(holders.numberOf(listedHolder(grant.holder)));
      columns.role.push(roles.numberOf(grant.role));
      columns.scope.push(scopes.numberOf(grant.scopes));
      columns.grantedAt.push(grant.grantedAt === null ? -1 : dates.numberOf(grant.grantedAt));
      columns.firstSeenAt.push(dates.numberOf(grant.firstSeenAt));
      columns.flags.push((grant.removable ? 1 : 0) + (grant.restorable ? 2 : 0));
      columns.found.push(row.findings.map((finding) => findings.numberOf(listedFinding(finding))));
      columns.item.push(item ? items.numberOf(listedItem(item)) : -1);
      columns.reviewer.push(reviewer ? reviewers.numberOf(reviewer) : -1);
    },
    packed: () => ({
      ids: ids.join(""),
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

const at = <T>(values: T[], number: number | undefined): T | null =>
  number === undefined || number < 0 ? null : (values[number] ?? null);

/** The rows again, in their order; what is shared is one object. */
export function unpackRows(packed: PackedRows): ListedGrant[] {
  const rareByRow = new Map(packed.rare);
  const unknown = (what: string): never => {
    throw new Error(`Cannot unpack the rows as a ${what} is missing`);
  };
  return packed.holder.map((holder, row): ListedGrant => {
    const rare = rareByRow.get(row);
    const flags = packed.flags[row] ?? 0;
    return {
      grant: {
        id: packed.ids.slice(row * idLength, (row + 1) * idLength),
        holder: at(packed.holders, holder) ?? unknown("holder"),
        role: at(packed.roles, packed.role[row]) ?? unknown("role"),
        scopes: at(packed.scopes, packed.scope[row]),
        removable: (flags & 1) > 0,
        unremovableReason: rare?.reason ?? null,
        restorable: (flags & 2) > 0,
        grantedAt: at(packed.dates, packed.grantedAt[row]),
        firstSeenAt: at(packed.dates, packed.firstSeenAt[row]) ?? unknown("date"),
      },
      findings: (packed.found[row] ?? []).map((number) => at(packed.findings, number) ?? unknown("finding")),
      item: at(packed.items, packed.item[row]),
      outcome: rare?.outcome ?? null,
      history: rare?.history ?? null,
      reviewer: at(packed.reviewers, packed.reviewer[row]),
    };
  });
}
