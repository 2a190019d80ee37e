import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import * as sfn from "aws-cdk-lib/aws-stepfunctions";
import { CallAwsService, LambdaInvoke } from "aws-cdk-lib/aws-stepfunctions-tasks";
import type { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";
import { retryLambda, withoutVersions } from "./lambda-retry.ts";
import { isTraced } from "./tracing.ts";

/** Enough for a thousand sources within minutes, and leaves the account's other concurrent executions to the reviews. */
const LOOKS_AT_ONCE = 10;

/** The input of the watch. `overdueAfterDays` applies to every source; `topic` is the one of alarms. */
export type WatchProps = { config: Config; seal: IFunction; topic: ITopic; overdueAfterDays: number };

/**
 * Asks seal for each source by how many days the source's next review is overdue. A failed call does not stop the
 * others. The execution then fails, and its cause names the sources whose call failed. It fails as well where somebody who is to
 * hear alarms has not confirmed the subscription, as alarms do not reach them.
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
    definitionBody: sfn.DefinitionBody.fromChainable(begin.next(each).next(verdict(scope, props))),
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
    lambdaFunction: withoutVersions(seal),
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

function verdict(scope: Construct, props: WatchProps): sfn.Chain {
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
    .otherwise(heard(scope, props, new sfn.Succeed(scope, "Each was")));
  return tally.next(which);
}

/**
 * Whether somebody hears the alarms: every address of alarmEmails, or at least one subscriber of alarmTopicArn. SNS forgets a
 * subscription that nobody confirms within 48 hours, and one that somebody cancelled: fewer confirmed ones than expected count
 * as well as pending ones. The owner of another account's topic may refuse the question: then nobody is asked.
 * https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html
 */
function heard(scope: Construct, { config, topic }: WatchProps, next: sfn.IChainable): sfn.IChainable {
  const { alarmEmails, alarmTopicArn } = config.aws;
  const isForeign = alarmTopicArn !== undefined;
  const expected = isForeign ? 1 : alarmEmails.length;
  if (expected === 0) return next;
  const { topicArn } = topic;
  const count = (attribute: string): string => `States.StringToJson($.Attributes.${attribute})`;
  const ask = new CallAwsService(scope, "Who hears alarms?", {
    service: "sns",
    action: "getTopicAttributes",
    parameters: { TopicArn: topicArn },
    iamResources: [topicArn],
    resultSelector: { "confirmed.$": count("SubscriptionsConfirmed"), "pending.$": count("SubscriptionsPending") },
    resultPath: "$.subscriptions",
  });
  if (isForeign) ask.addRetry({ errors: [refused], maxAttempts: 0 });
  ask.addRetry({ interval: Duration.seconds(10), maxAttempts: 5 });
  if (isForeign) ask.addCatch(sfn.Chain.start(next), { errors: [refused], resultPath: "$.refused" });
  const who = isForeign
    ? "Nobody, or not everybody, who was to hear the alarms at aws.alarmTopicArn has confirmed."
    : `Not all ${expected} of aws.alarmEmails have confirmed that they want the mails of alarms.`;
  const unheard = new sfn.Fail(scope, "Not everybody does", {
    error: "NotConfirmed",
    cause: `${who} See which: aws sns list-subscriptions-by-topic --topic-arn ${topicArn}. PendingConfirmation: open the link of the mail by SNS. Not there: aws sns subscribe --topic-arn ${topicArn} --protocol email --notification-endpoint ADDRESS`,
  });
  return ask.next(
    new sfn.Choice(scope, "Everybody?")
      .when(
        sfn.Condition.or(
          sfn.Condition.numberLessThan("$.subscriptions.confirmed", expected),
          sfn.Condition.numberGreaterThan("$.subscriptions.pending", 0),
        ),
        unheard,
      )
      .otherwise(next),
  );
}

/** SNS's answer where a topic's policy does not let this role ask. */
const refused = "Sns.AuthorizationErrorException";
