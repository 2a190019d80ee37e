import { type ListFilter, type ListShare, nobodyReviews } from "../rows/list-filter.ts";
import { compareIn, type ListOrder } from "../rows/list-order.ts";
import { isNotable, type ListedGrant } from "../rows/packed-rows.ts";
import { departmentText } from "../words/row-words.ts";
import { localText } from "../words/words.ts";
import { element, keepingFocus } from "./element.ts";
import { type KeptState, narrow } from "./list-state.ts";

type Option = [value: string, text: string];

type SelectParts = { label: string; value: string; options: Option[]; choose(value: string): void };

function selectElement({ label, value, options, choose }: SelectParts): HTMLElement {
  const created = element(
    "select",
    { "aria-label": label },
    options.map(([is, text]) => element("option", { value: is, selected: is === value }, text)),
  );
  created.addEventListener("change", () => choose(created.value));
  return element("label", { class: "choice" }, element("span", {}, label), created);
}

function countBy(rows: ListedGrant[], keysOf: (row: ListedGrant) => Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) for (const key of new Set(keysOf(row))) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

type Field = "rule" | "role" | "department" | "reviewer";

/** The reviewer of a row, or nobody: where the review looked for reviewers, the list can be filtered by nobody too. */
function reviewerOption({ reviewer }: ListedGrant, { settings, words }: KeptState): Option[] {
  if (reviewer) return [[reviewer.id, reviewer.name ?? reviewer.id]];
  return settings.isRouted ? [[nobodyReviews, words.phrases.reviewers.nobody]] : [];
}

/** The values that a row has in a field, each with its name. */
const valuesIn: Record<Field, (row: ListedGrant, state: KeptState) => Option[]> = {
  rule: ({ findings }, { words }) => findings.map(({ rule, reason }) => [rule, `${reason[words.language] || rule}`]),
  role: ({ grant: { role } }, { words }) => [[role.id, localText(role.name, words.language) ?? role.code ?? role.id]],
  department: ({ grant: { holder } }, { words }) =>
    holder.departmentId ? [[holder.departmentId, departmentText(holder.departmentId, words)]] : [],
  reviewer: reviewerOption,
};

/** The values that the list can be filtered by in a field, and how many rows have each. */
function fieldOptions(state: KeptState, field: Field): Option[] {
  const { words, amount, rows } = state;
  const texts = new Map<string, string>();
  const counts = countBy(rows, (row) => {
    const values = valuesIn[field](row, state);
    for (const [value, text] of values) texts.set(value, text);
    return values.map(([value]) => value);
  });
  const compare = compareIn(words.language);
  return [...counts]
    .map(([value, count]): Option => [value, `${texts.get(value)} (${amount(count)})`])
    .sort((a, b) => compare(a[1], b[1]));
}

const fields: Field[] = ["rule", "role", "department", "reviewer"];

/** The options of a field. Until every row is unpacked the values are not known: only a value that a link asked for is offered. */
function optionsNow(state: KeptState, field: Field): Option[] {
  const asked = state.filter[field];
  if (state.isWhole) return fieldOptions(state, field);
  return asked === "" ? [] : [[asked, asked]];
}

function isOffered({ isWhole, settings }: KeptState, field: Field, options: Option[]): boolean {
  return isWhole ? options.length > 0 : field !== "reviewer" || settings.isRouted;
}

function filterElements(state: KeptState): HTMLElement[] {
  const { words, filter } = state;
  const { list, phrases } = words;
  const withAny = (options: Option[]): Option[] => [["", list.any], ...options];
  const chooser = (name: keyof ListFilter) => (value: string) => narrow(state, { filter: { [name]: value } });
  const choices = fields
    .map((field) => ({ field, options: optionsNow(state, field) }))
    .filter(({ field, options }) => isOffered(state, field, options))
    .map(({ field, options }) =>
      selectElement({
        label: list.filterBy[field],
        value: filter[field],
        options: withAny(options),
        choose: chooser(field),
      }),
    );
  return [
    ...choices,
    selectElement({
      label: list.filterBy.standing,
      value: filter.standing,
      options: withAny(Object.entries(phrases.groups)),
      choose: chooser("standing"),
    }),
    selectElement({
      label: list.filterBy.status,
      value: filter.status,
      options: withAny(Object.entries(phrases.holderStatus)),
      choose: chooser("status"),
    }),
    selectElement({
      label: list.filterBy.decision,
      value: filter.decision,
      options: withAny(Object.entries(list.decisions)),
      choose: chooser("decision"),
    }),
    selectElement({
      label: list.order,
      value: state.order,
      options: Object.entries(list.orders),
      choose: (value) => narrow(state, { order: value as ListOrder }),
    }),
  ];
}

/** How many grants are listed; not known while rows are being unpacked. */
function wholeAmount({ isWhole, amount, rows }: KeptState): string {
  return isWhole ? amount(rows.length) : "…";
}

function sharesElement(state: KeptState): HTMLElement {
  const { list } = state.words;
  const counts = { notable: 0, undecided: 0, decided: state.marks.size };
  for (const row of state.rows) {
    if (!isNotable(row)) continue;
    counts.notable += 1;
    if (!state.marks.has(row.grant.id)) counts.undecided += 1;
  }
  const shares: ListShare[] = state.settings.isSealed ? ["notable", "all"] : ["notable", "undecided", "decided", "all"];
  const button = (share: ListShare): HTMLElement =>
    element(
      "button",
      {
        type: "button",
        "aria-pressed": String(state.filter.share === share),
        click: () => narrow(state, { filter: { share } }),
      },
      `${list.shares[share]} `,
      element("span", { class: "count" }, share === "all" ? wholeAmount(state) : state.amount(counts[share])),
    );
  return element("div", { class: "shares", role: "group" }, shares.map(button));
}

/** Search, filters and order. `refresh` writes the counts anew, `rewrite` everything. */
export type Toolbar = { root: HTMLElement; refresh(): void; rewrite(): void };

/** The bar above the list, empty until it is written. */
export function createToolbar(state: KeptState): Toolbar {
  const root = element("div", { class: "toolbar" });
  const search = element("input", { type: "search" });
  search.addEventListener("input", () => narrow(state, { filter: { text: search.value } }));
  const shares = element("div");
  const shown = element("p", { class: "shown", "aria-live": "polite" });
  const refresh = (): void => {
    const { list } = state.words;
    keepingFocus(shares, () => shares.replaceChildren(sharesElement(state)));
    shown.replaceChildren(list.shown(state.amount(state.shown.length), wholeAmount(state)));
  };
  const rewrite = (): void => {
    const { list } = state.words;
    search.placeholder = list.searchHint;
    search.setAttribute("aria-label", list.search);
    search.value = state.filter.text;
    const isNarrow = matchMedia("(max-width: 860px)").matches;
    const filters = element(
      "details",
      { class: "filters", open: !isNarrow },
      element("summary", {}, list.filters),
      element("div", {}, filterElements(state)),
    );
    keepingFocus(root, () =>
      root.replaceChildren(element("div", { class: "finding" }, search, shares, shown), filters),
    );
    refresh();
  };
  return { root, refresh, rewrite };
}
