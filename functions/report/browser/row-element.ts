import { ownership } from "../rows/decisions.ts";
import type { ListedGrant } from "../rows/packed-rows.ts";
import { standingOf } from "../rows/standing.ts";
import { departmentText, factTexts, keptText, reasonTexts } from "../words/row-words.ts";
import { localText, scopeTexts, standingTone, standingWords, statusTones } from "../words/words.ts";
import { badge, element, nameElement } from "./element.ts";
import type { ListState } from "./list-state.ts";

/** The actions of a row's controls. */
export type RowActions = {
  decide(grantIds: string[], decision: "keep" | "revoke"): void;
  takeBack(grantId: string): void;
  select(grantId: string, isSelected: boolean): void;
  toggle(grantId: string): void;
};

function line(className: string, ...children: (Node | string)[]): HTMLElement {
  return element("div", { class: className }, ...children);
}

function cell(className: string, ...children: (Node | string | null)[]): HTMLElement {
  return element("div", { class: `cell ${className}`, role: "cell" }, ...children);
}

/** The holder and the role of a row, for the names of its controls. */
export function rowName({ grant }: ListedGrant, { words }: ListState): string {
  const role = localText(grant.role.name, words.language) ?? grant.role.code ?? grant.role.id;
  return `${grant.holder.name ?? grant.holder.id}${words.phrases.listSeparator}${role}`;
}

function holderCell({ grant: { holder } }: ListedGrant, { words }: ListState): HTMLElement {
  const place = holder.departmentId ? departmentText(holder.departmentId, words) : holder.id;
  const status = words.phrases.holderStatus[holder.status];
  return cell(
    "holder",
    line("first", nameElement(holder.name ?? holder.id), " ", badge(statusTones[holder.status], status)),
    line("small", nameElement(place)),
    holder.email ? line("small", nameElement(holder.email)) : null,
  );
}

function roleCell({ grant: { role, scopes } }: ListedGrant, { words, amount }: ListState): HTMLElement {
  const { phrases, list, language } = words;
  const [first, ...others] = scopeTexts(scopes, phrases);
  const more = others.length > 0 ? ` ${list.more(amount(others.length))}` : "";
  return cell(
    "role",
    line("first", nameElement(localText(role.name, language) ?? role.code ?? role.id)),
    line("small", nameElement(first ?? phrases.notKnown), more),
  );
}

function whyCell(row: ListedGrant, { words, amount }: ListState): HTMLElement {
  const [first, ...others] = reasonTexts(row, words);
  const more =
    others.length > 0 ? element("span", { class: "small" }, ` ${words.list.more(amount(others.length))}`) : "";
  const why = first === undefined ? line("why quiet-text", words.list.noFinding) : line("why", first, more);
  return cell("reasons", why, line("small", nameElement(factTexts(row, words).join(" · "))));
}

function standingCell(row: ListedGrant, { words, settings }: ListState): HTMLElement {
  const standing = standingOf(row, settings.planStop);
  const text = standingWords(words.phrases, standing, settings.isSealed);
  if (standing.kind === "kept") return cell("standing", line("small", nameElement(keptText(row, words) ?? text)));
  const kept = standing.kind === "held" && standing.by === "decision" ? keptText(row, words) : null;
  const due = standing.kind === "pending" && row.item ? words.moments.text(row.item.notBefore) : null;
  return cell(
    "standing",
    badge(standingTone(standing), text),
    kept ? line("small", nameElement(kept)) : null,
    due ? line("small", `${words.phrases.labels.dueAt} ${due}`) : null,
  );
}

/** Whether anything is left to decide: the review is open, and the grant is not known to be gone. */
export function isDecidable(row: ListedGrant, { settings }: ListState): boolean {
  return !settings.isSealed && row.outcome?.outcome !== "revoked" && row.outcome?.outcome !== "already-gone";
}

function markedCell(row: ListedGrant, state: ListState, actions: RowActions): HTMLElement | null {
  const { id } = row.grant;
  const mark = state.marks.get(id);
  const { list } = state.words;
  if (!mark) return null;
  const text = mark.decision === "keep" ? list.kept(mark.until ?? "") : list.revoking;
  const back = element(
    "button",
    { type: "button", class: "plain", title: list.takeBack, click: () => actions.takeBack(id) },
    "×",
  );
  back.setAttribute("aria-label", `${list.takeBack}: ${rowName(row, state)}`);
  return cell(
    "decision",
    badge(mark.decision === "keep" ? "good" : "bad", text),
    back,
    line("small clip", nameElement(mark.reason)),
  );
}

function decisionCell(row: ListedGrant, state: ListState, actions: RowActions): HTMLElement {
  if (!isDecidable(row, state)) return cell("decision");
  const marked = markedCell(row, state, actions);
  if (marked) return marked;
  const { list } = state.words;
  const own = ownership(row.grant.holder, state.log.reviewer);
  if (own === "own") return cell("decision", line("small", list.own));
  const button = (decision: "keep" | "revoke"): HTMLElement =>
    element(
      "button",
      {
        type: "button",
        class: decision,
        "aria-label": `${list[decision]} ${rowName(row, state)}`,
        click: () => actions.decide([row.grant.id], decision),
      },
      list[decision],
    );
  return cell("decision", button("keep"), button("revoke"));
}

function controlsCell(row: ListedGrant, state: ListState, actions: RowActions): HTMLElement {
  const { id } = row.grant;
  const { list } = state.words;
  const isExpanded = state.expandedId === id;
  const chevron = element(
    "button",
    { type: "button", class: "chevron", "aria-expanded": String(isExpanded), click: () => actions.toggle(id) },
    "›",
  );
  chevron.setAttribute("aria-label", list.details(rowName(row, state)));
  if (!isDecidable(row, state)) return cell("controls", chevron);
  const box = element("input", {
    type: "checkbox",
    checked: state.selected.has(id),
    "aria-label": list.select(rowName(row, state)),
  });
  box.addEventListener("change", () => actions.select(id, box.checked));
  return cell("controls", chevron, box);
}

/** One row of the list; `index` counts from 0 among the rows shown. */
export function rowElement(
  row: ListedGrant,
  index: number,
  { state, actions }: { state: ListState; actions: RowActions },
): HTMLElement {
  const { id } = row.grant;
  const created = element(
    "div",
    { class: "row", role: "row", "aria-rowindex": index + 2, "data-grant": id },
    controlsCell(row, state, actions),
    holderCell(row, state),
    roleCell(row, state),
    whyCell(row, state),
    standingCell(row, state),
    decisionCell(row, state, actions),
  );
  created.classList.toggle("selected", state.selected.has(id));
  created.classList.toggle("expanded", state.expandedId === id);
  created.addEventListener("click", (event) => {
    const target = event.target as HTMLElement;
    const isControl = target.closest("button, input, a, .detail") !== null;
    if (!isControl && getSelection()?.isCollapsed !== false) actions.toggle(id);
  });
  return created;
}
