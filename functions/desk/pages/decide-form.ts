import { type Markup, markup } from "../../report/page/markup.ts";
import type { DeskRow, ReviewModel } from "../model.ts";
import { hiddenFields, pathWith, type Writing } from "./frame.ts";
import { grantRow, isBarred, type RowPage, rowPageIn } from "./grant-row.ts";
import { groupHead, groupsOf } from "./row-groups.ts";

/** How many rows are in the page when it opens; the script adds the others, and without a script a link does. */
const firstRows = 40;

const preferredMonths = 6;

/** The suggested decisions that are open: how many keep, how many revoke. */
function suggestedOf(rows: readonly DeskRow[]): { keep: number; revoke: number } {
  const open = rows.filter((row) => row.asksForDecision && row.decision === null && !isBarred(row));
  const count = (decision: string): number => open.filter(({ suggestion }) => suggestion?.decision === decision).length;
  return { keep: count("keep"), revoke: count("revoke") };
}

function toolsMarkup({ rows }: ReviewModel, writing: Writing): Markup {
  const { words, basePath, amount, asked } = writing;
  const { review } = words;
  const { keep, revoke } = suggestedOf(rows);
  const suggest =
    keep + revoke > 0
      ? markup`<a class="button suggest" role="button" data-mark="suggested" href="${basePath}${pathWith(writing, "marks", "suggested")}">${review.asSuggested(amount(keep), amount(revoke))}</a>`
      : null;
  const order = (value: string, text: string, isOn: boolean): Markup =>
    markup`<a class="button" data-order="${value}" href="${basePath}${pathWith(writing, "order", value)}"${isOn ? markup` aria-current="true"` : null}>${text}</a>`;
  return markup`<div class="desk-tools">${suggest}<nav class="shares" aria-label="${review.order}">${order("role", review.byRole, !asked.byPerson)}${order("person", review.byPerson, asked.byPerson)}</nav></div>`;
}

function listMarkup(rows: readonly DeskRow[], page: RowPage, byPerson: boolean): Markup {
  return markup`${groupsOf(rows, byPerson).map(
    (group) => markup`${groupHead(group, page, byPerson)}${group.rows.map((row) => grantRow(row, page))}`,
  )}`;
}

/** What holds for every marked row that has no day or reason of its own. */
function forAllMarkup({ keepChoices }: ReviewModel, writing: Writing, page: RowPage): Markup {
  const { words } = writing;
  const { review } = words;
  const { fields, reasons } = page.words;
  const preferred = keepChoices.months.find(({ months }) => months === preferredMonths)?.until ?? keepChoices.longest;
  const days = [
    ...keepChoices.months.map(({ months, until }) => ({ until, text: fields.untilDay(months, until) })),
    ...(keepChoices.months.some(({ until }) => until === keepChoices.longest)
      ? []
      : [{ until: keepChoices.longest, text: fields.longest(keepChoices.longest) }]),
  ];
  const options = days.map(
    ({ until, text }) =>
      markup`<option value="${until}"${until === preferred ? markup` selected` : null}>${text}</option>`,
  );
  const reason = (of: "keep" | "revoke" | "reassign"): Markup =>
    markup`<div class="field"><label><span>${review.reasonOf[of]}</span><input name="reason.${of}" list="reasons-${of}" maxlength="500" value="${reasons[of][0]!}" autocomplete="off"></label><datalist id="reasons-${of}">${reasons[of].map((text) => markup`<option value="${text}"></option>`)}</datalist></div>`;
  return markup`<fieldset class="for-all"><legend>${review.forAll}</legend><p class="small needs-script">${review.forAllHint}</p><div class="for-all-fields"><div class="field"><label><span>${review.untilAll}</span><select name="until">${options}</select></label></div>${reason("keep")}${reason("revoke")}${reason("reassign")}<div class="field"><label><span>${review.handOnTo}</span><input name="to" maxlength="200" autocomplete="off"></label></div></div></fieldset>`;
}

/** The rows as a form that works without a script. `script`: null where nothing can be decided. */
export function decideForm(model: ReviewModel, writing: Writing): { body: Markup } {
  const { words, basePath, amount, asked, language, timezone, requestId } = writing;
  const { review } = words;
  const { rows, decisionsPath, request } = model;
  const page = rowPageIn(language, timezone, asked.asSuggested);
  const asking = rows.filter(({ asksForDecision }) => asksForDecision);
  const others = rows.filter(({ asksForDecision }) => !asksForDecision);
  const isOpen = request.state === "open" && rows.some((row) => !isBarred(row));
  const isWhole = asked.allRows || rows.length <= firstRows;
  const shown = {
    asking: isWhole ? asking : asking.slice(0, firstRows),
    others: isWhole ? others : others.slice(0, firstRows - Math.min(firstRows, asking.length)),
  };
  const whole = isWhole
    ? null
    : markup`<noscript><p><a class="button" href="${basePath}${pathWith(writing, "rows", "all")}">${review.showAll(amount(rows.length))}</a></p></noscript>`;
  const lists = markup`<ol class="asks" id="asking">${listMarkup(shown.asking, page, asked.byPerson)}</ol>${
    others.length > 0
      ? markup`<details class="folded others"${asking.length === 0 ? markup` open` : null}><summary><h3>${review.others(amount(others.length), amount(others.filter(({ removedFrom }) => removedFrom).length))}</h3></summary><ol class="asks" id="others">${listMarkup(shown.others, page, asked.byPerson)}</ol></details>`
      : null
  }${whole}`;
  if (!isOpen) return { body: lists };
  const fields = hiddenFields({ requestId, oneAct: asked.asSuggested ? "true" : "" }, writing);
  return {
    body: markup`${toolsMarkup(model, writing)}<form class="deciding" id="deciding" method="post" action="${basePath}${decisionsPath}" autocomplete="off">${fields}${lists}
${forAllMarkup(model, writing, page)}
<div class="submit-bar"><div class="bar-body"><p class="progress">${progressMarkup(model, page, writing)}</p><button class="save">${review.submit}</button></div></div></form>`,
  };
}

function progressMarkup({ progress }: ReviewModel, { words }: RowPage, { amount }: Writing): Markup {
  const { decided, toDecide } = progress;
  return markup`<progress max="${Math.max(1, toDecide)}" value="${decided}" aria-label="${words.bar.progress(amount(decided), amount(toDecide))}"></progress> <span>${words.bar.progress(amount(decided), amount(toDecide))}</span>`;
}
