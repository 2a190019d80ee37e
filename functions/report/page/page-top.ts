import type { Language } from "../review-view.ts";
import { reviewerPhrasesOf } from "../words/reviewer-phrases.ts";
import { switchMarkup } from "./language-switch.ts";
import { type Markup, markup } from "./markup.ts";
import { badgeMarkup, idIn, inBoth, type Page } from "./page.ts";

const stateBadge = ({ view, phrases, moments }: Page): Markup =>
  view.sealed
    ? badgeMarkup("good", phrases.sentences.sealedAt(moments.text(view.sealed.sealedAt)))
    : badgeMarkup("wait", phrases.sentences.open);

const titleMarkup = (page: Page): Markup => {
  const { view, phrases, moments } = page;
  const { snapshot } = view;
  const taken = phrases.sentences.reviewOf(moments.text(snapshot.takenAt));
  const { onlyFor } = view;
  const theirs = onlyFor && markup`<p>${reviewerPhrasesOf(page.language).theirs(onlyFor.name ?? onlyFor.id)}</p>`;
  return markup`<h1>${phrases.title} <bdi>${snapshot.source}</bdi></h1>
<p class="small"><bdi>${snapshot.origin.host}</bdi> · <code>${snapshot.review}</code> · ${taken} ${stateBadge(page)}</p>${theirs ?? null}`;
};

const navMarkup = (page: Page): Markup => {
  const { sections } = page.phrases;
  const evidence = page.view.onlyFor ? null : markup`<a href="#${idIn(page, "evidence")}">${sections.evidence}</a>`;
  return markup`<nav aria-label="${page.phrases.title}"><a href="#overview">${sections.figures}</a><a href="#grants">${sections.grants}</a>${evidence}</nav>`;
};

/** Which review of what, when, whether it is open; where to go in the page; and the choice of language. */
export const topMarkup = (pages: Page[], chosen: Language): Markup =>
  markup`<header class="top"><div>${inBoth(pages, "div", titleMarkup)}</div>
<div class="tools">${inBoth(pages, "div", navMarkup)}${switchMarkup(chosen)}</div></header>`;
