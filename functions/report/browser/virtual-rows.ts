import type { ListedGrant } from "../packed-rows.ts";
import { element } from "./element.ts";
import type { KeptState } from "./list-state.ts";
import { rowDetail } from "./row-detail.ts";
import { type RowActions, rowElement } from "./row-element.ts";

const overscanRows = 10;
const mostPrintedRows = 2_000;

/** The rows of the list, of which only those near the window are in the document. */
export type VirtualRows = {
  root: HTMLElement;
  /** Rows changed their place, or how they look. */
  redraw(): void;
  /** The window moved over the rows. */
  follow(): void;
  /** Puts every row (at most 2,000) into the document for paper, and back; gives how many. */
  spread(isForPaper: boolean): number;
};

/** Rows of equal height but the expanded one, whose height is measured. */
export function createVirtualRows(state: KeptState, actions: RowActions): VirtualRows {
  const slice = element("div", { class: "slice", role: "rowgroup" });
  const root = element("div", { class: "rows" }, slice);
  const drawn = new Map<string, HTMLElement>();
  let isForPaper = false;

  const rowHeight = (): number => Number.parseFloat(getComputedStyle(root).getPropertyValue("--row-height"));
  const expandedIndex = (): number => state.shown.findIndex(({ grant }) => grant.id === state.expandedId);
  const expandedExtra = (): number => {
    const row = state.expandedId ? drawn.get(state.expandedId) : undefined;
    return row ? Math.max(0, row.offsetHeight - rowHeight()) : 0;
  };

  const draw = (row: ListedGrant, index: number): HTMLElement => {
    const known = drawn.get(row.grant.id);
    if (known) {
      known.setAttribute("aria-rowindex", String(index + 2));
      return known;
    }
    const created = rowElement(row, index, { state, actions });
    if (state.expandedId === row.grant.id) created.append(rowDetail(row, state));
    return created;
  };

  /** Keeps what is already there, so that neither focus nor a selection of text is lost while scrolling. */
  const put = (from: number, to: number): void => {
    const wanted = state.shown.slice(from, to).map((row, at) => [row.grant.id, draw(row, from + at)] as const);
    drawn.clear();
    for (const [id, row] of wanted) drawn.set(id, row);
    const elements = wanted.map(([, row]) => row);
    const isSame = elements.length === slice.children.length && elements.every((row, at) => slice.children[at] === row);
    if (isSame) return;
    const focused = document.activeElement as HTMLElement | null;
    slice.replaceChildren(...elements);
    if (focused && slice.contains(focused)) focused.focus({ preventScroll: true });
  };

  const follow = (): void => {
    if (isForPaper) return;
    const height = rowHeight();
    const above = Math.max(0, -root.getBoundingClientRect().top);
    const extra = expandedExtra();
    const expanded = expandedIndex();
    const isPast = expanded >= 0 && above > (expanded + 1) * height + extra;
    const first =
      Math.floor((above - (isPast ? extra : 0)) / height) -
      (expanded >= 0 && !isPast && above > expanded * height ? Math.ceil(extra / height) : 0);
    const from = Math.max(0, first - overscanRows);
    put(
      from,
      Math.min(
        state.shown.length,
        from + Math.ceil(innerHeight / height) + 2 * overscanRows + Math.ceil(extra / height),
      ),
    );
    const offset = from * height + (expanded >= 0 && expanded < from ? extra : 0);
    slice.style.transform = `translateY(${offset}px)`;
    root.style.height = `${state.shown.length * height + expandedExtra()}px`;
  };

  return {
    root,
    redraw() {
      drawn.clear();
      follow();
      // Only now can an expanded row be measured.
      follow();
    },
    follow,
    spread(forPaper) {
      isForPaper = forPaper;
      root.classList.toggle("on-paper", forPaper);
      const count = Math.min(state.shown.length, mostPrintedRows);
      if (forPaper) {
        slice.style.transform = "";
        root.style.height = "";
        put(0, count);
      } else follow();
      return count;
    },
  };
}
