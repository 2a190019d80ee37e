import { readFileSync } from "node:fs";
import type { Context } from "aws-lambda";
import { type Proxies, proxiesOf } from "../basics/proxies.ts";
import type { Config, SourceConfig } from "../config/config.ts";
import { dueOf } from "../config/due.ts";
import type { ReviewKind } from "../review/keys.ts";
import type { Messenger } from "../review/people/message.ts";
import type { Reader, Remover, Signer, Store } from "../review/ports.ts";
import type { DueReviews, StageAnswer } from "../review/stage.ts";
import { withLines } from "../store/jsonl.ts";
import { openS3Store } from "../store/s3-store.ts";
import { approveCommand, briefAnswer, plainError, withNextLook } from "./lambda-answer.ts";
import { parseEvent, type StageEvent } from "./lambda-event.ts";
import type { MessengerPorts } from "./open-messenger.ts";
import type { SourcePorts } from "./open-source.ts";
import { lambdaInvocation, type SourceOpeners, sourceOf, stagePorts } from "./stage-ports.ts";
import { systemClock } from "./system-clock.ts";
import { openTelemetry, type Telemetry } from "./telemetry.ts";

/** A stage stops itself this long before Lambda's deadline: one page, one flush and one checkpoint fit in. */
const deadlineMarginMs = 60_000;

type OpenedStage = ReturnType<typeof stagePorts>;

/** What a handler is made of: its stage, and what the stage needs beside the store. `resolveReview` finds the review of an event that names none. */
export type LambdaStage = {
  stage: string;
  run: (stage: OpenedStage, event: StageEvent, due: () => DueReviews) => Promise<StageAnswer>;
  resolveReview: (
    store: Store,
    ask: {
      sourceId: string;
      review: string | undefined;
      nowMs: number;
      kind?: ReviewKind;
      mayBegin?: boolean;
      passesIncomplete?: boolean;
      ofRetired?: boolean;
    },
  ) => Promise<string>;
  /** Whether the event may name a review that has not begun; left out: no. */
  mayBegin?: (event: StageEvent) => boolean;
  /** Whether an event without a review passes an open one whose snapshot is incomplete, and means a new one; left out: no. */
  passesIncomplete?: (event: StageEvent) => boolean;
  /** Whether the event may name a review that was retired; left out: no. */
  ofRetired?: (event: StageEvent) => boolean;
  /** The fields that the event may have beside source and review. */
  fields?: readonly (keyof StageEvent)[];
  /** The fields of which the event must have one; left out: none has to be there. */
  needsOneOf?: readonly (keyof StageEvent)[];
  /** Left out by a stage that calls no provider, so that the stage's bundle holds no provider. */
  openReader?: (source: SourceConfig, ports: SourcePorts) => Promise<Reader>;
  /** Left out by a stage that writes nothing at the provider. */
  openRemover?: (source: SourceConfig, ports: SourcePorts) => Promise<Remover>;
  /** Opens a signer with this KMS key. Called only if the deployment has a key. */
  openSigner?: (keyId: string, options: { proxies: Proxies }) => Signer;
  /** Left out by a stage that sends no messages. */
  openMessenger?: (config: Config, sourceId: string, ports: MessengerPorts) => Messenger;
};

/** A Lambda handler over one stage. The configuration is the JSON file that the deployment put beside the bundle. */
export function lambdaHandler(lambda: LambdaStage) {
  return async (rawEvent: unknown, context: Context): Promise<Record<string, unknown>> => {
    const { awsRequestId: requestId } = context;
    const telemetry = openTelemetry({
      stage: lambda.stage,
      stack: stackNameOf(process.env),
      requestId,
      now: systemClock.now,
    });
    try {
      return await runStage(lambda, { rawEvent, context, telemetry });
    } catch (error) {
      const plain = plainError(error);
      telemetry.reportFailure(plain);
      throw plain;
    }
  };
}

type Invoked = { rawEvent: unknown; context: Context; telemetry: Telemetry };

