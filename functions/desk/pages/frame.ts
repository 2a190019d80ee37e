import { type Markup, markup, nameMarkup } from "../../report/page/markup.ts";
import { styleSheet } from "../../report/page/style-sheet.ts";
import { createMoments, type Moments } from "../../report/words/moments.ts";
import type { PageContext } from "../model.ts";
import { deskStyle } from "./desk-style.ts";
import { type DeskWords, deskWordsOf } from "./words/words.ts";

/** A page of the desk as HTML, and the script and styles that it has in it, for its content policy. */
export type RenderedPage = { html: string; scripts: string[]; styles: string[] };

/** What every page is written with. `amount` writes a whole number with separators. */
export type Writing = PageContext & { words: DeskWords; moments: Moments; amount(count: number): string };

/** Opens the writing of a page in the reader's language. */
export function writingOf(context: PageContext): Writing {
  const words = deskWordsOf(context.language);
  const figures = new Intl.NumberFormat(words.htmlLang);
  return { ...context, words, moments: createMoments(context.timezone), amount: (count) => figures.format(count) };
}

/** An instant as people say it: the weekday, the day, the time. */
export function whenMarkup(
  instant: string,
  { words, timezone }: Pick<Writing, "words" | "timezone">,
  hasYear = true,
): Markup {
  const format = new Intl.DateTimeFormat(words.htmlLang === "en" ? "en-GB" : words.htmlLang, {
    timeZone: timezone,
    weekday: "short",
    ...(hasYear ? { year: "numeric" } : {}),
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  return markup`<time datetime="${instant}">${format.format(Date.parse(instant))}</time>`;
}

/** The fields that every form of a viewer carries. */
export function hiddenFields(fields: Record<string, string>, { viewer }: Writing): Markup {
  const all = { csrf: viewer?.csrf ?? "", ...fields };
  return markup`${Object.entries(all).map(([name, value]) => markup`<input type="hidden" name="${name}" value="${value}">`)}`;
}

/** The address of this page with one thing of its query set. */
export function pathWith({ path }: Pick<PageContext, "path">, name: string, value: string): string {
  const [pathname = "", query = ""] = path.split("?");
  const parameters = new URLSearchParams(query);
  parameters.set(name, value);
  return `${pathname}?${parameters.toString()}`;
}

function topMarkup(writing: Writing): Markup {
  const { words, viewer, basePath, language } = writing;
  const other =
    language === "zh"
      ? ({ code: "en", tag: "en", name: "English" } as const)
      : ({ code: "zh", tag: "zh-CN", name: "中文" } as const);
  const account = viewer
    ? markup`<details class="account"><summary><span class="unseen">${words.signedInAs}</span> ${nameMarkup(viewer.name)}</summary><form method="post" action="${basePath}/sign-out">${hiddenFields({}, writing)}<button>${words.signOut}</button></form></details>`
    : null;
  return markup`<header class="top desk-top"><a class="brand" href="${basePath}/">${words.desk}</a><nav aria-label="${words.language}"><a href="${basePath}${pathWith(writing, "language", other.code)}" lang="${other.tag}" hreflang="${other.tag}">${other.name}</a>${account}</nav></header>`;
}

/** Whom to ask. */
function footMarkup({ words, contact }: Writing): Markup {
  return contact === null ? markup`` : markup`<footer class="foot small"><p>${words.questions(contact)}</p></footer>`;
}

/** What a page consists of. `trailer`: data for the script. */
export type PageParts = { title: string; body: Markup; script?: string; trailer?: Markup };

/** A whole page. Its own texts need no escaping where quotes must not be escaped. */
export function renderedPage(writing: Writing, { title, body, script, trailer }: PageParts): RenderedPage {
  const styles = [styleSheet, deskStyle];
  const html = `<!doctype html>
<html lang="${writing.words.htmlLang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${styles.map((style) => `<style>${style}</style>`).join("\n")}
${markup`<title>${title} · ${writing.words.desk}</title>`.html}
</head>
<body class="desk">
${topMarkup(writing).html}
<main>
${body.html}
</main>
${footMarkup(writing).html}
${trailer ? `${trailer.html}\n` : ""}${script === undefined ? "" : `<script>${script}</script>\n`}</body>
</html>
`;
  return { html, scripts: script === undefined ? [] : [script], styles };
}

/** Data for the page's script, as no browser reads it but the script. */
export function dataMarkup(id: string, data: unknown): Markup {
  return {
    html: `<script type="application/json" id="${id}">${JSON.stringify(data).replaceAll("<", "\\u003c")}</script>`,
  };
}
