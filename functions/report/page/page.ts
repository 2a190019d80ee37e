import { sha256 } from "../../basics/hash.ts";
import type { Language, ReviewView } from "../review-view.ts";
import { createMoments, type Moments } from "../words/moments.ts";
import { pagesEn } from "../words/pages-en.ts";
import { pagesZh } from "../words/pages-zh.ts";
import { type Markup, markup } from "./markup.ts";
import { styleSheet } from "./style-sheet.ts";

/** Every text of the written pages, in one language. */
export type PagePhrases = typeof pagesEn;

/** The texts of the pages in that language. */
export function pagePhrasesOf(language: Language): PagePhrases {
  return language === "zh" ? pagesZh : pagesEn;
}

/** What a page is written with, in one language. `amount` writes a whole number with separators. */
export type PageLanguage = {
  language: Language;
  phrases: PagePhrases;
  moments: Moments;
  amount(count: number): string;
};

/** The page of a review, in one language. */
export type ReportPage = PageLanguage & { view: ReviewView };

/** The same page in both languages, the language to begin with first. Instants are shown in that time zone. */
export function inBothLanguages<View>(
  view: View,
  { language: first, timezone }: { language: Language; timezone: string },
): (PageLanguage & { view: View })[] {
  const languages: Language[] = first === "zh" ? ["zh", "en"] : ["en", "zh"];
  return languages.map((language) => {
    const phrases = pagePhrasesOf(language);
    const figures = new Intl.NumberFormat(phrases.htmlLang);
    return { view, language, phrases, moments: createMoments(timezone), amount: (count) => figures.format(count) };
  });
}

/** A part of the page in both languages; the style sheet shows the language that is chosen. */
export function inBoth<P extends PageLanguage>(pages: P[], write: (page: P) => Markup): Markup {
  return markup`${pages.map((page) => ({
    html: `<div class="in-${page.language}" lang="${page.phrases.htmlLang}">${write(page).html}</div>\n`,
  }))}`;
}

/** The id of a part in one language: the page has the part in both. */
export function idIn({ language }: PageLanguage, id: string): string {
  return `${id}-${language}`;
}

/** A heading and the part below it. */
export function sectionMarkup(
  page: PageLanguage,
  id: string,
  { heading, body }: { heading: string; body: Markup[] },
): Markup {
  return markup`<section id="${idIn(page, id)}"><h2>${heading}</h2>${body}</section>\n`;
}

/** The same, folded until a reader opens it; `gist` is shown beside the heading. */
export function foldedMarkup(
  page: PageLanguage,
  id: string,
  { heading, gist, body }: { heading: string; gist: Markup; body: Markup[] },
): Markup {
  return markup`<details id="${idIn(page, id)}" class="folded"><summary><h3>${heading}</h3> ${gist}</summary><div>${body}</div></details>\n`;
}

function timeMarkup(instant: string, shown: string): Markup {
  return markup`<time datetime="${instant}">${shown}</time>`;
}

/** An instant as calendar time. */
export function momentMarkup({ moments }: PageLanguage, instant: string): Markup {
  return timeMarkup(instant, moments.text(instant));
}

/** The calendar day of an instant. */
export function dayMarkup({ moments }: PageLanguage, instant: string): Markup {
  return timeMarkup(instant, moments.day(instant));
}

const languageChoices: [Language, string, string][] = [
  ["zh", "中文", "zh-CN"],
  ["en", "English", "en"],
];

/**
 * Radio buttons for the language. The style sheet alone can switch, so that a page reads in both languages even where
 * scripts are off.
 */
export function switchMarkup(chosen: Language): Markup {
  return markup`<fieldset class="languages"><legend class="unseen">语言 / Language</legend>${languageChoices.map(
    ([language, name, tag]) =>
      markup`<label lang="${tag}"><input type="radio" name="language" value="${language}" id="language-${language}" ${
        language === chosen ? markup`checked` : null
      }><span>${name}</span></label>`,
  )}</fieldset>`;
}

function sourceOf(text: string): string {
  return `'sha256-${Buffer.from(sha256(text), "hex").toString("base64")}'`;
}

/** A page runs exactly this script (null: none), styles itself with the style sheet, and loads nothing. */
function contentPolicy(script: string | null): string {
  return [
    "default-src 'none'",
    ...(script === null ? [] : [`script-src ${sourceOf(script)}`]),
    `style-src ${sourceOf(styleSheet)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/**
 * The frame of a page; `lang` as HTML has it. The trailer comes after the script: the page needs it only once a person sees
 * the page, so that nobody waits for a browser to read it.
 */
export type Frame = { title: string; lang: string; script: string | null; trailer?: Markup };

/** A whole self-contained page. The frame's own texts need no escaping, and their quotes must not be escaped. */
export function documentText({ title, lang, script, trailer }: Frame, body: Markup): string {
  return `<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<style>${styleSheet}</style>
${markup`<title>${title}</title>`.html}
</head>
<body>
${body.html}
${script === null ? "" : `<script>${script}</script>\n`}${trailer ? `${trailer.html}\n` : ""}</body>
</html>
`;
}
