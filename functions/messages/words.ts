import { createMoments } from "../report/moments.ts";
import type { Balance, Evidence } from "../review/evidence.ts";
import type { MessageText } from "../review/message.ts";
import type { DecisionWindow, DueOccasion } from "../review/occasions.ts";
import type { BrakeLimit, PlanItem } from "../review/plan.ts";
import type { Policy } from "../review/policy.ts";
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
export const wordsOf = (language: "zh" | "en"): Words => (language === "zh" ? chineseWords : englishWords);

/** The end of a review: its sealed evidence, and the SHA-256 of those bytes. */
export type EndedOccasion = { occasion: "ended"; key: string; evidence: Evidence; sha256: string };

/** What a text is written from beside its occasion. `reportUrl` null: the report's place is named instead. */
export type TextContext = {
  source: string;
  review: string;
  language: "zh" | "en";
  policy: Policy | null;
  reportUrl: string | null;
  reportPlace: string;
  approveCommands: string[];
  nowMs: number;
};

/** What a message on this occasion says. */
export const textOf = (due: DueOccasion | EndedOccasion, context: TextContext): MessageText => {
  const words = wordsOf(context.language);
  const written = bodyOf(due, context, words);
  const { reportUrl, reportPlace, language } = context;
  return {
    language,
    commands: [],
    ...written,
    paragraphs: [...written.paragraphs, ...(reportUrl === null ? [words.reportAt(reportPlace)] : [])],
    link: reportUrl === null ? null : { label: words.report, url: reportUrl },
  };
};

/** How much of a review is one reviewer's. */
export type ReviewerShare = { id: string; grants: number; undecided: number };

/** What a message to one reviewer says: how much is theirs to decide on, and until when. */
export const reviewerTextOf = (
  due: Extract<DueOccasion, { occasion: "plan" | "reminder" }>,
  share: ReviewerShare,
  context: TextContext,
): MessageText => {
  const words = wordsOf(context.language);
  const until = deadlineOf(due, context);
  const { reportUrl, reportPlace, language } = context;
  return {
    language,
    title: words.decideTitle(context.source, share.undecided),
    isUrgent: due.occasion === "reminder",
    paragraphs: [
      words.ofReview(context.review, due.plan.population.grants),
      words.yours(share.grants, share.undecided),
      ...(until === null ? [] : [words.decideBefore(momentsOf(context).text(until))]),
      ...(reportUrl === null ? [words.reportAt(reportPlace)] : []),
    ],
    lists: [],
    commands: [],
    link: reportUrl === null ? null : { label: words.report, url: `${reportUrl}#reviewer=${share.id}` },
  };
};

/** The first instant after which a decision comes too late for something; null where nothing ends. */
const deadlineOf = ({ items, window }: Due<"plan" | "reminder">, { nowMs }: TextContext): string | null => {
  const ends = [...items.map(({ notBefore }) => notBefore), ...(window ? [window.endsAt] : [])];
  let first: string | null = null;
  for (const end of ends) {
    if (Date.parse(end) > nowMs && (first === null || Date.parse(end) < Date.parse(first))) first = end;
  }
  return first;
};

type Body = Pick<MessageText, "title" | "isUrgent" | "paragraphs" | "lists"> & Partial<Pick<MessageText, "commands">>;

const bodyOf = (due: DueOccasion | EndedOccasion, context: TextContext, words: Words): Body => {
  switch (due.occasion) {
    case "plan":
      return planBody(due, context, words);
    case "reminder":
      return reminderBody(due, context, words);
    case "held":
      return heldBody(due, context, words);
    case "ended":
      return endedBody(due, context, words);
    default:
      return due satisfies never;
  }
};

type Due<Kind extends DueOccasion["occasion"]> = Extract<DueOccasion, { occasion: Kind }>;

const momentsOf = ({ policy }: TextContext) => createMoments(policy?.timezone ?? "UTC");

/** Until when how many grants can be decided on; nothing where there is no such time. */
const windowLines = (window: DecisionWindow | null, context: TextContext, words: Words): string[] =>
  window ? [words.toDecide(window.undecided, momentsOf(context).text(window.endsAt))] : [];

