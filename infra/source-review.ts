import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import * as sfn from "aws-cdk-lib/aws-stepfunctions";
import { LambdaInvoke, SnsPublish } from "aws-cdk-lib/aws-stepfunctions-tasks";
import type { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";
import { receivesEvents } from "./events.ts";
import { createHealing, type Healing } from "./healing.ts";
import { retryLambda, waitForLease, withoutVersions } from "./lambda-retry.ts";
import { hasManySources } from "./many-sources.ts";
import { reviewOf } from "./review-id.ts";

/** The functions of a review's stages; `send` only if the configuration has messages. */
export type ReviewFunctions = Record<"snapshot" | "assess" | "expire" | "seal", IFunction> & { send?: IFunction };

/** The path of a task's answer in the state. */
const ANSWER = "$.stage.answer";
function answered(status: string): sfn.Condition {
  return sfn.Condition.stringEquals(`${ANSWER}.status`, status);
}

/**
 * What the review of one source knows beside its source and its review ("": the open one, else a new one): the last notice
 * (`told`), how often stages answered `continue`, and what the last stage answered, or how often it failed.
 */
export const begunReview = { told: "", continues: 0, stage: { tries: 0 } };

/** More than four days of invocations of 15 minutes. Every review ends far below it, unless its stages go in circles. */
const mostContinues = 500;

type Context = { config: Config; functions: ReviewFunctions; topic: ITopic };

const { stringAt, objectAt } = sfn.JsonPath;

/**
 * The review or the sweep of one source: takes `{"source","review","suffix"}` (how the ids of its kind end) and `begunReview`, gives `{"source","review","status"}` with the
 * status sealed, incomplete or failed. A waiting review is assessed every day, so that decisions and approvals are noticed.
 */
export function sourceReview(scope: Construct, { config, functions, topic }: Context): sfn.Chain {
  // For many sources only the name of the error: the state of all sources must stay below 256 kB. The source's own
  // execution has the whole error.
  const error = hasManySources(config) ? { error: stringAt("$.error.Error") } : { error: objectAt("$.error") };
  const failed = end(scope, "failed", error);
  const healing = createHealing(scope, { config, topic, failed });
  const task = (name: string, lambda: IFunction, payload: Record<string, unknown> = {}) =>
    stageTask(scope, name, { lambda, healing, payload: { ...theReview, ...payload } });
  const seal = task("Seal", functions.seal);
  const assess = task("Assess", functions.assess);
  const holders = receivesEvents(config) ? { holders: objectAt("$.holders") } : {};
  const snapshot = task("Snapshot", functions.snapshot, holders);
  const { send } = functions;
  const incomplete = end(scope, "incomplete");
  const follow = (stage: LambdaInvoke, done: sfn.IChainable, more: [sfn.Condition, sfn.IChainable][] = []): void => {
    const choice = new sfn.Choice(scope, `${stage.node.id} answered`);
    for (const [condition, next] of more) choice.when(condition, next);
    const isContinued = answered("continue");
    const isEndless = sfn.Condition.numberGreaterThanEquals("$.continues", mostContinues);
    const endless = `${stage.node.id} answered continue, as stages did ${mostContinues} times before in this review: it goes in circles`;
    choice
      .when(answered("done"), done)
      .when(sfn.Condition.and(isContinued, isEndless), healing.failure(stage, "EndlessContinue", endless))
      .when(isContinued, again(scope, stage))
      .when(answered("incomplete"), incomplete);
    const next = choice.otherwise(healing.failure(stage, "UnknownAnswer", `${ANSWER}.status`));
    stage.next(stage === assess ? telling(scope, "Send messages", { send, next }) : next);
  };
  const wait = waiting(scope, topic, assess);
  const sealOutdated = task("Seal the outdated review", functions.seal);
  const isOutdated: [sfn.Condition, sfn.IChainable] = [sfn.Condition.isPresent(`${ANSWER}.outdated`), sealOutdated];
  const sealEarlier = task("Seal earlier reviews", functions.seal, { earlier: true });
  if (config.mode === "enforce") {
    const expire = task("Expire", functions.expire);
    follow(assess, expire, [isOutdated, [answered("held"), wait]]);
    follow(expire, seal, [
      [answered("held"), wait],
      [answered("waiting"), wait],
    ]);
  } else follow(assess, seal, [[answered("waiting"), wait]]);
  follow(snapshot, assess);
  follow(seal, telling(scope, "Send the end", { send, next: end(scope, "sealed") }));
  // Its items are pending, and their notices run on in the next review, which has a snapshot of now.
  const next = nextReview(scope, sealEarlier);
  follow(sealOutdated, telling(scope, "Send the outdated end", { send, next }));
  // A source has one open review at most.
  follow(sealEarlier, snapshot);
  return sfn.Chain.start(
    new sfn.Choice(scope, "Is the review named?")
      .when(
        sfn.Condition.stringEquals("$.review", ""),
        findReview(scope, { functions, healing, next: snapshot, follow }),
      )
      .otherwise(sealEarlier),
  );
}

type Finding = {
  functions: ReviewFunctions;
  healing: Healing;
  next: sfn.IChainable;
  follow: (stage: LambdaInvoke, done: sfn.IChainable) => void;
};

/** Finds the source's open review, or the id of a new one, and seals what is open of the source beside it. */
function findReview(scope: Construct, { functions, healing, next, follow }: Finding): sfn.IChainable {
  const source = { source: stringAt("$.source") };
  const payload = { ...source, earlier: true };
  const find = stageTask(scope, "Find the open review", { lambda: functions.seal, healing, payload, restart: source });
  const found = new sfn.Pass(scope, "The review found", { inputPath: `${ANSWER}.review`, resultPath: "$.review" });
  found.next(next);
  follow(find, found);
  return find;
}

/** Names the review, or the sweep, that follows in the same execution by the present. */
function nextReview(scope: Construct, next: sfn.IChainable): sfn.IChainable {
  const named = new sfn.Pass(scope, "The next review", {
    parameters: { review: sfn.JsonPath.format("{}{}", reviewOf("$$.State.EnteredTime"), stringAt("$.suffix")) },
    resultPath: "$.next",
  });
  const begun = new sfn.Pass(scope, "The next review begins", { inputPath: "$.next.review", resultPath: "$.review" });
  named.next(begun).next(next);
  return named;
}

/** Counts that a stage answered `continue`, and calls it again. */
function again(scope: Construct, stage: LambdaInvoke): sfn.IChainable {
  return new sfn.Pass(scope, `${stage.node.id} goes on`, {
    parameters: { "count.$": "States.MathAdd($.continues, 1)" },
    resultPath: "$.counted",
  }).next(
    new sfn.Pass(scope, `${stage.node.id} counted`, { inputPath: "$.counted.count", resultPath: "$.continues" }).next(
      stage,
    ),
  );
}

function end(scope: Construct, status: string, more: Record<string, unknown> = {}): sfn.Pass {
  return new sfn.Pass(scope, `Source ${status}`, {
    parameters: { source: stringAt("$.source"), review: stringAt("$.review"), status, ...more },
  });
}

const theReview = { source: stringAt("$.source"), review: stringAt("$.review") };

/** `restart`: the input by which an execution goes on; left out: the source and its review. */
type StageTask = { lambda: IFunction; healing: Healing; payload: Record<string, unknown>; restart?: object };

/** Lambda ends an invocation after 15 minutes. Without an end of its own a task whose end nobody tells waits for a year. */
const longestInvocation = Duration.minutes(20);

function stageTask(scope: Construct, name: string, { lambda, healing, payload, restart }: StageTask): LambdaInvoke {
  const task = new LambdaInvoke(scope, name, {
    lambdaFunction: withoutVersions(lambda),
    payload: sfn.TaskInput.fromObject(payload),
    resultSelector: { answer: objectAt("$.Payload"), tries: 0 },
    resultPath: "$.stage",
    taskTimeout: sfn.Timeout.duration(longestInvocation),
    retryOnServiceExceptions: false, // CDK's own retry would come first, without jitter and without TooManyRequests
  });
  retryLambda(task);
  waitForLease(task, 72);
  healing.watchOver(task, restart ?? theReview);
  return task;
}

type Telling = { send: IFunction | undefined; next: sfn.IChainable };

/**
 * Sends messages before `next`, if the configuration has messages. The review goes on, whether messages were sent or
 * not.
 */
function telling(scope: Construct, name: string, { send, next }: Telling): sfn.IChainable {
  if (!send) return next;
  const task = new LambdaInvoke(scope, name, {
    lambdaFunction: withoutVersions(send),
    payload: sfn.TaskInput.fromObject(theReview),
    resultPath: sfn.JsonPath.DISCARD,
    taskTimeout: sfn.Timeout.duration(longestInvocation),
    retryOnServiceExceptions: false,
  });
  retryLambda(task);
  waitForLease(task, 4);
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
    subject: sfn.JsonPath.format("Access review held: {}", stringAt("$.source")),
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
