import type { ListedGrant } from "../rows/packed-rows.ts";
import { element } from "./element.ts";
import type { KeptState } from "./list-state.ts";
import { atNextFrame } from "./next-frame.ts";
import { rowDetail } from "./row-detail.ts";
import { type RowActions, rowElement } from "./row-element.ts";
import { around, nextSpan, type Span } from "./row-span.ts";

const mostPrintedRows = 2_000;

/** The rows of the list, of which only those near the window are in the document. */
export type VirtualRows = {
  root: HTMLElement;
  /** Rows changed their place, or how they look. */
  redraw(): void;
  /** The window moved over the rows: before the next frame they are where it is. */
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

const controlsOf = (row: Element): HTMLElement[] => [...row.querySelectorAll<HTMLElement>("button, input")];

const focusedControl = (): FocusedControl | null => {
  const row = document.activeElement?.closest<HTMLElement>(".row[data-grant]");
  const grantId = row?.dataset.grant;
  return row && grantId ? { grantId, at: controlsOf(row).indexOf(document.activeElement as HTMLElement) } : null;
};

const focusAgain = (rows: Element, { grantId, at }: FocusedControl): void => {
  const row = [...rows.children].find((child) => (child as HTMLElement).dataset.grant === grantId);
  const controls = row ? controlsOf(row) : [];
  (controls[at] ?? controls.at(-1))?.focus({ preventScroll: true });
};

/** Rows of equal height but the expanded one, whose height is measured while it is in the document. */
export function createVirtualRows(state: KeptState, actions: RowActions): VirtualRows {
  const slice = element("div", { class: "slice", role: "rowgroup" });
  const root = element("div", { class: "rows" }, slice);
  let drawn: Span = { from: 0, to: 0 };
  const layout: Layout = { height: 1, expanded: -1, extra: 0 };
  let isForPaper = false;

  const draw = (row: ListedGrant, index: number): HTMLElement => {
    const created = rowElement(row, index, { state, actions });
    if (state.expandedId === row.grant.id) created.append(rowDetail(row, state));
    return created;
  };
  const drawAll = ({ from, to }: Span): HTMLElement[] =>
    state.shown.slice(from, Math.max(from, to)).map((row, at) => draw(row, from + at));

  /** Rows that are there already stay untouched: laid out and painted as they are, with their focus and selected text. */
  const put = (next: Span): void => {
    const isLeft = (index: number): boolean => index < next.from || index >= next.to;
    for (const [at, row] of [...slice.children].entries()) if (isLeft(drawn.from + at)) row.remove();
    const kept = { from: Math.max(drawn.from, next.from), to: Math.min(drawn.to, next.to) };
    if (kept.from >= kept.to) slice.append(...drawAll(next));
    else {
      slice.prepend(...drawAll({ from: next.from, to: kept.from }));
      slice.append(...drawAll({ from: kept.to, to: next.to }));
    }
    drawn = next;
  };

  const measureExpanded = (): void => {
    const { expanded, height } = layout;
    if (expanded < 0) layout.extra = 0;
    else if (expanded >= drawn.from && expanded < drawn.to)
      layout.extra = Math.max(0, (slice.children[expanded - drawn.from] as HTMLElement).offsetHeight - height);
  };

  const seenRows = (): Span => {
    const count = state.shown.length;
    const first = Math.min(count, rowAt(Math.max(0, -root.getBoundingClientRect().top), layout));
    return { from: first, to: Math.min(count, first + Math.ceil(innerHeight / layout.height) + 1) };
  };

  const followNow = (): void => {
    if (isForPaper) return;
    layout.height = Number.parseFloat(getComputedStyle(root).getPropertyValue("--row-height"));
    const seen = seenRows();
    const wanted = around(seen, state.shown.length);
    put(nextSpan(drawn, seen, wanted));
    measureExpanded();
    // A margin leaves the rows that stay where they were painted; moving them by a transform would paint all anew.
    slice.style.marginTop = `${topOf(drawn.from, layout)}px`;
    root.style.height = `${topOf(state.shown.length, layout)}px`;
    if (drawn.from > wanted.from || drawn.to < wanted.to) follow();
  };
  const follow = atNextFrame(followNow);

  return {
    root,
    redraw() {
      const focused = focusedControl();
      slice.replaceChildren();
      drawn = { from: 0, to: 0 };
      layout.expanded = state.shown.findIndex(({ grant }) => grant.id === state.expandedId);
      followNow();
      if (focused) focusAgain(slice, focused);
    },
    follow,
    spread(forPaper) {
      isForPaper = forPaper;
      const count = Math.min(state.shown.length, mostPrintedRows);
      if (!forPaper) followNow();
      else {
        slice.style.marginTop = "";
        root.style.height = "";
        put({ from: 0, to: count });
      }
      return count;
    },
  };
}
