import { Duration } from "aws-cdk-lib";
import { JitterType, type TaskStateBase } from "aws-cdk-lib/aws-stepfunctions";

/**
 * Errors of the Lambda service, never of a stage.
 * https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html
 */
const transientErrors = ["Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException"];

/**
 * Retries a task after errors of the Lambda service, and for hours after throttling: a thousand sources begin within
 * one minute, and an account runs a thousand functions at once by default.
 */
export function retryLambda(task: TaskStateBase): void {
  const patient = { backoffRate: 2, jitterStrategy: JitterType.FULL };
  task.addRetry({
    errors: transientErrors,
    interval: Duration.seconds(2),
    maxAttempts: 6,
    maxDelay: Duration.minutes(1),
    ...patient,
  });
  task.addRetry({
    errors: ["Lambda.TooManyRequestsException"],
    interval: Duration.seconds(2),
    maxAttempts: 200,
    maxDelay: Duration.minutes(5),
    ...patient,
  });
}

/** Errors that no later try mends, or that are waited for elsewhere: a lease is free again after minutes. */
const notRetried = ["LeaseHeldError", "ReviewRefusedError"];

/**
 * Tries a stage that failed again after 15 minutes, 1, 4 and 12 hours: an outage of the provider that a stage could not wait
 * out, or a fault that somebody mends meanwhile, costs no review. Every failure is alarmed at once.
 */
export function retryStage(task: TaskStateBase): void {
  task.addRetry({ errors: notRetried, maxAttempts: 0 });
  task.addRetry({
    errors: ["States.ALL"],
    interval: Duration.minutes(15),
    backoffRate: 4,
    maxDelay: Duration.hours(12),
    maxAttempts: 4,
  });
}
