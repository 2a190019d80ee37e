import { hashText, sha256 } from "../../basics/hash.ts";
import { isoInstant } from "../../basics/time.ts";
import { reviewerTextOf, type TextContext, textOf } from "../../messages/occasion-text.ts";
import {
  type Channel,
  type MessageIntent,
  type MessageText,
  type Messenger,
  type Receiver,
  takesActs,
} from "../../review/people/message.ts";
import type { Stage } from "../../review/stage.ts";
import type { MessagesDue } from "./messages-due.ts";

/** A message to be sent; `receiver` is null where it is for a group. */
export type NewMessage = { channel: Channel; receiver: Receiver | null; intent: MessageIntent };

type DueOccasion = MessagesDue["occasions"][number] | ReturnType<MessagesDue["acts"]>[number];

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
      if (channel.isForReviewers) yield* toReviewers(stage, about);
      else if (!("isInvitation" in occasion))
        yield messageOf(stage, about, { receiver: null, text: textOf(occasion, contextOf(stage, about)) });
    }
  }
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
  for (const { id, email, grants, undecided } of due.reviewers) {
    if (id === null || undecided === 0) continue;
    const text = reviewerTextOf(occasion, { id, grants, undecided }, context);
    yield messageOf(stage, about, { receiver: { id, email }, text });
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
  const reportKey = review === stage.review ? due.reportKey : due.finalReportOf(review);
  const filled: Record<string, string> = { "{source}": source, "{review}": review, "{key}": reportKey ?? "" };
  return {
    source,
    review,
    language,
    policy,
    reportUrl:
      reportKey === null
        ? null
        : (channel.reportUrl?.replace(/\{(source|review|key)\}/g, (name) => filled[name]!) ?? null),
    reportPlace: reportKey === null ? null : store.locate(reportKey),
    approveCommands:
      occasion.occasion === "held" ? messenger.approveCommands(review, hashText(occasion.plan.planHash)) : [],
    nowMs: clock.now(),
  };
}
