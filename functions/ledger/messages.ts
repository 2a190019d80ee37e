import { sha256 } from "../basics/hash.ts";
import { reviewKeys } from "../review/keys.ts";
import type { MessageIntent, MessageOutcome } from "../review/people/message.ts";
import type { Store } from "../review/ports.ts";
import type { Evidence } from "../review/proof/evidence.ts";
import type { Stage } from "../review/stage.ts";
import { createJsonOnce } from "./write-once.ts";

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

/** Whether a key is a record of telling people of a review's end: the one thing told once its evidence stands. */
export const isEndMessage = (key: string): boolean =>
  /\/messages\/ended-[0-9a-f]{8}\.(intent|outcome)\.json$/.test(key);

/** What was written down of telling people of a review's end, for the evidence of the next one. */
export const endMessagesOf = async (
  store: Store,
  source: string,
  review: string,
): Promise<NonNullable<Evidence["endMessages"]>> => {
  const records: NonNullable<Evidence["endMessages"]> = [];
  for await (const key of store.list(reviewKeys(source, review).messages)) {
    const stored = isEndMessage(key) ? await store.get(key) : null;
    if (stored) records.push({ key, sha256: sha256(stored.body) });
  }
  return records;
};

/** Records of the previous review's end that are no longer what this evidence says. */
export async function* endMessageFaults(store: Store, { endMessages = [] }: Evidence): AsyncGenerator<string> {
  for (const { key, sha256: expected } of endMessages) {
    // A damaged list may name what no store takes for a key.
    const body = isEndMessage(key) ? (await store.get(key).catch(() => null))?.body : undefined;
    if (!body) yield `${key} is missing`;
    else if (sha256(body) !== expected) yield `${key} was changed: its SHA-256 is not the sealed one`;
  }
}
