import { readFileSync } from "node:fs";
import type { Context } from "aws-lambda";
import { isoInstant } from "../basics/instant.ts";
import type { Config } from "../config/config.ts";
import { reviewKeys } from "../review/keys.ts";
import type { Messenger } from "../review/people/message.ts";
import type { Signer, Store } from "../review/ports.ts";
import { withLines } from "../store/jsonl.ts";
import { openS3Store } from "../store/s3-store.ts";
import { lambdaInvocation } from "./invocation.ts";
import { parseEvent, type StageEvent } from "./lambda-event.ts";
import { approveCommand, noticeOf } from "./notice.ts";
import type { MessengerPorts } from "./open-messenger.ts";
import type { SourcePorts } from "./open-source.ts";
import { plainError } from "./plain-error.ts";
import { type SourceOpener, sourceOf, stagePorts } from "./stage-ports.ts";
import { systemClock } from "./system-clock.ts";
import { openTelemetry, type Telemetry } from "./telemetry.ts";

/** A stage stops itself this long before Lambda would: one page, one flush and one checkpoint fit in. */
const DEADLINE_MARGIN_MS = 60_000;

/** A review that waits is looked at this often at least, so that decisions and approvals are noticed. */
const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000;

type OpenedStage = ReturnType<typeof stagePorts>;

/** What a handler is made of: its stage, how to find the review where the event names none, and what it needs beside the store. */
export type LambdaStage = {
  stage: string;
  run: (stage: OpenedStage, event: StageEvent) => Promise<Record<string, unknown>>;
  resolveReview: (
    store: Store,
    ask: { sourceId: string; review: string | undefined; nowMs: number },
  ) => Promise<string>;
  /** The event's fields beside source and review. */
  fields?: readonly (keyof StageEvent)[];
  /** Left out by a stage that calls no provider, so that its bundle holds none. */
  openSource?: (
    source: Parameters<SourceOpener>[0],
    access: "read" | "write",
    ports: SourcePorts,
  ) => ReturnType<SourceOpener>;
  /** Signs with this key of KMS, where the deployment has one. */
  openSigner?: (keyId: string) => Signer;
  /** Left out by a stage that tells nobody. */
  openMessenger?: (config: Config, sourceId: string, ports: MessengerPorts) => Messenger;
};

/** A Lambda handler over one stage. It reads the configuration that the deployment put beside the bundle as JSON. */
export function lambdaHandler(lambda: LambdaStage) {
  return async (rawEvent: unknown, context: Context): Promise<Record<string, unknown>> => {
    const { awsRequestId: requestId } = context;
    const telemetry = openTelemetry({ stage: lambda.stage, requestId, now: systemClock.now });
    try {
      const answer = await invoke(lambda, { rawEvent, context, telemetry });
      telemetry.answered(answer);
      return answer;
    } catch (error) {
      const plain = plainError(error);
      telemetry.failed(plain);
      throw plain;
    }
  };
}

type Invoked = { rawEvent: unknown; context: Context; telemetry: Telemetry };

async function invoke(lambda: LambdaStage, { rawEvent, context, telemetry }: Invoked) {
  const { env } = process;
  const event = parseEvent(rawEvent, lambda.fields);
  const config = configBesideBundle(env);
  const sourceId = sourceOf(config, event.source).id;
  const store = storeOf(env, config);
  const review = await lambda.resolveReview(store, { sourceId, review: event.review, nowMs: systemClock.now() });
  telemetry.about(sourceId, review);
  const approveCommands = (_review: string, planHash: string): string[] => [
    approveCommand(expireFunctionOf(env), sourceId, planHash),
  ];
  const options = {
    sourceId,
    review,
    store,
    clock: systemClock,
    env,
    progress: telemetry.progress,
    shouldStop: () => context.getRemainingTimeInMillis() < DEADLINE_MARGIN_MS,
    invocation: lambdaInvocation(context.awsRequestId),
    signer: (env.SIGNING_KEY && lambda.openSigner?.(env.SIGNING_KEY)) || null,
    messenger: lambda.openMessenger?.(config, sourceId, { clock: systemClock, env, approveCommands }) ?? null,
    hasTables: true,
  };
  const stage = stagePorts(config, options, sourceOpener(lambda, config));
  return withNextLook(await lambda.run(stage, event), { config, store });
}

function sourceOpener({ stage, openSource }: LambdaStage, { language, people }: Config): SourceOpener {
  return async (source, access) => {
    if (!openSource) throw new Error(`Cannot call the provider as ${stage} has no part in that`);
    return await openSource(source, access, { clock: systemClock, env: process.env, language, people });
  };
}

function expireFunctionOf({ EXPIRE_FUNCTION }: NodeJS.ProcessEnv): string {
  return EXPIRE_FUNCTION ?? "AccessReview-expire";
}

/** What the state machine needs to go on with a review that waits: until when at most, and whom to tell what. */
function withNextLook(
  answer: Record<string, unknown>,
  { config, store }: { config: Config; store: Store },
): Record<string, unknown> {
  const { status, resumeAt } = answer;
  if (status !== "waiting" && status !== "held") return answer;
  const latestMs = systemClock.now() + LONGEST_WAIT_MS;
  const resumeMs = typeof resumeAt === "string" ? Date.parse(resumeAt) : latestMs;
  const notice = noticeOf(answer, {
    language: config.language,
    expireFunction: expireFunctionOf(process.env),
    report: store.locate(reportKey(answer)),
  });
  return { ...answer, lookAgainAt: isoInstant(Math.min(resumeMs, latestMs)), ...(notice ? { notice } : {}) };
}

/** The report of the assessment that the answer names, else the folder of all of them. */
function reportKey({ source, review, assessment }: Record<string, unknown>): string {
  const keys = reviewKeys(String(source), String(review));
  return typeof assessment === "string" ? keys.assessment(assessment).html : keys.assessments;
}

function configBesideBundle(env: NodeJS.ProcessEnv): Config {
  return JSON.parse(readFileSync(new URL(env.CONFIG_FILE ?? "./config.json", import.meta.url), "utf8")) as Config;
}

/** By a static import, unlike `openStore`: no invocation does without. */
function storeOf({ EVIDENCE_BUCKET: bucket }: NodeJS.ProcessEnv, { aws }: Config): Store {
  if (!bucket) throw new Error("Cannot open the store as EVIDENCE_BUCKET is not set: deploy with `npx cdk deploy`");
  return withLines(openS3Store({ bucket, prefix: "", retention: { ...aws.retention, now: systemClock.now } }));
}
