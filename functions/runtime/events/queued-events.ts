import type { EventsConfig } from "../../config/config.ts";
import { openEventEndpoint, type ReceivingPorts } from "../../events/receive.ts";
import { openEventKeys } from "../open-events.ts";
import { openEventQueue } from "./aws-services.ts";

/** The endpoint of a desk on AWS: an event is stored, a message tells the function that works events off, and that is all before the answer. */
export async function openQueuedEvents(
  events: EventsConfig,
  ports: Omit<ReceivingPorts, "wake"> & { env: NodeJS.ProcessEnv },
): Promise<(request: Request) => Promise<Response>> {
  const keys = await openEventKeys(events, { env: ports.env });
  const queue = openEventQueue(ports.env);
  return openEventEndpoint(keys, { ...ports, wake: (eventId) => queue.wake(eventId) });
}
