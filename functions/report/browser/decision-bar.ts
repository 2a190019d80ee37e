import { decisionsCsv, decisionsFileName } from "../rows/decisions.ts";
import { element, keepingFocus } from "./element.ts";
import { type KeptState, renameReviewer, select, undoLast } from "./list-state.ts";
import type { RowActions } from "./row-element.ts";

function download({ settings, marks }: KeptState): void {
  const address = URL.createObjectURL(new Blob([decisionsCsv(settings.review, marks)], { type: "text/csv" }));
  const link = element("a", { href: address, download: decisionsFileName(settings) });
  link.click();
  // The browser reads the address after the click has returned.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

function button(className: string, text: string, click: () => void): HTMLElement {
  return element("button", { type: "button", class: className, click }, text);
}

/** The bar with which a reviewer decides on selected grants, and undoes and downloads decisions. `say` shows a sentence until the next one. */
export type DecisionBar = { root: HTMLElement; redraw(): void; say(text: string): void };

/** The bar at the foot of the window: hidden while nothing is selected or decided. */
export function createDecisionBar(state: KeptState, actions: RowActions): DecisionBar {
  const said = element("p", { class: "said", role: "status" });
  const body = element("div", { class: "bar-body" });
  const root = element("div", { class: "decision-bar", role: "region" }, said, body);

  const selection = (): HTMLElement[] => {
    const { list } = state.words;
    if (state.selected.size === 0) return [];
    const decide = (decision: "keep" | "revoke") => () => actions.decide([...state.selected], decision);
    return [
      element("strong", {}, list.bar.selected(state.amount(state.selected.size))),
      button("keep", list.keep, decide("keep")),
      button("revoke", list.revoke, decide("revoke")),
      button("plain", list.bar.clear, () => select(state, null)),
    ];
  };

  const decided = (): HTMLElement[] => {
    const { bar } = state.words.list;
    if (state.log.steps.length === 0) return [];
    const undo = button("plain", bar.undo, () => undoLast(state));
    if (state.marks.size === 0) return [undo];
    const rename = (): void => {
      renameReviewer(state, "");
    };
    const who = element(
      "span",
      { class: "small who" },
      `${bar.as(state.log.reviewer)} `,
      button("link", bar.change, rename),
    );
    const save = button("save", bar.download, () => {
      download(state);
      say(bar.handIn(`npx access-review decide ${decisionsFileName(state.settings)}`));
    });
    return [
      element("strong", {}, bar.decided(state.amount(state.marks.size))),
      ...(state.log.reviewer ? [who] : []),
      undo,
      save,
    ];
  };

  const say = (text: string): void => {
    said.textContent = text;
  };
  const redraw = (): void => {
    const { bar } = state.words.list;
    root.setAttribute("aria-label", state.words.list.columns.decision);
    const parts = [selection(), decided()].filter((group) => group.length > 0);
    keepingFocus(body, () => body.replaceChildren(...parts.map((group) => element("div", { class: "group" }, group))));
    root.hidden = parts.length === 0;
    if (parts.length > 0 && !state.isKept) say(bar.notKept);
  };
  return { root, redraw, say };
}
