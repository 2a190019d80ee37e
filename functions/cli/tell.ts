import type { Stage } from "../review/stage.ts";
import { sendMessages } from "../stages/send/send-messages.ts";

/** What people were told so far, as a review's summary has it; nothing where nobody is to be told. */
export type Told = {
  messagesSent?: number;
  messagesFailed?: number;
  messagesUnanswered?: number;
  messageFaults?: string[];
};

/** Tells people what the review has to tell now, on top of what they were told before. Whatever fails is a fault to be shown, never the review's. */
export async function tellPeople(stage: Stage, before: Told = {}): Promise<Told> {
  try {
    return together(before, (await sendMessages(stage)) as Told);
  } catch (error) {
    const { messageFaults = [] } = before;
    return { ...before, messageFaults: [...messageFaults, (error as Error).message] };
  }
}

function together(before: Told, now: Told): Told {
  if (now.messagesSent === undefined) return before;
  const sum = (name: "messagesSent" | "messagesFailed" | "messagesUnanswered"): number =>
    (before[name] ?? 0) + (now[name] ?? 0);
  const faults = [...(before.messageFaults ?? []), ...(now.messageFaults ?? [])];
  return {
    messagesSent: sum("messagesSent"),
    messagesFailed: sum("messagesFailed"),
    messagesUnanswered: sum("messagesUnanswered"),
    ...(faults.length > 0 ? { messageFaults: faults } : {}),
  };
}

/** `2 sent, 1 failed`, and why; null where nobody was to be told. */
export function toldText({ messagesSent, messagesFailed, messagesUnanswered, messageFaults }: Told): string | null {
  if (messagesSent === undefined && !messageFaults) return null;
  const others = [
    messagesFailed ? `, ${messagesFailed} failed` : "",
    messagesUnanswered ? `, ${messagesUnanswered} without an answer` : "",
  ];
  return [`${messagesSent ?? 0} sent${others.join("")}`, ...(messageFaults ?? [])].join("\n");
}
