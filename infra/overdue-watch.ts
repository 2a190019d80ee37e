import { RemovalPolicy, Stack } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import * as sfn from "aws-cdk-lib/aws-stepfunctions";
import { LambdaInvoke } from "aws-cdk-lib/aws-stepfunctions-tasks";
import type { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";
import { retryLambda } from "./lambda-retry.ts";

/** Enough for a thousand sources within minutes, and the reviews keep the rest of the account's functions. */
const LOOKS_AT_ONCE = 10;

/** What the watch is made of; `overdueAfterDays` is for all sources alike. */
export type WatchProps = { config: Config; seal: IFunction; overdueAfterDays: number };

/**
 * Has seal say of every source by how many days its next review is overdue, one look failing or not; fails in the end,
 * naming the sources, where one could not be looked at.
 */
export function createOverdueWatch(scope: Construct, props: WatchProps): sfn.StateMachine {
  const { stackName } = Stack.of(scope);
  const ids = props.config.sources.map(({ id }) => id);
  const begin = new sfn.Pass(scope, "Every source watched", { parameters: { ids } });
  const each = new sfn.Map(scope, "Look at each", {
    itemsPath: "$.ids",
    itemSelector: { source: sfn.JsonPath.stringAt("$$.Map.Item.Value") },
    maxConcurrency: LOOKS_AT_ONCE,
    resultPath: "$.looks",
  });
  each.itemProcessor(look(scope, props));
  return new sfn.StateMachine(scope, "watch", {
    stateMachineName: `${stackName}-watch`,
    definitionBody: sfn.DefinitionBody.fromChainable(begin.next(each).next(verdict(scope))),
    tracingEnabled: true,
    logs: { destination: createLog(scope), level: sfn.LogLevel.ALL, includeExecutionData: false },
  });
}

/** Under this prefix a log does not count against the size of the account's one policy for logs. */
function createLog(scope: Construct): LogGroup {
  return new LogGroup(scope, "watch log", {
    logGroupName: `/aws/vendedlogs/states/${Stack.of(scope).stackName}-watch`,
    retention: RetentionDays.ONE_YEAR,
    removalPolicy: RemovalPolicy.DESTROY,
  });
}

function look(scope: Construct, { seal, overdueAfterDays }: WatchProps): sfn.IChainable {
  const source = sfn.JsonPath.stringAt("$.source");
  const task = new LambdaInvoke(scope, "Look", {
    lambdaFunction: seal,
    payload: sfn.TaskInput.fromObject({ source, overdueAfterDays }),
    resultPath: sfn.JsonPath.DISCARD,
    retryOnServiceExceptions: false, // or it would come first, without jitter
  });
  retryLambda(task);
  const ended = (name: string, status: string): sfn.Pass =>
    new sfn.Pass(scope, name, { parameters: { source, status } });
  task.addCatch(ended("Not looked at", "failed"), { resultPath: "$.error" });
  return task.next(ended("Looked at", "seen"));
}

function verdict(scope: Construct): sfn.Chain {
  const tally = new sfn.Pass(scope, "Was each looked at?", {
    parameters: {
      "looks.$": "$.looks",
      "hasFailed.$": "States.ArrayContains($.looks[*].status, 'failed')",
    },
  });
  // Only where there are some, as a path that finds nothing is an error.
  const some = new sfn.Pass(scope, "Which were not?", {
    parameters: { "cause.$": "States.JsonToString($.looks[?(@.status == 'failed')].source)" },
  });
  const which = new sfn.Choice(scope, "All looked at?")
    .when(
      sfn.Condition.booleanEquals("$.hasFailed", true),
      some.next(new sfn.Fail(scope, "Some were not", { error: "NotLookedAt", causePath: "$.cause" })),
    )
    .otherwise(new sfn.Succeed(scope, "Each was"));
  return tally.next(which);
}
