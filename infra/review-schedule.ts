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

/** What is begun by the clock (`watch` null: there is no schedule to watch), and where what could not be begun ends up. */
export type Scheduled = { review: IStateMachine; watch: IStateMachine | null; deadLetters: IQueue };

const retries = { maxEventAge: Duration.hours(6), retryAttempts: 20 };

/** Begins a review of all sources when the configuration says so, and looks every day whether one is overdue. */
export function createReviewSchedules(
  scope: Construct,
  config: Config,
  { review, watch, deadLetters }: Scheduled,
): void {
  const { schedule } = config;
  if (!schedule) return;
  const { cron, timezone, enabled } = schedule;
  // The scheduled instant names the review, so that a schedule which fires twice begins one review.
  const input = ScheduleTargetInput.fromObject({ scheduledAt: ContextAttribute.scheduledTime });
  new Schedule(scope, "schedule", {
    description: "Access review of all sources",
    schedule: ScheduleExpression.expression(`cron(${cron})`, TimeZone.of(timezone)),
    timeWindow: TimeWindow.flexible(Duration.minutes(15)),
    target: new StepFunctionsStartExecution(review, { input, deadLetterQueue: deadLetters, ...retries }),
    enabled,
  });
  if (!watch) return;
  new Schedule(scope, "watch schedule", {
    description: "Looks whether a review is overdue",
    schedule: ScheduleExpression.rate(Duration.days(1)),
    target: new StepFunctionsStartExecution(watch, { deadLetterQueue: deadLetters, ...retries }),
    enabled,
  });
}

/**
 * How many days after the start of a review the next one has to be sealed at the latest: the longest time between two
 * of the schedule, and as long as a review may stay open for notice, decisions and approval; two more for both to run.
 * Null where the schedule comes once.
 */
export function overdueAfter(config: Config): number | null {
  const gapDays = config.schedule && longestGapDays(config.schedule.cron);
  return gapDays ? gapDays + longestOpenDays(config) + 2 : null;
}

/** For how many days at most a review may stay open for notice, decisions and approval. */
export function longestOpenDays({ mode, policy }: Config): number {
  const noticeDays = Math.max(0, ...policy.rules.map((rule) => rule.noticeDays));
  return mode === "enforce" ? Math.max(noticeDays, policy.guard.maxPlanAgeDays) : (policy.decideWithinDays ?? 0);
}
