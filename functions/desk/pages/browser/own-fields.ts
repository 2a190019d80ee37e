import { type Markup, markup } from "../../../report/page/markup.ts";
import { keepDaysOf, type RowPage } from "../grant-row.ts";
import type { ScriptInput } from "../script-input.ts";
import type { DeskMark } from "./marks.ts";
import { elementFrom } from "./row-list.ts";

/** How a field for all marks is filled in, as a hint in a row's own. */
export type ForAll = (field: string) => string;

function field(label: string, control: Markup, beside: Markup | null = null): Markup {
  return markup`<div class="field"><label><span>${label}</span>${control}</label>${beside}</div>`;
}

function untilField({ until }: DeskMark, { keepChoices }: ScriptInput, page: RowPage, forAll: ForAll): Markup {
  const { fields } = page.words;
  const options = keepDaysOf(keepChoices, page).map(
    ({ day, text }) => markup`<option value="${day}"${day === until ? markup` selected` : null}>${text}</option>`,
  );
  return field(
    fields.until,
    markup`<select data-field="until"><option value="">${fields.asForAll(forAll("until"))}</option>${options}</select>`,
  );
}

function reasonField(
  { decision, reason }: DeskMark,
  { fields, reasons }: RowPage["words"],
  forAll: ForAll,
): Markup | null {
  if (decision === "") return null;
  const chips = reasons[decision].map(
    (text) => markup`<button type="button" class="chip" data-chip="${text}">${text}</button>`,
  );
  const input = markup`<input data-field="reason" maxlength="500" value="${reason}" placeholder="${fields.asForAll(forAll(`reason.${decision}`))}" autocomplete="off">`;
  return field(fields.reason, input, markup`<div class="chips">${chips}</div>`);
}

/** The day and the reason of one marked row, which hold instead of those for all. Null for a row where nothing is decided. */
export function ownFields(mark: DeskMark, data: ScriptInput, page: RowPage, forAll: ForAll): HTMLElement | null {
  const { words } = page;
  if (mark.decision === "") return null;
  const until = mark.decision === "keep" ? untilField(mark, data, page, forAll) : null;
  const to =
    mark.decision === "reassign"
      ? field(words.fields.to, markup`<input data-field="to" maxlength="200" value="${mark.to}" autocomplete="off">`)
      : null;
  return elementFrom(markup`<div class="own-fields">${until}${to}${reasonField(mark, words, forAll)}</div>`);
}
