import { Duration, TimeZone } from "aws-cdk-lib";
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  ScheduleTargetInput,
  TimeWindow,
} from "aws-cdk-lib/aws-scheduler";
import { StepFunctionsStartExecution } from "aws-cdk-lib/aws-scheduler-targets";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { IStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";
import { longestGapDays } from "../functions/config/cron.ts";
import { longestOpenDays } from "../functions/config/due.ts";

/**
 * The state machines that schedules start, and the queue for starts that failed. `watch` is null without a schedule to
 * watch.
 */
export type Scheduled = { review: IStateMachine; watch: IStateMachine | null; deadLetters: IQueue };

type Rhythm = NonNullable<Config["schedule"]>;

const retries = { maxEventAge: Duration.hours(6), retryAttempts: 20 };

/** Starts reviews of all sources by the schedule, sweeps by theirs, and the overdue watch every day. */
export function createReviewSchedules(
  scope: Construct,
  config: Config,
  { review, watch, deadLetters }: Scheduled,
): void {
  const { schedule, sweep } = config;
  const begin = (id: string, { cron, timezone, enabled }: Rhythm, description: string, more: object = {}): void => {
    // The scheduled instant becomes the review id, so a schedule that fires twice begins one review.
    const input = ScheduleTargetInput.fromObject({ scheduledAt: ContextAttribute.scheduledTime, ...more });
    new Schedule(scope, id, {
      description,
      schedule: ScheduleExpression.expression(`cron(${cron})`, TimeZone.of(timezone)),
      timeWindow: TimeWindow.flexible(Duration.minutes(15)),
      target: new StepFunctionsStartExecution(review, { input, deadLetterQueue: deadLetters, ...retries }),
      enabled,
    });
  };
  if (schedule) begin("schedule", schedule, "Access review of all sources");
  if (sweep) begin("sweep schedule", sweep, "Sweep: removes what people who left still hold", { sweep: true });
  if (!watch) return;
  new Schedule(scope, "watch schedule", {
    description: "Looks whether a review or a sweep is overdue",
    schedule: ScheduleExpression.rate(Duration.days(1)),
    target: new StepFunctionsStartExecution(watch, { deadLetterQueue: deadLetters, ...retries }),
    enabled: schedule?.enabled === true || sweep?.enabled === true,
  });
}

/** A source that is swept is looked at daily; its reviews, begun by hand, should come once a year at least. */
const yearDays = 366;

/** As `overdueAfter`, for the watch: it looks at sweeps as well, where reviews have no schedule. */
export function watchedAfter(config: Config): number | null {
  return overdueAfter(config) ?? (config.sweep ? yearDays : null);
}

/**
 * Within how many days after the start of a review the next review must be sealed: the longest gap of the schedule,
 * plus the longest time that a review may stay open, plus two days for both reviews to run. Null without a schedule,
 * and if the schedule fires only once.
 */
export function overdueAfter(config: Config): number | null {
  const gapDays = config.schedule && longestGapDays(config.schedule.cron);
  return gapDays ? gapDays + longestOpenDays(config) + 2 : null;
}
