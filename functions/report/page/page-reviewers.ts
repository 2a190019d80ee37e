import type {
  Coverage,
  FormerReviewer,
  ReviewerLoad,
  UncoveredDepartment,
  WhoReviews,
} from "../../review/people/who-reviews.ts";
import { nobodyReviews } from "../rows/list-filter.ts";
import { type ReviewerPhrases, reviewerPhrasesOf } from "../words/reviewer-phrases.ts";
import { type Markup, markup, nameMarkup } from "./markup.ts";
import { badgeMarkup, foldedMarkup, type Page, sectionMarkup, tableMarkup, textMarkup } from "./page.ts";

const shownLines = 100;

type Table = { headings: string[]; rows: Markup[][] };

/** A table of its first lines, and how many more there are. */
const firstLines = (page: Page, words: ReviewerPhrases, { headings, rows }: Table): Markup[] => {
  const more = rows.length - shownLines;
  const table = tableMarkup(headings, rows.slice(0, shownLines));
  return more > 0 ? [table, markup`<p>${words.more(page.amount(more))}</p>`] : [table];
};

const gistOf = (page: Page, count: number, isGood: boolean): Markup =>
  badgeMarkup(isGood ? "good" : "wait", page.amount(count));

const loadsMarkup = (page: Page, words: ReviewerPhrases, reviewers: ReviewerLoad[]): Markup => {
  const { amount } = page;
  const rows = reviewers.map(({ id, name, grants, notable, undecided }) => [
    markup`<a href="#reviewer=${encodeURIComponent(id ?? nobodyReviews)}">${nameMarkup(id === null ? words.nobody : (name ?? id))}</a>`,
    textMarkup(amount(grants)),
    textMarkup(amount(notable)),
    textMarkup(amount(undecided)),
  ]);
  const headings = [words.reviewer, words.grants, words.notable, words.undecided];
  const gist = markup`<span class="small">${amount(reviewers.filter(({ id }) => id !== null).length)}</span>`;
  return foldedMarkup(page, "reviewer-loads", {
    heading: words.reviewer,
    gist,
    body: firstLines(page, words, { headings, rows }),
  });
};

/** What nobody is left to review stands above everything else. */
const nobodyMarkup = (page: Page, words: ReviewerPhrases, reviewers: ReviewerLoad[]): Markup[] => {
  const grants = reviewers.find(({ id }) => id === null)?.grants ?? 0;
  return grants > 0 ? [markup`<p class="notice">${words.nobodyLeft(page.amount(grants))}</p>`] : [];
};

const formerMarkup = (page: Page, words: ReviewerPhrases, former: FormerReviewer[]): Markup => {
  const rows = former.map(({ id, name, by, grants }) => [
    nameMarkup(name ?? id),
    textMarkup(by.map((kind) => words.kinds[kind]).join(page.phrases.listSeparator)),
    textMarkup(page.amount(grants)),
  ]);
  const body = firstLines(page, words, { headings: [words.reviewer, words.foundAs, words.grants], rows });
  const gist = gistOf(page, former.length, false);
  return foldedMarkup(page, "passed-over", { heading: words.passedOver, gist, body });
};

const uncoveredMarkup = (page: Page, words: ReviewerPhrases, { uncoveredDepartments }: Coverage): Markup => {
  const above = (department: UncoveredDepartment["coveredBy"]): Markup => {
    if (department === undefined) return textMarkup(page.phrases.notKnown);
    return department ? nameMarkup(department.name ?? department.id) : badgeMarkup("wait", words.nobodyAbove);
  };
  const rows = uncoveredDepartments.map(({ id, name, holders, coveredBy }) => [
    nameMarkup(name ?? id),
    textMarkup(page.amount(holders)),
    above(coveredBy),
  ]);
  const table = { headings: [words.department, words.holders, words.coveredBy], rows };
  const body = rows.length > 0 ? firstLines(page, words, table) : [markup`<p>${words.allCovered}</p>`];
  const gist = gistOf(page, rows.length, rows.length === 0);
  return foldedMarkup(page, "uncovered-departments", { heading: words.uncovered, gist, body });
};

const partnersMarkup = (page: Page, words: ReviewerPhrases, { formerPartners }: Coverage): Markup => {
  const rows = formerPartners.map(({ id, name, departments }) => [
    nameMarkup(name ?? id),
    nameMarkup(departments.map((department) => department.name ?? department.id).join(page.phrases.listSeparator)),
  ]);
  const table = { headings: [words.reviewer, words.departments], rows };
  const body = rows.length > 0 ? firstLines(page, words, table) : [markup`<p>${words.nobodyFormer}</p>`];
  const gist = gistOf(page, rows.length, rows.length === 0);
  return foldedMarkup(page, "former-partners", { heading: words.formerPartners, gist, body });
};

const coverageMarkup = (page: Page, words: ReviewerPhrases, { coverage }: WhoReviews): Markup[] =>
  coverage ? [uncoveredMarkup(page, words, coverage), partnersMarkup(page, words, coverage)] : [];

/** Who reviews how much, who was passed over, and how well HRBPs cover the departments; nothing where nobody is asked. */
export function reviewersMarkup(page: Page): Markup {
  const { whoReviews } = page.view;
  if (!whoReviews) return markup``;
  const words = reviewerPhrasesOf(page.language);
  const { reviewers, formerReviewers } = whoReviews;
  return sectionMarkup(page, "reviewers", {
    heading: words.heading,
    body: [
      ...nobodyMarkup(page, words, reviewers),
      loadsMarkup(page, words, reviewers),
      ...(formerReviewers.length > 0 ? [formerMarkup(page, words, formerReviewers)] : []),
      ...coverageMarkup(page, words, whoReviews),
    ],
  });
}