const planBody = ({ plan, items, window }: Due<"plan">, context: TextContext, words: Words): Body => {
  const held = plan.items.filter(({ hold }) => hold !== null).length;
  const { source } = context;
  return {
    title: items.length > 0 ? words.planTitle(source, items.length) : words.decideTitle(source, window?.undecided ?? 0),
    isUrgent: false,
    paragraphs: [
      words.ofReview(context.review, plan.population.grants),
      ...windowLines(window, context, words),
      ...objection(items, context, words),
      ...(items.length > 0 && held > 0 ? [words.heldBack(held)] : []),
    ],
    lists: [
      { title: words.when, rows: dueRows(items, context, words) },
      { title: words.why, rows: ruleRows(items, context, words) },
    ],
  };
};

const reminderBody = (due: Due<"reminder">, context: TextContext, words: Words): Body => {
  const { plan, items, window, endsAt } = due;
  const on = momentsOf(context).text(endsAt);
  const { source } = context;
  return {
    title:
      items.length > 0
        ? words.reminderTitle(source, items.length, on)
        : words.decideTitle(source, window?.undecided ?? 0),
    isUrgent: true,
    paragraphs: [
      words.ofReview(context.review, plan.population.grants),
      ...windowLines(window, context, words),
      ...objection(items, context, words),
    ],
    lists: [{ title: words.why, rows: ruleRows(items, context, words) }],
  };
};

const heldBody = ({ plan, items, limits }: Due<"held">, context: TextContext, words: Words): Body => ({
  title: words.heldTitle(context.source),
  isUrgent: true,
  paragraphs: [words.ofReview(context.review, plan.population.grants), words.heldWhy(items.length)],
  lists: [
    { title: words.limits, rows: limits.map((limit) => limitRow(limit, words)) },
    { title: words.why, rows: ruleRows(items, context, words) },
  ],
  commands: context.approveCommands.map((command) => ({ label: words.approve, command })),
});

const fates = [
  "revoked",
  "alreadyGone",
  "changed",
  "refused",
  "failed",
  "unverified",
  "held",
  "pending",
  "kept",
] as const satisfies (keyof Balance)[];

const endedBody = ({ evidence, sha256 }: EndedOccasion, context: TextContext, words: Words): Body => {
  const { balance, mode } = evidence;
  const isUnresolved = balance.refused + balance.failed + balance.unverified > 0;
  return {
    title: words.endedTitle(context.source, balance.revoked),
    isUrgent: isUnresolved,
    paragraphs: [
      words.ofReview(context.review, balance.population),
      words.ended[mode],
      ...(isUnresolved ? [words.unresolved] : []),
      words.sealed(sha256),
    ],
    lists: [
      {
        title: words.fates,
        rows: fates.filter((fate) => balance[fate] > 0).map((fate) => words.count(words.fate[fate], balance[fate])),
      },
    ],
  };
};

/** How to keep what can be kept: items all of whose rules a reviewer's keep suppresses. */
const objection = (items: readonly PlanItem[], { policy }: TextContext, words: Words): string[] => {
  if (items.length === 0) return [];
  const overridable = new Set(policy?.rules.filter((rule) => rule.overridable).map(({ id }) => id));
  const open = items.filter(({ rules }) => rules.every((id) => overridable.has(id))).length;
  return [open > 0 ? words.howToObject(open) : words.noObjection];
};

const tally = (keys: Iterable<string>): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
};

const dueRows = (items: readonly PlanItem[], context: TextContext, words: Words): string[] => {
  const moments = momentsOf(context);
  const isDue = ({ notBefore }: PlanItem): boolean => Date.parse(notBefore) <= context.nowMs;
  const moment = (item: PlanItem): string => (isDue(item) ? words.atOnce : moments.text(item.notBefore));
  const sorted = [...items].sort((a, b) => Date.parse(a.notBefore) - Date.parse(b.notBefore));
  return [...tally(sorted.map(moment))].map(([when, grants]) => words.count(when, grants));
};

/** By the reason that the policy gives; a grant counts under each of its rules. */
const ruleRows = (items: readonly PlanItem[], { policy, language }: TextContext, words: Words): string[] => {
  const reasonOf = (id: string): string => policy?.rules.find((rule) => rule.id === id)?.reason[language] ?? id;
  const counts = [...tally(items.flatMap(({ rules }) => rules))].sort(([, a], [, b]) => b - a);
  return counts.map(([id, grants]) => words.count(reasonOf(id), grants));
};

const limitRow = ({ name, limit, actual }: BrakeLimit, words: Words): string => {
  const isShare = /Share$|Drop$/.test(name);
  const figure = (value: number): string => (isShare ? `${Number((value * 100).toFixed(1))} %` : String(value));
  return words.limit(name, figure(actual), figure(limit));
};
