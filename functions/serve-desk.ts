import { createDesk } from "./desk/app.ts";
import { peopleByEmail } from "./ledger/grants.ts";
import { deskHandler } from "./runtime/lambda-desk.ts";

/** The desk behind API Gateway: where people decide signed in, and where events of Feishu arrive. */
export const handler = deskHandler({
  createDesk,
  peopleByEmail,
  async openEvents(config, ports) {
    if (!config.events) return undefined;
    const { openQueuedEvents } = await import("./runtime/events/queued-events.ts"); // most desks receive no events
    return await openQueuedEvents(config.events, ports);
  },
});
