import { RemovalPolicy, Stack } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import * as sfn from "aws-cdk-lib/aws-stepfunctions";
import { LambdaInvoke } from "aws-cdk-lib/aws-stepfunctions-tasks";
import type { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";
import { retryLambda } from "./lambda-retry.ts";
import { isTraced } from "./tracing.ts";

/** Enough for a thousand sources within minutes, and leaves the account's other concurrent executions to the reviews. */
const LOOKS_AT_ONCE = 10;

/** The input of the watch. `overdueAfterDays` applies to every source. */
export type WatchProps = { config: Config; seal: IFunction; overdueAfterDays: number };

/**
 * Asks seal for each source by how many days the source's next review is overdue. A failed call does not stop the
 * others. The execution then fails, and its cause names the sources whose call failed.
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
    tracingEnabled: isTraced(scope, props.config),
    logs: { destination: createLog(scope), level: sfn.LogLevel.ALL, includeExecutionData: false },
  });
}

/** The prefix /aws/vendedlogs/ keeps the log out of the account's resource policy for logs, whose size is limited. */
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
    retryOnServiceExceptions: false, // CDK's own retry would come first, without jitter
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
  // Only if a source failed: a JSONPath without a match is an error.
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
