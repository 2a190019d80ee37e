import { Duration, Stack } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, type IMetric, MathExpression, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Key } from "aws-cdk-lib/aws-kms";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { type ITopic, Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { IStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";
import { type AlarmPhrases, alarmPhrases } from "./alarm-phrases.ts";
import { figure } from "./figure.ts";
import { createAlarmKey } from "./keys.ts";
import { failedCopies } from "./replication.ts";
import { type Look, looksAtSources } from "./source-alarms.ts";
import type { StageFunctions } from "./stage-function.ts";

/** Who is told of alarms, and the key that encrypts it; null: the topic is not the stack's. */
export type AlarmTopic = { topic: ITopic; key: Key | null };

/**
 * The topic of all alarms, subscribed by the configured e-mail addresses, with a key of its own; or the topic that the
 * configuration names, whose policy and key are its owner's.
 */
export function createAlarmTopic(scope: Construct, { config }: { config: Config }): AlarmTopic {
  const { alarmEmails, alarmTopicArn } = config.aws;
  if (alarmTopicArn) return { topic: Topic.fromTopicArn(scope, "alarms", alarmTopicArn), key: null };
  const key = createAlarmKey(scope);
  const topic = new Topic(scope, "alarms", { masterKey: key, enforceSSL: true });
  // enforceSSL gives the topic a policy, which replaces the default policy that lets CloudWatch publish.
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
      actions: ["sns:Publish"],
      resources: [topic.topicArn],
      conditions: { StringEquals: { "aws:SourceAccount": Stack.of(scope).account } },
    }),
  );
  for (const address of alarmEmails) topic.addSubscription(new EmailSubscription(address));
  return { topic, key };
}

/** The resources that alarms watch, and the topic that alarms notify. */
export type Watched = {
  functions: StageFunctions;
  review: IStateMachine;
  watch: IStateMachine | null;
  deadLetters: Queue;
  topic: ITopic;
  bucket: IBucket;
  /** What else is looked at. */
  more: readonly Look[];
};

/** The alarms of the stack. Each alarm's description says what happened and what to do. */
export function createReviewAlarms(scope: Construct, config: Config, watched: Watched): Alarm[] {
  const { review, watch, deadLetters, functions, bucket } = watched;
  const { replicateTo } = config.aws;
  const phrases = alarmPhrases[config.language];
  const looks: Look[] = [
    ...looksAtStages(functions, phrases),
    { id: "execution failed", metric: executionsFailed(review), says: phrases.executionFailed, isEvent: true },
    {
      id: "dead letters",
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({ period: fiveMinutes }),
      says: phrases.deadLetters,
    },
    ...(watch
      ? [
          {
            id: "not looked at",
            metric: watch.metricFailed({ period: Duration.days(1) }),
            says: phrases.notLookedAt,
            isEvent: true,
          },
        ]
      : []),
    // Over all sources: whoever is alarmed reads the message of the act, which names its source.
    { id: "acts", metric: figure("acts", {}, fiveMinutes), says: phrases.acts(logsOfActs(functions)), isEvent: true },
    ...(functions.send
      ? [
          {
            id: "messages failed",
            metric: figure("messagesFailed", {}, fiveMinutes),
            says: phrases.messagesFailed(functions.send.logGroup.logGroupName),
            isEvent: true,
          },
        ]
      : []),
    ...(replicateTo
      ? [
          {
            id: "copies failed",
            metric: failedCopies(bucket, replicateTo),
            says: phrases.copiesFailed(replicateTo.bucket),
            isEvent: true,
          },
        ]
      : []),
    ...looksAtSources(scope, config, functions),
    ...watched.more,
  ];
  return looks.map((look) => createAlarm(scope, look, watched.topic));
}

function createAlarm(scope: Construct, look: Look, topic: ITopic): Alarm {
  const { id, metric, says, isEvent, periods = 1, above, missing } = look;
  const alarm = new Alarm(scope, `alarm ${id}`, {
    metric,
    alarmDescription: says,
    threshold: above ?? 1,
    evaluationPeriods: periods,
    datapointsToAlarm: 1,
    comparisonOperator:
      above === undefined
        ? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
        : ComparisonOperator.GREATER_THAN_THRESHOLD,
    treatMissingData: missingDataOf(missing),
  });
  const action = new SnsAction(topic);
  alarm.addAlarmAction(action);
  if (!isEvent) alarm.addOkAction(action);
  return alarm;
}

function missingDataOf(missing: Look["missing"]): TreatMissingData {
  if (missing === "bad") return TreatMissingData.BREACHING;
  return missing === "as before" ? TreatMissingData.IGNORE : TreatMissingData.NOT_BREACHING;
}

function logsOfActs({ approve, stop, restore, seal, send }: StageFunctions): string {
  return [approve, stop, restore, seal, ...(send ? [send] : [])]
    .map(({ logGroup }) => logGroup.logGroupName)
    .join(", ");
}

/** Approve, stop and check have no alarm of their failures: whoever invokes one sees its error. What fails of events is tried again, and has alarms of its own. */
function looksAtStages({ approve, stop, check, events, ...stages }: StageFunctions, phrases: AlarmPhrases): Look[] {
  return Object.entries(stages).map(([stage, lambda]) => {
    const errors = lambda.metricErrors({ period: fiveMinutes, statistic: "Sum" });
    const says = phrases.stageFailed(stage, lambda.logGroup.logGroupName);
    // CloudWatch dates an error by the beginning of its invocation, which may last for 15 minutes.
    return { id: `${stage} failed`, metric: failures(stage, errors), says, isEvent: true, periods: 5 };
  });
}

const fiveMinutes = Duration.minutes(5);

/** Lambda's errors, timeouts included, without errors that only say that another invocation holds the lease. */
function failures(stage: string, errors: IMetric): MathExpression {
  return new MathExpression({
    expression: "FILL(errors, 0) - FILL(leased, 0)",
    usingMetrics: { errors, leased: figure("leasesHeld", { stage }, fiveMinutes).with({ statistic: "Sum" }) },
    label: `${stage} failed`,
    period: fiveMinutes,
  });
}

function executionsFailed(review: IStateMachine): MathExpression {
  return new MathExpression({
    expression: "FILL(failed, 0) + FILL(timedOut, 0) + FILL(aborted, 0)",
    usingMetrics: {
      failed: review.metricFailed({ period: fiveMinutes }),
      timedOut: review.metricTimedOut({ period: fiveMinutes }),
      aborted: review.metricAborted({ period: fiveMinutes }),
    },
    label: "executions failed",
    period: fiveMinutes,
  });
}
