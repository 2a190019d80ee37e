import { hashText } from "../basics/hash.ts";
import { plainLine } from "../basics/plain-text.ts";
import { dayMs, epochMs } from "../basics/time.ts";
import { createMoments } from "../report/words/moments.ts";
import type { ActOccasion } from "../review/people/acts.ts";
import { heldReminderDay, type MessageText } from "../review/people/message.ts";
import type { DecisionWindow, DueOccasion } from "../review/people/occasions.ts";
import type { BrakeLimit, PlanItem } from "../review/plan/plan.ts";
import type { Caller } from "../review/proof/act.ts";
import type { Balance, Evidence } from "../review/proof/evidence.ts";
import type { Policy } from "../review/rules/policy.ts";
import { type Words, wordsOf } from "./words.ts";

/** What a text is written from beside its occasion. If `reportUrl` is null, the text names `reportPlace` instead; where both are, there is no report yet. */
export type TextContext = {
  source: string;
  review: string;
  language: "zh" | "en";
  policy: Policy | null;
  reportUrl: string | null;
  reportPlace: string | null;
  /** Where the review is at the desk; null: there is no desk. */
  deskUrl: string | null;
  /** How many reviewers have not decided on everything they are asked for. */
  silentReviewers: number;
  approveCommands: string[];
  nowMs: number;
};

/** An occasion of this kind in an open review. */
export type Due<Kind extends DueOccasion["occasion"]> = Extract<DueOccasion, { occasion: Kind }>;

/** An instant in the policy's time zone. The zone is named, as readers may live in another. */
export function momentIn({ policy }: TextContext, instant: string): string {
  const timezone = policy?.timezone ?? "UTC";
  return `${createMoments(timezone).text(instant)} (${timezone})`;
}

/** The end of a review: its sealed evidence, and the SHA-256 of the evidence's bytes. */
export type EndedOccasion = { occasion: "ended"; key: string; evidence: Evidence; sha256: string };

/** The text of a message on this occasion. */
export function textOf(due: DueOccasion | EndedOccasion | ActOccasion, context: TextContext): MessageText {
  const words = wordsOf(context.language);
  const written = bodyOf(due, context, words);
  const { reportUrl, language } = context;
  return {
    language,
    commands: [],
    ...written,
    paragraphs: [...written.paragraphs, ...placeLines(context, words)],
    link: reportUrl === null ? null : { label: words.report, url: reportUrl },
  };
}

/** The text to one approver of a held plan. `link`: where they approve or refuse it. */
export function approverTextOf(due: Due<"held">, context: TextContext, link: string): MessageText {
  const words = wordsOf(context.language);
  const { language } = context;
  const body = heldBody(due, context, words, words.approverWhy);
  return { language, ...body, commands: [], link: { label: words.deskPlan, url: link } };
}

/** Where the report is, for people who get no link to it. */
export function placeLines({ reportUrl, reportPlace }: TextContext, words: Words): string[] {
  return reportUrl === null && reportPlace !== null ? [words.reportAt(reportPlace)] : [];
}

type Body = Pick<MessageText, "title" | "isUrgent" | "paragraphs" | "lists"> & Partial<Pick<MessageText, "commands">>;

function bodyOf(due: DueOccasion | EndedOccasion | ActOccasion, context: TextContext, words: Words): Body {
  switch (due.occasion) {
    case "plan":
      return planBody(due, context, words);
    case "reminder":
      return reminderBody(due, context, words);
    case "held":
      return heldBody(due, context, words);
    case "ended":
      return endedBody(due, context, words);
    case "acts":
      return actBody(due, context, words);
    default:
      return due satisfies never;
  }
}

/** How many grants are undecided, and until when people can decide; nothing if no window is open. */
function windowLines(window: DecisionWindow | null, context: TextContext, words: Words): string[] {
  return window ? [words.toDecide(window.undecided, momentIn(context, window.endsAt))] : [];
}

function planBody({ plan, items, window }: Due<"plan">, context: TextContext, words: Words): Body {
  const held = plan.items.filter(({ hold }) => hold !== null).length;
  const { source } = context;
  return {
    title: items.length > 0 ? words.planTitle(source, items.length) : words.decideTitle(source, window?.undecided ?? 0),
    isUrgent: false,
    paragraphs: [
      words.ofReview(context.review, plan.population.grants),
      ...windowLines(window, context, words),
      ...objectionLines(items, context, words),
      ...(items.length > 0 && held > 0 ? [words.heldBack(held)] : []),
    ],
    lists: [
      { title: words.when, rows: dueRows(items, context, words) },
      { title: words.why, rows: ruleRows(items, context, words) },
    ],
  };
}

function reminderBody(due: Due<"reminder">, context: TextContext, words: Words): Body {
  const { plan, items, window, endsAt } = due;
  const on = momentIn(context, endsAt);
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
      ...(window && context.silentReviewers > 0 ? [words.silent(context.silentReviewers)] : []),
      ...objectionLines(items, context, words),
    ],
    lists: [{ title: words.why, rows: ruleRows(items, context, words) }],
  };
}

