import type { Because } from "../../review/because.ts";
import type { LeaverFigures } from "../../review/proof/evidence.ts";
import { becauseText } from "../words/detail-text.ts";
import { phraseFor } from "../words/words.ts";
import { badgeMarkup, codeMarkup, type Markup, markup, nameMarkup, tableMarkup, textMarkup } from "./markup.ts";
import { idIn, momentMarkup, type ReportPage, sectionMarkup } from "./page.ts";

const shownLines = 100;

/** Why somebody kept access for too long; a guard that held it is named in the reader's language. */
function whyText({ phrases }: ReportPage, { code, figures = {} }: Because): string {
  const { by } = figures;
  const named = by === undefined ? figures : { ...figures, by: phraseFor(phrases.heldBy, String(by)) };
  return becauseText({ code, figures: named }, phrases) ?? code;
}

/** Each kind of reason once, as it is of whoever kept access longest, and of how many people it is. */
function reasonsText(page: ReportPage, reasons: readonly Because[]): string {
  const { amount, phrases } = page;
  const said = [...Map.groupBy(reasons, ({ code }) => code).values()].map((alike) => {
    const text = whyText(page, alike[0]!);
    return alike.length > 1 ? phrases.leavers.ofSo(text, amount(alike.length)) : text;
  });
  return said.join(phrases.listSeparator);
}

/** "12 leavers, slowest 19 h, 1 beyond 24 h: why". The figures name the slowest first. */
function figuresText(
  page: ReportPage,
  { count, max, late, withinHours, enteredLate, lateBecause }: LeaverFigures,
): string {
  const { phrases, amount } = page;
  const { leavers: words } = phrases;
  const reasons = reasonsText(page, lateBecause ?? []);
  const said = words.line(amount(count), String(max), amount(late), String(withinHours), reasons);
  return enteredLate ? `${said} ${words.enteredLate(amount(enteredLate))}` : said;
}

/** The line of the first screen; null where nobody who left lost anything. */
export function leaversLine(page: ReportPage): Markup | null {
  const figures = page.view.leavers?.figures;
  if (!figures) return null;
  const badge = badgeMarkup(figures.late > 0 ? "bad" : "good", figuresText(page, figures));
  return markup`<li><a href="#${idIn(page, "leavers")}">${badge}</a></li>`;
}

/** How long people who left kept access: by this review, and by the sweeps since the previous one; nothing where nobody did. */
export function leaversSection(page: ReportPage): Markup {
  const { leavers } = page.view;
  if (!leavers) return markup``;
  const { phrases } = page;
  const { leavers: words, labels } = phrases;
  const { figures, slowest, sweeps } = leavers;
  const own = figures ? [markup`<p>${figuresText(page, figures)}</p>`] : [];
  const people = slowest
    .slice(0, shownLines)
    .map(({ name, holderId, hours, enteredLate, why }) => [
      nameMarkup(name ?? holderId),
      textMarkup(words.hours(String(hours))),
      textMarkup(
        [...(why ? [whyText(page, why)] : []), ...(enteredLate ? [words.entered] : [])].join(phrases.listSeparator),
      ),
    ]);
  const swept = sweeps
    .slice(-shownLines)
    .map(({ review, sealedAt, figures: ofSweep }) => [
      codeMarkup(review),
      momentMarkup(page, sealedAt),
      textMarkup(figuresText(page, ofSweep)),
    ]);
  const body = [
    markup`<p>${words.says}</p>`,
    ...own,
    ...(people.length > 0 ? [tableMarkup([labels.holder, words.kept, labels.reason], people)] : []),
    ...(swept.length > 0
      ? [markup`<h3>${words.sweeps}</h3>`, tableMarkup([words.sweep, words.sealed, words.figures], swept)]
      : []),
  ];
  return sectionMarkup(page, "leavers", { heading: words.heading, body });
}
