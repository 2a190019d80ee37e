import type { MessageText, OutgoingMessage } from "../../functions/review/people/message.ts";

/** A message as a stage writes it, changed where a test wants it otherwise. */
export const inventedText = (more: Partial<MessageText> = {}): MessageText => ({
  language: "en",
  title: "people: 5 grants to be removed",
  isUrgent: false,
  paragraphs: ["Access review 2026-10-01T020000Z, 1200 grants in all."],
  lists: [{ title: "Why", rows: ["The holder has left the company: 5"] }],
  commands: [],
  link: { label: "Open the report", url: "https://reports.example.com/people" },
  ...more,
});

/** That message on its way. */
export const outgoing = (more: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
  uuid: "0123456789abcdef0123456789abcdef",
  occasion: "plan",
  source: "people",
  receiver: null,
  text: inventedText(),
  ...more,
});
