import { sha256 } from "../basics/hash.ts";
import { isEndMessageName, reviewKeys } from "../review/keys.ts";
import type { MessageIntent, MessageOutcome } from "../review/people/message.ts";
import type { ReviewPlace, Store } from "../review/ports.ts";
import type { Evidence } from "../review/proof/evidence.ts";
import { createJsonOnce } from "./write-once.ts";

/** The messages of a review so far: the keys of all, and the intents of those that have no outcome. */
export type MessageRecords = { keys: Set<string>; begun: MessageIntent[] };

/** Reads the records of a review's messages. */
export async function readMessages({ store, sourceId, review }: ReviewPlace): Promise<MessageRecords> {
  const { messageIntent } = reviewKeys(sourceId, review);
  const { keys, ended } = await messageKeys({ store, sourceId, review });
  const open = [...keys].filter((key) => !ended.has(key));
  const begun = await Promise.all(open.map((key) => store.getJson<MessageIntent>(messageIntent(key))));
  return { keys, begun: begun.filter((intent) => intent !== null) };
}

/** The keys of a review's messages: of all that were begun, and of those that have an outcome. */
async function messageKeys({ store, sourceId, review }: ReviewPlace) {
  const { messages } = reviewKeys(sourceId, review);
  const [keys, ended] = [new Set<string>(), new Set<string>()];
  for await (const path of store.list(messages)) {
    const [key, kind] = path.slice(messages.length).split(".");
    (kind === "outcome" ? ended : keys).add(key!);
  }
  return { keys, ended };
}

/** A message of a review; `outcome` is null until its sending has ended. */
export type StoredMessage = { intent: MessageIntent; outcome: MessageOutcome | null };

/** Every message of a review, sent or not. */
export async function storedMessages(place: ReviewPlace): Promise<StoredMessage[]> {
  const { store, sourceId, review } = place;
  const { messageIntent, messageOutcome } = reviewKeys(sourceId, review);
  const { keys } = await messageKeys(place);
  const read = await Promise.all(
    [...keys].map(async (key) => ({
      intent: await store.getJson<MessageIntent>(messageIntent(key)),
      outcome: await store.getJson<MessageOutcome>(messageOutcome(key)),
    })),
  );
  return read.filter((each): each is StoredMessage => each.intent !== null);
}

/** When people were first asked by a message to decide (ISO 8601); null where nobody was. */
export async function firstInvitation({ store, sourceId, review }: ReviewPlace): Promise<string | null> {
  const keys: string[] = [];
  for await (const key of store.list(`${reviewKeys(sourceId, review).messages}plan-`)) {
    if (key.endsWith(".intent.json")) keys.push(key);
  }
  // Keys are hashes: whoever is asked later, as a grant was handed on, may come first by the key.
  const intents = await Promise.all(keys.map((key) => store.getJson<MessageIntent>(key)));
  const first = intents.flatMap((intent) => intent ?? []).sort((a, b) => Date.parse(a.at) - Date.parse(b.at))[0];
  return first?.at ?? null;
}

/** Writes the intent of a message, before it is sent; false where an intent stands already. */
export async function writeMessageIntent(
  { store, sourceId, review }: ReviewPlace,
  intent: MessageIntent,
): Promise<boolean> {
  const { result } = await store.createJson(reviewKeys(sourceId, review).messageIntent(intent.key), intent);
  return result === "created";
}

/** Writes the outcome of a message. */
export async function writeMessageOutcome(
  { store, sourceId, review }: ReviewPlace,
  outcome: MessageOutcome,
): Promise<void> {
  await createJsonOnce(store, reviewKeys(sourceId, review).messageOutcome(outcome.key), outcome);
}

/** Whether a key is a record of a message after the evidence: that a review has ended, or of an act since. */
export function isEndMessage(key: string): boolean {
  const at = key.lastIndexOf("/messages/");
  return at >= 0 && isEndMessageName(key.slice(at + 1));
}

/** How far telling a channel of an act has come: how often it failed for certain, and whether anything else became of it. */
export type ActTold = { isTold: boolean; failed: number };

/** Gives how far telling a channel of the act with this record has come, in the messages of any of these reviews. */
export async function actsTold(
  places: readonly ReviewPlace[],
): Promise<(channelId: string, record: string) => ActTold> {
  const told = new Map<string, ActTold>();
  for (const place of places) {
    const { messages, messageIntent, messageOutcome } = reviewKeys(place.sourceId, place.review);
    for await (const path of place.store.list(messages)) {
      const [, key] = /^((?:ended-)?acts-.*)\.intent\.json$/.exec(path.slice(messages.length)) ?? [];
      if (key === undefined) continue;
      const intent = await place.store.getJson<MessageIntent>(messageIntent(key));
      const outcome = await place.store.getJson<MessageOutcome>(messageOutcome(key));
      for (const record of intent?.acts ?? []) {
        const of = `${intent?.channel} ${record}`;
        const { isTold, failed } = told.get(of) ?? neverTold;
        const hasFailed = outcome?.outcome === "failed";
        told.set(of, { isTold: isTold || !hasFailed, failed: failed + (hasFailed ? 1 : 0) });
      }
    }
  }
  return (channelId, record) => told.get(`${channelId} ${record}`) ?? neverTold;
}

const neverTold: ActTold = { isTold: false, failed: 0 };

/** The records of the messages after a review's evidence, for the evidence of the next review. */
export async function endMessagesOf({
  store,
  sourceId,
  review,
}: ReviewPlace): Promise<NonNullable<Evidence["endMessages"]>> {
  const records: NonNullable<Evidence["endMessages"]> = [];
  for await (const key of store.list(reviewKeys(sourceId, review).messages)) {
    const stored = isEndMessage(key) ? await store.get(key) : null;
    if (stored) records.push({ key, sha256: sha256(stored.body) });
  }
  return records;
}

/** The records of the previous review's end that differ from what this evidence says of them. */
export async function* endMessageFaults(store: Store, { endMessages = [] }: Evidence): AsyncGenerator<string> {
  for (const { key, sha256: expected } of endMessages) {
    // A damaged list may name keys that no store accepts.
    const body = isEndMessage(key) ? (await store.get(key).catch(() => null))?.body : undefined;
    if (!body) yield `${key} is missing`;
    else if (sha256(body) !== expected) yield `${key} was changed: its SHA-256 is not the sealed one`;
  }
}
