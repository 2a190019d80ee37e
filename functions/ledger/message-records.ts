import { reviewKeys } from "../review/keys.ts";
import type { MessageIntent, MessageOutcome } from "../review/people/message.ts";
import type { Stage } from "../review/stage.ts";
import { createJsonOnce } from "./create-once.ts";

/** What a review has told people so far: keys of its messages, and those that were begun and of which nobody wrote what came of them. */
export type MessageRecords = { keys: Set<string>; begun: MessageIntent[] };

/** Reads what was written down of a review's messages. */
export const readMessages = async ({ store, sourceId, review }: Stage): Promise<MessageRecords> => {
  const { messages, messageIntent } = reviewKeys(sourceId, review);
  const [keys, ended] = [new Set<string>(), new Set<string>()];
  for await (const path of store.list(messages)) {
    const [key, kind] = path.slice(messages.length).split(".");
    (kind === "outcome" ? ended : keys).add(key!);
  }
  const open = [...keys].filter((key) => !ended.has(key));
  const begun = await Promise.all(open.map((key) => store.getJson<MessageIntent>(messageIntent(key))));
  return { keys, begun: begun.filter((intent) => intent !== null) };
};

/** Writes down what is about to be sent; false where somebody has done so before. */
export const writeIntent = async ({ store, sourceId, review }: Stage, intent: MessageIntent): Promise<boolean> => {
  const { result } = await store.createJson(reviewKeys(sourceId, review).messageIntent(intent.key), intent);
  return result === "created";
};

/** Writes down what came of a message. */
export const writeOutcome = async ({ store, sourceId, review }: Stage, outcome: MessageOutcome): Promise<void> => {
  await createJsonOnce(store, reviewKeys(sourceId, review).messageOutcome(outcome.key), outcome);
};
