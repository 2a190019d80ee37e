import { dayMs, epochMs } from "../../basics/time.ts";
import { openReviewCheckpoint } from "../../ledger/checkpoint.ts";
import { storedMessages } from "../../ledger/messages.ts";
import type { Channel, MessageText, SendReply } from "../../review/people/message.ts";
import type { Stage } from "../../review/stage.ts";
import type { MessagesDue } from "./messages-due.ts";

/** The vendor lets a message be updated for 14 days; clocks differ. */
const updatableMs = 14 * dayMs - 3_600_000;

/** By the key of a message: how far its reviewer had come when the message was last written. A convenience: what is lost is updated again. */
type Shown = Record<string, string>;

type Updating = {
  due: MessagesDue;
  channels: readonly Channel[];
  textOf(channel: Channel, reviewer: string): MessageText | null;
  /** Null where the channel cannot update. */
  update(channel: Channel, messageId: string, text: MessageText): Promise<SendReply | null>;
};

/** What is shown once a review takes decisions no more; under `everyMessage`, that every message shows it. */
const over = "over";
const everyMessage = "*";

/**
 * Updates the messages of reviewers who decided on something since, or handed it on: "done", or what remains; and of all of them
 * once nothing can be decided any more. Gives the replies, by the keys of the messages.
 */
export async function updateCards(stage: Stage, updating: Updating): Promise<{ key: string; reply: SendReply }[]> {
  const { due, channels, textOf, update } = updating;
  const states = new Map(due.reviewers.map(({ id, undecided, decided }) => [id, `${decided}/${decided + undecided}`]));
  const stateOf = (reviewer: string): string | undefined => (due.isOver ? over : states.get(reviewer));
  const checkpoint = await openReviewCheckpoint<Shown>(stage, "cards.json");
  const shown: Shown = { ...checkpoint.value };
  // Messages are asked for one by one: of a review that ended, once.
  if (due.isOver && shown[everyMessage] === over) return [];
  const replies: { key: string; reply: SendReply }[] = [];
  for (const { intent, outcome } of await storedMessages(stage)) {
    const { key, receiver } = intent;
    const channel = channels.find(({ id, isForReviewers }) => isForReviewers && id === intent.channel);
    const state = receiver === undefined ? undefined : stateOf(receiver);
    if (!channel || receiver === undefined || state === undefined || !/^(plan|reminder|handed|asked)-/.test(key))
      continue;
    const messageId = outcome?.messageId ?? null;
    if (messageId === null || stage.clock.now() - epochMs(outcome!.at) > updatableMs) continue;
    const before = shown[key];
    if (before === state) continue;
    shown[key] = state;
    const text = textOf(channel, receiver);
    // What was sent a moment ago says it already.
    const says = (title: string): boolean => intent.text.title === title || key.startsWith("handed-");
    if (!text || (before === undefined && state.startsWith("0/") && state !== "0/0" && says(text.title))) continue;
    const reply = await update(channel, messageId, text);
    if (!reply) continue;
    replies.push({ key, reply });
    if (reply.kind === "no-answer") delete shown[key];
  }
  if (due.isOver && replies.every(({ reply }) => reply.kind !== "no-answer")) shown[everyMessage] = over;
  if (JSON.stringify(shown) !== JSON.stringify(checkpoint.value ?? {})) await checkpoint.save(shown);
  return replies;
}
