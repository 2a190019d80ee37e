import { setStopped } from "../ledger/stop.ts";
import { thisUser } from "../runtime/stage-ports.ts";
import { assertReasons, type ReasonOptions } from "./reasons.ts";
import { type CommandSession, printResult } from "./session.ts";

/** Keeps provider writes of the chosen sources from beginning, or lets them begin again. Who did and why is recorded. */
export async function stopSources(
  session: CommandSession,
  command: "stop" | "resume",
  asked: ReasonOptions,
): Promise<number> {
  const { sources, store, clock } = session;
  const isStopped = command === "stop";
  const act = { ...assertReasons(asked, isStopped ? "stops" : "resumes"), caller: thisUser() };
  for (const sourceId of sources) await setStopped(store, { sourceId, isStopped, nowMs: clock.now(), act });
  const fields = { sources, by: act.by, reason: act.reason };
  return printResult(session, command, fields, `${isStopped ? "Stopped" : "Resumed"}: ${sources.join(", ")}`);
}
