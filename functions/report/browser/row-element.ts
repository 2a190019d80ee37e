import { ownership } from "../rows/own-grant.ts";
import type { ListedGrant } from "../rows/packed-rows.ts";
import { standingOf } from "../rows/standing.ts";
import { detailText } from "../words/detail-text.ts";
import { phraseFor } from "../words/phrases.ts";
import { departmentText, factTexts, reasonTexts } from "../words/row-words.ts";
import { localText, scopeTexts } from "../words/scope-text.ts";
import { standingTone, standingWords, statusTones, type Tone } from "../words/standing-words.ts";
import { element, nameElement } from "./element.ts";
import type { ListState } from "./list-state.ts";

/** What a row's controls do. */
export type RowActions = {
  decide(grantIds: string[], decision: "keep" | "revoke"): void;
  takeBack(grantId: string): void;
  select(grantId: string, isSelected: boolean): void;
  toggle(grantId: string): void;
};

/** A word set apart by colour, which never says more than the word. */
export const badge = (tone: Tone, text: string): HTMLElement => element("span", { class: `badge ${tone}` }, text);

const line = (className: string, ...children: (Node | string)[]): HTMLElement =>
  element("div", { class: className }, ...children);

const cell = (className: string, ...children: (Node | string | null)[]): HTMLElement =>
  element("div", { class: `cell ${className}`, role: "cell" }, ...children);

/** Who a row is about, as a control's name says it. */
export const rowName = ({ grant }: ListedGrant, { words }: ListState): string => {
  const role = localText(grant.role.name, words.language) ?? grant.role.code ?? grant.role.id;
  return `${grant.holder.name ?? grant.holder.id}${words.phrases.listSeparator}${role}`;
};

const holderCell = ({ grant: { holder } }: ListedGrant, { words }: ListState): HTMLElement => {
  const place = holder.departmentId ? departmentText(holder.departmentId, words) : holder.id;
  const status = words.phrases.holderStatus[holder.status];
  return cell(
    "holder",
    line("first", nameElement(holder.name ?? holder.id), " ", badge(statusTones[holder.status], status)),
    line("small", nameElement(place)),
    holder.email ? line("small", nameElement(holder.email)) : null,
  );
};

const roleCell = ({ grant: { role, scopes } }: ListedGrant, { words, amount }: ListState): HTMLElement => {
  const { phrases, list, language } = words;
  const [first, ...others] = scopeTexts(scopes, phrases);
  const more = others.length > 0 ? ` ${list.more(amount(others.length))}` : "";
  return cell(
    "role",
    line("first", nameElement(localText(role.name, language) ?? role.code ?? role.id)),
    line("small", nameElement(first ?? phrases.notKnown), more),
  );
};

const whyCell = (row: ListedGrant, { words, amount }: ListState): HTMLElement => {
  const [first, ...others] = reasonTexts(row, words);
  const more =
    others.length > 0 ? element("span", { class: "small" }, ` ${words.list.more(amount(others.length))}`) : "";
  const why = first === undefined ? line("why quiet-text", words.list.noFinding) : line("why", first, more);
  return cell("reasons", why, line("small", nameElement(factTexts(row, words).join(" · "))));
};

const standingCell = (row: ListedGrant, { words, settings }: ListState): HTMLElement => {
  const standing = standingOf(row, settings.planStop);
  const text = standingWords(words.phrases, standing, settings.isSealed);
  if (standing.kind === "kept") return cell("standing", element("span", { class: "small" }, text));
  const due = standing.kind === "pending" && row.item ? words.moments.text(row.item.notBefore) : null;
  return cell(
    "standing",
    badge(standingTone(standing), text),
    due ? line("small", `${words.phrases.labels.dueAt} ${due}`) : null,
  );
};

/** Whether anything is left to decide: the review is open, and the grant is not known to be gone. */
export const isDecidable = (row: ListedGrant, { settings }: ListState): boolean =>
  !settings.isSealed && row.outcome?.outcome !== "revoked" && row.outcome?.outcome !== "already-gone";

const markedCell = (row: ListedGrant, state: ListState, actions: RowActions): HTMLElement | null => {
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
};

const decisionCell = (row: ListedGrant, state: ListState, actions: RowActions): HTMLElement => {
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
};

const controlsCell = (row: ListedGrant, state: ListState, actions: RowActions): HTMLElement => {
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
};

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

/** What the provider or the plan says beyond the badge. */
export const standingDetail = (row: ListedGrant, { words }: ListState): string[] => {
  const { phrases, moments } = words;
  const { outcome, item } = row;
  const said = outcome
    ? [`${phraseFor(phrases.outcomes, outcome.outcome)} ${moments.text(outcome.at)}`, outcome.detail]
    : [item?.hold?.detail];
  return said.filter((text): text is string => Boolean(text)).map((text) => detailText(text, words.language));
};
