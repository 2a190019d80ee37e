import type { GrantHistory, Language } from "../review-view.ts";
import type { ListedGrant } from "../rows/packed-rows.ts";
import type { ListPhrases } from "./list-phrases.ts";
import type { Moments } from "./moments.ts";
import { type Phrases, phraseFor } from "./phrases.ts";
import { reviewerPhrasesOf } from "./reviewer-phrases.ts";

/** What a row's sentences are written with. */
export type RowWords = {
  language: Language;
  phrases: Phrases;
  list: ListPhrases;
  moments: Moments;
  departmentNames: ReadonlyMap<string, string>;
};

/** A department by its name, else by its id. */
export const departmentText = (id: string, { departmentNames }: RowWords): string => departmentNames.get(id) ?? id;

/** Who has what a group holds: name and status of each, and how many more there are. Nothing of a holder that is no group. */
export function memberTexts({ grant: { holder } }: ListedGrant, { phrases, list }: RowWords): string[] {
  if (!holder.members) return [];
  const { count, first } = holder.members;
  if (count === 0) return [list.noMembers];
  const texts = first.map(({ id, name, status }) => `${name ?? id}${phrases.colon}${phrases.holderStatus[status]}`);
  const more = count - first.length;
  return more > 0 ? [...texts, list.moreMembers(String(more))] : texts;
}

/** Why a grant is shown: what every rule says of it, a sentence each. */
export const reasonTexts = ({ findings }: ListedGrant, { language }: RowWords): string[] =>
  findings.map(({ reason, rule }) => reason[language] || rule);

const changeTexts = (history: GrantHistory | null, words: RowWords): string[] => {
  const { facts } = words.list;
  const changed = (history?.changes ?? []).flatMap((change) => facts.changed[change] ?? []);
  const moved = history?.movedFrom ? [facts.movedFrom(departmentText(history.movedFrom, words))] : [];
  return [...moved, ...changed];
};

/** The facts a row's reasons rest on, shortest first things first: last day, date of grant, what changed. */
export function factTexts({ grant, history }: ListedGrant, words: RowWords): string[] {
  const { facts } = words.list;
  const { lastDay } = grant.holder;
  const granted = grant.grantedAt ? facts.granted(words.moments.day(grant.grantedAt)) : facts.undated;
  return [...(lastDay ? [facts.lastDay(lastDay)] : []), granted, ...changeTexts(history, words)];
}

/** What happened to a grant over the reviews, oldest first as far as it is known. */
export function historyTexts({ grant, history }: ListedGrant, words: RowWords): string[] {
  const { list, phrases, moments } = words;
  const removals = (history?.removals ?? []).map(({ review, outcome, at }) =>
    outcome === "revoked"
      ? list.facts.revoked(review, moments.day(at))
      : list.tried(phraseFor(phrases.outcomes, outcome), review),
  );
  const decisions = (history?.decisions ?? []).map(({ decision, reviewer, until, reason, decidedAt, fault }) => {
    // In a report that is one reviewer's alone others are not named, nor quoted.
    const by = reviewer || reviewerPhrasesOf(words.language).another;
    const said = `${list.decided(decision, by, until && moments.lastDay(until))}${reason && ` — ${reason}`}`;
    return `${moments.day(decidedAt)}${phrases.colon}${said}${fault ? ` (${list.notCounted(fault)})` : ""}`;
  });
  return [list.firstSeen(moments.day(grant.firstSeenAt)), ...changeTexts(history, words), ...removals, ...decisions];
}
