import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { JitterType, type TaskStateBase } from "aws-cdk-lib/aws-stepfunctions";

/**
 * Errors of the Lambda service, never of a stage.
 * https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
 */
const transientErrors = [
  "Lambda.ServiceException",
  "Lambda.AWSLambdaException",
  "Lambda.SdkClientException",
  "Lambda.ClientExecutionTimeoutException",
  "Lambda.ResourceNotReadyException",
  "Lambda.ResourceConflictException",
  "Lambda.EC2ThrottledException",
  "Lambda.EC2UnexpectedException",
  "Lambda.ENILimitReachedException",
  "Lambda.ENINotReadyException",
  "Lambda.SubnetIPAddressLimitReachedException",
  "Lambda.KMSThrottlingException",
];

/** The function as a task invokes it: by its own ARN, so that the state machine may invoke no version or alias of it. */
export function withoutVersions(lambda: IFunction): IFunction {
  return Object.create(lambda, { resourceArnsForGrantInvoke: { value: [lambda.functionArn] } }) as IFunction;
}

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

/**
 * Waits while another invocation holds the lease: sources of one app share a lease, and begin within one minute. An
 * abandoned lease expires within minutes. After about `hours` the error is the task's own: it says who holds the lease.
 */
export function waitForLease(task: TaskStateBase, hours: number): void {
  task.addRetry({
    errors: ["LeaseHeldError"],
    interval: Duration.minutes(5),
    backoffRate: 1.5,
    maxDelay: Duration.minutes(30),
    // The first five waits, which grow to half an hour, take one hour.
    maxAttempts: 5 + 2 * (hours - 1),
  });
}
