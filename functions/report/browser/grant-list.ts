import { type ListFilter, openFilter } from "../rows/list-filter.ts";
import { isNotable } from "../rows/packed-rows.ts";
import { createDecisionBar } from "./decision-bar.ts";
import { askDecision } from "./decision-dialog.ts";
import { element, keepingFocus } from "./element.ts";
import { act, type Change, type KeptState, narrow, select } from "./list-state.ts";
import { isDecidable, type RowActions } from "./row-element.ts";
import { createToolbar } from "./toolbar.ts";
import { createVirtualRows } from "./virtual-rows.ts";

function headElement(state: KeptState): HTMLElement {
  const { list } = state.words;
  const decidable = state.shown.filter((row) => isDecidable(row, state)).map(({ grant }) => grant.id);
  const box = element("input", { type: "checkbox", "aria-label": list.selectAll });
  box.checked = decidable.length > 0 && decidable.every((id) => state.selected.has(id));
  box.addEventListener("change", () => select(state, decidable, box.checked));
  const columns = Object.entries(list.columns).map(([name, text]) =>
    element("div", { class: `cell ${name}`, role: "columnheader" }, text),
  );
  // Nothing of a sealed review can be selected: the header has no box, and a header must not be empty.
  const { isSealed } = state.settings;
  const first = element(
    "div",
    { class: "cell controls", role: isSealed ? "cell" : "columnheader" },
    isSealed ? null : box,
    isSealed ? null : element("span", { class: "only-phone", "aria-hidden": "true" }, list.selectAll),
  );
  return element("div", { class: "row head", role: "row", "aria-rowindex": 1 }, first, columns);
}

function actionsOf(state: KeptState, parts: { say(text: string): void; redraw(): void }): RowActions {
  return {
    decide(grantIds, decision) {
      const wanted = new Set(grantIds);
      const rows = state.rows.filter((row) => wanted.has(row.grant.id) && isDecidable(row, state));
      const shown = state.shown.filter((row) => isDecidable(row, state));
      const isEverything = shown.length > 1 && shown.every(({ grant }) => wanted.has(grant.id));
      askDecision(state, { rows, decision, isEverything }, (ownGrants) => {
        parts.say(ownGrants > 0 ? state.words.list.dialog.ownLeftOut(state.amount(ownGrants)) : "");
      });
    },
    takeBack: (grantId) => act(state, { grantIds: [grantId], mark: null, reviewer: state.log.reviewer }),
    select: (grantId, isSelected) => select(state, [grantId], isSelected),
    toggle(grantId) {
      state.expandedId = state.expandedId === grantId ? null : grantId;
      parts.redraw();
    },
  };
}

const addressed: (keyof ListFilter)[] = ["rule", "role", "department", "reviewer", "standing", "status", "decision"];

/** Narrows the list as a link within the page asks, such as `#rule=leaver`. */
function followAddress(state: KeptState, root: HTMLElement): void {
  const asked = new URLSearchParams(location.hash.slice(1));
  const named = addressed.filter((name) => asked.has(name));
  const share = asked.get("show");
  if (named.length === 0 && share !== "all" && share !== "notable") return;
  const filter = Object.fromEntries(named.map((name) => [name, asked.get(name) ?? ""]));
  narrow(state, {
    filter: { ...openFilter, share: share === "all" || named.length > 0 ? "all" : "notable", ...filter },
  });
  root.scrollIntoView();
}

/** Fills the section with the list: toolbar, rows, and the bar for decisions. */
export function openGrantList(section: HTMLElement, state: KeptState): void {
  const parts = { say: (_: string): void => {}, redraw: (): void => {} };
  const actions = actionsOf(state, parts);
  const toolbar = createToolbar(state);
  const rows = createVirtualRows(state, actions);
  const bar = createDecisionBar(state, actions);
  const head = element("div", { role: "rowgroup" });
  const table = element(
    "div",
    { class: state.settings.isSealed ? "list sealed" : "list", role: "table" },
    head,
    rows.root,
  );
  const note = element("p", { class: "small note" });
  const nothing = element("p", { class: "nothing" });
  section.append(toolbar.root, note, table, nothing);
  document.body.append(bar.root);
  parts.say = bar.say;
  parts.redraw = rows.redraw;

  const writeNotes = (): void => {
    const { list } = state.words;
    const { population, isSealed } = state.settings;
    const notes = [
      state.isWhole && state.rows.length < population
        ? list.listsNotable(state.amount(state.rows.length), state.amount(population))
        : "",
      isSealed ? list.bar.sealed : "",
    ];
    note.textContent = notes.filter(Boolean).join(" ");
    nothing.textContent = state.isWhole && state.shown.length === 0 ? list.nothingShown : "";
    table.setAttribute("aria-rowcount", String(state.shown.length + 1));
    table.setAttribute("aria-label", state.words.phrases.sections.grants);
  };
  const redraw = (change: Change): void => {
    if (change === "language") toolbar.rewrite();
    else toolbar.refresh();
    keepingFocus(head, () => head.replaceChildren(headElement(state)));
    writeNotes();
    bar.redraw();
    rows.redraw();
  };
  state.listeners.push(redraw);
  redraw("language");

  addEventListener("scroll", rows.follow, { passive: true });
  addEventListener("resize", rows.follow);
  addEventListener("hashchange", () => {
    followAddress(state, section);
    toolbar.rewrite();
  });
  addEventListener("beforeprint", () => {
    const count = rows.spread(true);
    const isCut = count < state.shown.length;
    if (isCut) note.textContent = state.words.list.printed(state.amount(count), state.amount(state.shown.length));
  });
  addEventListener("afterprint", () => {
    rows.spread(false);
    writeNotes();
  });
  if (location.hash) followAddress(state, section);
  if (!state.rows.some(isNotable)) narrow(state, { filter: { share: "all" } });
}
