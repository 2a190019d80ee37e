import { hashText, sha256 } from "../../basics/hash.ts";
import { isoInstant } from "../../basics/time.ts";
import { approverTextOf, type Due, type TextContext, textOf } from "../../messages/occasion-text.ts";
import {
  lateTextOf,
  managerTextOf,
  overTextOf,
  receiptTextOf,
  reviewerTextOf,
  standingTextOf,
} from "../../messages/reviewer-text.ts";
import {
  type Channel,
  type MessageIntent,
  type MessageText,
  type Messenger,
  type Receiver,
  takesActs,
} from "../../review/people/message.ts";
import type { SilentTeam } from "../../review/people/who-reviews.ts";
import type { Stage } from "../../review/stage.ts";
import type { MessagesDue } from "./messages-due.ts";

/** A message to be sent; `receiver` is null where it is for a group. */
export type NewMessage = { channel: Channel; receiver: Receiver | null; intent: MessageIntent };

type DueOccasion =
  | MessagesDue["occasions"][number]
  | ReturnType<MessagesDue["acts"]>[number]
  | { occasion: "receipt"; key: string };

/** Every message that is due, sent before or not: one for each channel, or for each reviewer who has anything to decide on. */
export function* composeMessages(stage: Stage, due: MessagesDue, messenger: Messenger): Generator<NewMessage> {
  for (const channel of messenger.channels.filter(takesActs)) {
    for (const occasion of due.acts(channel.id)) {
      const about: About = { due, messenger, channel, occasion };
      yield messageOf(stage, about, { receiver: null, text: textOf(occasion, contextOf(stage, about)) });
    }
  }
  for (const occasion of due.occasions) {
    for (const channel of messenger.channels.filter(({ occasions }) => occasions.includes(occasion.occasion))) {
      const about: About = { due, messenger, channel, occasion };
      if (occasion.occasion === "held" && channel.isForReviewers)
        yield* toApprovers(stage, { ...about, occasion, desk: channel.deskUrl });
      else if (channel.isForReviewers) yield* toReviewers(stage, about);
      else if (!("isInvitation" in occasion))
        yield messageOf(stage, about, { receiver: null, text: textOf(occasion, contextOf(stage, about)) });
      if (occasion.occasion === "reminder" && occasion.isLast && due.silentTeams)
        yield* ofLateReviewers(stage, { ...about, occasion }, due.silentTeams);
    }
  }
  for (const channel of messenger.channels) {
    if (!channel.isForReviewers || !channel.occasions.includes("plan")) continue;
    yield* ofHandOns(stage, { due, messenger, channel });
    yield* ofReceipts(stage, { due, messenger, channel });
  }
}

type ToReviewers = Omit<About, "occasion">;

/** To whom grants were handed on after they had been told of what was theirs. */
function* ofHandOns(stage: Stage, sending: ToReviewers): Generator<NewMessage> {
  const { asked, received, reviewers } = sending.due;
  if (!asked) return;
  for (const { key, reviewer, grants } of received) {
    const load = reviewers.find(({ id }) => id === reviewer);
    if (!load) continue;
    const about: About = { ...sending, occasion: { ...asked, key: `handed-${key}` } };
    const text = reviewerTextOf({ due: asked, received: grants }, { ...load, id: reviewer }, contextOf(stage, about));
    yield messageOf(stage, about, { receiver: { id: reviewer, email: load.email }, text });
  }
}

/** To whoever decided at the desk: what they decided. */
function* ofReceipts(stage: Stage, sending: ToReviewers): Generator<NewMessage> {
  for (const { key, reviewer, ...submitted } of sending.due.receipts) {
    const about: About = { ...sending, occasion: { occasion: "receipt", key: `receipt-${key}` } };
    yield messageOf(stage, about, { receiver: reviewer, text: receiptTextOf(submitted, contextOf(stage, about)) });
  }
}

/** What the messages to one reviewer say now that they decided on something, or handed it on, or that nothing can be decided any more. */
export function standingText(stage: Stage, sending: ToReviewers & { reviewer: string }): MessageText | null {
  const { asked, reviewers, isOver } = sending.due;
  const over: About = { ...sending, occasion: { occasion: "receipt", key: "over" } };
  if (isOver) return overTextOf(sending.reviewer, contextOf(stage, over));
  const load = reviewers.find(({ id }) => id === sending.reviewer);
  if (!asked || !load) return null;
  return standingTextOf(asked, { ...load, id: sending.reviewer }, contextOf(stage, { ...sending, occasion: asked }));
}

/** Whom to remind: the reviewer with this id in the source, or everybody who has not answered. */
export type Reminded = string | true;

