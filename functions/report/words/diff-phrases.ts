import type { Language } from "../review-view.ts";

/** The texts of a comparison that a report has not. */
export type DiffPhrases = {
  title: string;
  between(from: string, to: string): string;
  change: string;
  nothing: string;
  more(count: string): string;
  revoked(review: string, at: string): string;
  arrow: string;
};

const phrases: Record<Language, DiffPhrases> = {
  zh: {
    title: "两次复核的差异",
    between: (from, to) => `从 ${from} 到 ${to}`,
    change: "变化",
    nothing: "没有任何变化。",
    more: (count) => `另有 ${count} 项；diff --json 会全部列出。`,
    revoked: (review, at) => `复核 ${review} 曾于 ${at} 收回`,
    arrow: " → ",
  },
  en: {
    title: "What changed between two reviews",
    between: (from, to) => `from ${from} to ${to}`,
    change: "Change",
    nothing: "Nothing changed.",
    more: (count) => `${count} more: diff --json lists all.`,
    revoked: (review, at) => `review ${review} revoked it on ${at}`,
    arrow: " → ",
  },
};

/** The texts of a comparison in that language. */
export const diffPhrasesOf = (language: Language): DiffPhrases => phrases[language];
