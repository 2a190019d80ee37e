import type { PermissionCheck } from "../ports.ts";

/** What people can be told of: a new plan, that a notice or window is about to end, a plan that is held, the end of a review. */
export const occasions = ["plan", "reminder", "held", "ended"] as const;

/** One of the occasions. */
export type Occasion = (typeof occasions)[number];

/** What a message says, in one language: plain text, without anybody's name. Each way to send puts it into its own form. */
export type MessageText = {
  language: "zh" | "en";
  title: string;
  /** Whether somebody has to do something. */
  isUrgent: boolean;
  paragraphs: string[];
  lists: { title: string; rows: string[] }[];
  commands: { label: string; command: string }[];
  link: { label: string; url: string } | null;
};

/** `messages/<key>.intent.json`: what is about to be sent, written before it is. `to` is an address, never a secret. */
export type MessageIntent = {
  formatVersion: 1;
  key: string;
  occasion: Occasion;
  channel: string;
  /** Of a message to one reviewer: their id. */
  receiver?: string;
  to: string;
  uuid: string;
  text: MessageText;
  at: string;
};

/** What came of a message. `no-answer`: nobody knows whether it arrived. */
export type MessageOutcomeKind = "sent" | "failed" | "no-answer";

/** `messages/<key>.outcome.json`: what came of it, once. */
export type MessageOutcome = {
  formatVersion: 1;
  key: string;
  outcome: MessageOutcomeKind;
  /** Why it failed or was not answered; null where it was sent. */
  detail: string | null;
  messageId: string | null;
  at: string;
};

/** One person to be written to, by the id that the source knows them by. */
export type Receiver = { id: string; email: string | null };

/** What is sent. The same `uuid` is the same message, however often it is sent; `receiver` is null where it is for a group. */
export type OutgoingMessage = {
  uuid: string;
  occasion: Occasion;
  source: string;
  receiver: Receiver | null;
  text: MessageText;
};

/** What came of sending: `id` is the vendor's name for the message. */
export type SendReply =
  | { kind: "sent"; id: string | null }
  | { kind: "failed"; detail: string }
  | { kind: "no-answer"; detail: string };

/** A way to send that is open; `close` ends its connections. */
export type OpenChannel = {
  send(message: OutgoingMessage): Promise<SendReply>;
  /** Whether it could send, told without sending; absent where nothing but a message would tell. */
  check?(): Promise<PermissionCheck[]>;
  close(): Promise<void>;
};

/** One configured way to tell people. */
export type Channel = {
  /** Names it in keys: 8 hex digits, the same for as long as it leads to the same people. */
  id: string;
  /** What a record says of where it leads. */
  address: string;
  occasions: readonly Occasion[];
  /** Whether every reviewer gets a message of their own, on plans and reminders alone. */
  isForReviewers: boolean;
  /** Links to reports: `{source}`, `{review}` and `{key}` are filled in. Null: messages name the report's place instead. */
  reportUrl: string | null;
  /** For so long a message that got no answer may be sent again under its uuid, and arrives once; 0: never. */
  repeatableMs: number;
  /** Throws where it cannot be opened, saying what to mend. */
  open(): Promise<OpenChannel>;
};

/** Whom to tell, and how to let a plan that is held go on. */
export type Messenger = {
  channels: readonly Channel[];
  /** Commands, in order, that approve exactly this plan and go on. */
  approveCommands(review: string, planHash: string): string[];
};
