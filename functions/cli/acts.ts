import { acknowledgeNarrowed } from "../events/acts.ts";
import { resolveReview } from "../ledger/review-order.ts";
import { setStopped } from "../ledger/stop.ts";
import { sendMessages } from "../stages/send/send-messages.ts";
import { printNote } from "./print.ts";
import type { CommandSession } from "./session.ts";

/**
 * Tells people at once what somebody did to a source: what was done stands, whether or not anybody can be told now. The next
 * `send` tells what is left.
 */
export async function tellActs(
  { config, store, clock, stageOf, words }: CommandSession,
  sourceId: string,
): Promise<void> {
  if (config.messages.length === 0) return;
  try {
    const review = await resolveReview(store, { sourceId, review: undefined, nowMs: clock.now() });
    const { messageFaults = [] } = await sendMessages(stageOf(sourceId, review));
    for (const fault of messageFaults) printNote(`${sourceId}: ${fault}`);
  } catch (error) {
    printNote(words.acts.notTold(sourceId, (error as Error).message));
  }
}

type Act = Parameters<typeof setStopped>[1]["act"];

/** Acknowledges what events say that the app no longer sees of the chosen sources; gives those of which an event says so. */
export async function acknowledgeIn({ store, clock, sources }: CommandSession, act: Act): Promise<string[]> {
  return await acknowledgeNarrowed(store, { sourceIds: sources, nowMs: clock.now(), act });
}

/** Acts as commands and the desk do them, in this process. */
export function actsOf(session: CommandSession) {
  return {
    setStopped: (sourceId: string, isStopped: boolean, act: Act) =>
      setStopped(session.store, { sourceId, isStopped, nowMs: session.clock.now(), act }),
    tell: (sourceId: string) => tellActs(session, sourceId),
    remind: (sourceId: string, review: string, reviewer: string | null) =>
      sendMessages(session.stageOf(sourceId, review), reviewer ?? true),
  };
}
