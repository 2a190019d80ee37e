import { readFileSync } from "node:fs";
import type { Context } from "aws-lambda";
import type { Config } from "../config/config.ts";
import type { Store } from "../review/ports.ts";
import { parseEvent, type StageEvent } from "./lambda-event.ts";
import { openStage, sourceOf } from "./open-stage.ts";
import { openStore } from "./open-store.ts";
import { systemClock } from "./system-clock.ts";

/** A stage stops itself this long before Lambda would: one page, one flush and one checkpoint fit in. */
const DEADLINE_MARGIN_MS = 60_000;

type OpenedStage = ReturnType<typeof openStage>;

/** What a handler is made of: the stage, how to find the review where the event names none, and the event's own fields. */
export type LambdaStage = {
  run: (stage: OpenedStage, event: StageEvent) => Promise<unknown>;
  resolveReview: (
    store: Store,
    ask: { sourceId: string; review: string | undefined; nowMs: number },
  ) => Promise<string>;
  fields?: readonly (keyof StageEvent)[];
};

/** A Lambda handler over one stage. It reads the configuration that the deployment put beside the bundle as JSON. */
export const lambdaHandler =
  ({ run, resolveReview, fields }: LambdaStage) =>
  async (rawEvent: unknown, context: Context): Promise<unknown> => {
    const event = parseEvent(rawEvent, fields);
    const config = configBesideBundle();
    const sourceId = sourceOf(config, event.source).id;
    const store = await openStore(storeOf(process.env));
    const review = await resolveReview(store, { sourceId, review: event.review, nowMs: systemClock.now() });
    const stage = openStage(config, {
      sourceId,
      review,
      store,
      clock: systemClock,
      env: process.env,
      progress: logProgress(sourceId, review),
      shouldStop: () => context.getRemainingTimeInMillis() < DEADLINE_MARGIN_MS,
      invocationId: context.awsRequestId,
    });
    return await run(stage, event);
  };

const configBesideBundle = (): Config =>
  JSON.parse(readFileSync(new URL("./config.json", import.meta.url), "utf8")) as Config;

const storeOf = (env: NodeJS.ProcessEnv): string => {
  const bucket = env.EVIDENCE_BUCKET;
  if (!bucket) throw new Error("Cannot open the store as EVIDENCE_BUCKET is not set: deploy with `npx cdk deploy`");
  return `s3://${bucket}`;
};

/** One JSON line per stage and ten thousand grants: counts only, never names. */
const logProgress = (source: string, review: string) => {
  let logged = "";
  return ({ stage, counts }: { stage: string; counts: Record<string, number> }): void => {
    const milestone = `${stage} ${Math.floor((counts.grants ?? counts.items ?? 0) / 10_000)}`;
    if (milestone === logged) return;
    logged = milestone;
    process.stdout.write(`${JSON.stringify({ level: "INFO", source, review, stage, ...counts })}\n`);
  };
};
