import { dayMs, epochMs } from "../../basics/time.ts";
import type { HolderField } from "../grants/grant.ts";
import type { PermissionCheck } from "../ports.ts";

/**
 * The occasions for messages: a new plan, a notice or decision window that is about to end, a held plan, the end of a
 * review, and what somebody did to removals by hand.
 */
export const occasions = ["plan", "reminder", "held", "ended", "acts"] as const;

/** `receipt`: what a reviewer decided at the desk, sent by every channel that told them of the plan. */
export type Occasion = (typeof occasions)[number] | "receipt";

/**
 * After how many days the latest reminder of a held plan was due; 0: none yet. People are reminded after 1, 3 and 7 days,
 * then every week.
 */
export function heldReminderDay({ heldSince }: { heldSince: string }, nowMs: number): number {
  const days = Math.floor((nowMs - epochMs(heldSince)) / dayMs);
  return days >= 7 ? days - (days % 7) : ([3, 1].find((each) => days >= each) ?? 0);
}

/**
 * A message in one language, as plain text. The only personal names are of whoever acted, in messages of `acts`. Each channel
 * formats the text in its own way.
 */
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

/** `messages/<key>.intent.json`: a message, written before the message is sent. `to` is an address, never a secret. */
export type MessageIntent = {
  formatVersion: 1;
  key: string;
  occasion: Occasion;
  channel: string;
  /** The reviewer's id, in a message to one reviewer; the approver's, in one to an approver. */
  receiver?: string;
  /** The records, below `reviews/<source>/`, of the act that the message tells of. */
  acts?: string[];
  to: string;
  uuid: string;
  text: MessageText;
  at: string;
};

/** The outcome of sending a message. `no-answer`: nobody knows whether the message arrived. */
export type MessageOutcomeKind = "sent" | "failed" | "no-answer";

/** `messages/<key>.outcome.json`: the outcome of sending a message. Written once. */
export type MessageOutcome = {
  formatVersion: 1;
  key: string;
  outcome: MessageOutcomeKind;
  /** Why the message failed or got no answer; null if the message was sent. */
  detail: string | null;
  messageId: string | null;
  at: string;
};

/** A person who gets a message. `id` is the person's id in the source, or of the type that is named here. */
export type Receiver = { id: string; email: string | null; idType?: "union_id" };

/** Who may lift a brake, and how a channel reaches them. `subject`: the id that the desk's sign-in proves. */
export type ReachableApprover = { subject: string; receiver: Receiver };

/**
 * A message to send. Sending with the same `uuid` again repeats the same message. `receiver` is null for a message to a
 * group.
 */
export type OutgoingMessage = {
  uuid: string;
  occasion: Occasion;
  source: string;
  receiver: Receiver | null;
  text: MessageText;
};

/** A channel's reply to sending. `id` is the vendor's id of the message. */
export type SendReply =
  | { kind: "sent"; id: string | null }
  | { kind: "failed"; detail: string }
  | { kind: "no-answer"; detail: string };

/** A channel that is ready to send. `close` ends its connections. */
export type OpenChannel = {
  send(message: OutgoingMessage): Promise<SendReply>;
  /** Shows another text in a message that was sent; absent where the channel's messages stay as they are. */
  update?(messageId: string, text: MessageText): Promise<SendReply>;
  /** Checks without sending whether the channel can send; absent if only a real message would show that. */
  check?(): Promise<PermissionCheck[]>;
  close(): Promise<void>;
};

/** A configured channel for messages. */
export type Channel = {
  /** The channel's id in keys: 8 hex digits, derived from `address`. */
  id: string;
  /** The channel's address for records; holds no secret. */
  address: string;
  occasions: readonly Occasion[];
  /** Whether each reviewer gets their own message: of plans, reminders and receipts. Of a held plan each approver gets one. */
  isForReviewers: boolean;
  /** The approvers whom such a channel reaches. */
  approvers: readonly ReachableApprover[];
  /** The field of holders by which the channel finds a reviewer, where that may not come; else left out. */
  field?: HolderField;
  /**
   * The link to a report, with `{source}`, `{review}` and `{key}` to be filled in. Null: messages name the report's
   * path instead.
   */
  reportUrl: string | null;
  /** The address of the desk, to which every link leads; null: there is no desk. */
  deskUrl: string | null;
  /**
   * For how many milliseconds the vendor deduplicates by uuid: within this time an unanswered message may be sent
   * again. 0: never.
   */
  repeatableMs: number;
  /** Opens the channel. Throws an error that says what to mend. */
  open(): Promise<OpenChannel>;
};

/** Whether a channel is told of acts: one to reviewers never is. */
export function takesActs({ occasions, isForReviewers }: Channel): boolean {
  return occasions.includes("acts") && !isForReviewers;
}

/** The channels for messages, and the commands that a message about a held plan names. */
export type Messenger = {
  channels: readonly Channel[];
  /** The commands, in order, that approve exactly this plan and continue the review. */
  approveCommands(review: string, planHash: string): string[];
};
