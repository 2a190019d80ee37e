import { setStopped } from "../ledger/stop.ts";
import { printResult, type Session } from "./session.ts";

/** Keeps provider writes of the chosen sources from beginning, or lets them begin again. */
export async function stopSources(session: Session, command: "stop" | "resume"): Promise<number> {
  const { sources, store, clock } = session;
  const isStopped = command === "stop";
  for (const sourceId of sources) await setStopped(store, { sourceId, isStopped, nowMs: clock.now() });
  return printResult(session, command, { sources }, `${isStopped ? "Stopped" : "Resumed"}: ${sources.join(", ")}`);
}
