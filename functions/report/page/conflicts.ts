import type { ConflictCase, ConflictPart } from "../rows/conflict-cases.ts";
import { suppressionText } from "../words/detail-text.ts";
import { localText } from "../words/words.ts";
import { badgeMarkup, codeMarkup, type Markup, markup, nameMarkup, tableMarkup } from "./markup.ts";
import { dayMarkup, type PageLanguage, sectionMarkup } from "./page.ts";

const shownCases = 500;

/** Who holds roles that nobody must hold together: person, roles, since when, and what was decided; nothing where nobody does. */
export function conflictsMarkup(page: PageLanguage, cases: readonly ConflictCase[]): Markup {
  if (cases.length === 0) return markup``;
  const { conflicts: words, labels } = page.phrases;
  const shown = cases.slice(0, shownCases);
  const more = cases.length - shown.length;
  const headings = [labels.holder, labels.reason, words.roles, words.since, words.decided];
  const body = [
    markup`<p>${words.what}</p>`,
    tableMarkup(
      headings,
      shown.map((each) => cellsOf(page, each)),
    ),
    ...(more > 0 ? [markup`<p>${words.more(page.amount(more))}</p>`] : []),
  ];
  return sectionMarkup(page, "conflicts", { heading: words.heading, body });
}

function cellsOf(page: PageLanguage, { rule, reason, holder, parts, more }: ConflictCase): Markup[] {
  const { conflicts: words } = page.phrases;
  const rest = more > 0 ? markup`<div class="small">${words.moreRoles(page.amount(more))}</div>` : null;
  return [
    markup`<strong>${nameMarkup(holder.name ?? holder.id)}</strong><div class="small">${codeMarkup(holder.id)}</div>`,
    markup`${reason[page.language]}<div class="small">${codeMarkup(rule)}</div>`,
    markup`${parts.map((part) => line(roleMarkup(page, part)))}${rest}`,
    markup`${parts.map(({ since }) => line(dayMarkup(page, since)))}`,
    markup`${parts.map((part) => line(decidedMarkup(page, part)))}`,
  ];
}

function line(text: Markup): Markup {
  return markup`<div>${text}</div>`;
}

function roleMarkup({ language }: PageLanguage, { role, source }: ConflictPart): Markup {
  const name = localText(role.name, language) ?? role.code ?? role.id;
  return markup`${nameMarkup(name)} <span class="small">${source}</span>`;
}

function decidedMarkup({ phrases }: PageLanguage, { settled }: ConflictPart): Markup {
  const { conflicts: words } = phrases;
  if (settled === undefined) return markup`<span class="small">${words.elsewhere}</span>`;
  return settled === null ? badgeMarkup("wait", words.open) : markup`${suppressionText(settled, phrases)}`;
}
