import { resolveReview } from "../../functions/ledger/review-order.ts";
import type { Stage, StageAnswer } from "../../functions/review/stage.ts";
import { briefAnswer, plainError, withNextLook } from "../../functions/runtime/lambda-answer.ts";
import { assessGrants } from "../../functions/stages/assess/assess-grants.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { sealEarlier, sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { type Life, sourceId } from "../review-life/open-life.ts";
import { type Definition, type Executed, execute } from "./executed-machine.ts";

const runs: Record<string, (stage: Stage) => Promise<StageAnswer>> = {
  snapshot: takeSnapshot,
  assess: assessGrants,
  expire: expireGrants,
  seal: sealEvidence,
};

/** Called before each stage: throws what the stage is to fail with. */
export type Before = (stage: string, review: string) => Promise<void> | void;

type Lived = {
  input: Record<string, unknown>;
  before?: Before;
  answered?: (stage: string, answer: StageAnswer) => void;
};

/** The machine over the stages of a life, as Lambda runs them. Time passes where the machine waits. */
export const liveMachine = (
  machine: Definition,
  life: Life,
  { input, before = () => {}, answered = () => {} }: Lived,
): Promise<Executed> =>
  execute(machine, {
    input: { source: sourceId, ...input },
    now: () => life.clock.now(),
    async invoke(name, { review: asked, earlier }) {
      try {
        const { store, clock, config } = life;
        const nowMs = clock.now();
        const ask = { sourceId, review: asked as string | undefined, nowMs };
        const begins = { mayBegin: name === "snapshot" || earlier === true, passesIncomplete: earlier === true };
        const review = await resolveReview(store, { ...ask, ...begins });
        if (!earlier) await before(name, review);
        const stage = life.stageWith({ review, sealReview: null });
        const answer = await (earlier ? sealEarlier(stage) : runs[name]!(stage));
        answered(name, answer);
        const context = { config, store, stackName: "AccessReview", nowMs: clock.now() };
        return JSON.parse(JSON.stringify(withNextLook(briefAnswer(answer), context)));
      } catch (error) {
        throw plainError(error);
      }
    },
    async onWait(waited) {
      const ms = "seconds" in waited ? waited.seconds * 1_000 : Date.parse(waited.until) - life.clock.now();
      await life.clock.sleep(ms);
    },
  });
