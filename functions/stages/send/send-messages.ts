import { dayMs, epochMs, isoInstant } from "../../basics/time.ts";
import { type Lease, underSourceLease } from "../../ledger/lease.ts";
import { readMessages, writeMessageIntent, writeMessageOutcome } from "../../ledger/messages.ts";
import type {
  Channel,
  MessageIntent,
  MessageOutcomeKind,
  MessageText,
  Messenger,
  OpenChannel,
  SendReply,
} from "../../review/people/message.ts";
import { answer, type SendAnswer, type SentMessages, type Stage } from "../../review/stage.ts";
import { updateCards } from "./card-updates.ts";
import { composeMessages, composeReminders, type NewMessage, type Reminded, standingText } from "./compose-messages.ts";
import { type History, type MessagesDue, messagesDue, readHistory } from "./messages-due.ts";

/** For so many days after a review, its end is still told with the next review, where it could not be told before. */
const lateDays = 7;

/**
 * Sends the messages of a review that are due, each once: the intent is written, the message sent, the outcome written. A
 * message that fails is named in the answer, and does not fail the stage: only the store and the lease can make it throw.
 * `remind`: somebody asks to remind a reviewer, or everybody who has not answered.
 */
export async function sendMessages(stage: Stage, remind?: Reminded): Promise<SendAnswer> {
  const { messenger } = stage;
  if (!messenger || messenger.channels.length === 0) return answer(stage, "done", {});
  // Seal holds the same lease: no record is added to a review while seal lists its objects.
  return await underSourceLease(stage, async (lease) => {
    const sending = openSending(lease, messenger);
    try {
      const telling = { sending, history: await readHistory(stage) };
      const before = await endedBefore(stage, telling.history);
      if (before) await tell({ ...stage, review: before.review }, telling, before);
      await tell(stage, telling);
      if (remind !== undefined) await remindThem(stage, telling, remind);
    } finally {
      await sending.close();
    }
    return answer(stage, "done", sending.figures());
  });
}

type EndedBefore = { review: string; isLongPast: boolean };

/**
 * The sealed review before this one: it may have been sealed where no messenger was configured, and of what somebody did since
 * people are told however late.
 */
async function endedBefore({ review, clock }: Stage, { ledger, acts }: History): Promise<EndedBefore | null> {
  const previous = (await ledger.evidenceBefore(review))?.evidence;
  if (!previous) return null;
  const isLongPast = clock.now() - epochMs(previous.sealedAt) >= lateDays * dayMs;
  if (isLongPast && acts === null) return null;
  return { review: previous.review, isLongPast };
}

type Sending = {
  messenger: Messenger;
  /** Throws where the lease is no longer ours. */
  check: Lease["check"];
  /** Sends a message whose intent is written, and writes the outcome. */
  send(stage: Stage, message: NewMessage): Promise<void>;
  /** Whether the message's channel can be opened; if not, the answer says why. */
  opens(message: NewMessage): Promise<boolean>;
  /** Shows in the messages of reviewers how far they have come since. */
  update(stage: Stage, due: MessagesDue): Promise<void>;
  /** Writes the outcome that nobody knows whether the message arrived. */
  giveUp(stage: Stage, intent: MessageIntent): Promise<void>;
  figures(): SentMessages & Pick<SendAnswer, "acts">;
  close(): Promise<void>;
};

