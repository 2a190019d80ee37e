import { Duration, Stack } from "aws-cdk-lib";
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Key } from "aws-cdk-lib/aws-kms";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { IStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";
import { metricNames } from "../functions/config/metric-names.ts";
import { alarmPhrases } from "./alarm-phrases.ts";
import { invokeCommand, startCommand } from "./commands.ts";
import { overdueAfter } from "./review-schedule.ts";
import type { StageFunctions } from "./stage-function.ts";

/** Whom alarms tell: everybody whose address the configuration has. */
export const createAlarmTopic = (scope: Construct, { config, key }: { config: Config; key: Key }): Topic => {
  const topic = new Topic(scope, "alarms", { masterKey: key, enforceSSL: true });
  // A topic with a policy of its own, as TLS needs one, no longer has the one that lets alarms in.
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
      actions: ["sns:Publish"],
      resources: [topic.topicArn],
      conditions: { StringEquals: { "aws:SourceAccount": Stack.of(scope).account } },
    }),
  );
  for (const address of config.aws.alarmEmails) topic.addSubscription(new EmailSubscription(address));
  return topic;
};

/** What is watched, and who is told. */
export type Watched = { functions: StageFunctions; review: IStateMachine; deadLetters: Queue; topic: Topic };

/** A figure that a stage reports, of one source or of one stage. */
export const figure = (name: string, dimensions: Record<string, string>, period = Duration.hours(1)): Metric =>
  new Metric({
    namespace: metricNames.namespace,
    metricName: name,
    dimensionsMap: { service: metricNames.service, ...dimensions },
    statistic: "Maximum",
    period,
  });

/** Alarms on whatever keeps a review from going well, each with a sentence on what to do. */
export const createReviewAlarms = (scope: Construct, config: Config, watched: Watched): Alarm[] => {
  const { functions, review, deadLetters, topic } = watched;
  const phrases = alarmPhrases[config.language];
  const action = new SnsAction(topic);
  const isScheduled = config.schedule?.enabled === true && overdueAfter(config) !== null;

  const alarm = (id: string, metric: IMetric, alarmDescription: string, isMissingBad = false): Alarm => {
    const created = new Alarm(scope, `alarm ${id}`, {
      metric,
      alarmDescription,
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: isMissingBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    created.addAlarmAction(action);
    created.addOkAction(action);
    return created;
  };

  const ofStages = Object.entries(functions).map(([stage, lambda]) => {
    const errors = lambda.metricErrors({ period: fiveMinutes, statistic: "Sum" });
    return alarm(`${stage} failed`, failures(stage, errors), phrases.stageFailed(stage, lambda.logGroup.logGroupName));
  });
  const ofSources = config.sources.flatMap(({ id }) => {
    const of = { source: id };
    const approve = invokeCommand(scope, "expire", { ...of, approve: "PLAN_HASH", by: "NAME", reason: "WHY" });
    const daily = Duration.days(1);
    return [
      // A day, as a held review is looked at once a day: one mail when it begins, one when it ends.
      alarm(`${id} brake tripped`, figure("brakeTripped", of, daily), phrases.brakeTripped(id, approve)),
      alarm(`${id} snapshot incomplete`, figure("incomplete", of), phrases.incomplete(id)),
      alarm(`${id} removals unresolved`, figure("unresolved", of), phrases.unresolved(id)),
      ...(isScheduled
        ? [alarm(`${id} overdue`, figure("overdueDays", of, daily), phrases.overdue(id, startCommand(scope, of)), true)]
        : []),
    ];
  });
  return [
    ...ofStages,
    alarm("execution failed", executionsFailed(review), phrases.executionFailed),
    alarm(
      "dead letters",
      deadLetters.metricApproximateNumberOfMessagesVisible({ period: fiveMinutes }),
      phrases.deadLetters,
    ),
    ...ofSources,
  ];
};

const fiveMinutes = Duration.minutes(5);

/** Errors as Lambda counts them, timeouts included, less those that say only that another invocation is at work. */
const failures = (stage: string, errors: IMetric): MathExpression =>
  new MathExpression({
    expression: "FILL(errors, 0) - FILL(leased, 0)",
    usingMetrics: { errors, leased: figure("leasesHeld", { stage }, fiveMinutes).with({ statistic: "Sum" }) },
    label: `${stage} failed`,
    period: fiveMinutes,
  });

const executionsFailed = (review: IStateMachine): MathExpression =>
  new MathExpression({
    expression: "FILL(failed, 0) + FILL(timedOut, 0) + FILL(aborted, 0)",
    usingMetrics: {
      failed: review.metricFailed({ period: fiveMinutes }),
      timedOut: review.metricTimedOut({ period: fiveMinutes }),
      aborted: review.metricAborted({ period: fiveMinutes }),
    },
    label: "executions failed",
    period: fiveMinutes,
  });
