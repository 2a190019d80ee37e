import { conflictCases, conflictsMarkup } from "../../report/page/conflicts.ts";
import { badgeMarkup, type Markup, markup, nameMarkup } from "../../report/page/markup.ts";
import { inBothLanguages } from "../../report/page/page.ts";
import type { RequestModel, ReviewModel } from "../model.ts";
import { decideForm } from "./decide-form.ts";
import { type PageParts, type Writing, whenMarkup } from "./frame.ts";
import { nameIn } from "./grant-row.ts";

const dayMs = 86_400_000;
const shownReasons = 3;
const shownRoutes = 2;

/** Whole days until an instant; 0: it is today. */
function daysUntil(instant: string, now: string): number {
  return Math.max(0, Math.floor((Date.parse(instant) - Date.parse(now)) / dayMs));
}

/** Until when decisions count, in words. */
export function deadlineMarkup({ deadline, state }: RequestModel, writing: Writing): Markup {
  const { words, now, amount } = writing;
  if (deadline === null) return markup`${words.review.noDeadline}`;
  // Of a year that everybody knows a phone has no room to speak.
  const when = whenMarkup(deadline, writing, deadline.slice(0, 4) !== now.slice(0, 4));
  if (state !== "open") return when;
  const days = daysUntil(deadline, now);
  return markup`${when} ${badgeMarkup(days < 3 ? "bad" : "wait", words.review.daysLeft(amount(days)))}`;
}

function silenceText({ ifNothing, mode }: RequestModel, { words: { review }, amount, language }: Writing): string {
  const { removed, held, kept, staysFlagged } = ifNothing;
  const said = [
    ...(removed > 0 ? [review.removed(amount(removed))] : []),
    ...(held > 0 ? [review.held(amount(held))] : []),
    ...(kept > 0 && staysFlagged > 0 ? [review.askedAgain(amount(kept + staysFlagged), amount(staysFlagged))] : []),
    ...(kept > 0 && staysFlagged === 0 ? [review.kept(amount(kept))] : []),
    ...(kept === 0 && staysFlagged > 0 ? [review.flagged(amount(staysFlagged))] : []),
  ];
  const text = said.length > 0 ? said.join(language === "zh" ? "，" : ", ") : review.nothingChanges;
  return mode === "report" ? `${text}${language === "zh" ? "。" : ". "}${review.reportOnly}` : text;
}

function reasonsText({ reasons }: RequestModel, { words: { review }, language, amount }: Writing): string {
  const ranked = reasons.toSorted((a, b) => b.grants - a.grants);
  const said = ranked
    .slice(0, shownReasons)
    .map(({ rule, reason, grants }) => review.reason(reason[language] || rule, amount(grants)));
  const more = ranked.length > shownReasons ? [review.moreReasons(amount(ranked.length - shownReasons))] : [];
  return [...said, ...more].join(language === "zh" ? "；" : "; ");
}

/** Whose request it is, why, how many, until when, and what happens if nobody does anything. */
function requestMarkup({ request, progress }: ReviewModel, writing: Writing): Markup {
  const { words, moments, amount, contact, language } = writing;
  const { review } = words;
  const open = progress.toDecide - progress.decided;
  const title =
    progress.toDecide === 0
      ? review.noneAsked
      : open === 0
        ? review.allDone(amount(progress.toDecide))
        : review.title(amount(open));
  const day = moments.day(request.takenAt);
  const as = request.askedAs.slice(0, shownRoutes).map((each) => review.as[each]);
  const asks = `${review.asks(contact, request.source, day)}${language === "zh" ? "" : " "}${review.askedAs(as)}`;
  const why =
    request.reasons.length > 0
      ? markup`<div><dt>${review.because}</dt><dd>${reasonsText(request, writing)}</dd></div>`
      : null;
  const until = markup`<div><dt>${review.until}</dt><dd>${deadlineMarkup(request, writing)}</dd></div>`;
  const silence =
    open > 0 && request.state === "open"
      ? markup`<div><dt>${review.ifNothing}</dt><dd>${silenceText(request, writing)}</dd></div>`
      : null;
  const ended = request.state === "open" ? null : markup`<p class="notice">${review.ended[request.state]}</p>`;
  return markup`<section class="request"><h1>${title}</h1>
<p>${asks}</p>${ended}
<dl class="terms">${why}${until}${silence}</dl></section>`;
}

function afterMarkup({ receipts, handedOn, reportPath, request }: ReviewModel, writing: Writing): Markup {
  const { words, basePath } = writing;
  const { review } = words;
  const path = `${basePath}/reviews/${request.source}/${request.review}`;
  const listed = receipts.map(
    ({ number, decidedAt }) =>
      markup`<li><a href="${path}?receipt=${encodeURIComponent(number)}">${review.receipt(writing.moments.text(decidedAt), number)}</a></li>`,
  );
  const moved = handedOn.map(({ grantId, holderName, role, from, to, reason, isMine }) => {
    const holder = holderName ?? grantId;
    const text = isMine
      ? review.handedOnBy(holder, nameIn(role, writing, grantId), to ? (to.name ?? to.id) : review.nextReviewer)
      : review.handedToYou(holder, nameIn(role, writing, grantId), from.name ?? from.id);
    return markup`<li>${nameMarkup(text)}${reason ? markup` <span class="small">${reason}</span>` : null}</li>`;
  });
  return markup`<div class="after">${listed.length > 0 ? markup`<h2>${review.receipts}</h2><ul>${listed}</ul>` : null}${
    moved.length > 0 ? markup`<h2>${review.handedOn}</h2><ul>${moved}</ul>` : null
  }<p><a href="${basePath}${reportPath}">${review.report}</a></p></div>`;
}

/** The people among the reader's rows who hold roles that nobody must hold together. */
function conflictsOf({ rows, request }: ReviewModel, writing: Writing): Markup {
  const [page] = inBothLanguages(null, writing);
  const found = rows.map(({ grantId: id, reasons, ...grant }) => ({
    grant: { ...grant, id },
    findings: reasons.map(({ settled: suppressedBy, ...reason }) => ({ ...reason, suppressedBy })),
  }));
  return conflictsMarkup(page!, conflictCases(found, request.source));
}

/** The page where a reviewer decides. */
export function reviewPage(model: ReviewModel, writing: Writing): PageParts {
  const form = decideForm(model, writing);
  return {
    ...form,
    title: writing.words.homePage.task(model.request.source),
    body: markup`${requestMarkup(model, writing)}${conflictsOf(model, writing)}${form.body}${afterMarkup(model, writing)}`,
  };
}
