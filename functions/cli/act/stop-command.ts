import { thisUser } from "../../runtime/stage-ports.ts";
import { actsOf } from "../acts.ts";
import { type CommandSession, printResult } from "../session.ts";
import { assertReasons, type ReasonOptions } from "./reasons.ts";

/** Keeps provider writes of the chosen sources from beginning, or lets them begin again. Who did and why is recorded. */
export async function stopSources(
  session: CommandSession,
  command: "stop" | "resume",
  asked: ReasonOptions,
): Promise<number> {
  const { sources } = session;
  const acts = actsOf(session);
  const isStopped = command === "stop";
  const act = { ...assertReasons(asked), caller: thisUser() };
  for (const sourceId of sources) await acts.setStopped(sourceId, isStopped, act);
  // Every source is stopped before anybody is told.
  for (const sourceId of sources) await acts.tell(sourceId);
  const fields = { sources, by: act.by, reason: act.reason };
  const { stopped, resumed } = session.words.acts;
  const told = (isStopped ? stopped : resumed)(sources.join(session.words.and), session.store.locate(""));
  return printResult(session, command, fields, told);
}
