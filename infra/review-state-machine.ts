import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import {
  Choice,
  Condition,
  DefinitionBody,
  Fail,
  type IChainable,
  JitterType,
  JsonPath,
  Pass,
  StateMachine,
  Succeed,
  TaskInput,
  Wait,
  WaitTime,
} from "aws-cdk-lib/aws-stepfunctions";
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
 * One review of one source, from snapshot to seal; after a notice it assesses anew. Takes `{"source","review"}` as the
 * Lambdas do, or `{"source","scheduledAt"}` for a new review named by that instant.
 */
export const createReviewStateMachine = (scope: Construct, functions: ReviewFunctions): StateMachine => {
  const snapshot = stageTask(scope, "Snapshot", functions.snapshot);
  const assess = stageTask(scope, "Assess", functions.assess);
  const expire = stageTask(scope, "Expire", functions.expire);
  const seal = stageTask(scope, "Seal", functions.seal);
  const ends = {
    waiting: new Wait(scope, "Wait for notice", { time: WaitTime.timestampPath("$.resumeAt") }).next(assess),
    held: failure(scope, "Held"),
    other: failure(scope, "Incomplete"),
  };
  follow(snapshot, { ...ends, done: assess });
  follow(assess, { ...ends, done: expire });
  follow(expire, { ...ends, done: seal });
  follow(seal, { ...ends, done: new Succeed(scope, "Sealed") });
  return new StateMachine(scope, "review", {
    definitionBody: DefinitionBody.fromChainable(namedReview(scope, snapshot)),
    tracingEnabled: true,
  });
};

/** The event with its review: the instant of the schedule without colons, or null, which is the open one or else a new one. */
const namedReview = (scope: Construct, next: IChainable): Choice => {
  const source = JsonPath.stringAt("$.source");
  const part = (at: number) => JsonPath.arrayGetItem(JsonPath.stringSplit(JsonPath.stringAt("$.scheduledAt"), ":"), at);
  const review = JsonPath.format("{}{}{}", part(0), part(1), part(2));
  return new Choice(scope, "Which review?")
    .when(
      Condition.isPresent("$.scheduledAt"),
      new Pass(scope, "New review", { parameters: { source, review } }).next(next),
    )
    .when(Condition.isPresent("$.review"), next)
    .otherwise(new Pass(scope, "Open review", { parameters: { source, review: null } }).next(next));
};

const stageTask = (scope: Construct, name: string, lambdaFunction: IFunction): LambdaInvoke => {
  const payload = { source: JsonPath.stringAt("$.source"), review: JsonPath.stringAt("$.review") };
  const task = new LambdaInvoke(scope, name, {
    lambdaFunction,
    payload: TaskInput.fromObject(payload),
    outputPath: "$.Payload",
    retryOnServiceExceptions: false, // or it would come first, without jitter and without throttling
  });
  task.addRetry({
    errors: transientErrors,
    interval: Duration.seconds(2),
    maxAttempts: 6,
    jitterStrategy: JitterType.FULL,
  });
  // Sources of one app share its lease, and their schedules begin at the same minute.
  task.addRetry({ errors: ["LeaseHeldError"], interval: Duration.minutes(5), backoffRate: 1, maxAttempts: 36 });
  return task;
};

type Routes = { done: IChainable; waiting: IChainable; held: IChainable; other: IChainable };

/** Where each status of a stage's answer leads; `continue` leads back to the stage. */
const follow = (task: LambdaInvoke, { done, waiting, held, other }: Routes): void => {
  const is = (status: string) => Condition.stringEquals("$.status", status);
  const answered = new Choice(task, "answered", { stateName: `${task.node.id} answered` })
    .when(is("done"), done)
    .when(is("continue"), task)
    .when(is("waiting"), waiting)
    .when(is("held"), held)
    .otherwise(other);
  task.next(answered);
};

/** An end that shows as failed, so that somebody looks; the stage's answer is its cause. */
const failure = (scope: Construct, error: string): Fail =>
  new Fail(scope, error, { error, causePath: JsonPath.jsonToString(JsonPath.objectAt("$")) });