function heldBody(due: Due<"held">, context: TextContext, words: Words, why = words.heldWhy): Body {
  const { plan, items, limits, held } = due;
  const { source, nowMs } = context;
  const isReminder = held !== null && heldReminderDay(held, nowMs) > 0;
  const daysLeft = held ? wholeDays(epochMs(held.actUntil) - nowMs) : 0;
  return {
    title: isReminder ? words.stillHeldTitle(source, daysLeft) : words.heldTitle(source),
    isUrgent: true,
    paragraphs: [
      words.ofReview(context.review, plan.population.grants),
      ...(isReminder ? [words.heldFor(wholeDays(nowMs - epochMs(held.heldSince)))] : []),
      why(items.length),
      ...(held ? [words.heldUntil(daysLeft, momentIn(context, held.actUntil))] : []),
    ],
    lists: [
      { title: words.limits, rows: limits.map((limit) => limitRow(limit, words)) },
      { title: words.why, rows: ruleRows(items, context, words) },
    ],
    commands: context.approveCommands.map((command) => ({ label: words.approve, command })),
  };
}

function wholeDays(ms: number): number {
  return Math.floor(ms / dayMs);
}

const fates = [
  "revoked",
  "narrowed",
  "alreadyGone",
  "changed",
  "refused",
  "failed",
  "unverified",
  "held",
  "pending",
  "kept",
] as const satisfies (keyof Balance)[];

function endedBody({ evidence, sha256 }: EndedOccasion, context: TextContext, words: Words): Body {
  const { balance, mode } = evidence;
  // Evidence that an earlier version sealed says nothing of narrowing.
  const counts = { ...evidence.balance, narrowed: evidence.balance.narrowed ?? 0 };
  const isUnresolved = balance.refused + balance.failed + balance.unverified > 0;
  return {
    title: words.endedTitle(context.source, balance.revoked),
    isUrgent: isUnresolved,
    paragraphs: [
      words.ofReview(context.review, balance.population),
      words.ended[mode],
      ...(isUnresolved ? [words.unresolved] : []),
      words.sealed(hashText(sha256)),
    ],
    lists: [
      {
        title: words.fates,
        rows: fates.filter((fate) => counts[fate] > 0).map((fate) => words.count(words.fate[fate], counts[fate])),
      },
    ],
  };
}

/** Free text in a message has at most so many characters. */
const mostCharacters = 200;

function actBody({ act }: ActOccasion, context: TextContext, words: Words): Body {
  const { kind, by, reason, caller, at, review, records } = act;
  return {
    title: words.act[kind](context.source, records.length),
    isUrgent: true,
    paragraphs: [
      words.actIn(review),
      words.actAt(momentIn(context, at)),
      words.actBy(plainLine(by, mostCharacters)),
      words.actWhy(plainLine(reason, mostCharacters)),
      ...(caller ? [words.actThrough[caller.via](plainLine(whoIn(caller), mostCharacters))] : []),
      words.actUnexpected,
    ],
    lists: [],
  };
}

function whoIn(caller: Caller): string {
  if (caller.via === "command-line") return `${caller.user}@${caller.host}`;
  return caller.via === "lambda" ? caller.requestId : caller.subject;
}

/** How to object, and to how many items: those whose rules all let a reviewer's keep stand. */
function objectionLines(items: readonly PlanItem[], { policy, deskUrl }: TextContext, words: Words): string[] {
  if (items.length === 0) return [];
  const overridable = new Set(policy?.rules.filter((rule) => rule.overridable).map(({ id }) => id));
  const open = items.filter(({ rules }) => rules.every((id) => overridable.has(id))).length;
  if (open === 0) return [words.noObjection];
  return [deskUrl === null ? words.howToObject(open) : words.howToObjectAtDesk(open)];
}

function countEach(keys: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

function dueRows(items: readonly PlanItem[], context: TextContext, words: Words): string[] {
  const isDue = ({ notBefore }: PlanItem): boolean => Date.parse(notBefore) <= context.nowMs;
  const moment = (item: PlanItem): string => (isDue(item) ? words.atOnce : momentIn(context, item.notBefore));
  const sorted = [...items].sort((a, b) => Date.parse(a.notBefore) - Date.parse(b.notBefore));
  return [...countEach(sorted.map(moment))].map(([when, grants]) => words.count(when, grants));
}

/** A row for each reason of the policy. A grant counts in the row of each of its rules. */
function ruleRows(items: readonly PlanItem[], { policy, language }: TextContext, words: Words): string[] {
  const reasonOf = (id: string): string => policy?.rules.find((rule) => rule.id === id)?.reason[language] ?? id;
  const counts = [...countEach(items.flatMap(({ rules }) => rules))].sort(([, a], [, b]) => b - a);
  return counts.map(([id, grants]) => words.count(reasonOf(id), grants));
}

function limitRow({ name, limit, actual }: BrakeLimit, words: Words): string {
  const isShare = /Share$|Drop$/.test(name);
  const figure = (value: number): string => (isShare ? `${Number((value * 100).toFixed(1))} %` : String(value));
  return words.limit(name, figure(actual), figure(limit));
}
