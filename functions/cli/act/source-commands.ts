import { thisUser } from "../../runtime/stage-ports.ts";
import { acknowledgeIn, actsOf } from "../acts.ts";
import { usage } from "../exit-code.ts";
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

/** Records that somebody knows that the app sees less of the chosen sources than before, and why it may stay so. */
export async function acknowledge(session: CommandSession, asked: ReasonOptions): Promise<number> {
  const act = { ...assertReasons(asked), caller: thisUser() };
  const sources = await acknowledgeIn(session, act);
  const { words } = session;
  if (sources.length === 0) {
    const asking = session.sources.join(", ");
    throw usage`Nothing to acknowledge: no event since the newest complete review says that the app sees less of ${asking}`;
  }
  const fields = { sources, by: act.by, reason: act.reason };
  return printResult(session, "acknowledge", fields, words.acts.acknowledged(sources.join(words.and)));
}
