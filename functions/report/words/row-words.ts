import type { Peers } from "../../review/people/peers.ts";
import type { GrantHistory, Language } from "../review-view.ts";
import { countingDecision } from "../rows/decided.ts";
import type { ListedFinding, ListedGrant } from "../rows/packed-rows.ts";
import { createMoments, type Moments } from "./moments.ts";
import { localText, type Phrases, phraseFor, phrasesOf } from "./words.ts";

/** Everything that the sentences of a row are written with. */
export type RowWords = {
  language: Language;
  phrases: Phrases;
  /** The texts of the list, out of `phrases`. */
  list: Phrases["list"];
  moments: Moments;
  departmentNames: ReadonlyMap<string, string>;
};

/** The words of rows in that language. */
export function rowWordsIn(
  language: Language,
  timezone: string,
  departmentNames: ReadonlyMap<string, string>,
): RowWords {
  const phrases = phrasesOf(language);
  return { language, phrases, list: phrases.list, moments: createMoments(timezone), departmentNames };
}

/** A department by its name, else by its id. */
export function departmentText(id: string, { departmentNames }: RowWords): string {
  return departmentNames.get(id) ?? id;
}

/** The members of a group: name and status of each, and how many more there are. Nothing for a holder that is no group. */
export function memberTexts({ grant: { holder } }: ListedGrant, { phrases, list }: RowWords): string[] {
  if (!holder.members) return [];
  const { count, first } = holder.members;
  if (count === 0) return [list.noMembers];
  const texts = first.map(({ id, name, status }) => `${name ?? id}${phrases.colon}${phrases.holderStatus[status]}`);
  const more = count - first.length;
  return more > 0 ? [...texts, list.moreMembers(String(more))] : texts;
}

/** Why a grant is shown: a sentence for each rule that matches it. */
export function reasonTexts({ findings }: ListedGrant, words: RowWords): string[] {
  return findings.map(({ reason, rule, conflict }) => {
    const text = reason[words.language] || rule;
    return conflict ? `${text}${words.phrases.colon}${togetherText(conflict, words)}` : text;
  });
}

const namedTogether = 3;

/** With which other roles a role is held that must not be. */
export function togetherText(
  { with: others, all }: NonNullable<ListedFinding["conflict"]>,
  { language, phrases, moments }: Pick<RowWords, "language" | "phrases" | "moments">,
): string {
  const { together, more } = phrases.list;
  const named = others.slice(0, namedTogether).map(({ role, source, since }) => {
    return together(localText(role.name, language) ?? role.code ?? role.id, source, moments.day(since));
  });
  return [...named, ...(all > named.length ? [more(String(all - named.length))] : [])].join(phrases.listSeparator);
}

/**
 * How many peers of a holder have the role as well, the holder among them; null where that is not known. `department`: its name,
 * if it is known; `amount` writes a figure.
 */
export function peersText(
  peers: Peers | null,
  department: string | null | undefined,
  { list, amount }: { list: Pick<Phrases["list"], "peers">; amount: (count: number) => string },
): string | null {
  return peers && list.peers[peers.by](amount(peers.have), amount(peers.count), department || list.peers.unnamed);
}

function changeTexts(history: GrantHistory | null, words: RowWords): string[] {
  const { facts } = words.list;
  const changed = (history?.changes ?? []).flatMap((change) => facts.changed[change] ?? []);
  const moved = history?.movedFrom ? [facts.movedFrom(departmentText(history.movedFrom, words))] : [];
  return [...moved, ...changed];
}

/** The facts that a row's reasons rest on: last day, date of the grant, changes since the previous review. */
export function factTexts({ grant, history }: ListedGrant, words: RowWords): string[] {
  const { facts } = words.list;
  const { lastDay } = grant.holder;
  const granted = grant.grantedAt ? facts.granted(words.moments.day(grant.grantedAt)) : facts.undated;
  return [...(lastDay ? [facts.lastDay(lastDay)] : []), granted, ...changeTexts(history, words)];
}

/** Who keeps a grant until when, as the newest decision that counts says; null where that is no keep. */
export function keptText(
  { history }: Pick<ListedGrant, "history">,
  { list, phrases, moments }: RowWords,
): string | null {
  const decided = countingDecision(history);
  if (decided?.decision !== "keep") return null;
  return list.decided(
    "keep",
    decided.reviewer || phrases.reviewers.another,
    decided.until && moments.lastDay(decided.until),
  );
}

/** What happened to a grant over the reviews: first seen, changes, removals, decisions. */
export function historyTexts({ grant, history }: ListedGrant, words: RowWords): string[] {
  const { list, phrases, moments } = words;
  const removals = (history?.removals ?? []).map(({ review, outcome, at }) =>
    outcome === "revoked"
      ? list.facts.revoked(review, moments.day(at))
      : list.tried(phraseFor(phrases.outcomes, outcome), review),
  );
  const decisions = (history?.decisions ?? []).map(
    ({ decision, reviewer, until, reason, decidedAt, fault, provenBy }) => {
      // A report that is one reviewer's alone neither names nor quotes other reviewers.
      const by = reviewer || phrases.reviewers.another;
      const said = `${list.decided(decision, by, until && moments.lastDay(until))}${reason && ` — ${reason}`}`;
      const notes = [list.provenBy[provenBy], ...(fault ? [list.notCounted(fault)] : [])].join(phrases.listSeparator);
      return `${moments.day(decidedAt)}${phrases.colon}${said} (${notes})`;
    },
  );
  return [list.firstSeen(moments.day(grant.firstSeenAt)), ...changeTexts(history, words), ...removals, ...decisions];
}
