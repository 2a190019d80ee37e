import type {
  Coverage,
  FormerReviewer,
  ReviewerLoad,
  UncoveredDepartment,
  WhoReviews,
} from "../../review/people/who-reviews.ts";
import { nobodyReviews } from "../rows/list-filter.ts";
import { badgeMarkup, type Markup, markup, nameMarkup, tableMarkup, textMarkup } from "./markup.ts";
import { foldedMarkup, type ReportPage, sectionMarkup } from "./page.ts";

const shownLines = 100;

type Table = { headings: string[]; rows: Markup[][] };

/** A table of its first lines, and how many more there are. */
function firstLines(page: ReportPage, { headings, rows }: Table): Markup[] {
  const more = rows.length - shownLines;
  const table = tableMarkup(headings, rows.slice(0, shownLines));
  return more > 0 ? [table, markup`<p>${page.phrases.reviewers.more(page.amount(more))}</p>`] : [table];
}

function gistOf(page: ReportPage, count: number, isGood: boolean): Markup {
  return badgeMarkup(isGood ? "good" : "wait", page.amount(count));
}

function loadsMarkup(page: ReportPage, reviewers: ReviewerLoad[]): Markup {
  const { amount, phrases } = page;
  const { reviewers: words } = phrases;
  const rows = reviewers.map(({ id, name, grants, notable, undecided }) => [
    markup`<a href="#reviewer=${encodeURIComponent(id ?? nobodyReviews)}">${nameMarkup(id === null ? words.nobody : (name ?? id))}</a>`,
    textMarkup(amount(grants)),
    textMarkup(amount(notable)),
    textMarkup(amount(undecided)),
  ]);
  const headings = [words.reviewer, words.grants, words.notable, words.undecided];
  const gist = markup`<span class="small">${amount(reviewers.filter(({ id }) => id !== null).length)}</span>`;
  const body = firstLines(page, { headings, rows });
  return foldedMarkup(page, "reviewer-loads", { heading: words.reviewer, gist, body });
}

/** The grants that nobody is left to review stand above everything else. */
function nobodyMarkup(page: ReportPage, reviewers: ReviewerLoad[]): Markup[] {
  const grants = reviewers.find(({ id }) => id === null)?.grants ?? 0;
  return grants > 0 ? [markup`<p class="notice">${page.phrases.reviewers.nobodyLeft(page.amount(grants))}</p>`] : [];
}

function formerMarkup(page: ReportPage, former: FormerReviewer[]): Markup {
  const { reviewers: words, listSeparator } = page.phrases;
  const rows = former.map(({ id, name, by, grants }) => [
    nameMarkup(name ?? id),
    textMarkup(by.map((kind) => words.kinds[kind]).join(listSeparator)),
    textMarkup(page.amount(grants)),
  ]);
  const body = firstLines(page, { headings: [words.reviewer, words.foundAs, words.grants], rows });
  const gist = gistOf(page, former.length, false);
  return foldedMarkup(page, "passed-over", { heading: words.passedOver, gist, body });
}

function uncoveredMarkup(page: ReportPage, { uncoveredDepartments }: Coverage): Markup {
  const { reviewers: words, notKnown } = page.phrases;
  const above = (department: UncoveredDepartment["coveredBy"]): Markup => {
    if (department === undefined) return textMarkup(notKnown);
    return department ? nameMarkup(department.name ?? department.id) : badgeMarkup("wait", words.nobodyAbove);
  };
  const rows = uncoveredDepartments.map(({ id, name, holders, coveredBy }) => [
    nameMarkup(name ?? id),
    textMarkup(page.amount(holders)),
    above(coveredBy),
  ]);
  const table = { headings: [words.department, words.holders, words.coveredBy], rows };
  const body = rows.length > 0 ? firstLines(page, table) : [markup`<p>${words.allCovered}</p>`];
  const gist = gistOf(page, rows.length, rows.length === 0);
  return foldedMarkup(page, "uncovered-departments", { heading: words.uncovered, gist, body });
}

function partnersMarkup(page: ReportPage, { formerPartners }: Coverage): Markup {
  const { reviewers: words, listSeparator } = page.phrases;
  const rows = formerPartners.map(({ id, name, departments }) => [
    nameMarkup(name ?? id),
    nameMarkup(departments.map((department) => department.name ?? department.id).join(listSeparator)),
  ]);
  const table = { headings: [words.reviewer, words.departments], rows };
  const body = rows.length > 0 ? firstLines(page, table) : [markup`<p>${words.nobodyFormer}</p>`];
  const gist = gistOf(page, rows.length, rows.length === 0);
  return foldedMarkup(page, "former-partners", { heading: words.formerPartners, gist, body });
}

function coverageMarkup(page: ReportPage, { coverage }: WhoReviews): Markup[] {
  return coverage ? [uncoveredMarkup(page, coverage), partnersMarkup(page, coverage)] : [];
}

/** Who reviews how much, who was passed over, and how well HRBPs cover the departments; nothing where the review asks for no reviewers. */
export function reviewersMarkup(page: ReportPage): Markup {
  const { whoReviews } = page.view;
  if (!whoReviews) return markup``;
  const { reviewers, formerReviewers } = whoReviews;
  return sectionMarkup(page, "reviewers", {
    heading: page.phrases.reviewers.heading,
    body: [
      ...nobodyMarkup(page, reviewers),
      loadsMarkup(page, reviewers),
      ...(formerReviewers.length > 0 ? [formerMarkup(page, formerReviewers)] : []),
      ...coverageMarkup(page, whoReviews),
    ],
  });
}
