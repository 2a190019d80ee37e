import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import * as sfn from "aws-cdk-lib/aws-stepfunctions";
import { LambdaInvoke } from "aws-cdk-lib/aws-stepfunctions-tasks";
import type { Construct } from "constructs";

/** Faults of Lambda itself, never of a stage. https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html */
const transientErrors = [
  "Lambda.ServiceException",
  "Lambda.AWSLambdaException",
  "Lambda.SdkClientException",
  "Lambda.TooManyRequestsException",
];

type ReviewFunctions = Record<"snapshot" | "assess" | "expire" | "seal", IFunction>;

/**
 * One review of one source, from snapshot to seal; after a notice it assesses anew. Takes the event of the stages,
 * `{"source"}` or `{"source","review"}`, or `{"source","scheduledAt"}` for a new review named by that instant.
 */
export const createReviewStateMachine = (scope: Construct, functions: ReviewFunctions): sfn.StateMachine => {
  // Without `review` the Lambda finds the open one, or begins one, and answers which.
  const findReview = stageTask(scope, "Open review", { lambda: functions.snapshot, fields: ["source"] });
  const snapshot = stageTask(scope, "Snapshot", { lambda: functions.snapshot });
  const assess = stageTask(scope, "Assess", { lambda: functions.assess });
  const expire = stageTask(scope, "Expire", { lambda: functions.expire });
  const seal = stageTask(scope, "Seal", { lambda: functions.seal });
  const ends = {
    waiting: new sfn.Wait(scope, "Wait for notice", { time: sfn.WaitTime.timestampPath("$.resumeAt") }).next(assess),
    held: failure(scope, "Held"),
    other: failure(scope, "Incomplete"),
  };
  follow(findReview, { ...ends, done: assess, again: snapshot });
  follow(snapshot, { ...ends, done: assess, again: snapshot });
  follow(assess, { ...ends, done: expire, again: assess });
  follow(expire, { ...ends, done: seal, again: expire });
  follow(seal, { ...ends, done: new sfn.Succeed(scope, "Sealed"), again: seal });
  const begin = new sfn.Choice(scope, "Which review?")
    .when(sfn.Condition.isPresent("$.scheduledAt"), newReview(scope).next(snapshot))
    .when(sfn.Condition.isPresent("$.review"), snapshot)
    .otherwise(findReview);
  return new sfn.StateMachine(scope, "review", {
    definitionBody: sfn.DefinitionBody.fromChainable(begin),
    tracingEnabled: true,
  });
};

/** `{"source","scheduledAt"}` as an event of the stages: the review is the instant, less its colons. */
const newReview = (scope: Construct): sfn.Pass => {
  const parts = sfn.JsonPath.stringSplit(sfn.JsonPath.stringAt("$.scheduledAt"), ":");
  const [date, minutes, seconds] = [0, 1, 2].map((at) => sfn.JsonPath.arrayGetItem(parts, at));
  const review = sfn.JsonPath.format("{}{}{}", date!, minutes!, seconds!);
  return new sfn.Pass(scope, "New review", { parameters: { source: sfn.JsonPath.stringAt("$.source"), review } });
};

const stageTask = (
  scope: Construct,
  name: string,
  { lambda, fields = ["source", "review"] }: { lambda: IFunction; fields?: string[] },
): LambdaInvoke => {
  const task = new LambdaInvoke(scope, name, {
    lambdaFunction: lambda,
    payload: sfn.TaskInput.fromObject(
      Object.fromEntries(fields.map((field) => [field, sfn.JsonPath.stringAt(`$.${field}`)])),
    ),
    outputPath: "$.Payload",
    retryOnServiceExceptions: false, // or it would come first, without jitter and without throttling
  });
  task.addRetry({
    errors: transientErrors,
    interval: Duration.seconds(2),
    maxAttempts: 6,
    jitterStrategy: sfn.JitterType.FULL,
  });
  // Sources of one app share its lease, and their schedules begin at the same minute.
  task.addRetry({ errors: ["LeaseHeldError"], interval: Duration.minutes(5), backoffRate: 1, maxAttempts: 36 });
  return task;
};

type Routes = Record<"done" | "again" | "waiting" | "held" | "other", sfn.IChainable>;

/** Where each status of a stage's answer leads. */
const follow = (task: LambdaInvoke, { done, again, waiting, held, other }: Routes): void => {
  const is = (status: string) => sfn.Condition.stringEquals("$.status", status);
  const answered = new sfn.Choice(task, "answered", { stateName: `${task.node.id} answered` })
    .when(is("done"), done)
    .when(is("continue"), again)
    .when(is("waiting"), waiting)
    .when(is("held"), held)
    .otherwise(other);
  task.next(answered);
};

/** An end that shows as failed, so that somebody looks; the stage's answer is its cause. */
const failure = (scope: Construct, error: string): sfn.Fail =>
  new sfn.Fail(scope, error, { error, causePath: sfn.JsonPath.jsonToString(sfn.JsonPath.objectAt("$")) });
