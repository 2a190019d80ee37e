import type { Deciding } from "../deciding.ts";
import type { ListedGrant } from "../rows/packed-rows.ts";
import { decidingPhrasesOf } from "../words/deciding-phrases.ts";
import type { Tone } from "../words/standing-words.ts";
import { type Markup, markup } from "./markup.ts";
import type { Page } from "./page.ts";

const sum = (counts: Record<string, number>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

type Verdict = [tone: Tone, sentence: string];

const stopped = ({ phrases: { sentences }, view, amount }: Page): Verdict | null => {
  const { planStop } = view;
  const stops = planStop ? (view.summary.heldByReason[planStop] ?? 0) : 0;
  if (planStop === "brake")
    return ["wait", view.sealed ? sentences.brakeStopped : sentences.verdictBrake(amount(stops))];
  return planStop === "report-mode" && stops > 0 ? ["wait", sentences.verdictReportMode(amount(stops))] : null;
};

const settled = ({ phrases: { sentences }, view, amount }: Page, flagged: number): Verdict => {
  const { expired, heldByReason } = view.summary;
  const held = sum(heldByReason);
  if (held > 0) return ["wait", sentences.verdictHeld(amount(held))];
  if (expired > 0) return ["good", sentences.verdictExpired(amount(expired))];
  return flagged > 0 ? ["good", sentences.verdictFlagged(amount(flagged))] : ["good", sentences.verdictClean];
};

/** What the verdict rests on beside the review's figures: how many grants have a finding, and how many should be gone and are not. */
export type VerdictFacts = { deciding: Deciding<ListedGrant> | null; flagged: number; unremoved: number };

const verdictOf = (page: Page, { deciding, flagged, unremoved }: VerdictFacts): Verdict => {
  const { phrases, view, amount, moments } = page;
  const { sentences } = phrases;
  if (!view.snapshot.complete) return ["bad", sentences.incomplete];
  if (view.sealed && !view.sealed.balance.balanced) return ["bad", sentences.unbalanced];
  if (unremoved > 0) return ["bad", sentences.verdictUnremoved(amount(unremoved))];
  const stop = stopped(page);
  if (stop) return stop;
  const { count, notBefore } = view.summary.waiting;
  if (notBefore && view.plan.createdAt >= notBefore) return ["wait", sentences.verdictDue(amount(count))];
  const words = decidingPhrasesOf(page.language);
  if (notBefore && deciding?.isOpen && deciding.expiring.length === count)
    return ["wait", words.verdictExpires(amount(count), moments.text(notBefore))];
  if (notBefore) return ["wait", sentences.verdictWaiting(amount(count), moments.text(notBefore))];
  if (deciding?.isOpen && deciding.undecided > 0)
    return ["wait", words.verdictOpen(amount(deciding.undecided), moments.text(deciding.untilAt))];
  return settled(page, flagged);
};

/** What a person should know of the review, in one sentence: the worst of it. */
export function verdictMarkup(page: Page, facts: VerdictFacts): Markup {
  const [tone, sentence] = verdictOf(page, facts);
  return markup`<p class="verdict ${tone}">${sentence}</p>`;
}
