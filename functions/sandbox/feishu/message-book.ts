import { createHash } from "node:crypto";
import { admitCall, type RollingWindow, rollingWindow } from "../calls.ts";

/** A message that arrived. `content` is the card, or the text. */
export type SandboxMessage = {
  messageId: string;
  via: "app" | "webhook";
  /** The chat, or the person in the id type of the call. */
  receiver: string;
  uuid: string | null;
  content: unknown;
  at: string;
  /** The app that sent it. */
  sender?: string;
  /** How often its card was updated. */
  updates?: number;
};

/** How messages go wrong. Every quirk can be set separately while the server runs. */
type MessageQuirks = {
  /** The bot has been removed from the chat. */
  botIsOut: boolean;
  /** How many of the next messages arrive although the connection drops before the answer. */
  loseAnswers: number;
  /** How many of the next messages are lost with their connection. */
  loseMessages: number;
  /** The keyword that the custom bot demands in every message. */
  keyword: string | null;
  /** Messages that somebody took back. */
  recalled: Set<string>;
  /** The custom bot answers with `StatusCode` only, without `code`. */
  answersAsOldBots: boolean;
};

/** The messages of a company, and the chat that its bots are in. */
export type MessageBook = {
  chatId: string;
  messages: SandboxMessage[];
  quirks: MessageQuirks;
  /** Whether a receiver may get another message now: five a second from all apps together. */
  admits(receiver: string): boolean;
  /** Whether the custom bot may send another message now: 100 a minute and five a second. */
  admitsHook(): boolean;
  /** The message of this uuid that arrived within the hour. */
  known(uuid: string): SandboxMessage | null;
  add(message: Omit<SandboxMessage, "messageId" | "at">): SandboxMessage;
};

/** The chat that the company's bots are in. */
const sandboxChatId = "oc_5a3bdc0ffee0access0reviews";

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
    quirks: {
      botIsOut: false,
      recalled: new Set(),
      loseAnswers: 0,
      loseMessages: 0,
      keyword: null,
      answersAsOldBots: false,
    },
    admits(receiver) {
      const windows = windowsByReceiver.get(receiver) ?? [rollingWindow(perSecond)];
      windowsByReceiver.set(receiver, windows);
      return admitCall(windows, now(), pace()).isAdmitted;
    },
    admitsHook: () => admitCall(hookWindows, now(), pace()).isAdmitted,
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

/**
 * The properties of a card and of its elements, as far as the sandbox knows them. JSON 2.0 refuses unknown properties.
 */
const keysByTag: Record<string, readonly string[]> = {
  card: ["schema", "config", "card_link", "header", "body"],
  header: ["title", "subtitle", "template", "icon", "text_tag_list", "padding"],
  body: ["elements", "direction", "padding", "horizontal_spacing", "vertical_spacing"],
  div: ["tag", "text", "icon", "width", "margin", "element_id"],
  plain_text: ["tag", "content", "text_size", "text_align", "text_color", "lines"],
  markdown: ["tag", "content", "text_size", "text_align", "icon", "margin", "element_id"],
  hr: ["tag", "margin", "element_id"],
  button: ["tag", "text", "type", "size", "width", "icon", "disabled", "confirm", "behaviors", "margin", "element_id"],
};

const mostElements = 200;

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unknownKeys(tag: string, value: Fields): string[] {
  const known = keysByTag[tag];
  if (!known) return [`unknown tag ${tag}`];
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => `unknown property ${key} of ${tag}`);
}

function faultsOfText(text: unknown): string[] {
  if (!isFields(text) || typeof text.content !== "string") return ["a text has no content"];
  return unknownKeys(String(text.tag), text);
}

function faultsOfElement(element: unknown): string[] {
  if (!isFields(element)) return ["an element is no object"];
  const faults = unknownKeys(String(element.tag), element);
  if (element.tag === "div" || element.tag === "button") faults.push(...faultsOfText(element.text));
  if (element.tag !== "button") return faults;
  const urls = Array.isArray(element.behaviors) ? element.behaviors.map(({ default_url }: Fields) => default_url) : [];
  const isOpening = urls.length > 0 && urls.every((url) => /^https?:\/\//.test(String(url)));
  return isOpening ? faults : [...faults, "a button leads nowhere"];
}

/** The faults of a card of JSON 2.0. A card without faults can be shown. */
export function cardFaults(card: unknown): string[] {
  if (!isFields(card)) return ["no card"];
  if (card.schema !== "2.0") return ["the sandbox shows cards of JSON 2.0 alone"];
  const { header, body } = card;
  const elements = isFields(body) && Array.isArray(body.elements) ? body.elements : null;
  if (!elements) return ["body.elements is missing"];
  if (elements.length > mostElements) return ["element exceeds the limit"];
  return [
    ...unknownKeys("card", card),
    ...unknownKeys("body", body as Fields),
    ...(isFields(header) ? [...unknownKeys("header", header), ...faultsOfText(header.title)] : []),
    ...elements.flatMap(faultsOfElement),
  ];
}
