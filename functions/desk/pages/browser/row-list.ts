import type { Markup } from "../../../report/page/markup.ts";
import type { DeskRow } from "../../model.ts";
import { grantRow, type RowPage } from "../grant-row.ts";
import { groupHead, groupsOf } from "../row-groups.ts";

const rowsAStep = 40;

/** The element that markup is. */
export function elementFrom({ html }: Markup): HTMLElement {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild as HTMLElement;
}

/** The row of a grant, where it is in the page already. */
export function deskRowElement(grantId: string): HTMLElement | null {
  return document.getElementById(`g-${grantId}`);
}

/** Resolves when the browser is idle; Safari cannot tell, and goes on at the next turn. */
export function atLeisure(): Promise<void> {
  return new Promise((resolve) => {
    if ("requestIdleCallback" in globalThis) requestIdleCallback(() => resolve(), { timeout: 300 });
    else setTimeout(resolve);
  });
}

/** Resolves after what a person did meanwhile was answered. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

type Arranging = {
  page: RowPage;
  byPerson: boolean;
  isOff: () => boolean;
  added: (element: HTMLElement, row: DeskRow) => void;
};

/** Puts a list's rows into groups, a few at a time; what stands right already is not touched. `isOff`: stop, as it is arranged anew. */
export async function arrange(
  list: HTMLElement,
  rows: readonly DeskRow[],
  { page, byPerson, isOff, added }: Arranging,
): Promise<void> {
  let cursor = list.firstElementChild;
  let count = 0;
  const place = (node: Element): void => {
    if (cursor === node) cursor = node.nextElementSibling;
    else list.insertBefore(node, cursor);
  };
  const heads = new Map(
    [...list.querySelectorAll<HTMLElement>(".group-head")].map((head) => [head.dataset.head, head]),
  );
  for (const group of groupsOf(rows, byPerson)) {
    const head = groupHead(group, page, byPerson);
    if (head) {
      const made = elementFrom(head);
      const standing = heads.get(made.dataset.head);
      heads.delete(made.dataset.head);
      place(standing ?? made);
    }
    for (const row of group.rows) {
      count += 1;
      if (count % rowsAStep === 0) await nextTurn();
      if (isOff()) return;
      const standing = deskRowElement(row.grantId);
      const element = standing ?? elementFrom(grantRow(row, page));
      place(element);
      if (!standing) added(element, row);
    }
  }
  for (const head of heads.values()) head.remove();
}
