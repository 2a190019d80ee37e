import { badgeMarkup, type Markup, markup, nameMarkup, tableMarkup } from "../../report/page/markup.ts";
import { keepText, phraseFor, phrasesOf, scopeTexts, statusTones } from "../../report/words/words.ts";
import type { HeldItem, HeldPlanModel } from "../model.ts";
import { hiddenFields, type PageParts, type Writing } from "./frame.ts";
import { nameIn } from "./grant-row.ts";
import { rowEn } from "./words/row-en.ts";
import { rowZh } from "./words/row-zh.ts";

const mostItems = 500;
const shares: ReadonlySet<string> = new Set(["maxShare", "maxPopulationDrop"]);

function figureOf(name: string, figure: number | null, { words: { plan }, amount }: Writing): Markup {
  if (figure === null || name === "first-review") return markup`${plan.none}`;
  return markup`${shares.has(name) ? `${Number((figure * 100).toFixed(1))} %` : amount(figure)}`;
}

function limitsMarkup({ limits }: HeldPlanModel, writing: Writing): Markup {
  const { plan } = writing.words;
  const rows = limits.map(({ name, limit, actual, lastTime }) => [
    markup`${phraseFor(plan.names, name)}`,
    figureOf(name, limit, writing),
    markup`<strong>${figureOf(name, actual, writing)}</strong>`,
    figureOf(name, lastTime, writing),
  ]);
  return markup`<section class="limits"><h2>${plan.limits}</h2>${tableMarkup([plan.limit, plan.allowed, plan.thisTime, plan.lastTime], rows)}</section>`;
}

function leftMarkup({ lastReview, remaining, items }: HeldPlanModel, writing: Writing): Markup {
  const { words, amount } = writing;
  const { plan } = words;
  const going = items.filter(({ hold, keep }) => hold === null && (keep ?? []).length === 0).length;
  const last = (count: number | undefined): Markup => markup`${count === undefined ? plan.none : amount(count)}`;
  const rows = [
    [markup`${plan.grants}`, last(lastReview?.grants), markup`${amount(remaining.grants)}`],
    [markup`${plan.removed}`, last(lastReview?.removed), markup`${amount(going)}`],
    [markup`${plan.holders}`, markup`${plan.none}`, markup`${amount(remaining.holders)}`],
  ];
  const roles = remaining.roles.map(({ role, holders, after }) => [
    nameMarkup(nameIn(role.name, writing, role.id)),
    markup`${amount(holders)}`,
    markup`<strong>${amount(after)}</strong>`,
  ]);
  return markup`<section><h2>${plan.left}</h2>${lastReview ? null : markup`<p class="small">${plan.noLastReview}</p>`}${tableMarkup([plan.figure, plan.before, plan.after], rows)}
${roles.length > 0 ? markup`<h2 class="below">${plan.roles}</h2>${tableMarkup([plan.role, plan.now, plan.afterwards], roles)}` : null}</section>`;
}

function itemCells(item: HeldItem, writing: Writing): Markup[] {
  const { holder, role, scopes, reasons, notBefore, hold } = item;
  const { language, moments } = writing;
  const phrases = phrasesOf(language);
  const statuses = (language === "zh" ? rowZh : rowEn).status;
  const place = holder.departmentName ?? holder.departmentId;
  const status =
    holder.status === "active" ? null : markup` ${badgeMarkup(statusTones[holder.status], statuses[holder.status])}`;
  return [
    markup`<div>${nameMarkup(holder.name ?? holder.id)}${status}${place ? markup` <span class="small">${place}</span>` : null}</div>`,
    markup`<div>${nameMarkup(nameIn(role.name, writing, role.id))} <span class="small">${scopeTexts(scopes, phrases).join(phrases.listSeparator)}</span></div>`,
    markup`${[...reasons.map(({ reason, rule }) => reason[language] || rule), ...[keepText(item, phrases) ?? []].flat()].join(phrases.listSeparator)}`,
    markup`${hold === null ? moments.day(notBefore) : phraseFor(phrases.heldBy, hold)}`,
  ];
}

