import type { HolderStatus } from "../../review/grants/grant.ts";
import type { Phrases } from "../words/words.ts";
import { type DecisionGroup, decisionGroupOf } from "./decided.ts";
import { isNotable, type ListedGrant } from "./packed-rows.ts";
import { type PlanStop, type RowGroup, rowGroupOf, standingOf } from "./standing.ts";

/** Which part of the list is shown. */
export type ListShare = keyof Phrases["list"]["shares"];

/** What the list is narrowed to; an empty text asks for nothing. */
export type ListFilter = {
  text: string;
  share: ListShare;
  rule: string;
  role: string;
  department: string;
  reviewer: string;
  standing: RowGroup | "";
  status: HolderStatus | "";
  decision: DecisionGroup | "";
};

/** The `reviewer` of a filter for the grants that nobody is left to review. */
export const nobodyReviews = "nobody";

/** The filter that every notable row passes. */
export const openFilter: ListFilter = {
  text: "",
  share: "notable",
  rule: "",
  role: "",
  department: "",
  reviewer: "",
  standing: "",
  status: "",
  decision: "",
};

/** What a filter needs to know of the list besides its rows. */
export type FilterContext = {
  planStop: PlanStop | null;
  isDecided(grantId: string): boolean;
  /** By department id: the names that scopes or the review tell. */
  departmentNames: ReadonlyMap<string, string>;
};

/** The group of a listed grant. */
export function groupOf(row: ListedGrant, planStop: PlanStop | null): RowGroup {
  return rowGroupOf(standingOf(row, planStop));
}

function isInShare(row: ListedGrant, share: ListShare, { isDecided }: FilterContext): boolean {
  switch (share) {
    case "all":
      return true;
    case "notable":
      return isNotable(row);
    case "decided":
      return isDecided(row.grant.id);
    case "undecided":
      return isNotable(row) && !isDecided(row.grant.id);
    default:
      return share satisfies never;
  }
}

function scopeWords({ grant }: ListedGrant): string[] {
  return (grant.scopes ?? []).flat().flatMap(({ ids, names }) => [...ids, ...names.map((name) => name ?? "")]);
}

function textOf(row: ListedGrant, { departmentNames }: FilterContext): string {
  const { id, holder, role } = row.grant;
  return [
    ...[id, holder.id, holder.name, holder.email, holder.departmentId],
    departmentNames.get(holder.departmentId ?? ""),
    ...[role.id, role.code, role.name.zh, role.name.en],
    ...row.findings.flatMap(({ rule, reason }) => [rule, reason.zh, reason.en]),
    ...scopeWords(row),
    ...(holder.members?.first ?? []).flatMap(({ id: memberId, name, email }) => [memberId, name, email]),
  ]
    .join("\n")
    .toLowerCase();
}

const texts = new WeakMap<ListedGrant, string>();

/** The text that a search looks through, made at the first search. */
function searchedText(row: ListedGrant, context: FilterContext): string {
  const text = texts.get(row) ?? textOf(row, context);
  texts.set(row, text);
  return text;
}

function matchesFields(row: ListedGrant, filter: ListFilter, { planStop }: FilterContext): boolean {
  const { holder, role } = row.grant;
  return (
    (filter.rule === "" || row.findings.some(({ rule }) => rule === filter.rule)) &&
    (filter.role === "" || role.id === filter.role) &&
    (filter.department === "" || holder.departmentId === filter.department) &&
    (filter.reviewer === "" || (row.reviewer?.id ?? nobodyReviews) === filter.reviewer) &&
    (filter.standing === "" || groupOf(row, planStop) === filter.standing) &&
    (filter.status === "" || holder.status === filter.status) &&
    (filter.decision === "" || decisionGroupOf(row.history) === filter.decision)
  );
}

/** The rows that match every part of the filter; each word of a searched text must be found somewhere in the row. */
export function filterRows(rows: ListedGrant[], filter: ListFilter, context: FilterContext): ListedGrant[] {
  const words = filter.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return rows.filter(
    (row) =>
      isInShare(row, filter.share, context) &&
      matchesFields(row, filter, context) &&
      words.every((word) => searchedText(row, context).includes(word)),
  );
}
