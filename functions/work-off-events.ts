import { workOffMessages } from "./runtime/events/lambda-events.ts";

/** Does what the events that wait ask for. Messages of the queue invoke it; what they say is of no weight. */
export const handler = workOffMessages;
