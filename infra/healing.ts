import type { ITopic } from "aws-cdk-lib/aws-sns";
import * as sfn from "aws-cdk-lib/aws-stepfunctions";
import { type LambdaInvoke, SnsPublish } from "aws-cdk-lib/aws-stepfunctions-tasks";
import type { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";
import { startCommandOf } from "./commands.ts";

const hourSeconds = 3600;

/** How long a failed stage waits before each further try: 15 minutes, 1 and 4 hours, then every 6 hours, for three days. */
const waitsSeconds = [900, hourSeconds, 4 * hourSeconds, ...new Array<number>(11).fill(6 * hourSeconds)];

/** Errors that no later try mends: what was asked for is wrong, or was waited for in vain already. */
const finalErrors = [
  "ReviewRefusedError",
  "RefusedRequestError",
  "EventError",
  "LeaseHeldError",
  "UnknownAnswer",
  "EndlessContinue",
  "States.DataLimitExceeded",
];

/**
 * What the machine tells of a stage that failed. The placeholders are, in this order: stage, source, review, error, its words,
 * the end of a line, the end of a line again, the command.
 */
type FailurePhrases = { tried: string; failed: string };

const en: FailurePhrases = {
  tried:
    "{} failed for {} {}: {}: {}{}Nothing is lost, and it is tried again by itself: after 15 minutes, 1 and 4 hours, then every 6 hours, for three days. You are told again only if that was in vain. If the error names something to mend, mend it; then wait, or go on at once:{}{}",
  failed:
    "{} failed for {} {}: {}: {}{}It is not tried again by itself. What the review did so far is kept. Mend what the error names, then go on where it stopped:{}{}",
};

const zh: FailurePhrases = {
  tried:
    "{} 阶段失败，数据源 {}，复核 {}：{}：{}{}已完成的部分不会丢失，系统会自动重试：15 分钟、1 小时、4 小时后各一次，之后每 6 小时一次，共三天。只有始终未恢复才会再次通知。如果上面的错误指出了需要修复之处，请先修复，然后等待自动重试，或立即继续：{}{}",
  failed:
    "{} 阶段失败，数据源 {}，复核 {}：{}：{}{}不再自动重试。复核已完成的部分均已保留。请按上面的错误修复，然后从中断处继续：{}{}",
};

const phrasesOf = { en, zh } as const;

/** What a failure needs to be told, and where it leads to if no try helped. */
export type HealingProps = { config: Config; topic: ITopic; failed: sfn.IChainable };

/** Lets stages that failed be tried again for three days, and tells people once when that begins, and once if it was in vain. */
export type Healing = {
  /** `restart`: the input by which an execution goes on with the review. The state counts tries in `$.stage.tries`; a stage's answer resets them. */
  watchOver(task: LambdaInvoke, restart: object): void;
  /** A failure of the stage that is no error of its function. */
  failure(task: LambdaInvoke, error: string, cause: string): sfn.IChainable;
};

/** Creates the states that all stages of a source share when they fail. */
export function createHealing(scope: Construct, { config, topic, failed }: HealingProps): Healing {
  const { stringAt } = sfn.JsonPath;
  const again = new sfn.Choice(scope, "Which stage again?").otherwise(failed);
  const pause = new sfn.Pass(scope, "For how long?", {
    parameters: {
      "seconds.$": `States.ArrayGetItem(States.Array(${waitsSeconds.join(", ")}), States.MathAdd($.stage.tries, -1))`,
    },
    resultPath: "$.pause",
  });
  pause
    .next(new sfn.Wait(scope, "Wait to try again", { time: sfn.WaitTime.secondsPath("$.pause.seconds") }))
    .next(again);
  const phrases = phrasesOf[config.language];
  const tellTried = telling(scope, "Tell that it is tried again", { topic, text: phrases.tried, next: pause });
  const tellFailed = telling(scope, "Tell that it failed", { topic, text: phrases.failed, next: failed });
  const { or, stringEquals, numberGreaterThan, numberEquals } = sfn.Condition;
  const isFinal = or(
    ...finalErrors.map((error) => stringEquals("$.error.Error", error)),
    numberGreaterThan("$.stage.tries", waitsSeconds.length),
  );
  const further = new sfn.Choice(scope, "Does waiting help?")
    .when(isFinal, tellFailed)
    .when(numberEquals("$.stage.tries", 1), tellTried)
    .otherwise(pause);
  const inWords = saidPlainly(scope, further);

  const failing = (task: LambdaInvoke, restart: object): sfn.Pass => {
    const { id: name } = task.node;
    const state = new sfn.Pass(scope, `${name} failed`, {
      parameters: { name, "tries.$": "States.MathAdd($.stage.tries, 1)", restart, endOfLine: "\n" },
      resultPath: "$.stage",
    });
    state.next(inWords);
    again.when(stringEquals("$.stage.name", name), task);
    return state;
  };
  const failingByTask = new Map<LambdaInvoke, sfn.Pass>();
  return {
    watchOver(task, restart) {
      const state = failing(task, restart);
      failingByTask.set(task, state);
      // An answer that is too large is not among States.ALL.
      task.addCatch(state, { errors: ["States.DataLimitExceeded"], resultPath: "$.error" });
      task.addCatch(state, { resultPath: "$.error" });
    },
    failure: (task, error, cause) =>
      new sfn.Pass(scope, `${task.node.id}: ${error}`, {
        parameters: { Error: error, Cause: cause.startsWith("$") ? stringAt(cause) : cause },
        resultPath: "$.error",
      }).next(failingByTask.get(task)!),
  };
}

/**
 * Sets `$.error.Cause` to the error's message alone. The cause of a function's error is JSON with a stack; the cause of an
 * error of AWS itself is plain text. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html
 */
function saidPlainly(scope: Construct, next: sfn.IChainable): sfn.IChainable {
  const { stringAt, stringToJson } = sfn.JsonPath;
  const parsed = new sfn.Pass(scope, "What the function said", {
    parameters: { Error: stringAt("$.error.Error"), told: stringToJson(stringAt("$.error.Cause")) },
    resultPath: "$.error",
  });
  const plain = new sfn.Pass(scope, "In words", {
    parameters: { Error: stringAt("$.error.Error"), Cause: stringAt("$.error.told.errorMessage") },
    resultPath: "$.error",
  });
  parsed.next(plain).next(next);
  const silent = new sfn.Pass(scope, "Nothing said", {
    parameters: { Error: stringAt("$.error.Error"), Cause: "nobody said more" },
    resultPath: "$.error",
  });
  silent.next(next);
  return new sfn.Choice(scope, "Said by the function?")
    .when(sfn.Condition.isNotPresent("$.error.Cause"), silent)
    .when(sfn.Condition.stringMatches("$.error.Cause", '{"errorType":*,"errorMessage":*}'), parsed)
    .otherwise(next);
}

type Told = { topic: ITopic; text: string; next: sfn.IChainable };

/** Mails what failed. The review goes on as it would if the mail cannot be sent. */
function telling(scope: Construct, name: string, { topic, text, next }: Told): sfn.IChainable {
  const { stringAt, format, jsonToString, objectAt } = sfn.JsonPath;
  const [source, review] = ["$.source", "$.review"].map((path) => stringAt(path));
  const command = format(startCommandOf(scope, "{}"), jsonToString(objectAt("$.stage.restart")));
  const facts = [stringAt("$.stage.name"), source!, review!, stringAt("$.error.Error"), stringAt("$.error.Cause")];
  // Of a text in a call of States.Format no escape for the end of a line is documented.
  const endOfLine = stringAt("$.stage.endOfLine");
  const task = new SnsPublish(scope, name, {
    topic,
    subject: format("Access review failed: {}", source!),
    message: sfn.TaskInput.fromText(format(text, ...facts, endOfLine, endOfLine, command)),
    resultPath: sfn.JsonPath.DISCARD,
  });
  task.addCatch(next, { resultPath: sfn.JsonPath.DISCARD });
  return task.next(next);
}
