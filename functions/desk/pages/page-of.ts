import { markup } from "../../report/page/markup.ts";
import type { DeskPage, PageContext } from "../model.ts";

/** A page of the desk as HTML, and the script and styles that it has in it, for its content policy. */
export type RenderedPage = { html: string; scripts: string[]; styles: string[] };

/** The page that shows a model. */
export function pageOf(shown: DeskPage, { viewer, language }: PageContext): RenderedPage {
  const body = JSON.stringify(shown.model, null, 2);
  const text = markup`<title>${shown.page}</title><p>${viewer?.name ?? ""}</p><pre>${body}</pre>`;
  return {
    html: `<!doctype html>\n<html lang="${language}"><meta charset="utf-8">${text.html}\n</html>\n`,
    scripts: [],
    styles: [],
  };
}
