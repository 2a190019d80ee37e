import { dayMs, epochMs, isoInstant } from "../../basics/time.ts";
import { type Lease, underSourceLease } from "../../ledger/lease.ts";
import { previousEvidence } from "../../ledger/ledger.ts";
import { readMessages, writeIntent, writeOutcome } from "../../ledger/messages.ts";
import type {
  MessageIntent,
  MessageOutcomeKind,
  Messenger,
  OpenChannel,
  SendReply,
} from "../../review/people/message.ts";
import { answer, type SendAnswer, type SentMessages, type Stage } from "../../review/stage.ts";
import { composeMessages, type NewMessage } from "./compose-messages.ts";
import { type MessagesDue, messagesDue } from "./messages-due.ts";

/** For so long somebody who could not be told of the end of a review is told of it with the next one. */
const LATE_DAYS = 7;

/**
 * Tells people what a review has to tell now, each once: written down, sent, and written down what came of it. A message
 * that fails is a fault of the answer, never of the stage. Only the store and the lease can make it throw.
 */
export const sendMessages = async (stage: Stage): Promise<SendAnswer> => {
  const { messenger } = stage;
  if (!messenger || messenger.channels.length === 0) return answer(stage, "done", {});
  // Evidence is written under the same lease: nothing is added to a pack while its objects are listed.
  return await underSourceLease(stage, async (lease) => {
    const sending = openSending(lease, messenger);
    try {
      for (const review of [...(await endedBefore(stage)), stage.review]) await tell({ ...stage, review }, sending);
    } finally {
      await sending.close();
    }
    return answer(stage, "done", sending.figures());
  });
};

/** The review before this one, if it has ended lately: whoever sealed it may have had nobody tell of it. */
const endedBefore = async ({ store, sourceId, review, clock }: Stage): Promise<string[]> => {
  const previous = (await previousEvidence(store, sourceId, review))?.evidence;
  const isLate = previous && clock.now() - epochMs(previous.sealedAt) < LATE_DAYS * dayMs;
  return isLate ? [previous.review] : [];
};

type Sending = {
  messenger: Messenger;
  /** Throws where the lease is no longer ours. */
  check: Lease["check"];
  /** Sends what is written down, and writes down what came of it. */
  send(stage: Stage, message: NewMessage): Promise<void>;
  /** Writes down that nobody knows whether it arrived. */
  giveUp(stage: Stage, intent: MessageIntent): Promise<void>;
  figures(): SentMessages;
  close(): Promise<void>;
};

const openSending = (lease: Lease, messenger: Messenger): Sending => {
  const opened = new Map<string, Promise<OpenChannel>>();
  const counts: Record<MessageOutcomeKind, number> = { sent: 0, failed: 0, "no-answer": 0 };
  const faults: string[] = [];

  const conclude = async (stage: Stage, { key, to }: MessageIntent, reply: SendReply): Promise<void> => {
    const detail = reply.kind === "sent" ? null : reply.detail;
    const messageId = reply.kind === "sent" ? reply.id : null;
    counts[reply.kind] += 1;
    if (detail !== null) faults.push(`${key} to ${to}: ${reply.kind}: ${detail}`);
    await lease.check();
    const at = isoInstant(stage.clock.now());
    await writeOutcome(stage, { formatVersion: 1, key, outcome: reply.kind, detail, messageId, at });
  };

  return {
    messenger,
    check: lease.check,
    async send(stage, message) {
      const { channel, intent } = message;
      if (!opened.has(channel.id)) opened.set(channel.id, channel.open());
      await conclude(stage, intent, await replyOf(opened.get(channel.id)!, stage, message));
    },
    giveUp: (stage, intent) => conclude(stage, intent, { kind: "no-answer", detail: "cut off while it was sent" }),
    figures: () => ({
      messagesSent: counts.sent,
      messagesFailed: counts.failed,
      messagesUnanswered: counts["no-answer"],
      ...(faults.length > 0 ? { messageFaults: faults } : {}),
    }),
    async close() {
      for (const channel of opened.values()) await channel.then((open) => open.close()).catch(() => {});
    },
  };
};

const replyOf = async (
  opening: Promise<OpenChannel>,
  { sourceId: source }: Stage,
  { intent, receiver }: NewMessage,
): Promise<SendReply> => {
  const { uuid, occasion, text } = intent;
  try {
    return await (await opening).send({ uuid, occasion, source, receiver, text });
  } catch (error) {
    // It cannot be opened, or not be put into the channel's form: nothing was sent.
    return { kind: "failed", detail: (error as Error).message };
  }
};

const tell = async (stage: Stage, sending: Sending): Promise<void> => {
  const due = await messagesDue(stage);
  if (!due) return;
  const records = await readMessages(stage);
  const isTold = new Set(due.occasions.map(({ occasion }) => occasion));
  // Of a sealed review only what tells of its end may still be added to.
  const begun = isTold.has("ended") ? records.begun.filter(({ occasion }) => occasion === "ended") : records.begun;
  for (const intent of begun) await resume(stage, intent, { sending, reviewers: due.reviewers });
  for (const message of composeMessages(stage, due, sending.messenger)) {
    if (records.keys.has(message.intent.key)) continue;
    if (stage.shouldStop()) return;
    await sending.check();
    if (await writeIntent(stage, message.intent)) await sending.send(stage, message);
  }
};

type Resuming = { sending: Sending; reviewers: MessagesDue["reviewers"] };

/** What was cut off: sent again where the same message arrives once, else given up. */
const resume = async (stage: Stage, intent: MessageIntent, { sending, reviewers }: Resuming): Promise<void> => {
  const channel = sending.messenger.channels.find(({ id }) => id === intent.channel);
  const ageMs = stage.clock.now() - epochMs(intent.at);
  if (!channel || ageMs >= channel.repeatableMs) return await sending.giveUp(stage, intent);
  const id = intent.receiver;
  const email = reviewers.find((reviewer) => reviewer.id === id)?.email ?? null;
  await sending.send(stage, { channel, intent, receiver: id === undefined ? null : { id, email } });
};
