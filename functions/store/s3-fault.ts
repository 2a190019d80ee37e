import { S3ServiceException } from "@aws-sdk/client-s3";
import { errorCode, StoreError } from "./store-error.ts";

/** What was tried: `Cannot <act> <place>`, and the IAM permissions it takes. */
export type S3Act = { act: string; place: string; bucket: string; permissions: string };

/** Whether S3 said that the key is not there. A missing bucket, or a refusal, says nothing of the key. */
export function isNoSuchKey(error: unknown): boolean {
  return error instanceof S3ServiceException && error.name === "NoSuchKey";
}

/** Whether S3 said that the object has no byte there: of its first bytes, that it is empty. */
export function isPastEnd(error: unknown): boolean {
  return httpStatusOf(error) === 416;
}

/** Whether S3 said that the object is not as `If-Match` or `If-None-Match` wanted it. */
export function isConditionUnmet(error: unknown): boolean {
  return httpStatusOf(error) === 412;
}

/** Whether another write of the key was under way, and S3 wants this one tried again. */
export function isWriteConflict(error: unknown): boolean {
  return httpStatusOf(error) === 409 && error instanceof Error && retriedConflicts.has(error.name);
}

/** Whether S3 refused for good, so that nothing was written. Anything else may have been carried out. */
export function isRefusal(error: unknown): boolean {
  const status = httpStatusOf(error);
  return status !== null && status >= 400 && status < 500 && status !== 408;
}

const retriedConflicts = new Set(["ConditionalRequestConflict", "OperationAborted"]);

function httpStatusOf(error: unknown): number | null {
  return error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? null) : null;
}

/** A `StoreError` that says which permission, bucket or region to look at. S3's own sentence is left out: it may name a person. */
export function s3Fault(tried: S3Act, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  const { act, place } = tried;
  if (!(cause instanceof S3ServiceException)) {
    return new StoreError(`Cannot ${act} ${place} as S3 gave no answer (${errorCode(cause)}). ${nextStepUnanswered}`, {
      cause,
    });
  }
  const { httpStatusCode: status = "?", requestId = "none" } = cause.$metadata;
  const answer = `S3 answered ${cause.name} (HTTP ${status}, request id ${requestId})`;
  return new StoreError(`Cannot ${act} ${place} as ${answer}. ${nextStep(tried, cause.name)}`);
}

const nextStepUnanswered =
  "Check the credentials, the region (AWS_REGION) and the network, then run it again: it goes on where it stopped.";

function nextStep({ bucket, permissions }: S3Act, code: string): string {
  switch (code) {
    case "AccessDenied":
    case "Forbidden":
      return `Grant ${permissions} on bucket ${bucket} (and on its KMS key, if it has one). Without s3:ListBucket, S3 answers AccessDenied for a key that does not exist.`;
    case "NoSuchBucket":
      return `There is no bucket ${bucket}: create it, or correct the store's address.`;
    case "PermanentRedirect":
    case "AuthorizationHeaderMalformed":
      return `Bucket ${bucket} is in another region: set AWS_REGION.`;
    case "ExpiredToken":
    case "InvalidAccessKeyId":
    case "SignatureDoesNotMatch":
      return "Renew the AWS credentials.";
    default:
      return "Run it again: it goes on where it stopped.";
  }
}
