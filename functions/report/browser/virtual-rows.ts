import type { ListedGrant } from "../rows/packed-rows.ts";
import { element } from "./element.ts";
import type { KeptState } from "./list-state.ts";
import { rowDetail } from "./row-detail.ts";
import { type RowActions, rowElement } from "./row-element.ts";
import { around, type Layout, nextSpan, rowAt, type Span, topOf } from "./row-layout.ts";

const mostPrintedRows = 2_000;

/** The rows of the list, of which only those near the window are in the document. */
export type VirtualRows = {
  root: HTMLElement;
  /** Draws every row anew: rows changed their place or their look. */
  redraw(): void;
  /** Draws the rows that became visible, before the next frame: the window moved. */
  follow(): void;
  /** Puts every row (at most 2,000) into the document for paper, or takes them out again; returns how many. */
  spread(isForPaper: boolean): number;
};

/** Does the work once before the next frame is painted, however often it is asked for meanwhile. */
function atNextFrame(work: () => void): () => void {
  let isAsked = false;
  return () => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      work();
    });
  };
}

type FocusedControl = { grantId: string; at: number };

function controlsOf(row: Element): HTMLElement[] {
  return [...row.querySelectorAll<HTMLElement>("button, input")];
}

function focusedControl(): FocusedControl | null {
  const row = document.activeElement?.closest<HTMLElement>(".row[data-grant]");
  const grantId = row?.dataset.grant;
  return row && grantId ? { grantId, at: controlsOf(row).indexOf(document.activeElement as HTMLElement) } : null;
}

function focusAgain(rows: Element, { grantId, at }: FocusedControl): void {
  const row = [...rows.children].find((child) => (child as HTMLElement).dataset.grant === grantId);
  const controls = row ? controlsOf(row) : [];
  (controls[at] ?? controls.at(-1))?.focus({ preventScroll: true });
}

/** Rows of equal height; only the expanded row is taller, and its height is measured while it is in the document. */
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

  /** Rows that stay are not touched: they keep their layout, their focus and their selected text. */
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
    // A margin leaves the rows that stay as they were painted; a transform would paint every row anew.
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
