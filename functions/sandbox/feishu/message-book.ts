import { createHash } from "node:crypto";
import { admit, type RollingWindow, rollingWindow } from "./rate-limit.ts";

/** A message that arrived. `content` is the card, or the text. */
export type SandboxMessage = {
  messageId: string;
  via: "app" | "webhook";
  /** The chat, or the person by the id that was asked for. */
  receiver: string;
  uuid: string | null;
  content: unknown;
  at: string;
};

/** How messages depart from the pleasant case; each may be set while the server runs. */
export type MessageQuirks = {
  /** Somebody has taken the bot out of the chat. */
  botIsOut: boolean;
  /** So many of the next messages arrive, and the connection drops before the answer. */
  loseAnswers: number;
  /** So many of the next messages are lost with their connection. */
  loseMessages: number;
  /** What the custom bot wants to find in a message. */
  keyword: string | null;
  /** The custom bot answers in `StatusCode` alone. */
  answersAsOldBots: boolean;
};

/** The messages of a company, and the chat that its bots are in. */
export type MessageBook = {
  chatId: string;
  messages: SandboxMessage[];
  quirks: MessageQuirks;
  /** Whether a receiver takes one more now: five a second, of all apps together. */
  admits(receiver: string): boolean;
  /** Whether the custom bot takes one more now: 100 a minute and five a second. */
  admitsHook(): boolean;
  /** The message of this uuid that arrived within the hour. */
  known(uuid: string): SandboxMessage | null;
  add(message: Omit<SandboxMessage, "messageId" | "at">): SandboxMessage;
};

/** The chat that the company's bots are in. */
export const sandboxChatId = "oc_5a3bdc0ffee0access0reviews";

const hourMs = 3_600_000;
const perSecond = { calls: 5, perMs: 1_000 };

/** An empty book. `pace` divides the limits' windows; `now` gives epoch milliseconds. */
export function openMessageBook({ now, pace }: { now: () => number; pace: () => number }): MessageBook {
  const messages: SandboxMessage[] = [];
  const windowsByReceiver = new Map<string, RollingWindow[]>();
  const hookWindows = [rollingWindow({ calls: 100, perMs: 60_000 }), rollingWindow(perSecond)];
  return {
    chatId: sandboxChatId,
    messages,
    quirks: { botIsOut: false, loseAnswers: 0, loseMessages: 0, keyword: null, answersAsOldBots: false },
    admits(receiver) {
      const windows = windowsByReceiver.get(receiver) ?? [rollingWindow(perSecond)];
      windowsByReceiver.set(receiver, windows);
      return admit(windows, now(), pace()).isAdmitted;
    },
    admitsHook: () => admit(hookWindows, now(), pace()).isAdmitted,
    known: (uuid) =>
      messages.find((message) => message.uuid === uuid && now() - Date.parse(message.at) < hourMs) ?? null,
    add(message) {
      const serial = createHash("sha256").update(`${process.pid} ${messages.length}`).digest("hex").slice(0, 32);
      const added = { ...message, messageId: `om_${serial}`, at: new Date(now()).toISOString() };
      messages.push(added);
      return added;
    },
  };
}