function openSending(lease: Lease, messenger: Messenger): Sending {
  const opened = new Map<string, Promise<OpenChannel>>();
  const counts: Record<MessageOutcomeKind, number> = { sent: 0, failed: 0, "no-answer": 0 };
  const faults: string[] = [];
  const acts = new Set<string>();
  let cards = 0;
  const conclude = async (stage: Stage, { key, to }: MessageIntent, reply: SendReply): Promise<void> => {
    const detail = reply.kind === "sent" ? null : reply.detail;
    const messageId = reply.kind === "sent" ? reply.id : null;
    counts[reply.kind] += 1;
    if (detail !== null) faults.push(`${key} to ${to}: ${reply.kind}: ${detail}`);
    await lease.check();
    const at = isoInstant(stage.clock.now());
    await writeMessageOutcome(stage, { formatVersion: 1, key, outcome: reply.kind, detail, messageId, at });
  };

  const openOnce = ({ channel }: Pick<NewMessage, "channel">): Promise<OpenChannel> => {
    const opening = opened.get(channel.id) ?? channel.open();
    opened.set(channel.id, opening);
    return opening;
  };

  return {
    messenger,
    check: lease.check,
    async opens(message) {
      const { key, to } = message.intent;
      try {
        await openOnce(message);
        return true;
      } catch (error) {
        counts.failed += 1;
        faults.push(`${key} to ${to}: not sent: ${(error as Error).message}`);
        return false;
      }
    },
    async send(stage, message) {
      const { intent } = message;
      if (intent.occasion === "acts") acts.add(intent.uuid);
      await conclude(stage, intent, await replyOf(openOnce(message), stage, message));
    },
    async update(stage, due) {
      const { channels } = messenger;
      const textFor = (channel: Channel, reviewer: string) =>
        standingText(stage, { due, messenger, channel, reviewer });
      const show = async (channel: Channel, messageId: string, text: MessageText): Promise<SendReply | null> => {
        await lease.check();
        try {
          const open = await openOnce({ channel });
          return open.update ? await open.update(messageId, text) : null;
        } catch (error) {
          return { kind: "failed", detail: (error as Error).message };
        }
      };
      const replies = await updateCards(stage, { due, channels, textOf: textFor, update: show });
      for (const { key, reply } of replies) {
        if (reply.kind === "sent") cards += 1;
        else faults.push(`${key} not updated: ${reply.detail}`);
      }
    },
    giveUp: (stage, intent) => conclude(stage, intent, { kind: "no-answer", detail: "cut off while it was sent" }),
    figures: () => ({
      messagesSent: counts.sent,
      messagesFailed: counts.failed,
      messagesUnanswered: counts["no-answer"],
      ...(acts.size > 0 ? { acts: acts.size } : {}),
      ...(cards > 0 ? { cardsUpdated: cards } : {}),
      ...(faults.length > 0 ? { messageFaults: faults } : {}),
    }),
    async close() {
      for (const channel of opened.values()) await channel.then((open) => open.close()).catch(() => {});
    },
  };
}

async function replyOf(
  opening: Promise<OpenChannel>,
  { sourceId: source }: Stage,
  { intent, receiver }: NewMessage,
): Promise<SendReply> {
  const { uuid, occasion, text } = intent;
  try {
    return await (await opening).send({ uuid, occasion, source, receiver, text });
  } catch (error) {
    // The channel cannot be opened, or the text not be put into its form: nothing was sent.
    return { kind: "failed", detail: (error as Error).message };
  }
}

type Telling = { sending: Sending; history: History };

/** `isLongPast`: of a review that ended long ago only acts are told. */
async function tell(
  stage: Stage,
  { sending, history }: Telling,
  { isLongPast } = { isLongPast: false },
): Promise<void> {
  const standing = await messagesDue(stage, history);
  if (!standing) return;
  const due = isLongPast ? { ...standing, occasions: [] } : standing;
  const records = await readMessages(stage);
  // To a sealed review only records of messages after its evidence may be added.
  const begun = due.isSealed ? records.begun.filter(({ key }) => key.startsWith("ended-")) : records.begun;
  for (const intent of begun) await resume(stage, intent, { sending, due });
  for (const message of composeMessages(stage, due, sending.messenger)) {
    if (records.keys.has(message.intent.key)) continue;
    if (stage.shouldStop()) return;
    // An act is told however late: whoever acts where a secret is missing leaves it to the next `send`.
    if (message.intent.occasion === "acts" && !(await sending.opens(message))) continue;
    await sending.check();
    if (await writeMessageIntent(stage, message.intent)) await sending.send(stage, message);
  }
  if (due.isAnswered || due.isOver) await sending.update(stage, due);
}

/** Reminds reviewers because somebody asks for it: each once a day at most. */
async function remindThem(stage: Stage, { sending, history }: Telling, remind: Reminded): Promise<void> {
  const due = await messagesDue(stage, history);
  if (!due?.asked) return;
  const { keys } = await readMessages(stage);
  for (const message of composeReminders(
    stage,
    { ...due, asked: due.asked },
    { messenger: sending.messenger, remind },
  )) {
    if (keys.has(message.intent.key)) continue;
    if (stage.shouldStop()) return;
    await sending.check();
    if (await writeMessageIntent(stage, message.intent)) await sending.send(stage, message);
  }
}

type Resuming = { sending: Sending; due: MessagesDue };

/** Sends a message again that was cut off, where the channel delivers the same message once; else gives it up. */
async function resume(stage: Stage, intent: MessageIntent, { sending, due }: Resuming): Promise<void> {
  const channel = sending.messenger.channels.find(({ id }) => id === intent.channel);
  const ageMs = stage.clock.now() - epochMs(intent.at);
  if (!channel || ageMs >= channel.repeatableMs) return await sending.giveUp(stage, intent);
  const id = intent.receiver;
  const approver = intent.occasion === "held" && channel.approvers.find(({ receiver }) => receiver.id === id);
  if (approver) return await sending.send(stage, { channel, intent, receiver: approver.receiver });
  const people = [...due.reviewers, ...due.receipts.map(({ reviewer }) => reviewer)];
  const email = people.find((person) => person.id === id && person.email !== null)?.email ?? null;
  await sending.send(stage, { channel, intent, receiver: id === undefined ? null : { id, email } });
}
