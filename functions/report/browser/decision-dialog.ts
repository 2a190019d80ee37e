import { type Mark, ownership, reasonsOf } from "../rows/decisions.ts";
import type { ListedGrant } from "../rows/packed-rows.ts";
import { element } from "./element.ts";
import { act, type KeptState } from "./list-state.ts";

/** The rows that get the same decision. `isEverything`: they are all rows that the list shows. */
export type Question = { rows: ListedGrant[]; decision: Mark["decision"]; isEverything: boolean };

const dayMs = 86_400_000;
const hastyKeeps = 200;
const offeredMonths = [3, 6, 12];
const offeredReasons = 3;

/** The calendar day of an instant, in the time zone of the policy. */
function dayAt(atMs: number, timezone: string): string {
  return new Intl.DateTimeFormat("en-CA", {
    timeZone: timezone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).format(atMs);
}

function monthsLater(day: string, months: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() + months);
  return date.toISOString().slice(0, 10);
}

function field(label: string, control: HTMLElement, ...beside: HTMLElement[]): HTMLElement {
  return element("div", { class: "field" }, element("label", {}, element("span", {}, label), control), ...beside);
}

function chip(text: string, click: () => void): HTMLElement {
  return element("button", { type: "button", class: "chip", click }, text);
}

function notice(text: string): HTMLElement {
  return element("p", { class: "notice" }, text);
}

function untilField(state: KeptState): { root: HTMLElement; input: HTMLInputElement } {
  const { settings, words } = state;
  const { dialog } = words.list;
  const today = dayAt(state.now(), settings.timezone);
  const furthest = dayAt(state.now() + settings.maxKeepDays * dayMs, settings.timezone);
  const input = element("input", { type: "date", name: "until", min: today, max: furthest, required: true });
  const chips = offeredMonths
    .map((months) => ({ months, day: monthsLater(today, months) }))
    .filter(({ day }) => day <= furthest)
    .map(({ months, day }) =>
      chip(dialog.inMonths(months), () => {
        input.value = day;
      }),
    );
  const range = element("p", { class: "small" }, dialog.untilRange(today, furthest));
  return { input, root: field(dialog.until, input, element("div", { class: "chips" }, chips), range) };
}

function reasonField(state: KeptState, decision: Mark["decision"]): { root: HTMLElement; input: HTMLTextAreaElement } {
  const { dialog } = state.words.list;
  const hint = decision === "keep" ? dialog.keepReasonHint : dialog.revokeReasonHint;
  const input = element("textarea", { name: "reason", rows: 2, maxlength: 500, required: true, placeholder: hint });
  const chips = reasonsOf(state.log, decision)
    .slice(0, offeredReasons)
    .map((reason) =>
      chip(reason, () => {
        input.value = reason;
      }),
    );
  return { input, root: field(dialog.reason, input, element("div", { class: "chips" }, chips)) };
}

/** What a reviewer should know before giving all these rows the same decision. */
function warnings(state: KeptState, { rows, decision, isEverything }: Question): HTMLElement[] {
  const { dialog } = state.words.list;
  if (decision === "revoke") return [];
  const insisting = new Set(state.settings.rules.filter(({ overridable }) => !overridable).map(({ id }) => id));
  const insisted = rows.filter(({ findings }) =>
    findings.some(({ rule, then }) => then !== "flag" && insisting.has(rule)),
  );
  return [
    ...(isEverything && rows.length > 1 ? [notice(dialog.everything)] : []),
    ...(rows.length > hastyKeeps ? [notice(dialog.hasty)] : []),
    ...(insisted.length > 0 ? [notice(dialog.insisted(state.amount(insisted.length)))] : []),
  ];
}

/** Why a reviewer can decide on none of these rows; null where the reviewer can decide on some. */
function refusal(rows: ListedGrant[], reviewer: string, { words }: KeptState): string | null {
  const kinds = rows.map(({ grant }) => ownership(grant.holder, reviewer));
  if (kinds.some((kind) => kind === null)) return null;
  return kinds.includes("same-name") ? words.list.sameName : words.list.own;
}

function isOthers(reviewer: string) {
  return ({ grant }: ListedGrant): boolean => ownership(grant.holder, reviewer) === null;
}

/** Asks for the parts of a decision, and keeps the decision once it is confirmed. `done` is told how many grants were the reviewer's own. */
export function askDecision(state: KeptState, question: Question, done: (ownGrants: number) => void): void {
  const { rows, decision } = question;
  const { list } = state.words;
  const { dialog: texts } = list;
  const isKeep = decision === "keep";
  const reviewer = element("input", {
    name: "reviewer",
    required: true,
    autocomplete: "email",
    value: state.log.reviewer,
    maxlength: 200,
  });
  const until = untilField(state);
  const reason = reasonField(state, decision);
  const fault = element("p", { class: "fault", role: "alert" });
  const title = isKeep ? texts.keepTitle(state.amount(rows.length)) : texts.revokeTitle(state.amount(rows.length));
  const form = element(
    "form",
    { method: "dialog", novalidate: true },
    element("h2", { id: "decision-title" }, title),
    warnings(state, question),
    state.log.reviewer ? null : field(texts.reviewer, reviewer, element("p", { class: "small" }, texts.reviewerHint)),
    isKeep ? until.root : null,
    reason.root,
    fault,
    element(
      "div",
      { class: "buttons" },
      element("button", { type: "button", class: "plain", click: () => asked.close() }, texts.cancel),
      element("button", { type: "submit", class: decision }, isKeep ? texts.confirmKeep : texts.confirmRevoke),
    ),
  );
  const asked = element("dialog", { "aria-labelledby": "decision-title" }, form);
  const check = (): string | null => {
    if (!reviewer.value.trim() || !reason.input.value.trim() || (isKeep && !until.input.value)) return texts.required;
    if (isKeep && !until.input.checkValidity()) return texts.untilRange(until.input.min, until.input.max);
    return refusal(rows, reviewer.value, state);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const wrong = check();
    fault.textContent = wrong ?? "";
    if (wrong) return;
    const others = rows.filter(isOthers(reviewer.value));
    const mark: Mark = { decision, until: isKeep ? until.input.value : null, reason: reason.input.value.trim() };
    asked.close();
    act(state, { grantIds: others.map(({ grant }) => grant.id), mark, reviewer: reviewer.value.trim() });
    done(rows.length - others.length);
  });
  asked.addEventListener("close", () => asked.remove());
  document.body.append(asked);
  asked.showModal();
  form.querySelector<HTMLElement>("input, textarea")?.focus();
}
