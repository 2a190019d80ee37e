import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import * as sfn from "aws-cdk-lib/aws-stepfunctions";
import { LambdaInvoke, SnsPublish } from "aws-cdk-lib/aws-stepfunctions-tasks";
import type { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";
import { retryLambda } from "./lambda-retry.ts";
import { hasManySources } from "./many-sources.ts";

/** The stages that a review takes; `send` where there is anybody to be told. */
export type ReviewFunctions = Record<"snapshot" | "assess" | "expire" | "seal", IFunction> & { send?: IFunction };

/** Where a task's answer is; `$` keeps source, review, and what was told to whoever may approve. */
const ANSWER = "$.stage.answer";
function answered(status: string): sfn.Condition {
  return sfn.Condition.stringEquals(`${ANSWER}.status`, status);
}

type Context = { config: Config; functions: ReviewFunctions; topic: ITopic };

/**
 * One review of one source, from `{"source","review","told"}` to `{"source","review","status"}`: sealed, incomplete or
 * failed. While it waits it is looked at every day, so that decisions and approvals are noticed.
 */
export function sourceReview(scope: Construct, { config, functions, topic }: Context): sfn.Chain {
  // Of many only what kind of error it was: all ends together are to be below 256 kB. The execution of each has the rest.
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
  return task("Seal earlier reviews", functions.seal, { earlier: true }).next(snapshot);
}

function end(scope: Construct, status: string, more: Record<string, unknown> = {}): sfn.Pass {
  const { stringAt } = sfn.JsonPath;
  return new sfn.Pass(scope, `Source ${status}`, {
    parameters: { source: stringAt("$.source"), review: stringAt("$.review"), status, ...more },
  });
}

/** An answer that this version does not know is a failure, not a reason to go on. */
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
    retryOnServiceExceptions: false, // or it would come first, without jitter and without throttling
  });
  retryLambda(task);
  waitForLease(scope, task);
  task.addCatch(failed, { resultPath: "$.error" });
  return task;
}

/** Sources of one app share its lease, and begin at the same minute. A lease that was never given back ends by itself. */
function waitForLease(scope: Construct, task: LambdaInvoke): void {
  const leased = new sfn.Wait(scope, `Wait for the lease of ${task.node.id}`, {
    time: sfn.WaitTime.duration(Duration.minutes(5)),
  });
  task.addCatch(leased.next(task), { errors: ["LeaseHeldError"], resultPath: "$.error" });
}

type Telling = { send: IFunction | undefined; next: sfn.IChainable };

/** Tells people in between, where there is anybody to be told. Whatever comes of that, the review goes on as its stage answered. */
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

/** Tells whoever may lift what holds the review, once for each plan; then waits until there is something to do, a day at most. */
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
  // A review goes on although nobody could be told: the alarm of the brake says so too.
  tell.addCatch(howLong, { resultPath: "$.error" });
  return new sfn.Choice(scope, "Anything to tell?")
    .when(and(isPresent(notice!), not(stringEqualsJsonPath(notice!, "$.told"))), tell.next(told).next(howLong))
    .otherwise(howLong);
}
