import type { HolderStatus } from "../../review/grants/grant.ts";
import type { ListShare } from "../words/list-phrases.ts";
import type { ListedGrant } from "./packed-rows.ts";
import { type PlanStop, type RowGroup, rowGroupOf, standingOf } from "./standing.ts";

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
};

/** What the list is narrowed to for the grants that nobody is left to review. */
export const nobodyReviews = "nobody";

/** Everything that something is said of. */
export const openFilter: ListFilter = {
  text: "",
  share: "notable",
  rule: "",
  role: "",
  department: "",
  reviewer: "",
  standing: "",
  status: "",
};

/** What a filter needs to know of the list besides its rows. */
export type FilterContext = {
  planStop: PlanStop | null;
  isDecided(grantId: string): boolean;
  /** Names of departments by id, as far as scopes or the review tell them. */
  departmentNames: ReadonlyMap<string, string>;
};

/** Whether a rule, a plan, an outcome or a reviewer of the past says anything of the grant. */
export const isNotable = ({ findings, item, outcome }: ListedGrant): boolean =>
  findings.length > 0 || item !== null || outcome !== null;

/** Which group a listed grant stands in. */
export const groupOf = (row: ListedGrant, planStop: PlanStop | null): RowGroup => rowGroupOf(standingOf(row, planStop));

const isInShare = (row: ListedGrant, share: ListShare, { isDecided }: FilterContext): boolean => {
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
};

const scopeWords = ({ grant }: ListedGrant): string[] =>
  (grant.scopes ?? []).flat().flatMap(({ ids, names }) => [...ids, ...names.map((name) => name ?? "")]);

const textOf = (row: ListedGrant, { departmentNames }: FilterContext): string => {
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
};

const texts = new WeakMap<ListedGrant, string>();

/** What a search looks through, made when first searched for. */
const searchedText = (row: ListedGrant, context: FilterContext): string => {
  const text = texts.get(row) ?? textOf(row, context);
  texts.set(row, text);
  return text;
};

const matchesFields = (row: ListedGrant, filter: ListFilter, { planStop }: FilterContext): boolean => {
  const { holder, role } = row.grant;
  return (
    (filter.rule === "" || row.findings.some(({ rule }) => rule === filter.rule)) &&
    (filter.role === "" || role.id === filter.role) &&
    (filter.department === "" || holder.departmentId === filter.department) &&
    (filter.reviewer === "" || (row.reviewer?.id ?? nobodyReviews) === filter.reviewer) &&
    (filter.standing === "" || groupOf(row, planStop) === filter.standing) &&
    (filter.status === "" || holder.status === filter.status)
  );
};

/** The rows that match every part of the filter; of a text, every word must be found somewhere. */
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
