import type { MessageText } from "../review/people/message.ts";

type Element = Record<string, unknown>;

/** A card of the vendor's JSON 2.0, which refuses keys it does not know. */
export type FeishuCard = {
  schema: "2.0";
  header: { title: Element; template: "blue" | "orange" };
  body: { elements: Element[] };
};

function plain(content: string): Element {
  return { tag: "plain_text", content };
}

// Plain text, as nothing in it is meant as markup: a reason may hold asterisks, or what looks like a mention.
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
