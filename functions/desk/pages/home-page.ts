import { type Markup, markup } from "../../report/page/markup.ts";
import type { HomeModel, ReviewTask } from "../model.ts";
import type { PageParts, Writing } from "./frame.ts";
import { deadlineMarkup } from "./review-page.ts";
import { sourceSection } from "./source-sections.ts";

function taskMarkup({ request, progress, path }: ReviewTask, writing: Writing): Markup {
  const { words, amount, basePath } = writing;
  const { homePage } = words;
  const open = progress.toDecide - progress.decided;
  const isToDo = open > 0 && request.state === "open";
  return markup`<li class="task"><div><h2><a href="${basePath}${path}">${homePage.task(request.source)}</a></h2>
<p>${progress.toDecide === 0 ? words.review.noneAsked : homePage.left(amount(open), amount(progress.toDecide))}</p>
<p class="small">${words.review.until}${words.htmlLang === "en" ? " " : "："}${deadlineMarkup(request, writing)}</p></div>
<a class="button${isToDo ? " save" : ""}" href="${basePath}${path}">${isToDo ? homePage.decide : homePage.look}</a></li>`;
}

/** What is the reader's to do, what ends first comes first. */
export function homePage({ tasks, heldPlans, sources }: HomeModel, writing: Writing): PageParts {
  const { words, basePath, amount, asked } = writing;
  const { homePage: said } = words;
  const done = asked.done && markup`<p class="notice" role="status">${said.done[asked.done]}</p>`;
  const plans = heldPlans.map(
    ({ source, review, items }) =>
      markup`<li class="task"><div><h3>${said.plan(source, amount(items.filter(({ hold }) => hold === null).length))}</h3></div><a class="button save" href="${basePath}/reviews/${source}/${review}/approve">${said.openPlan}</a></li>`,
  );
  return {
    title: said.title,
    body: markup`${done}<section class="request"><h1>${said.title}</h1>
${tasks.length > 0 ? markup`<ol class="tasks">${tasks.map((task) => taskMarkup(task, writing))}</ol>` : null}${
  plans.length > 0 ? markup`<h2 class="below">${said.plans}</h2><ol class="tasks">${plans}</ol>` : null
}${tasks.length + plans.length === 0 ? markup`<p>${said.nothing}</p>` : null}</section>
${sources?.map((state) => sourceSection(state, writing)) ?? null}`,
  };
}
