import { TimeZone } from "aws-cdk-lib";
import { ContextAttribute, Schedule, ScheduleExpression, ScheduleTargetInput } from "aws-cdk-lib/aws-scheduler";
import { StepFunctionsStartExecution } from "aws-cdk-lib/aws-scheduler-targets";
import type { IStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";

/** Begins a new review of every source, each an execution of its own, when the configuration says so. */
export const createReviewSchedules = (scope: Construct, { schedule, sources }: Config, review: IStateMachine): void => {
  if (!schedule) return;
  const { cron, timezone } = schedule;
  for (const { id } of sources) {
    // The scheduled instant names the review, so that a schedule which fires twice begins one review.
    const input = ScheduleTargetInput.fromObject({ source: id, scheduledAt: ContextAttribute.scheduledTime });
    new Schedule(scope, `schedule ${id}`, {
      description: `Access review of ${id}`,
      schedule: ScheduleExpression.expression(`cron(${cron})`, TimeZone.of(timezone)),
      target: new StepFunctionsStartExecution(review, { input }),
    });
  }
};
