import { type Markup, markup } from "../../report/page/markup.ts";
import type { DeskRow, ReviewModel } from "../model.ts";
import { deskScript } from "./desk-script.ts";
import { dataMarkup, hiddenFields, type PageParts, pathWith, type Writing } from "./frame.ts";
import { grantRow, isBarred, keepDaysOf, type RowPage, rowPageIn } from "./grant-row.ts";
import { groupHead, groupsOf } from "./row-groups.ts";
import { inputId, pageIds, type ScriptInput } from "./script-input.ts";

/** A page of so many rows comes whole. Of more it comes with the first ones: the script adds the others, without a script a link does. */
const wholeRows = 40;
const firstRows = 20;

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

/** The first rows of a list, in their groups; the headings speak of whole groups. */
function listMarkup(
  rows: readonly DeskRow[],
  page: RowPage,
  { byPerson, most }: { byPerson: boolean; most: number },
): Markup {
  let left = most;
  return markup`${groupsOf(rows, byPerson).flatMap((group) => {
    const shown = group.rows.slice(0, left);
    left -= shown.length;
    return shown.length > 0
      ? [groupHead(group, page, byPerson) ?? markup``, ...shown.map((row) => grantRow(row, page))]
      : [];
  })}`;
}

/** What holds for every marked row that has no day or reason of its own. */
function forAllMarkup({ keepChoices }: ReviewModel, writing: Writing, page: RowPage): Markup {
  const { words } = writing;
  const { review } = words;
  const { reasons } = page.words;
  const preferred = keepChoices.months.find(({ months }) => months === preferredMonths)?.until ?? keepChoices.longest;
  const options = keepDaysOf(keepChoices, page).map(
    ({ day, text }) => markup`<option value="${day}"${day === preferred ? markup` selected` : null}>${text}</option>`,
  );
  const reason = (of: "keep" | "revoke" | "reassign"): Markup =>
    markup`<div class="field"><label><span>${review.reasonOf[of]}</span><input name="reason.${of}" list="reasons-${of}" maxlength="500" value="${reasons[of][0]!}" autocomplete="off"></label><datalist id="reasons-${of}">${reasons[of].map((text) => markup`<option value="${text}"></option>`)}</datalist></div>`;
  return markup`<fieldset class="for-all"><legend>${review.forAll}</legend><p class="small needs-script">${review.forAllHint}</p><div class="for-all-fields"><div class="field"><label><span>${review.untilAll}</span><select name="until">${options}</select></label></div>${reason("keep")}${reason("revoke")}${reason("reassign")}<div class="field"><label><span>${review.handOnTo}</span><input name="to" maxlength="200" autocomplete="off"></label></div></div></fieldset>`;
}

function isWholeOf({ rows }: ReviewModel, { asked }: Writing): boolean {
  return asked.allRows || rows.length <= wholeRows;
}

/** The lists of rows: what asks for a decision, and the reader's others folded. */
function listsMarkup(model: ReviewModel, writing: Writing, page: RowPage): Markup {
  const { rows } = model;
  const { words, basePath, amount, asked } = writing;
  const asking = rows.filter(({ asksForDecision }) => asksForDecision);
  const others = rows.filter(({ asksForDecision }) => !asksForDecision);
  const isWhole = isWholeOf(model, writing);
  const most = isWhole ? rows.length : firstRows;
  const { byPerson } = asked;
  const going = others.filter(({ removedFrom }) => removedFrom !== null).length;
  const path = pathWith(writing, "rows", "all");
  return markup`<h2 class="unseen">${words.review.toDecide}</h2><ol class="asks" id="${pageIds.asking}">${listMarkup(asking, page, { byPerson, most })}</ol>${
    others.length > 0
      ? markup`<details class="folded others"${asking.length === 0 ? markup` open` : null}><summary><h3>${words.review.others(amount(others.length), amount(going))}</h3></summary><ol class="asks" id="${pageIds.others}">${listMarkup(others, page, { byPerson, most: Math.max(0, most - asking.length) })}</ol></details>`
      : null
  }${isWhole ? null : markup`<noscript><p><a class="button" href="${basePath}${path}">${words.review.showAll(amount(rows.length))}</a></p></noscript>`}`;
}

function barMarkup({ progress }: ReviewModel, { words }: RowPage, { amount, words: { review } }: Writing): Markup {
  const { decided, toDecide } = progress;
  const text = words.bar.progress(amount(decided), amount(toDecide));
  return markup`<div class="submit-bar" id="${pageIds.bar}"><div class="bar-body"><p class="progress"><progress max="${Math.max(1, toDecide)}" value="${decided}" aria-label="${text}"></progress> <span>${text}</span> <button type="button" class="link clear needs-script" hidden>${words.bar.clear}</button></p><button class="save">${review.submit}</button></div></div>`;
}

function scriptInput(model: ReviewModel, writing: Writing): ScriptInput {
  const { keepChoices, hastyKeeps, decisionsPath, progress, rows, request } = model;
  const { language, timezone, basePath, viewer, asked } = writing;
  const reviewPath = `${basePath}/reviews/${request.source}/${request.review}`;
  const isWhole = isWholeOf(model, writing);
  // Those of the first groups, of which all may be in the page.
  const inOrder = [true, false].flatMap((asks) =>
    groupsOf(
      rows.filter(({ asksForDecision }) => asksForDecision === asks),
      asked.byPerson,
    ).flatMap((group) => group.rows),
  );
  return {
    ...{ language, timezone, keepChoices, hastyKeeps, decisionsPath, progress, reviewPath, isWhole },
    keptAs: `desk:${reviewPath}:${viewer?.name ?? ""}`,
    byPerson: asked.byPerson,
    rows: isWhole ? rows : inOrder.slice(0, firstRows),
  };
}

/** The rows as a form that works without a script; where nothing can be decided, the rows alone. */
export function decideForm(model: ReviewModel, writing: Writing): Pick<PageParts, "body" | "script" | "trailer"> {
  const { basePath, asked, language, timezone, requestId } = writing;
  const { rows, decisionsPath, request } = model;
  const page = rowPageIn(language, timezone, asked.asSuggested);
  const isOpen = request.state === "open" && rows.some((row) => !isBarred(row));
  if (!isOpen) return { body: listsMarkup(model, { ...writing, asked: { ...asked, allRows: true } }, page) };
  const fields = hiddenFields({ requestId, oneAct: asked.asSuggested ? "true" : "" }, writing);
  return {
    body: markup`${toolsMarkup(model, writing)}<form class="deciding" id="${pageIds.form}" method="post" action="${basePath}${decisionsPath}" autocomplete="off">${fields}${listsMarkup(model, writing, page)}
${forAllMarkup(model, writing, page)}
${barMarkup(model, page, writing)}</form>`,
    script: deskScript,
    trailer: dataMarkup(inputId, scriptInput(model, writing)),
  };
}
