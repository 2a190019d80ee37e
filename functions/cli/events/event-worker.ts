import type { Config, EventsConfig } from "../../config/config.ts";
import { isLoopback } from "../../config/values.ts";
import { openEventActs } from "../../events/acts.ts";
import { forgetOldEvents } from "../../events/event-book.ts";
import { debounceMs, workOffEvents } from "../../events/work.ts";
import { eventSources } from "../../runtime/open-events.ts";
import { printNote } from "../print.ts";
import { assertReviewable } from "../review-choice.ts";
import type { CommandSession } from "../session.ts";
import { sweepNow } from "./sweep-now.ts";

/** Works events off in this process, until it is told to end. */
export type EventWorker = {
  /** What receiving events needs beside. */
  ports: Pick<CommandSession, "store" | "clock"> & { wake(): Promise<void>; note(fault: string): void };
  end(): Promise<void>;
};

/** Events that come together are looked at together. */
const pauseMs = 1_000;

const forgetEveryMs = 3_600_000;

/** Begins to work off the events that wait in the store, and those that come. */
export async function startEventWorker(
  session: CommandSession,
  config: Config & { events: EventsConfig },
): Promise<EventWorker> {
  const { store, clock } = session;
  const sources = await eventSources(config, session.sources);
  await assertReviewable(
    store,
    sources.map(({ id }) => id),
  );
  const note = noteOnce(session.words.served.ofEvents);
  const waitMs = debounceMs / paceOf(config);
  const acts = openEventActs(store, {
    sweep: (sourceId, holderIds) => sweepNow(session, sourceId, holderIds),
    alarmNarrowed: async ({ departments, users, groups }) =>
      printNote(session.words.served.narrowed(departments, users, groups)),
  });
  let isEnded = false;
  let waiting = new AbortController();
  const wake = (): void => waiting.abort();

  async function run(): Promise<void> {
    let forgottenMs = 0;
    while (!isEnded) {
      waiting = new AbortController();
      const { dueAtMs } = await workOffEvents({ store, clock, sources, acts, waitMs, note }).catch((error: Error) => {
        note(`Cannot read the events that wait, and tries again: ${error.message}`);
        return { dueAtMs: clock.now() + 60_000 };
      });
      if (clock.now() - forgottenMs > forgetEveryMs) {
        await forgetOldEvents(store, clock.now()).catch((error: Error) => note(error.message));
        forgottenMs = clock.now();
      }
      const untilMs = dueAtMs === null ? forgetEveryMs : Math.max(0, dueAtMs - clock.now());
      await clock.sleep(untilMs, waiting.signal).catch(() => {});
      if (!isEnded) await clock.sleep(pauseMs);
    }
  }

  const running = run();
  return {
    ports: { store, clock, wake: async () => wake(), note },
    async end() {
      isEnded = true;
      wake();
      await running;
    },
  };
}

/** How much faster the embedded company lives than a tenant. */
function paceOf({ events: { baseUrl }, sources }: Config & { events: EventsConfig }): number {
  const isCompany = baseUrl === "sandbox" || isLoopback(new URL(baseUrl).hostname);
  return isCompany ? (sources.find((source) => source.baseUrl === baseUrl)?.pace ?? 1) : 1;
}

/** Notes a fault, and not again while it is the last one: what is tried every minute would fill the terminal. */
function noteOnce(told: (fault: string) => string): (fault: string) => void {
  let last = "";
  return (fault) => {
    if (fault !== last) printNote(told(fault));
    last = fault;
  };
}
