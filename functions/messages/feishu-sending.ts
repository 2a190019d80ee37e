import { ApiError, NoReplyError, ThrottledError, UnexpectedReplyError } from "../http/errors.ts";
import type { MessageText, SendReply } from "../review/people/message.ts";

// What messages of an app and of a custom bot share: the card that is sent, and what an error says about it.

type Element = Record<string, unknown>;

/** A card in the vendor's JSON 2.0, which refuses unknown keys. */
export type FeishuCard = {
  schema: "2.0";
  /** Everybody sees the same card, which the app can update. */
  config: { update_multi: true };
  header: { title: Element; template: "blue" | "orange" };
  body: { elements: Element[] };
};

function plain(content: string): Element {
  return { tag: "plain_text", content };
}

/** Plain text, not markup: a reason may hold asterisks, or what looks like a mention. */
function paragraph(content: string): Element {
  return { tag: "div", text: plain(content) };
}

function list({ title, rows }: MessageText["lists"][number]): Element {
  return paragraph([title, ...rows.map((row) => `• ${row}`)].join("\n"));
}

function command({ label, command: text }: MessageText["commands"][number]): Element {
  return paragraph(`${label}\n${text}`);
}

function button({ label, url }: NonNullable<MessageText["link"]>): Element {
  return {
    tag: "button",
    text: plain(label),
    type: "primary",
    behaviors: [{ type: "open_url", default_url: url }],
  };
}

/** A text as a card. https://open.feishu.cn/document/uAjLw4CM/ukzMukzMukzM/feishu-cards/card-json-v2-structure */
export function feishuCard({ title, isUrgent, paragraphs, lists, commands, link }: MessageText): FeishuCard {
  return {
    schema: "2.0",
    config: { update_multi: true },
    header: { title: plain(title), template: isUrgent ? "orange" : "blue" },
    body: {
      elements: [
        ...paragraphs.map(paragraph),
        ...lists.filter(({ rows }) => rows.length > 0).map(list),
        ...commands.map(command),
        ...(link ? [button(link)] : []),
      ],
    },
  };
}

/** The outcome of sending by the call `callName` that ended with this error: failed, or no answer if nobody knows whether the message arrived. */
export function replyOfError(error: unknown, callName: string): SendReply {
  if (!(error instanceof Error)) return { kind: "failed", detail: "what was thrown is no error" };
  const isOfSending = "call" in error && error.call === callName;
  const isUnknown =
    error instanceof NoReplyError ||
    error instanceof UnexpectedReplyError ||
    // An internal error does not say whether the message was sent.
    (error instanceof ApiError && error.isTransient && !(error instanceof ThrottledError));
  return { kind: isOfSending && isUnknown ? "no-answer" : "failed", detail: error.message };
}