/** A reminder to each reviewer who is meant and has something to decide on, by every channel to reviewers. */
export function* composeReminders(
  stage: Stage,
  due: MessagesDue & { asked: NonNullable<MessagesDue["asked"]> },
  { messenger, remind }: { messenger: Messenger; remind: Reminded },
): Generator<NewMessage> {
  const reviewers = due.reviewers.filter(({ id }) => remind === true || id === remind);
  for (const channel of messenger.channels.filter(({ isForReviewers }) => isForReviewers)) {
    yield* toReviewers(stage, { due: { ...due, reviewers }, messenger, channel, occasion: due.asked });
  }
}

type About = { due: MessagesDue; messenger: Messenger; channel: Channel; occasion: DueOccasion };

function* toReviewers(stage: Stage, about: About): Generator<NewMessage> {
  const { occasion, due } = about;
  if (occasion.occasion !== "plan" && occasion.occasion !== "reminder") return;
  const context = contextOf(stage, about);
  for (const { id, email, ...load } of due.reviewers) {
    if (id === null || load.undecided === 0) continue;
    const text = reviewerTextOf({ due: occasion }, { id, ...load }, context);
    yield messageOf(stage, about, { receiver: { id, email }, text });
  }
}

/** To each approver who has not approved the plan yet, while it can be approved. */
function* toApprovers(
  stage: Stage,
  { desk, ...about }: About & { occasion: Due<"held">; desk: string | null },
): Generator<NewMessage> {
  const { occasion, channel, due } = about;
  if (occasion.held === null || desk === null) return;
  const link = `${desk}/reviews/${stage.sourceId}/${stage.review}/approve`;
  for (const { subject, receiver } of channel.approvers) {
    if (due.approvedBy.has(subject)) continue;
    yield messageOf(stage, about, { receiver, text: approverTextOf(occasion, contextOf(stage, about), link) });
  }
}

/** Where the last reminder got no answer: to the operators, and to the managers of those who have not decided on everything. */
function* ofLateReviewers(
  stage: Stage,
  about: About & { occasion: Due<"reminder"> },
  teams: readonly SilentTeam[],
): Generator<NewMessage> {
  const { occasion, channel } = about;
  const late: About = { ...about, occasion: { ...occasion, key: occasion.key.replace("reminder", "late") } };
  const context = contextOf(stage, about);
  if (!channel.isForReviewers) yield messageOf(stage, late, { receiver: null, text: lateTextOf(occasion, context) });
  for (const { manager, reviewers } of channel.isForReviewers ? teams : []) {
    const silent = reviewers.map(({ id, name, undecided }) => ({ name: name ?? id ?? "", undecided }));
    yield messageOf(stage, late, { receiver: manager, text: managerTextOf(occasion, silent, context) });
  }
}

function messageOf(
  { sourceId, review, clock }: Stage,
  { channel, occasion }: About,
  { receiver, text }: { receiver: Receiver | null; text: MessageText },
): NewMessage {
  const suffix = receiver ? `-${sha256(receiver.id).slice(0, 16)}` : "";
  const key = `${occasion.key}-${channel.id}${suffix}`;
  const intent: MessageIntent = {
    formatVersion: 1,
    key,
    occasion: occasion.occasion,
    channel: channel.id,
    ...(receiver ? { receiver: receiver.id } : {}),
    ...(occasion.occasion === "acts" ? { acts: occasion.act.records } : {}),
    to: channel.address,
    uuid: sha256(`${sourceId}\n${review}\n${key}`).slice(0, 32),
    text,
    at: isoInstant(clock.now()),
  };
  return { channel, receiver, intent };
}

function contextOf(stage: Stage, { due, messenger, channel, occasion }: About): TextContext {
  const { sourceId: source, language, store, clock } = stage;
  const { policy } = due;
  // Of a review before this one somebody put grants back: it has its final report.
  const review = occasion.occasion === "acts" ? occasion.act.review : stage.review;
  const isRetired = occasion.occasion === "acts" && occasion.act.kind === "retired";
  // What a retired review reports counts no more.
  const reportKey = isRetired ? null : review === stage.review ? due.reportKey : due.finalReportOf(review);
  // A channel with an address of its own for reports leads there: whoever reads it may not reach the desk.
  const deskUrl =
    channel.deskUrl === null || channel.reportUrl !== null ? null : `${channel.deskUrl}/reviews/${source}/${review}`;
  const filled: Record<string, string> = { "{source}": source, "{review}": review, "{key}": reportKey ?? "" };
  const filledUrl = channel.reportUrl?.replace(/\{(source|review|key)\}/g, (name) => filled[name]!) ?? null;
  return {
    source,
    review,
    language,
    policy,
    reportUrl: reportKey === null ? null : deskUrl === null ? filledUrl : `${deskUrl}/report`,
    deskUrl,
    silentReviewers: due.reviewers.filter(({ id, undecided }) => id !== null && undecided > 0).length,
    reportPlace: reportKey === null ? null : store.locate(reportKey),
    approveCommands:
      occasion.occasion === "held" ? messenger.approveCommands(review, hashText(occasion.plan.planHash)) : [],
    nowMs: clock.now(),
  };
}
