import type { Language } from "../review-view.ts";
import { type Markup, markup } from "./markup.ts";

const choices: [Language, string, string][] = [
  ["zh", "中文", "zh-CN"],
  ["en", "English", "en"],
];

/**
 * Radio buttons for the language. The style sheet alone can switch, so that a page reads in both languages even where
 * scripts are off.
 */
export const switchMarkup = (chosen: Language): Markup =>
  markup`<fieldset class="languages"><legend class="unseen">语言 / Language</legend>${choices.map(
    ([language, name, tag]) =>
      markup`<label lang="${tag}"><input type="radio" name="language" value="${language}" id="language-${language}" ${
        language === chosen ? markup`checked` : null
      }><span>${name}</span></label>`,
  )}</fieldset>`;

/** Both languages, the one to begin with first. */
export const languagesFrom = (language: Language): Language[] => (language === "zh" ? ["zh", "en"] : ["en", "zh"]);
