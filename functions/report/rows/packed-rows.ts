import type { Grant, Holder, HolderMember, Role, Scopes } from "../../review/grants/grant.ts";
import type { PlanItem } from "../../review/plan/plan.ts";
import type { Outcome } from "../../review/proof/receipt.ts";
import type { Finding } from "../../review/rules/finding.ts";
import type { GrantHistory, Reviewer } from "../review-view.ts";

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

/** What few rows have; `reason` is why a grant cannot be removed. */
export type Rare = { outcome?: ListedOutcome; reason?: string | null };

/**
 * Rows as columns, for a page that holds tens of thousands: what many share is written once, a column holds its number,
 * and -1 stands for null.
 */
export type PackedRows = {
  /** 16 characters each; null: they are not carried, as they do not compress, and each follows from its source, holder and role. */
  ids: string | null;
  holders: ListedHolder[];
  roles: Role[];
  scopes: (Scopes | null)[];
  dates: string[];
  findings: ListedFinding[];
  items: ListedItem[];
  histories: GrantHistory[];
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
  history: number[];
  reviewer: number[];
  /** What few rows have, by the row's number. */
  rare: [row: number, rare: Rare][];
};

/** The rows of a list: those that something is said of, with which it opens, and the others, which a browser unpacks after that. */
export type PackedList = { notable: PackedRows; others: PackedRows };

/** The rows of a list that something is said of, made anew each time they are gone through: tens of thousands are nowhere at once. */
export const notableRows = ({ notable }: PackedList): Iterable<ListedGrant> => ({
  *[Symbol.iterator]() {
    for (const some of unpackedRows(notable, noIdOf, 500)) yield* some;
  },
});

const noIdOf = (): never => {
  throw new Error("Cannot unpack rows that something is said of as they carry no ids");
};

const idLength = 16;

const at = <T>(values: T[], number: number | undefined): T | null =>
  number === undefined || number < 0 ? null : (values[number] ?? null);

/** A grant's id, as `grantId` makes it. */
export type IdOf = (holderId: string, roleId: string) => string;

/** The rows again, in their order; what is shared is one object. `idOf` makes the ids that are not carried. */
export function unpackRows(packed: PackedRows, idOf: IdOf): ListedGrant[] {
  return [...unpackedRows(packed, idOf, packed.holder.length)].flat();
}

/** The same, so many at a time. */
export function* unpackedRows(packed: PackedRows, idOf: IdOf, rowsAtOnce: number): Generator<ListedGrant[]> {
  const rareByRow = new Map(packed.rare);
  const unknown = (what: string): never => {
    throw new Error(`Cannot unpack the rows as a ${what} is missing`);
  };
  const unpacked = (row: number): ListedGrant => {
    const rare = rareByRow.get(row);
    const flags = packed.flags[row] ?? 0;
    const holder = at(packed.holders, packed.holder[row]) ?? unknown("holder");
    const role = at(packed.roles, packed.role[row]) ?? unknown("role");
    return {
      grant: {
        id: packed.ids?.slice(row * idLength, (row + 1) * idLength) ?? idOf(holder.id, role.id),
        holder,
        role,
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
      history: at(packed.histories, packed.history[row]),
      reviewer: at(packed.reviewers, packed.reviewer[row]),
    };
  };
  const count = packed.holder.length;
  for (let from = 0; from < count; from += rowsAtOnce) {
    yield Array.from({ length: Math.min(rowsAtOnce, count - from) }, (_, index) => unpacked(from + index));
  }
}
