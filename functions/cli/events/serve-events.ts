import { openEventEndpoint } from "../../events/receive.ts";
import { openEventKeys } from "../../runtime/open-events.ts";
import type { CommandSession } from "../session.ts";
import { startEventWorker } from "./event-worker.ts";

/** The events' part of a desk that this process serves. `begin`: once the desk listens at that address. */
export type ServedEvents = {
  receive(request: Request): Promise<Response>;
  begin(address: string): Promise<void>;
  end(): Promise<void>;
};

/** Receives events at the desk and works them off; null where the configuration has no events. */
export async function serveEvents(session: CommandSession): Promise<ServedEvents | null> {
  const { config, company } = session;
  const { events } = config;
  if (!events) return null;
  const keys = await openEventKeys(events, { env: session.env, company: company?.events });
  const worker = await startEventWorker(session, { ...config, events });
  return {
    receive: openEventEndpoint(keys, worker.ports),
    begin: async (address) => {
      if (events.baseUrl === "sandbox") await company?.events.subscribe(`${address}/events/feishu`);
    },
    end: worker.end,
  };
}
