import type { Language } from "../review-view.ts";
import { localText, type Phrases } from "../words/words.ts";
import { groupOf } from "./list-filter.ts";
import type { ListedGrant } from "./packed-rows.ts";
import type { PlanStop, RowGroup } from "./standing.ts";

/** What the list can be ordered by. */
export type ListOrder = keyof Phrases["list"]["orders"];

type Compare = (a: string, b: string) => number;

const tags: Record<Language, string> = { zh: "zh-CN", en: "en" };
const comparers = new Map<Language, Compare>();

/** The order of texts in a language, figures by their value. A collator takes milliseconds to make: one for each language. */
export function compareIn(language: Language): Compare {
  const compare = comparers.get(language) ?? new Intl.Collator(tags[language], { numeric: true }).compare;
  comparers.set(language, compare);
  return compare;
}

const groupRanks: Record<RowGroup, number> = {
  unremoved: 0,
  waiting: 1,
  held: 2,
  kept: 3,
  changed: 4,
  narrowed: 4.5,
  removed: 5,
};

/** How urgently a grant calls for a person: the most urgent grant has the smallest rank. */
function attentionRank(row: ListedGrant, planStop: PlanStop | null): number {
  const group = groupOf(row, planStop);
  if (group !== "kept") return groupRanks[group];
  return row.findings.some(({ suppressedBy }) => suppressedBy === null) ? 3 : row.findings.length > 0 ? 3.5 : 6;
}

/** The place of every distinct text among all, so that rows are compared by number: a collator is slow. */
function ranksOf(texts: Iterable<string>, language: Language): Map<string, number> {
  return new Map([...new Set(texts)].sort(compareIn(language)).map((text, rank) => [text, rank]));
}

/** What an order needs to know. `departmentNames` is keyed by department id. */
export type OrderContext = {
  language: Language;
  planStop: PlanStop | null;
  departmentNames: ReadonlyMap<string, string>;
};

const textsOf = {
  holder: ({ grant }: ListedGrant): string => grant.holder.name ?? grant.holder.id,
  role: ({ grant }: ListedGrant, { language }: OrderContext): string =>
    localText(grant.role.name, language) ?? grant.role.code ?? grant.role.id,
  department: ({ grant }: ListedGrant, { departmentNames }: OrderContext): string => {
    const id = grant.holder.departmentId ?? "";
    return departmentNames.get(id) ?? id;
  },
};

type Key = (row: ListedGrant) => number;

function byText(rows: ListedGrant[], name: keyof typeof textsOf, context: OrderContext): Key {
  const ranks = ranksOf(
    rows.map((row) => textsOf[name](row, context)),
    context.language,
  );
  return (row) => ranks.get(textsOf[name](row, context)) ?? 0;
}

function instantOf(instant: string | null): number {
  return instant === null ? 0 : Date.parse(instant);
}

/** The rows in that order; equal rows are ordered by role, then by holder. */
export function orderRows(rows: ListedGrant[], order: ListOrder, context: OrderContext): ListedGrant[] {
  const [byRole, byHolder] = [byText(rows, "role", context), byText(rows, "holder", context)];
  const firstKey: Record<ListOrder, () => Key> = {
    attention: () => (row) => attentionRank(row, context.planStop),
    holder: () => byHolder,
    role: () => byRole,
    department: () => byText(rows, "department", context),
    granted: () => (row) => instantOf(row.grant.grantedAt),
    seen: () => (row) => -instantOf(row.grant.firstSeenAt),
  };
  const byFirst = firstKey[order]();
  const keyed = rows.map((row) => ({ row, keys: [byFirst(row), byRole(row), byHolder(row)] as const }));
  keyed.sort((a, b) => a.keys[0] - b.keys[0] || a.keys[1] - b.keys[1] || a.keys[2] - b.keys[2]);
  return keyed.map(({ row }) => row);
}
