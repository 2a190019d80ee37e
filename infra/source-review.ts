import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import * as sfn from "aws-cdk-lib/aws-stepfunctions";
import { LambdaInvoke, SnsPublish } from "aws-cdk-lib/aws-stepfunctions-tasks";
import type { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";
import { retryLambda, retryStage } from "./lambda-retry.ts";
import { hasManySources } from "./many-sources.ts";

/** The functions of a review's stages; `send` only if the configuration has messages. */
export type ReviewFunctions = Record<"snapshot" | "assess" | "expire" | "seal", IFunction> & { send?: IFunction };

/** The path of a task's answer in the state. The state also keeps source, review, and the last notice (`told`). */
const ANSWER = "$.stage.answer";
function answered(status: string): sfn.Condition {
  return sfn.Condition.stringEquals(`${ANSWER}.status`, status);
}

type Context = { config: Config; functions: ReviewFunctions; topic: ITopic };

/**
 * The review of one source: takes `{"source","review","told"}`, gives `{"source","review","status"}` with the status
 * sealed, incomplete or failed. A waiting review is assessed every day, so that decisions and approvals are noticed.
 */
export function sourceReview(scope: Construct, { config, functions, topic }: Context): sfn.Chain {
  // For many sources only the name of the error: the state of all sources must stay below 256 kB. The source's own
  // execution has the whole error.
  const error = hasManySources(config)
    ? { error: sfn.JsonPath.stringAt("$.error.Error") }
    : { error: sfn.JsonPath.objectAt("$.error") };
  const failed = end(scope, "failed", error);
  const task = (name: string, lambda: IFunction, extra: Record<string, unknown> = {}) =>
    stageTask(scope, name, { lambda, failed, extra });
  const seal = task("Seal", functions.seal);
  const assess = task("Assess", functions.assess);
  const snapshot = task("Snapshot", functions.snapshot);
  const { send } = functions;
  const incomplete = end(scope, "incomplete");
  const follow = (stage: LambdaInvoke, done: sfn.IChainable, more: [string, sfn.IChainable][] = []): void => {
    const choice = new sfn.Choice(scope, `${stage.node.id} answered`).when(answered("done"), done);
    for (const [status, next] of more) choice.when(answered(status), next);
    choice.when(answered("continue"), stage).when(answered("incomplete"), incomplete);
    const next = choice.otherwise(failedAnswer(scope, stage.node.id, failed));
    stage.next(stage === assess ? telling(scope, "Send messages", { send, next }) : next);
  };
  const wait = waiting(scope, topic, assess);
  if (config.mode === "enforce") {
    const expire = task("Expire", functions.expire);
    follow(assess, expire, [["held", wait]]);
    follow(expire, seal, [
      ["held", wait],
      ["waiting", wait],
    ]);
  } else follow(assess, seal, [["waiting", wait]]);
  follow(snapshot, assess);
  follow(seal, telling(scope, "Send the end", { send, next: end(scope, "sealed") }));
  // A source has one open review at most.
  const sealEarlier = task("Seal earlier reviews", functions.seal, { earlier: true });
  follow(sealEarlier, snapshot);
  return sfn.Chain.start(sealEarlier);
}

function end(scope: Construct, status: string, more: Record<string, unknown> = {}): sfn.Pass {
  const { stringAt } = sfn.JsonPath;
  return new sfn.Pass(scope, `Source ${status}`, {
    parameters: { source: stringAt("$.source"), review: stringAt("$.review"), status, ...more },
  });
}

/** Fails the review on a status that this version does not know. */
function failedAnswer(scope: Construct, stage: string, failed: sfn.Pass): sfn.Chain {
  return new sfn.Pass(scope, `${stage} answered something else`, {
    parameters: { Error: "UnknownAnswer", Cause: sfn.JsonPath.stringAt(`${ANSWER}.status`) },
    resultPath: "$.error",
  }).next(failed);
}

type StageTask = { lambda: IFunction; failed: sfn.IChainable; extra: Record<string, unknown> };

function stageTask(scope: Construct, name: string, { lambda, failed, extra }: StageTask): LambdaInvoke {
  const { stringAt, objectAt } = sfn.JsonPath;
  const task = new LambdaInvoke(scope, name, {
    lambdaFunction: lambda,
    payload: sfn.TaskInput.fromObject({ source: stringAt("$.source"), review: stringAt("$.review"), ...extra }),
    resultSelector: { answer: objectAt("$.Payload") },
    resultPath: "$.stage",
    retryOnServiceExceptions: false, // CDK's own retry would come first, without jitter and without TooManyRequests
  });
  retryLambda(task);
  retryStage(task);
  waitForLease(scope, task);
  task.addCatch(failed, { resultPath: "$.error" });
  return task;
}

/**
 * Waits while another invocation holds the lease: sources of one app share a lease, and begin within one minute. An
 * abandoned lease expires.
 */
function waitForLease(scope: Construct, task: LambdaInvoke): void {
  const leased = new sfn.Wait(scope, `Wait for the lease of ${task.node.id}`, {
    time: sfn.WaitTime.duration(Duration.minutes(5)),
  });
  task.addCatch(leased.next(task), { errors: ["LeaseHeldError"], resultPath: "$.error" });
}

type Telling = { send: IFunction | undefined; next: sfn.IChainable };

/**
 * Sends messages before `next`, if the configuration has messages. The review goes on, whether messages were sent or
 * not.
 */
function telling(scope: Construct, name: string, { send, next }: Telling): sfn.IChainable {
  if (!send) return next;
  const { stringAt } = sfn.JsonPath;
  const task = new LambdaInvoke(scope, name, {
    lambdaFunction: send,
    payload: sfn.TaskInput.fromObject({ source: stringAt("$.source"), review: stringAt("$.review") }),
    resultPath: sfn.JsonPath.DISCARD,
    retryOnServiceExceptions: false,
  });
  retryLambda(task);
  waitForLease(scope, task);
  task.addCatch(next, { resultPath: sfn.JsonPath.DISCARD });
  return task.next(next);
}

/** Sends the notice of a held review, once for each plan. Then waits until the next items are due, at most a day. */
function waiting(scope: Construct, topic: ITopic, next: sfn.IChainable): sfn.IChainable {
  const { isPresent, not, and, stringEqualsJsonPath } = sfn.Condition;
  const [notice, lookAgainAt, resumeAt] = ["notice", "lookAgainAt", "resumeAt"].map((field) => `${ANSWER}.${field}`);
  const until = (name: string, time: sfn.WaitTime): sfn.Chain => new sfn.Wait(scope, name, { time }).next(next);
  const howLong = new sfn.Choice(scope, "Until when?")
    .when(
      isPresent(lookAgainAt!),
      until("Wait for notice, decisions or approval", sfn.WaitTime.timestampPath(lookAgainAt!)),
    )
    .when(isPresent(resumeAt!), until("Wait for notice", sfn.WaitTime.timestampPath(resumeAt!)))
    .otherwise(until("Wait a day", sfn.WaitTime.duration(Duration.days(1))));
  const tell = new SnsPublish(scope, "Tell", {
    topic,
    subject: sfn.JsonPath.format("Access review held: {}", sfn.JsonPath.stringAt("$.source")),
    message: sfn.TaskInput.fromJsonPathAt(notice!),
    resultPath: sfn.JsonPath.DISCARD,
  });
  const told = new sfn.Pass(scope, "Told", { inputPath: notice!, resultPath: "$.told" });
  // The review goes on if the notice failed: the alarm "brake tripped" tells people as well.
  tell.addCatch(howLong, { resultPath: "$.error" });
  return new sfn.Choice(scope, "Anything to tell?")
    .when(and(isPresent(notice!), not(stringEqualsJsonPath(notice!, "$.told"))), tell.next(told).next(howLong))
    .otherwise(howLong);
}