async function runStage(lambda: LambdaStage, { rawEvent, context, telemetry }: Invoked) {
  const { env } = process;
  const event = parseEvent(rawEvent, lambda.fields, lambda.needsOneOf);
  const config = readConfig(env);
  const source = sourceOf(config, event.source);
  const sourceId = source.id;
  const store = openBucket(env, config);
  const { SIGNING_KEY: signingKey } = env;
  const review = await lambda.resolveReview(store, {
    sourceId,
    review: event.review,
    nowMs: systemClock.now(),
    kind: event.sweep ? "sweep" : "review",
    mayBegin: lambda.mayBegin?.(event) ?? false,
    passesIncomplete: lambda.passesIncomplete?.(event) ?? false,
    ofRetired: lambda.ofRetired?.(event) ?? false,
  });
  telemetry.setReview(sourceId, review);
  const stackName = stackNameOf(env);
  const approveCommands = (ofReview: string, planHash: string): string[] => [
    approveCommand(stackName, { source: sourceId, review: ofReview, planHash }),
  ];
  const options = {
    sourceId,
    review,
    ...(event.holders ? { holders: event.holders } : {}),
    store,
    clock: systemClock,
    env,
    progress: telemetry.progress,
    shouldStop: () => context.getRemainingTimeInMillis() < deadlineMarginMs,
    invocation: lambdaInvocation(context.awsRequestId),
    signer: (signingKey && lambda.openSigner?.(signingKey, { proxies: proxiesOf(env) })) || null,
    messenger: lambda.openMessenger?.(config, sourceId, { clock: systemClock, env, approveCommands }) ?? null,
    hasTables: true,
  };
  const stage = stagePorts(config, options, sourceOpeners(lambda, config, options.shouldStop));
  const answer = await lambda.run(stage, event, () => dueOf(config, source, systemClock.now()));
  // The whole answer: what is told has only the beginning of a long list of figures.
  telemetry.reportAnswer(answer);
  // Whoever puts grants back by hand wants every id.
  const told = lambda.stage === "restore" ? answer : briefAnswer(answer);
  return withNextLook(told, { config, store, stackName, nowMs: systemClock.now() });
}

function sourceOpeners(lambda: LambdaStage, config: Config, shouldStop: () => boolean): SourceOpeners {
  const { language, people, authority, policy } = config;
  const { env } = process;
  // Whoever checks wants to know now that nobody answers.
  const patience = lambda.stage === "check" ? { shouldStop, mostMs: 0 } : { shouldStop };
  const ports: SourcePorts = {
    clock: systemClock,
    env,
    language,
    people,
    match: authority?.match,
    patience,
    sweeps: policy.rules.some(({ sweep }) => sweep === true),
  };
  const refuse = async (): Promise<never> => {
    throw new Error(`Cannot call the provider as ${lambda.stage} has no part in that`);
  };
  const { openReader = refuse, openRemover = refuse } = lambda;
  return {
    openReader: (source, goOn) => openReader(source, { ...ports, goOn }),
    openRemover: (source, goOn) => openRemover(source, { ...ports, goOn }),
  };
}

/** The name of the stack that the functions' names begin with. */
export function stackNameOf({ STACK_NAME: stackName = "AccessReview" }: NodeJS.ProcessEnv): string {
  return stackName;
}

/** The configuration that the deployment put beside the bundle. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  return JSON.parse(readFileSync(new URL(env.CONFIG_FILE ?? "./config.json", import.meta.url), "utf8")) as Config;
}

/** The stack's bucket as a store. It is imported statically, unlike in open-stage.ts: every invocation needs it. */
export function openBucket(env: NodeJS.ProcessEnv, { aws }: Config): Store {
  const { EVIDENCE_BUCKET: bucket } = env;
  if (!bucket) throw new Error("Cannot open the store as EVIDENCE_BUCKET is not set: deploy with `npx cdk deploy`");
  const retention = { ...aws.retention, now: systemClock.now };
  return withLines(openS3Store({ bucket, prefix: "", retention, proxies: proxiesOf(env) }));
}
