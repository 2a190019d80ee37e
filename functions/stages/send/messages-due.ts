import { dayMs, epochMs, isoInstant } from "../../basics/time.ts";
import { type Ledger, readEvidence, type SealedEvidence, withLedger } from "../../ledger/ledger.ts";
import { firstInvitation, storedMessages } from "../../ledger/messages.ts";
import { brakeToday, heldTimes, isBrakeLifted, plansOf, policyOfPlan, verdictsOn } from "../../ledger/plans.ts";
import { begunGrants } from "../../ledger/receipts.ts";
import { assessmentReport, finalReport } from "../../ledger/reports.ts";
import { isSealed } from "../../ledger/sealing.ts";
import type { EndedOccasion } from "../../messages/occasion-text.ts";
import { isSweep } from "../../review/keys.ts";
import { takesActs } from "../../review/people/message.ts";
import { type DecisionWindow, type DueOccasion, type OpenReview, occasionsDue } from "../../review/people/occasions.ts";
import type { AskedLoad, Receipt, ReceivedGrants, SilentTeam } from "../../review/people/who-reviews.ts";
import type { Plan } from "../../review/plan/plan.ts";
import { withBuiltInRules } from "../../review/rules/built-in-rules.ts";
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
  reviewers: readonly AskedLoad[];
  /** Who approved the held plan already, by what their sign-in proves: nobody reminds them. */
  approvedBy: ReadonlySet<string>;
  /** What was handed on to reviewers at the desk since they were last told of anything. */
  received: readonly ReceivedGrants[];
  /** What was submitted at the desk. */
  receipts: readonly Receipt[];
  /** Whether anything was submitted at the desk, so that messages sent before may say too much. */
  isAnswered: boolean;
  /** Whether the review takes decisions no more, as it is sealed or its window has ended: messages sent before still ask. */
  isOver: boolean;
  /** Whose reviewers did not answer the last reminder either; null before that is to be told. */
  silentTeams: readonly SilentTeam[] | null;
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
  const standing = { acts, finalReportOf, isSealed: false, isOver: false };
  const nothing = { ...standing, occasions: [], policy: null, reportKey: null, ...nobody, asked: null };
  if (sealed && isSweep(stage.review) && isQuiet(sealed.evidence.balance)) {
    return { ...nothing, isSealed: true, isOver: true };
  }
  if (sealed) {
    const ended: EndedOccasion = { occasion: "ended", key: "ended", ...sealed };
    return { ...nothing, occasions: [ended], reportKey: finalReport(stage).htmlKey, isSealed: true, isOver: true };
  }
  const plans = await plansOf(stage);
  const plan = plans.at(-1);
  if (!plan) return nothing;
  const policy = await policyOfPlan(stage, plan, "say what is due");
  const nowMs = stage.clock.now();
  const { askedReviewers, silentTeams } = await import("../show/asked-reviewers.ts"); // for open reviews alone
  const { loads, received, receipts, undecided } = await askedReviewers(stage, plan);
  const { window, isOver } = await windowOf(stage, policy, undecided);
  const { approvedBy, ...stopped } = await stoppedBy(stage, { plan, policy });
  const due = occasionsDue({
    plans,
    mode: stage.mode,
    ...stopped,
    begun: await begunGrants(stage),
    window,
    nowMs,
  });
  // A sweep removes at once and asks nobody: people are told where it is held, and of its end.
  const occasions = isSweep(stage.review) ? due.filter(({ occasion }) => occasion === "held") : due;
  return {
    ...standing,
    occasions,
    policy: { ...policy, rules: withBuiltInRules(policy.rules) },
    reportKey: assessmentReport(stage, plan).htmlKey,
    reviewers: loads,
    approvedBy,
    received: await untold(stage, received),
    receipts: receipts.filter(({ decidedAt }) => nowMs - epochMs(decidedAt) < receiptDays * dayMs),
    isAnswered: receipts.length > 0,
    isOver,
    silentTeams: (await isLate(stage, occasions)) ? await silentTeams(stage, loads) : null,
    asked: isOver ? null : askedNow({ plan, window, nowMs }),
  };
}

/** A sweep that removed, held and missed nothing is told to nobody. */
function isQuiet({ population, kept, changed, alreadyGone, balanced }: SealedEvidence["evidence"]["balance"]): boolean {
  return balanced && population === kept + changed + alreadyGone;
}

const nobody = {
  reviewers: [],
  approvedBy: new Set<string>(),
  received: [],
  receipts: [],
  isAnswered: false,
  silentTeams: null,
};

/** A receipt that could not be sent for longer is of no use. */
const receiptDays = 7;

/** So long reviewers have to answer the last reminder, before others are told that they did not. */
const answerMs = 3 * 3_600_000;

/** Whether the last reminder was sent, and reviewers had the time to answer it. */
async function isLate(stage: Stage, occasions: readonly DueOccasion[]): Promise<boolean> {
  const last = occasions.find((due) => due.occasion === "reminder" && due.isLast);
  if (!last) return false;
  const latest = stage.clock.now() - answerMs;
  return (await storedMessages(stage)).some(
    ({ intent }) => intent.key.startsWith(`${last.key}-`) && epochMs(intent.at) <= latest,
  );
}

/** What was handed on to people who were told of nothing since: what they are told later counts it. */
async function untold(stage: Stage, received: readonly ReceivedGrants[]): Promise<ReceivedGrants[]> {
  const told = received.length > 0 ? await storedMessages(stage) : [];
  const isTold = ({ reviewer, at }: ReceivedGrants): boolean =>
    told.some(
      ({ intent }) =>
        intent.receiver === reviewer && intent.occasion !== "receipt" && epochMs(intent.at) >= epochMs(at),
    );
  return received.filter((each) => !isTold(each));
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

/** What stops the plan, since when, and who approved it so far; nobody is reminded of a plan that somebody refused. */
async function stoppedBy(
  stage: Stage,
  planned: { plan: Plan; policy: Policy },
): Promise<Pick<OpenReview, "limits" | "held"> & Pick<MessagesDue, "approvedBy">> {
  const limits = brakeToday(stage, planned);
  const isLifted = limits.length === 0 || (await isBrakeLifted(stage, planned));
  if (isLifted) return { limits: [], held: null, approvedBy: new Set() };
  const { approvedBy, refusedBy } = await verdictsOn(stage, planned.plan.planHash);
  const subjects = new Set(approvedBy.flatMap(({ provenBy }) => provenBy?.subject ?? []));
  return { limits, held: refusedBy ? null : heldTimes(stage, planned), approvedBy: subjects };
}

/** The window, which begins now where nobody was asked before; null where there is none, or it is over. */
async function windowOf(
  stage: Stage,
  policy: Policy,
  undecided: number,
): Promise<{ window: DecisionWindow | null; isOver: boolean }> {
  const nowMs = stage.clock.now();
  const askedAt = (await firstInvitation(stage)) ?? isoInstant(nowMs);
  const endsAt = windowEndOf(policy, askedAt);
  if (endsAt === null) return { window: null, isOver: false };
  const isOpen = isWindowOpen(policy, askedAt, nowMs);
  return { window: isOpen ? { endsAt, undecided } : null, isOver: !isOpen };
}
