import { isoInstant } from "../basics/time.ts";
import { stopKey } from "../review/keys.ts";
import type { Store } from "../review/ports.ts";
import { answer, type Stage, type StopAnswer } from "../review/stage.ts";
import { overwrite } from "./checkpoint.ts";

type StopText = { isStopped: boolean; at: string };

/** Someone said `stop`: no provider write begins until `resume`. */
export class StoppedError extends Error {
  override readonly name = "StoppedError";
}

export async function setStopped(
  store: Store,
  { sourceId, isStopped, nowMs }: { sourceId: string; isStopped: boolean; nowMs: number },
): Promise<void> {
  const text: StopText = { isStopped, at: isoInstant(nowMs) };
  await overwrite(store, stopKey(sourceId), new TextEncoder().encode(`${JSON.stringify(text)}\n`));
}

/** Stops or resumes the source, and answers as a stage does. */
export async function switchWrites(stage: Stage, isStopped: boolean): Promise<StopAnswer> {
  const { store, sourceId, clock } = stage;
  await setStopped(store, { sourceId, isStopped, nowMs: clock.now() });
  return answer(stage, "done", { stopped: isStopped });
}

function readStop({ store, sourceId }: Stage): Promise<StopText | null> {
  return store.getJson<StopText>(stopKey(sourceId));
}

/** Whether the source is stopped. */
export async function isStopped(stage: Stage): Promise<boolean> {
  return (await readStop(stage))?.isStopped === true;
}

/** Throws StoppedError where the source is stopped. Read before every provider write. */
export async function refuseWhileStopped(stage: Stage): Promise<void> {
  const { sourceId } = stage;
  const text = await readStop(stage);
  if (text?.isStopped) {
    throw new StoppedError(
      `Cannot write to ${sourceId} as it was stopped at ${text.at}: resume it with \`node functions/cli.ts resume --source ${sourceId}\``,
    );
  }
}
