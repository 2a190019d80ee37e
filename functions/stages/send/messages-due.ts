import { isoInstant } from "../../basics/time.ts";
import { type Ledger, readEvidence, withLedger } from "../../ledger/ledger.ts";
import { firstInvitation } from "../../ledger/messages.ts";
import { brakeToday, isBrakeLifted, plansOf, policyOfPlan, storedFindings, whoReviewsOf } from "../../ledger/plans.ts";
import { begunGrants } from "../../ledger/receipts.ts";
import { assessmentReport, finalReport } from "../../ledger/reports.ts";
import { isSealed } from "../../ledger/sealing.ts";
import { answeredSince } from "../../ledger/signed-decisions.ts";
import type { EndedOccasion } from "../../messages/occasion-text.ts";
import { takesActs } from "../../review/people/message.ts";
import { type DecisionWindow, type DueOccasion, occasionsDue } from "../../review/people/occasions.ts";
import type { ReviewerLoad } from "../../review/people/who-reviews.ts";
import type { Plan } from "../../review/plan/plan.ts";
import { withBuiltInRules } from "../../review/rules/built-in-rules.ts";
import { asksForDecision } from "../../review/rules/finding.ts";
import { isWindowOpen, type Policy, windowEndOf } from "../../review/rules/policy.ts";
import type { Stage } from "../../review/stage.ts";
import { type ActsDue, actsDue, type SourceAct, sourceActsOf } from "./acts-due.ts";

/** The occasions of a review that people are to be told of now, and the facts that their texts are made from. */
export type MessagesDue = {
  occasions: (DueOccasion | EndedOccasion)[];
  acts: ActsDue;
  policy: Policy | null;
  /** Null where the review has no report yet. */
  reportKey: string | null;
  /** The key of the final report of an earlier review. */
  finalReportOf(review: string): string;
  isSealed: boolean;
  reviewers: readonly ReviewerLoad[];
  /** What reviewers are asked for, for whoever wants to remind them; null where nobody is asked for anything now. */
  asked: Extract<DueOccasion, { occasion: "plan" | "reminder" }> | null;
};

/** The source's history, which is read once for all its reviews. `acts`: null where nobody is to be told of them. */
export type History = { ledger: Ledger; acts: readonly SourceAct[] | null };

/** Reads the history of the stage's source, as far as its channels are told of it. */
export async function readHistory(stage: Stage): Promise<History> {
  const { ledger } = withLedger(stage);
  return { ledger, acts: stage.messenger?.channels.some(takesActs) ? await sourceActsOf(stage, ledger) : null };
}

/**
 * What people are to be told of a review now: of a sealed review its end, of an open review how it stands, and what somebody
 * did. Null while the review is being sealed.
 */
export async function messagesDue(stage: Stage, { ledger, acts: ofSource }: History): Promise<MessagesDue | null> {
  const sealed = await readEvidence(stage);
  if (!sealed && (await isSealed(stage))) return null;
  const acts = ofSource ? await actsDue(stage, { ledger, ofSource, isSealed: sealed !== null }) : () => [];
  const finalReportOf = (review: string): string => finalReport({ ...stage, review }).htmlKey;
  const standing = { acts, finalReportOf, isSealed: false };
  const nothing = { ...standing, occasions: [], policy: null, reportKey: null, reviewers: [], asked: null };
  if (sealed) {
    const ended: EndedOccasion = { occasion: "ended", key: "ended", ...sealed };
    return { ...nothing, occasions: [ended], reportKey: finalReport(stage).htmlKey, isSealed: true };
  }
  const plans = await plansOf(stage);
  const plan = plans.at(-1);
  if (!plan) return nothing;
  const policy = await policyOfPlan(stage, plan, "say what is due");
  const nowMs = stage.clock.now();
  const window = await windowOf(stage, plan, policy);
  const occasions = occasionsDue({
    plans,
    mode: stage.mode,
    limits: await stoppedBy(stage, { plan, policy }),
    begun: await begunGrants(stage),
    window,
    nowMs,
  });
  return {
    ...standing,
    occasions,
    policy: { ...policy, rules: withBuiltInRules(policy.rules) },
    reportKey: assessmentReport(stage, plan).htmlKey,
    reviewers: await unansweredLoads(stage, plan),
    asked: askedNow({ plan, window, nowMs }),
  };
}

/** The reviewers of a plan, without what they have decided on at the desk since. */
async function unansweredLoads(stage: Stage, plan: Plan): Promise<ReviewerLoad[]> {
  const reviewers = (await whoReviewsOf(stage, plan))?.reviewers ?? [];
  const answered = await answeredSince(stage, plan.createdAt);
  return reviewers.map((load) => {
    const done = answered.get(load.id ?? "")?.size ?? 0;
    return { ...load, undecided: Math.max(0, load.undecided - done) };
  });
}

type Asking = { plan: Plan; window: DecisionWindow | null; nowMs: number };

/** What a reminder that somebody asks for says: once a day it is the same message. */
function askedNow({ plan, window, nowMs }: Asking): MessagesDue["asked"] {
  const key = `asked-${isoInstant(nowMs).slice(0, 10).replaceAll("-", "")}`;
  const telling = { plan, items: [], window, key };
  return window === null
    ? { ...telling, occasion: "plan" }
    : { ...telling, occasion: "reminder", endsAt: window.endsAt };
}

async function stoppedBy(stage: Stage, planned: { plan: Plan; policy: Policy }): Promise<Plan["brake"]["limits"]> {
  const limits = brakeToday(stage, planned);
  return limits.length > 0 && (await isBrakeLifted(stage, planned)) ? [] : limits;
}

/** The window, which begins now where nobody was asked before. */
async function windowOf(stage: Stage, plan: Plan, policy: Policy): Promise<DecisionWindow | null> {
  const nowMs = stage.clock.now();
  const askedAt = (await firstInvitation(stage)) ?? isoInstant(nowMs);
  if (!isWindowOpen(policy, askedAt, nowMs)) return null;
  let undecided = 0;
  for await (const _ of undecidedGrants(stage, plan)) undecided += 1;
  return { endsAt: windowEndOf(policy, askedAt)!, undecided };
}

/** The grants that a plan's assessment asks a decision on, and that nobody has decided on, in the order of their ids. */
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
