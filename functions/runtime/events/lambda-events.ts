import type { Context, SQSEvent } from "aws-lambda";
import { type Config, isSwept } from "../../config/config.ts";
import { openEventActs } from "../../events/acts.ts";
import { orderSweep } from "../../events/order-sweep.ts";
import { debounceMs, workOffEvents } from "../../events/work.ts";
import type { Clock, Store } from "../../review/ports.ts";
import { openBucket, readConfig, stackNameOf } from "../lambda.ts";
import { plainError } from "../lambda-answer.ts";
import { eventSources } from "../open-events.ts";
import { systemClock } from "../system-clock.ts";
import { openTelemetry } from "../telemetry.ts";
import { type EventQueue, openEventQueue, startSweep } from "./aws-services.ts";

/** A message comes two minutes after its event was stored. The clocks of two machines differ by less than this. */
const earlyMs = 5_000;

/** The function leaves what it has not reached to the next message this long before its deadline. */
const deadlineMarginMs = 60_000;

/** What working events off needs on AWS. `startSweep` has the state machine carry a sweep out; `ring` publishes a metric that an alarm looks at. */
export type QueuePorts = {
  store: Store;
  clock: Clock;
  queue: EventQueue;
  startSweep: Parameters<typeof orderSweep>[0]["start"];
  shouldStop: () => boolean;
  ring(metric: "dataRangeNarrowed" | "eventsStuck"): void;
  note(fault: string): void;
};

/** What came of a message: `continue` where events wait on. */
export type QueueAnswer = { status: "done" | "continue"; worked: number; failedEvents: number };

/**
 * Works off every event that is due, whatever message said so, and asks to be woken where more will be. What fails is tried again
 * at the next message, which comes within minutes.
 */
export async function workOffQueue(config: Config, ports: QueuePorts): Promise<QueueAnswer> {
  const { store, clock, queue, startSweep: start, shouldStop, ring, note } = ports;
  const { events } = config;
  if (!events) return { status: "done", worked: 0, failedEvents: 0 };
  const swept = config.sources.filter((source) => isSwept(config, source)).map(({ id }) => id);
  const acts = openEventActs(store, {
    async sweep(sourceId, holderIds, eventIds) {
      const asked = { sourceId, holderIds, eventIds };
      if (swept.includes(sourceId)) await orderSweep({ store, clock, start }, asked);
    },
    async alarmNarrowed({ departments, users, groups }) {
      note(
        `The app sees less of the company than before (gone: ${departments} departments, ${users} people, ${groups} groups): whoever left there may be hidden`,
      );
      ring("dataRangeNarrowed");
    },
  });
  const ids = config.sources.map(({ id }) => id);
  const { done, failed, stuck, dueAtMs } = await workOffEvents({
    store: withoutDeleting(store),
    clock,
    sources: await eventSources({ ...config, events }, ids),
    acts,
    waitMs: debounceMs - earlyMs,
    shouldStop,
    note,
  });
  if (stuck > 0) ring("eventsStuck");
  // An event that waits for a sweep to end, or that failed, has perhaps no message any more.
  if (dueAtMs !== null) await queue.wake(`again at ${Math.floor(clock.now() / 60_000)}`);
  return { status: dueAtMs === null ? "done" : "continue", worked: done, failedEvents: failed };
}

/** Nothing on AWS may delete of the bucket: the bucket itself ages out what was worked off. */
function withoutDeleting(store: Store): Store {
  return { ...store, delete: async () => {} };
}

/** The function that messages of the queue of events invoke. */
export async function workOffMessages(_event: SQSEvent, context: Context): Promise<QueueAnswer> {
  const { env } = process;
  const stack = stackNameOf(env);
  const telemetry = openTelemetry({ stage: "events", stack, requestId: context.awsRequestId, now: systemClock.now });
  try {
    const config = readConfig(env);
    const answer = await workOffQueue(config, {
      store: openBucket(env, config),
      clock: systemClock,
      queue: openEventQueue(env),
      startSweep: (order) => startSweep(env, order),
      shouldStop: () => context.getRemainingTimeInMillis() < deadlineMarginMs,
      ring: telemetry.ring,
      note: telemetry.note,
    });
    telemetry.reportAnswer(answer);
    return answer;
  } catch (error) {
    const plain = plainError(error);
    telemetry.reportFailure(plain);
    throw plain;
  }
}
