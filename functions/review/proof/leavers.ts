import { endOfDay, epochMs } from "../../basics/time.ts";
import type { Because } from "../because.ts";
import type { Leaver, LeaverFigures } from "./evidence.ts";
import type { Intent, Outcome } from "./receipt.ts";

type Grant = Intent["grant"];

/** The English sentence of each code that says why somebody who left kept access for longer than was promised. */
export const leaverSentences = {
  "leaver-seen-late": "no review or sweep had read it for {hours} hours",
  "leaver-held-before": "{review} had found it and held it ({by})",
  "leaver-tried-before": "{review} had tried in vain ({outcome})",
  "leaver-approved-late": "the plan waited {hours} hours for its approval",
  "leaver-noticed": "its rule gives {hours} hours of notice",
  "leaver-removed-late": "{hours} hours passed from the reading to the removal",
};

function sayLeaver(code: keyof typeof leaverSentences, figures: Required<Because>["figures"]): Because {
  return { code, figures };
}

/** What an earlier review or sweep made of a grant that somebody left with. */
export type EarlierTry = Pick<Because, "figures"> & { code: "leaver-held-before" | "leaver-tried-before" };

/** What an item of a plan says of it. */
type LeaverItem = { grantId: string; holderId: string; notBefore: string };

/** What is known of a review's removals. `takenAt`: of its snapshot; `approvedAt`: null where no brake was lifted. ISO 8601. */
export type LeaverBasis = {
  items: readonly LeaverItem[];
  outcomes: ReadonlyMap<string, Outcome>;
  withinHours: number;
  createdAt: string;
  takenAt: string;
  approvedAt: string | null;
  /** By grant id. */
  earlier: ReadonlyMap<string, EarlierTry>;
};

const hourMs = 3_600_000;

function wholeHours(ms: number): number {
  return Math.max(0, Math.round(ms / hourMs));
}

/** Everybody who left and lost something, the slowest first. */
export function leaversOf({ items, outcomes, ...basis }: LeaverBasis): Leaver[] {
  const byHolder = new Map<string, Leaver>();
  for (const item of items) {
    const outcome = outcomes.get(item.grantId);
    const hours = outcome?.leaverHours;
    if (!outcome || hours === undefined || hours < (byHolder.get(item.holderId)?.hours ?? 0)) continue;
    const enteredLate = outcome.enteredAfter !== undefined;
    const why = hours > basis.withinHours ? whyLate(item, outcome, basis) : null;
    byHolder.set(item.holderId, { holderId: item.holderId, hours, enteredLate, why });
  }
  return [...byHolder.values()].sort((a, b) => b.hours - a.hours || (a.holderId < b.holderId ? -1 : 1));
}

type Late = Omit<LeaverBasis, "items" | "outcomes">;

/** Of all that took time, what came first: whatever followed did not make it late. */
function whyLate(item: LeaverItem, outcome: Outcome, { takenAt, createdAt, approvedAt, withinHours, earlier }: Late) {
  const before = earlier.get(item.grantId);
  if (before) return sayLeaver(before.code, before.figures ?? {});
  const goneMs = epochMs(outcome.verifiedAt ?? outcome.at);
  const leftMs = goneMs - outcome.leaverHours! * hourMs;
  const unreadMs = epochMs(takenAt) - leftMs;
  if (unreadMs > withinHours * hourMs) return sayLeaver("leaver-seen-late", { hours: wholeHours(unreadMs) });
  const heldMs = approvedAt === null ? 0 : epochMs(approvedAt) - epochMs(createdAt);
  if (heldMs >= hourMs) return sayLeaver("leaver-approved-late", { hours: wholeHours(heldMs) });
  const noticeMs = epochMs(item.notBefore) - epochMs(createdAt);
  if (noticeMs >= hourMs) return sayLeaver("leaver-noticed", { hours: wholeHours(noticeMs) });
  return sayLeaver("leaver-removed-late", { hours: wholeHours(goneMs - epochMs(takenAt)) });
}

/** The hours of each, ascending. */
export function hoursOf(leavers: readonly Leaver[]): number[] {
  return leavers.map((leaver) => leaver.hours).sort((a, b) => a - b);
}

/** The figures of leavers, the slowest first; null where nobody who left lost anything. */
export function leaverFigures(leavers: readonly Leaver[], withinHours: number): LeaverFigures | null {
  const hours = hoursOf(leavers);
  if (hours.length === 0) return null;
  const at = (share: number): number => hours[Math.max(0, Math.ceil(hours.length * share) - 1)]!;
  const late = hours.filter((each) => each > withinHours).length;
  const enteredLate = leavers.filter((leaver) => leaver.enteredLate).length;
  const lateBecause = leavers.flatMap(({ why }) => why ?? []);
  return {
    count: hours.length,
    p50: at(0.5),
    p95: at(0.95),
    max: at(1),
    withinHours,
    late,
    ...(enteredLate > 0 ? { enteredLate } : {}),
    ...(lateBecause.length > 0 ? { lateBecause } : {}),
  };
}

/** A sweep that looked for leavers: whose last days it searched for, and the grants that it showed. */
export type LeaverLook = {
  review: string;
  takenAt: string;
  period: { from: string; until: string };
  grantIds: ReadonlySet<string>;
};

/** The grant as the previous review had it, and when that review read it. */
export type SeenBefore = { grant: Grant; review: string; takenAt: string };

/**
 * The last look after the end of somebody's last day that did not show them as gone: the last day was entered after it. Nothing where
 * the last day was entered in time, or nobody looked. No provider says when a last day was entered: the dates of an application
 * to leave stay as they are when the last day is changed.
 */
export function lateEntryOf(
  { id, holder, grantedAt }: Grant,
  before: SeenBefore | null,
  { sweeps, timezone }: { sweeps: readonly LeaverLook[]; timezone: string },
): Pick<Grant, "enteredAfter"> {
  const { status, lastDay } = holder;
  if (status !== "left" || lastDay === null) return {};
  if (before?.grant.holder.status === "left") {
    const { enteredAfter } = before.grant;
    return enteredAfter ? { enteredAfter } : {};
  }
  const endMs = endOfDay(lastDay, timezone);
  const isAfter = (at: string): boolean => epochMs(at) > endMs;
  let last: Grant["enteredAfter"] | null = null;
  const worked = before?.grant.holder.status === "active" || before?.grant.holder.status === "leaving";
  if (before && worked && isAfter(before.takenAt)) last = { review: before.review, at: before.takenAt };
  for (const { review, takenAt, period, grantIds } of sweeps) {
    if (grantIds.has(id)) break;
    const isSearched = period.from <= lastDay && lastDay <= period.until;
    const wasThere = before !== null || (grantedAt !== null && epochMs(grantedAt) < epochMs(takenAt));
    if (isSearched && wasThere && isAfter(takenAt)) last = { review, at: takenAt };
  }
  return last ? { enteredAfter: last } : {};
}
