import { hashOf } from "../../basics/hash.ts";
import { isoInstant } from "../../basics/time.ts";
import { grantsNamed, loadSnapshot, responsibleBookOf } from "../../ledger/grants.ts";
import { storedFindings, whoReviewsOf } from "../../ledger/plans.ts";
import { begunGrants } from "../../ledger/receipts.ts";
import { newestAnswers, type SubmittedDecisions, signedDecisionsOf } from "../../ledger/signed-decisions.ts";
import { createRouter, handOnsByGrant } from "../../review/people/routing.ts";
import {
  type AskedLoad,
  movedLoads,
  type Receipt,
  type ReceivedGrants,
  type RoutedNow,
  type SilentTeam,
} from "../../review/people/who-reviews.ts";
import type { Plan } from "../../review/plan/plan.ts";
import { asksForDecision, isAboutGrant } from "../../review/rules/finding.ts";
import type { Stage } from "../../review/stage.ts";

/**
 * Whom a review asks now, those with most left to decide on first; what was handed on to whom, and submitted, at the desk; and
 * on how many grants nobody has decided yet.
 */
export type AskedReviewers = {
  loads: AskedLoad[];
  received: ReceivedGrants[];
  receipts: Receipt[];
  undecided: number;
};

/**
 * Whom the review asks as it stands: the reviewers of the plan's assessment, and what was decided and handed on at the desk
 * since. No reviewers, where the configuration names none.
 */
export async function askedReviewers(stage: Stage, plan: Plan): Promise<AskedReviewers> {
  const { store, reviewers: rules, policy, clock } = stage;
  const [who, submitted] = await Promise.all([whoReviewsOf(stage, plan), signedDecisionsOf(stage)]);
  const asked = await askedGrants(stage, plan, new Set(newestAnswers(submitted).keys()));
  const undecided = asked.undecided.size;
  const stored = rules && who && submitted.length > 0 ? await loadSnapshot(stage) : null;
  if (!rules || !who || !stored) {
    const loads = (who?.reviewers ?? []).map((load) => ({ ...load, decided: 0 }));
    return { loads, received: [], receipts: [], undecided };
  }
  const handOns = handOnsByGrant(submitted);
  const book = await responsibleBookOf(store, stored.snapshot, submitted);
  const routerAt = (asOf: string) => createRouter(rules, book, { asOf, timezone: policy.timezone });
  const [then, now] = [routerAt(who.asOf), routerAt(isoInstant(clock.now()))];
  const ids = new Set([...asked.decided, ...asked.undecided, ...handOns.keys()]);
  const routed: RoutedNow[] = [];
  for await (const grant of grantsNamed(store, stored.snapshot, ids)) {
    const ofGrant = handOns.get(grant.id);
    const { reviewer, handOn } = now(grant, ofGrant);
    routed.push({
      before: ofGrant ? then(grant, ofGrant).reviewer : reviewer,
      reviewer,
      handOn: handOn ? { key: hashOf([handOn.by.id, handOn.at]).slice(0, 16), at: handOn.at } : null,
      isNotable: asked.notable.has(grant.id),
      standing: asked.undecided.has(grant.id) ? "undecided" : asked.decided.has(grant.id) ? "decided" : null,
    });
  }
  const known = (id: string) => book.peopleById.get(id);
  const receipts = submitted.map((each) => receiptOf(each, known(each.reviewer.id)?.email ?? null));
  return { ...movedLoads(who.reviewers, routed, known), receipts, undecided };
}

function receiptOf({ number, reviewer, decidedAt, decisions }: SubmittedDecisions, email: string | null): Receipt {
  const count = (answer: string): number => decisions.filter(({ decision }) => decision === answer).length;
  const counts = { keep: count("keep"), revoke: count("revoke"), reassign: count("reassign") };
  return { key: number.slice(-16), number, reviewer: { id: reviewer.id, email }, decidedAt, counts };
}

/** The managers of the reviewers who have something left to decide on, as far as the snapshot knows them and they have not left. */
export async function silentTeams(stage: Stage, loads: readonly AskedLoad[]): Promise<SilentTeam[]> {
  const stored = await loadSnapshot(stage);
  if (!stored) return [];
  const { peopleById } = await responsibleBookOf(stage.store, stored.snapshot);
  const silent = loads.filter(({ id, undecided }) => id !== null && undecided > 0);
  const byManager = Map.groupBy(silent, ({ id }) => peopleById.get(id!)?.managerId ?? "");
  return [...byManager].flatMap(([id, reviewers]): SilentTeam[] => {
    const { status, email = null } = peopleById.get(id) ?? {};
    const isThere = id !== "" && status !== "left" && status !== "disabled";
    return isThere ? [{ manager: { id, email }, reviewers }] : [];
  });
}

/**
 * The grants that the plan's assessment asks a decision on, by whether somebody decided on them at the desk; and those that
 * anything is said of. What is being removed asks nobody any more.
 */
async function askedGrants(stage: Stage, plan: Plan, answered: ReadonlySet<string>) {
  const begun = await begunGrants(stage);
  const [decided, undecided] = [new Set<string>(), new Set<string>()];
  const notable = new Set(plan.items.map(({ grantId }) => grantId));
  for await (const lines of storedFindings(stage, plan)) {
    for (const finding of lines.parseAll()) {
      const { grantId, then, suppressedBy } = finding;
      notable.add(grantId);
      const isAnswer = then === "flag" && isAboutGrant(finding) && suppressedBy?.by === "decision";
      if (answered.has(grantId) && (isAnswer || asksForDecision(finding))) decided.add(grantId);
      else if (asksForDecision(finding) && !begun.has(grantId)) undecided.add(grantId);
    }
  }
  return { decided, undecided, notable };
}

/** The grants that a plan's assessment asks a decision on, and that nobody had decided on by then, in the order of their ids. */
export async function* undecidedGrants(
  place: Pick<Stage, "store" | "sourceId" | "review">,
  plan: Plan,
): AsyncGenerator<string> {
  let last = "";
  for await (const lines of storedFindings(place, plan)) {
    // Sorted by grant: a grant with several findings counts once.
    for (const finding of lines.parseAll()) {
      if (finding.grantId === last || !asksForDecision(finding)) continue;
      last = finding.grantId;
      yield last;
    }
  }
}
