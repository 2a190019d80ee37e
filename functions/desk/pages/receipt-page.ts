import { codeMarkup, type Markup, markup, nameMarkup, tableMarkup, termsMarkup } from "../../report/page/markup.ts";
import type { ReceiptModel } from "../model.ts";
import { type PageParts, type Writing, whenMarkup } from "./frame.ts";
import { nameIn } from "./grant-row.ts";

type Decided = ReceiptModel["decisions"][number];

function didText({ decision, until, to }: Decided, { words: { receipt }, moments }: Writing): string {
  if (decision === "keep") return receipt.keep(moments.lastDay(until ?? ""));
  return decision === "revoke" ? receipt.revoke : receipt.reassign(to ?? receipt.nextReviewer);
}

function cellsOf(decided: Decided, writing: Writing): Markup[] {
  const { grantId, holder, role, reason } = decided;
  return [
    holder === null ? codeMarkup(grantId) : nameMarkup(holder),
    role === null ? markup`` : nameMarkup(nameIn(role, writing, "")),
    markup`<strong>${didText(decided, writing)}</strong>`,
    markup`${reason}`,
  ];
}

/** What was decided, when, under which number, and whether it can be changed. */
export function receiptPage(model: ReceiptModel, writing: Writing): PageParts {
  const { words, basePath, amount } = writing;
  const { receipt: said } = words;
  const { decisions, number, decidedAt, isChangeable, changeableUntil, oneAct, reviewPath, source, review } = model;
  const change = !isChangeable
    ? markup`${said.closed}`
    : changeableUntil === null
      ? markup`${said.untilSealed}`
      : textAround(said.until, whenMarkup(changeableUntil, writing));
  const terms: [string, Markup][] = [
    [said.number, codeMarkup(number)],
    [said.at, whenMarkup(decidedAt, writing)],
    [said.review, markup`${source} ${review}`],
    [said.change, change],
  ];
  const headings = [said.holder, said.role, said.decision, said.reason];
  return {
    title: said.title(amount(decisions.length)),
    body: markup`<section class="request receipt" data-receipt="${number}"><h1>${said.title(amount(decisions.length))}</h1>${termsMarkup(terms)}
<p class="buttons"><a class="button" href="${basePath}${reviewPath}">${said.back}</a><a class="button" href="${basePath}/">${said.next}</a></p></section>
<section>${tableMarkup(
      headings,
      decisions.map((each) => cellsOf(each, writing)),
    )}${oneAct ? markup`<p class="small">${said.oneAct}</p>` : null}</section>`,
  };
}

/** A sentence with markup where it has a figure. */
function textAround(sentence: (figure: string) => string, figure: Markup): Markup {
  const [before = "", after = ""] = sentence("\u0000").split("\u0000");
  return markup`${before}${figure}${after}`;
}
