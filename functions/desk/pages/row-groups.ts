import { type Markup, markup, nameMarkup } from "../../report/page/markup.ts";
import type { DeskRow } from "../model.ts";
import { holderNameIn, isBarred, nameIn, type RowPage } from "./grant-row.ts";

/** Rows that are read together: of one role, or of one person. */
export type DeskRowGroup = { id: string; rows: DeskRow[] };

/** The rows in groups, in the order in which the first row of each comes. */
export function groupsOf(rows: readonly DeskRow[], byPerson: boolean): DeskRowGroup[] {
  const byId = Map.groupBy(rows, ({ role, holder }) => (byPerson ? holder.id : role.id));
  return [...byId].map(([id, grouped]) => ({ id, rows: grouped }));
}

/** The heading of a group, with what decides on all of it at once. A group of one needs none. */
export function groupHead({ id, rows }: DeskRowGroup, page: RowPage, byPerson: boolean): Markup | null {
  const [first] = rows;
  if (!first || rows.length < 2) return null;
  const { words } = page;
  const name = byPerson ? holderNameIn(first) : nameIn(first.role.name, page, first.role.id);
  const open = rows.filter((row) => !isBarred(row)).length;
  const count = String(open);
  const button = (decision: "keep" | "revoke"): Markup =>
    markup`<button type="button" class="${decision}" data-mark="${decision}" data-group="${id}">${words.groups.everyone(words.act[decision], count)}</button>`;
  return markup`<li class="group-head" data-head="${byPerson ? "person" : "role"} ${id}"><h2>${nameMarkup(name)} <span class="small">${String(rows.length)}</span></h2>${open > 1 ? markup`<span class="bulk needs-script">${button("keep")}${button("revoke")}</span>` : null}</li>
`;
}
