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

/** Rows of equal height in pixels, but that one (-1: none) is taller by `extra`. */
type Layout = { height: number; expanded: number; extra: number };

/** The row at a distance below the first row's top. */
const rowAt = (above: number, { height, expanded, extra }: Layout): number => {
  const isBefore = expanded < 0 || above < (expanded + 1) * height;
  return isBefore ? Math.floor(above / height) : Math.max(expanded, Math.floor((above - extra) / height));
};

const topOf = (row: number, { height, expanded, extra }: Layout): number =>
  row * height + (expanded >= 0 && expanded < row ? extra : 0);

type FocusedControl = { grantId: string; at: number };

const controlsOf = (row: Element): Element[] => [...row.querySelectorAll("button, input")];

const focusedControl = (): FocusedControl | null => {
  const row = document.activeElement?.closest<HTMLElement>(".row[data-grant]");
  const grantId = row?.dataset.grant;
  return row && grantId ? { grantId, at: controlsOf(row).indexOf(document.activeElement as Element) } : null;
};

/** Rows of equal height but the expanded one, whose height is measured while it is in the document. */
export function createVirtualRows(state: KeptState, actions: RowActions): VirtualRows {
  const slice = element("div", { class: "slice", role: "rowgroup" });
  const root = element("div", { class: "rows" }, slice);
  let drawn = new Map<string, HTMLElement>();
  const layout: Layout = { height: 1, expanded: -1, extra: 0 };
  let isForPaper = false;

  const draw = (row: ListedGrant, index: number): HTMLElement => {
    const created = drawn.get(row.grant.id) ?? rowElement(row, index, { state, actions });
    created.setAttribute("aria-rowindex", String(index + 2));
    if (state.expandedId === row.grant.id && !created.querySelector(".detail")) created.append(rowDetail(row, state));
    return created;
  };

  /** Rows that are already there stay the same elements, so that scrolling loses neither focus nor selected text. */
  const put = (from: number, to: number): void => {
    const wanted = state.shown.slice(from, to).map((row, at) => [row.grant.id, draw(row, from + at)] as const);
    drawn = new Map(wanted);
    const isSame = wanted.length === slice.children.length && wanted.every(([, row], at) => slice.children[at] === row);
    if (isSame) return;
    const focused = focusedControl();
    slice.replaceChildren(...drawn.values());
    const again = focused && drawn.get(focused.grantId);
    if (!again) return;
    const controls = controlsOf(again);
    ((controls[focused.at] ?? controls.at(-1)) as HTMLElement | undefined)?.focus({ preventScroll: true });
  };

  const measure = (): void => {
    layout.height = Number.parseFloat(getComputedStyle(root).getPropertyValue("--row-height"));
    const expanded = state.expandedId ? drawn.get(state.expandedId) : undefined;
    if (layout.expanded < 0) layout.extra = 0;
    else if (expanded?.isConnected) layout.extra = Math.max(0, expanded.offsetHeight - layout.height);
  };

  const follow = (): void => {
    if (isForPaper) return;
    measure();
    const first = rowAt(Math.max(0, -root.getBoundingClientRect().top), layout);
    const from = Math.max(0, Math.min(first, state.shown.length) - overscanRows);
    put(from, Math.min(state.shown.length, first + Math.ceil(innerHeight / layout.height) + overscanRows));
    measure();
    slice.style.transform = `translateY(${topOf(from, layout)}px)`;
    root.style.height = `${topOf(state.shown.length, layout)}px`;
  };

  return {
    root,
    redraw() {
      drawn = new Map();
      layout.expanded = state.shown.findIndex(({ grant }) => grant.id === state.expandedId);
      follow();
    },
    follow,
    spread(forPaper) {
      isForPaper = forPaper;
      const count = Math.min(state.shown.length, mostPrintedRows);
      if (!forPaper) follow();
      else {
        slice.style.transform = "";
        root.style.height = "";
        put(0, count);
      }
      return count;
    },
  };
}
