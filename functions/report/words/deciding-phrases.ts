import type { Language } from "../review-view.ts";

/** The texts about the time to decide, in one language. Counts come as written figures, instants as calendar time. */
export type DecidingPhrases = {
  heading: string;
  until(at: string): string;
  over(at: string): string;
  undecided(count: string): string;
  allDecided: string;
  expires(count: string, at: string): string;
  wouldExpire(count: string): string;
  kept(count: string): string;
  verdictExpires(count: string, at: string): string;
  verdictOpen(count: string, at: string): string;
  badFilesHeading: string;
  badFiles: string;
};

const grantsOf = (count: string): string => (count === "1" ? "1 grant" : `${count} grants`);
const areOf = (count: string): string => `${grantsOf(count)} ${count === "1" ? "is" : "are"}`;

const english: DecidingPhrases = {
  heading: "Time to decide",
  until: (at) => `Decisions that are handed in until ${at} are heeded in this review.`,
  over: (at) => `The time to decide ended on ${at}.`,
  undecided: (count) => `${areOf(count)} undecided.`,
  allDecided: "Nothing is undecided.",
  expires: (count, at) => `If nobody decides, ${grantsOf(count)} will be expired from ${at}: these.`,
  wouldExpire: (count) => `In enforce mode ${grantsOf(count)} would be expired if nobody decides: these.`,
  kept: (count) => `${grantsOf(count)} kept, as nobody decided in time: no person confirmed them.`,
  verdictExpires: (count, at) => `${grantsOf(count)} will be expired from ${at} unless somebody decides.`,
  verdictOpen: (count, at) => `${areOf(count)} undecided: decide until ${at}.`,
  badFilesHeading: "Decisions that cannot be read",
  badFiles:
    "These files were handed in, and cannot be understood. None of their decisions count, and every grant that they may speak of is left alone. Correct each file, hand it in again, and take the old one back.",
};

const chinese: DecidingPhrases = {
  heading: "决定期限",
  until: (at) => `${at} 之前提交的决定，本次复核都会采纳。`,
  over: (at) => `决定期限已于 ${at} 结束。`,
  undecided: (count) => `${count} 项授权尚无人决定。`,
  allDecided: "没有尚待决定的授权。",
  expires: (count, at) => `若无人决定，以下 ${count} 项授权自 ${at} 起将被收回。`,
  wouldExpire: (count) => `若为执行模式，无人决定时以下 ${count} 项授权将被收回。`,
  kept: (count) => `${count} 项授权因期限内无人决定而保留：没有人确认过它们。`,
  verdictExpires: (count, at) => `${count} 项授权若无人决定，自 ${at} 起将被收回。`,
  verdictOpen: (count, at) => `${count} 项授权尚无人决定：请在 ${at} 之前决定。`,
  badFilesHeading: "无法读懂的决定文件",
  badFiles: "以下文件已提交，但无法读懂：其中的决定均不算数，可能涉及的授权均不收回。请改正后重新提交，并撤回原文件。",
};

/** The texts about the time to decide in that language. */
export const decidingPhrasesOf = (language: Language): DecidingPhrases => (language === "zh" ? chinese : english);
