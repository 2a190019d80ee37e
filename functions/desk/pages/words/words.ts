import type { Language } from "../../../report/review-view.ts";
import { deskPagesEn } from "./pages-en.ts";
import { deskPagesZh } from "./pages-zh.ts";
import { plansEn } from "./plans-en.ts";
import { plansZh } from "./plans-zh.ts";
import { refusalsEn } from "./refusals-en.ts";
import { refusalsZh } from "./refusals-zh.ts";
import { sourcesEn } from "./sources-en.ts";
import { sourcesZh } from "./sources-zh.ts";

/** Every text of the desk that no row needs, in one language. */
export type DeskWords = typeof deskPagesEn & {
  refusal: typeof refusalsEn;
  plan: typeof plansEn;
  source: typeof sourcesEn;
};

/** The texts in that language. */
export function deskWordsOf(language: Language): DeskWords {
  return language === "zh"
    ? { ...deskPagesZh, refusal: refusalsZh, plan: plansZh, source: sourcesZh }
    : { ...deskPagesEn, refusal: refusalsEn, plan: plansEn, source: sourcesEn };
}
