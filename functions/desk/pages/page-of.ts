import { markup } from "../../report/page/markup.ts";
import type { DeskPage, PageContext } from "../model.ts";
import { type PageParts, type RenderedPage, renderedPage, type Writing, writingOf } from "./frame.ts";
import { heldPlanPage } from "./held-plan-page.ts";
import { homePage } from "./home-page.ts";
import { receiptPage } from "./receipt-page.ts";
import { refusalPage } from "./refusal-page.ts";
import { reviewPage } from "./review-page.ts";

function partsOf(shown: DeskPage, writing: Writing): PageParts {
  switch (shown.page) {
    case "home":
      return homePage(shown.model, writing);
    case "review":
      return reviewPage(shown.model, writing);
    case "receipt":
      return receiptPage(shown.model, writing);
    case "refused":
      return refusalPage(shown.model, writing);
    case "signed-out": {
      const { title, text, signIn } = writing.words.signedOut;
      const link = markup`<a class="button" href="${writing.basePath}${shown.model.signInPath}">${signIn}</a>`;
      return { title, body: markup`<section class="request"><h1>${title}</h1><p>${text}</p><p>${link}</p></section>` };
    }
    case "held-plan":
      return heldPlanPage(shown.model, writing);
    default:
      return shown satisfies never;
  }
}

/** The page that shows a model. */
export function pageOf(shown: DeskPage, context: PageContext): RenderedPage {
  const writing = writingOf(context);
  return renderedPage(writing, partsOf(shown, writing));
}