function itemsMarkup({ items, reportPath }: HeldPlanModel, writing: Writing): Markup {
  const { words, amount, basePath } = writing;
  const { plan } = words;
  const going = items.filter(({ hold }) => hold === null);
  const held = items.filter(({ hold }) => hold !== null);
  const table = (some: HeldItem[], last: string): Markup =>
    markup`${tableMarkup(
      [plan.who, plan.role, plan.why, last],
      some.slice(0, mostItems).map((item) => itemCells(item, writing)),
    )}${some.length > mostItems ? markup`<p>${plan.moreItems(amount(some.length - mostItems))}</p>` : null}`;
  return markup`<section><h2>${plan.items(amount(going.length))}</h2>${table(going, plan.from)}
${held.length > 0 ? markup`<details class="folded"><summary><h3>${plan.held(amount(held.length))}</h3></summary><div>${table(held, plan.hold)}</div></details>` : null}
<p><a href="${basePath}${reportPath}">${plan.report}</a></p></section>`;
}

/** Who said what of the plan so far: the second approver reads why the first one approved. */
function verdictsMarkup({ approvedBy, refusedBy, approvalsNeeded }: HeldPlanModel, writing: Writing): Markup {
  const { words, moments, amount } = writing;
  const { plan } = words;
  const said = approvedBy.map(({ by, at, reason, isMine, provenBy }) => {
    const who = isMine ? plan.you : by;
    const proof = provenBy === null ? markup` <span class="small">(${plan.byHand})</span>` : null;
    return markup`<li><strong>${plan.approved(who, moments.text(at))}</strong>${proof}<br>${reason}</li>`;
  });
  const refusal =
    refusedBy &&
    markup`<li><strong>${plan.refused(refusedBy.by, moments.text(refusedBy.at))}</strong><br>${refusedBy.reason}</li>`;
  return markup`<p>${plan.verdicts(amount(approvedBy.length), amount(approvalsNeeded))}</p>${said.length > 0 || refusal ? markup`<ul class="verdicts">${said}${refusal}</ul>` : null}`;
}

function verdictForm(
  { mayApprove, approvedBy, approvalsNeeded, refusedBy, planHash, approvePath }: HeldPlanModel,
  writing: Writing,
): Markup {
  const { words, basePath, amount } = writing;
  const { plan } = words;
  if (refusedBy) return markup`<p class="notice">${plan.refusedNow}</p>`;
  if (approvedBy.length >= approvalsNeeded) return markup`<p class="notice">${plan.goesOn}</p>`;
  if (approvedBy.some(({ isMine }) => isMine))
    return markup`<p class="notice">${plan.approvedAlready(amount(approvalsNeeded))}</p>`;
  if (!mayApprove) return markup``;
  return markup`<form method="post" action="${basePath}${approvePath}" class="verdict-form">${hiddenFields({ planHash }, writing)}<div class="field"><label><span>${plan.reason}</span><textarea name="reason" rows="2" maxlength="1000" required></textarea></label></div><div class="buttons"><button class="save" name="verdict" value="approve">${plan.approve}</button><button class="revoke" name="verdict" value="refuse">${plan.refuse}</button></div></form>`;
}

/** A held plan as an approver decides on it. */
export function heldPlanPage(model: HeldPlanModel, writing: Writing): PageParts {
  const { words, moments, amount } = writing;
  const { plan } = words;
  const going = model.items.filter(({ hold }) => hold === null).length;
  const isWaiting = model.refusedBy === null && model.approvedBy.length < model.approvalsNeeded;
  const title = isWaiting ? plan.title(amount(going)) : plan.done;
  return {
    title,
    body: markup`<section class="request"><h1>${title}</h1><p>${plan.text(model.source, moments.day(model.createdAt))}</p>${verdictsMarkup(model, writing)}${verdictForm(model, writing)}</section>
<div class="side-by-side">${limitsMarkup(model, writing)}${leftMarkup(model, writing)}</div>${itemsMarkup(model, writing)}`,
  };
}
