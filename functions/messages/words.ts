import type { Balance } from "../review/proof/evidence.ts";
import { englishWords } from "./words-en.ts";
import { chineseWords } from "./words-zh.ts";

/** The sentences of messages in one language. Counts, dates and configured texts go in; nobody's name ever does. */
export type Words = {
  planTitle(source: string, grants: number): string;
  decideTitle(source: string, grants: number): string;
  toDecide(grants: number, until: string): string;
  yours(grants: number, undecided: number): string;
  decideBefore(moment: string): string;
  reminderTitle(source: string, grants: number, on: string): string;
  heldTitle(source: string): string;
  endedTitle(source: string, revoked: number): string;
  ofReview(review: string, grants: number): string;
  when: string;
  atOnce: string;
  why: string;
  count(what: string, grants: number): string;
  howToObject(grants: number): string;
  noObjection: string;
  heldBack(grants: number): string;
  heldWhy(grants: number): string;
  limits: string;
  limit(name: string, actual: string, allowed: string): string;
  approve: string;
  ended: Record<"report" | "enforce", string>;
  fates: string;
  fate: Record<Exclude<keyof Balance, "population" | "balanced">, string>;
  unresolved: string;
  sealed(sha256: string): string;
  report: string;
  reportAt(place: string): string;
  more(entries: number): string;
};

/** The words of a language. */
export function wordsOf(language: "zh" | "en"): Words {
  return language === "zh" ? chineseWords : englishWords;
}
