import type { Grant, Holder, HolderMember, Role, Scopes } from "../../review/grants/grant.ts";
import type { Peers } from "../../review/people/peers.ts";
import type { PlanItem } from "../../review/plan/plan.ts";
import type { Outcome } from "../../review/proof/receipt.ts";
import type { Finding } from "../../review/rules/finding.ts";
import type { GrantHistory, Language, Reviewer } from "../review-view.ts";
import type { PlanStop } from "./standing.ts";

/** What the list of grants needs to know of the review besides its rows; plain JSON within the page. */
export type ListSettings = {
  source: string;
  review: string;
  language: Language;
  timezone: string;
  isSealed: boolean;
  planStop: PlanStop | null;
  /** The longest time that a keep may last, in days from the decision. */
  maxKeepDays: number;
  /** How many grants the review has; the list may hold fewer. */
  population: number;
  /** The reviewer whose rows alone the list holds; null: everybody's. */
  onlyFor: string | null;
  /** Whether the review looked for a reviewer of every grant. */
  isRouted: boolean;
  /** By id: the known names of the departments where listed holders work or worked. */
  departmentNames: Record<string, string>;
  rules: { id: string; then: Finding["then"]; overridable: boolean }[];
};

/** A review of more grants lists only its notable rows: a browser does not hold more with ease. */
export const mostListedGrants = 50_000;

/** Ids of the elements that carry the list through the page. */
export const listIds = {
  root: "grants",
  settings: "list-settings",
  rows: "list-rows",
  otherRows: "list-other-rows",
} as const;

/** A member of a group as the list shows it. */
export type ListedMember = Pick<HolderMember, "id" | "status" | "name" | "email">;

/** A holder in the list: of a group its first members, and how many there are. */
export type ListedHolder = Omit<Holder, "members"> & { members?: { count: number; first: ListedMember[] } };

/** What the list of a report shows of a finding, an item and an outcome. */
export type ListedFinding = Pick<Finding, "rule" | "then" | "reason" | "suppressedBy" | "keep" | "conflict">;
export type ListedItem = Pick<PlanItem, "rules" | "noticeAt" | "notBefore" | "hold" | "ifUndecided" | "keep">;
export type ListedOutcome = Pick<Outcome, "outcome" | "detail" | "because" | "requestId" | "at" | "verifiedAt">;

/** A grant in the list of a report, with everything that the review says of it. */
export type ListedGrant = {
  grant: Omit<Grant, "source" | "provider" | "holder"> & { holder: ListedHolder };
  findings: ListedFinding[];
  item: ListedItem | null;
  outcome: ListedOutcome | null;
  history: GrantHistory | null;
  reviewer: Reviewer | null;
  /** How many peers of the holder have the role as well; null where that is not known, and of rows of which nothing is said. */
  peers: Peers | null;
};

type Told = { findings: readonly unknown[]; item: object | null; outcome: object | null };

/** Whether a row is notable: a rule, the plan or an outcome says something of its grant. */
export function isNotable({ findings, item, outcome }: Told): boolean {
  return findings.length > 0 || item !== null || outcome !== null;
}

/** The fields that few rows have; `reason` is why a grant cannot be removed. */
export type Rare = { outcome?: ListedOutcome; reason?: string | null };

/**
 * Rows as columns, for a page that holds tens of thousands of them: a value that many rows share is written once, a column
 * holds its number, and -1 stands for null.
 */
export type PackedRows = {
  /** 16 characters each; null: the ids are left out, as they do not compress, and each follows from source, holder and role. */
  ids: string | null;
  holders: ListedHolder[];
  roles: Role[];
  scopes: (Scopes | null)[];
  dates: string[];
  findings: ListedFinding[];
  items: ListedItem[];
  histories: GrantHistory[];
  reviewers: Reviewer[];
  peers: Peers[];
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
  /** Of notable rows alone; empty where nobody was counted. */
  peer: number[];
  /** By the row's number. */
  rare: [row: number, rare: Rare][];
};

/** The rows of a list: the list opens with the notable rows, and a browser unpacks the others after that. */
export type PackedList = { notable: PackedRows; others: PackedRows };

/** The notable rows, unpacked anew for each iteration, so that tens of thousands of rows are never in memory at once. */
export function notableRows({ notable }: PackedList): Iterable<ListedGrant> {
  return {
    *[Symbol.iterator]() {
      for (const some of unpackedRows(notable, noIdOf, 500)) yield* some;
    },
  };
}

function noIdOf(): never {
  throw new Error("Cannot unpack rows that something is said of as they carry no ids");
}

const idLength = 16;

function valueAt<T>(values: T[], number: number | undefined): T | null {
  return number === undefined || number < 0 ? null : (values[number] ?? null);
}

/** A grant's id, as `grantId` makes it. */
export type IdOf = (holderId: string, roleId: string) => string;

/** The rows again, in their order; a shared value is one object. `idOf` makes the ids that were left out. */
export function unpackRows(packed: PackedRows, idOf: IdOf): ListedGrant[] {
  return [...unpackedRows(packed, idOf, packed.holder.length)].flat();
}

/** The same, so many rows at a time. */
export function* unpackedRows(packed: PackedRows, idOf: IdOf, rowsAtOnce: number): Generator<ListedGrant[]> {
  const rareByRow = new Map(packed.rare);
  const unknown = (what: string): never => {
    throw new Error(`Cannot unpack the rows as a ${what} is missing`);
  };
  const unpacked = (row: number): ListedGrant => {
    const rare = rareByRow.get(row);
    const flags = packed.flags[row] ?? 0;
    const holder = valueAt(packed.holders, packed.holder[row]) ?? unknown("holder");
    const role = valueAt(packed.roles, packed.role[row]) ?? unknown("role");
    return {
      grant: {
        id: packed.ids?.slice(row * idLength, (row + 1) * idLength) ?? idOf(holder.id, role.id),
        holder,
        role,
        scopes: valueAt(packed.scopes, packed.scope[row]),
        removable: (flags & 1) > 0,
        unremovableReason: rare?.reason ?? null,
        restorable: (flags & 2) > 0,
        grantedAt: valueAt(packed.dates, packed.grantedAt[row]),
        firstSeenAt: valueAt(packed.dates, packed.firstSeenAt[row]) ?? unknown("date"),
      },
      findings: (packed.found[row] ?? []).map((number) => valueAt(packed.findings, number) ?? unknown("finding")),
      item: valueAt(packed.items, packed.item[row]),
      outcome: rare?.outcome ?? null,
      history: valueAt(packed.histories, packed.history[row]),
      reviewer: valueAt(packed.reviewers, packed.reviewer[row]),
      peers: valueAt(packed.peers, packed.peer[row]),
    };
  };
  const count = packed.holder.length;
  for (let from = 0; from < count; from += rowsAtOnce) {
    yield Array.from({ length: Math.min(rowsAtOnce, count - from) }, (_, index) => unpacked(from + index));
  }
}
