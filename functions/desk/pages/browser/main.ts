import type { DeskRow, ReviewModel } from "../../model.ts";
import { isBarred, rowPageIn } from "../grant-row.ts";
import { inputId, pageIds, type ScriptInput } from "../script-input.ts";
import { type DeskMark, decisiveMarks, dropStale, keepMarks, readMarks } from "./marks.ts";
import { ownFields } from "./own-fields.ts";
import { arrange, atLeisure, deskRowElement } from "./row-list.ts";
import { openSending } from "./sending.ts";
import { openSubmitBar } from "./submit-bar.ts";

/** Whoever comes back after so long sees the page anew: others may have decided, and the grants may be gone. */
const staleAfterMs = 5 * 60_000;

/** Opens the page on which a reviewer decides. The form works without it; this is the comfort. */
function openPage(): void {
  const form = document.getElementById(pageIds.form) as HTMLFormElement;
  const data = JSON.parse(document.getElementById(inputId)!.textContent ?? "") as ScriptInput;
  const page = rowPageIn(data.language, data.timezone);
  const rowById = new Map(data.rows.map((row) => [row.grantId, row]));
  const rows = (): DeskRow[] => [...rowById.values()];
  const marks = readMarks(data.keptAs);
  const bar = openSubmitBar(data, page);
  const send = openSending(page, form, rows);
  const arranging = { count: 0, byPerson: data.byPerson };

  const fieldFor = (name: string): string => (form.elements.namedItem(name) as HTMLInputElement | null)?.value ?? "";

  /** Whether a grant asks for a decision and has none; one that is not in the page yet may. */
  function isOpen(grantId: string): boolean {
    const row = rowById.get(grantId);
    return row === undefined || (row.asksForDecision && row.decision === null);
  }

  function keep(): void {
    keepMarks(data.keptAs, marks);
    bar.draw(marks, isOpen);
  }

  /** Asks for the rows that the page came without; false where nobody answered. */
  async function loadOthers(): Promise<boolean> {
    if (data.isWhole) return true;
    await atLeisure();
    try {
      const response = await fetch(data.reviewPath, { headers: { accept: "application/json" } });
      if (!response.ok) return false;
      const { rows: all } = (await response.json()) as Pick<ReviewModel, "rows">;
      rowById.clear();
      for (const row of all) rowById.set(row.grantId, row);
      return true;
    } catch {
      return false;
    }
  }

  /** Shows on a row what is marked on it. `mark`: undefined takes the mark away. */
  function show(row: HTMLElement, mark: DeskMark | undefined): void {
    for (const input of row.querySelectorAll<HTMLInputElement>("input[type=radio]"))
      input.checked = input.value === mark?.decision;
    row.querySelector(".own-fields")?.remove();
    // Of rows that were marked at once with others, a row shows them once somebody turns to it.
    if (mark && mark.act === null) openFields(row, mark);
  }

  function openFields(row: HTMLElement, mark: DeskMark): void {
    const fields = ownFields(mark, data, page, fieldFor);
    if (fields) row.querySelector(".decide")?.append(fields);
  }

  function markOf({ seen }: DeskRow, decision: DeskMark["decision"], act: string | null): DeskMark {
    return { decision, seen, until: "", reason: "", to: "", act };
  }

  /** Marks many rows by one press. */
  function markAll(
    rows: readonly DeskRow[],
    decisionOf: (row: DeskRow) => DeskMark["decision"] | undefined,
    act: string,
  ): void {
    for (const row of rows) {
      const decision = decisionOf(row);
      if (!decision || isBarred(row)) continue;
      const mark = markOf(row, decision, act);
      marks.byGrant.set(row.grantId, mark);
      const element = deskRowElement(row.grantId);
      if (element) show(element, mark);
    }
    keep();
  }

  async function pressed({ mark, group }: DOMStringMap): Promise<void> {
    if (!(await whole)) return bar.say(page.words.bar.offline);
    if (mark === "suggested") {
      const asked = rows().filter(({ grantId }) => isOpen(grantId));
      markAll(asked, ({ suggestion }) => suggestion?.decision, "suggested");
    } else if (mark === "keep" || mark === "revoke") {
      const isIn = ({ holder, role }: DeskRow): boolean => (arranging.byPerson ? holder.id : role.id) === group;
      markAll(rows().filter(isIn), () => mark, `${mark} ${group}`);
    }
  }

  async function order(byPerson: boolean): Promise<void> {
    arranging.count += 1;
    arranging.byPerson = byPerson;
    for (const link of document.querySelectorAll<HTMLElement>("[data-order]")) {
      if ((link.dataset.order === "person") === byPerson) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    const turn = arranging.count;
    const isOff = (): boolean => arranging.count !== turn;
    const added = (element: HTMLElement, { grantId }: DeskRow): void => {
      const mark = marks.byGrant.get(grantId);
      if (mark) show(element, mark);
    };
    for (const [id, asks] of [
      [pageIds.asking, true],
      [pageIds.others, false],
    ] as const) {
      const list = document.getElementById(id);
      const listed = rows().filter(({ asksForDecision }) => asksForDecision === asks);
      if (list) await arrange(list, listed, { page, byPerson, isOff, added });
    }
    if (!isOff()) document.documentElement.classList.add("whole");
  }

  async function submit(): Promise<void> {
    bar.setBusy(true);
    bar.showRefusal(null);
    const sent = await send(marks, fieldFor);
    if (sent.kind === "receipt") {
      for (const [id] of decisiveMarks(marks)) marks.byGrant.delete(id);
      keepMarks(data.keptAs, marks);
      location.assign(`${data.reviewPath}?receipt=${encodeURIComponent(sent.number)}`);
      return;
    }
    bar.setBusy(false);
    if (sent.kind === "unreached") bar.say(page.words.bar.offline);
    else bar.showRefusal(withReload(sent.refusal));
  }

  /** What changed is seen once the page is loaded anew; what is marked on other rows stays. */
  function withReload(refusal: HTMLElement): HTMLElement {
    if (refusal.dataset.code !== "changed") return refusal;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "reload";
    button.textContent = page.words.bar.reload;
    button.addEventListener("click", () => location.reload());
    refusal.append(button);
    return refusal;
  }

  function grantIn(target: Element): { element: HTMLElement; row: DeskRow } | null {
    const element = target.closest<HTMLElement>(".ask");
    const row = element && rowById.get(element.id.slice(2));
    return element && row ? { element, row } : null;
  }

  form.addEventListener("change", ({ target }) => {
    const input = target as HTMLInputElement;
    const found = grantIn(input);
    if (found && input.type === "radio") {
      const { grantId } = found.row;
      const mark = markOf(found.row, input.value as DeskMark["decision"], null);
      marks.byGrant.set(grantId, mark);
      show(found.element, mark);
    } else if (!found && input.name) marks.forAll[input.name] = input.value;
    keep();
  });

  form.addEventListener("input", ({ target }) => {
    const input = target as HTMLInputElement;
    const name = input.dataset.field as "until" | "reason" | "to" | undefined;
    const mark = name && marks.byGrant.get(grantIn(input)?.row.grantId ?? "");
    if (!name || !mark) return;
    mark[name] = input.value;
    mark.act = null;
    keepMarks(data.keptAs, marks);
  });

  form.addEventListener("focusin", ({ target }) => {
    const found = grantIn(target as Element);
    const mark = found && marks.byGrant.get(found.row.grantId);
    if (mark && !found.element.querySelector(".own-fields")) openFields(found.element, mark);
  });

  document.addEventListener("click", (event) => {
    const target = (event.target as Element).closest<HTMLElement>("[data-mark], [data-order], [data-chip], .clear");
    if (!target) return;
    event.preventDefault();
    const { mark, order: by, chip } = target.dataset;
    if (mark) void pressed(target.dataset);
    else if (by) void whole.then(() => order(by === "person"));
    else if (chip) {
      const input = target.closest(".field")?.querySelector("input");
      if (!input) return;
      input.value = chip;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    } else {
      for (const id of marks.byGrant.keys()) {
        const element = deskRowElement(id);
        if (element) show(element, undefined);
      }
      marks.byGrant.clear();
      bar.showRefusal(null);
      keep();
    }
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit();
  });

  // A page out of the browser's own memory may be long past.
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
  let hiddenAt = Number.POSITIVE_INFINITY;
  document.addEventListener("visibilitychange", ({ timeStamp }) => {
    if (document.hidden) hiddenAt = timeStamp;
    else if (timeStamp - hiddenAt > staleAfterMs && marks.isKept) location.reload();
  });

  for (const [name, value] of Object.entries(marks.forAll)) {
    const field = form.elements.namedItem(name) as HTMLInputElement | null;
    if (field && value !== "") field.value = value;
  }
  // A page that comes marked as suggested, by its address.
  for (const input of form.querySelectorAll<HTMLInputElement>("input[type=radio]:checked")) {
    const found = grantIn(input);
    if (found && !marks.byGrant.has(found.row.grantId))
      marks.byGrant.set(found.row.grantId, markOf(found.row, input.value as DeskMark["decision"], "suggested"));
  }
  for (const [id, mark] of marks.byGrant) {
    const element = deskRowElement(id);
    if (element) show(element, mark);
  }
  keep();
  document.documentElement.classList.add("ready");
  const whole = loadOthers();
  void whole.then(async (isLoaded) => {
    if (!isLoaded) return bar.say(page.words.bar.offline);
    const stale = dropStale(marks, rows());
    for (const id of stale) {
      const element = deskRowElement(id);
      if (element) show(element, undefined);
    }
    keep();
    if (stale.length > 0) bar.say(page.words.bar.stale(String(stale.length)));
    await order(arranging.byPerson);
  });
}

openPage();
