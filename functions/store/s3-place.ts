import { type S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { isProxyUnauthorized, proxyRemedy } from "../basics/proxies.ts";
import { errorCode, StoreError } from "./objects.ts";

/** For how many days objects under `reviews/` cannot be deleted. `now` returns epoch milliseconds. */
export type Retention = { mode: "governance" | "compliance"; days: number; now: () => number };

/** The bucket and folder of a store. `root` is empty or ends with a slash. */
export type S3Place = {
  client: S3Client;
  bucket: string;
  root: string;
  retention: Retention | null;
  sleep: (ms: number) => Promise<unknown>;
  /** Proves before the first write that the place honours conditional writes; null where that is known. */
  prove: (() => Promise<void>) | null;
};

/** The address of an object, as people write it. */
export function locateObject({ bucket, root }: S3Place, key: string): string {
  return `s3://${bucket}/${root}${key}`;
}

/** What was tried with which key, and the IAM permissions that it takes. */
export type S3Attempt = { place: S3Place; act: string; key: string; permissions: string };

/** Whether S3 answered that there is no such key. A missing bucket or a refusal says nothing about the key. */
export function isNoSuchKey(error: unknown): boolean {
  return error instanceof S3ServiceException && error.name === "NoSuchKey";
}

/** Whether S3 answered that the range begins after the object's end. For the first byte that means an empty object. */
export function isPastEnd(error: unknown): boolean {
  return httpStatusOf(error) === 416;
}

/** Whether S3 answered that `If-Match` or `If-None-Match` does not hold. */
export function isConditionUnmet(error: unknown): boolean {
  return httpStatusOf(error) === 412;
}

/** Whether another write of the key was under way, so that this write should be tried again. */
export function isWriteConflict(error: unknown): boolean {
  return httpStatusOf(error) === 409 && error instanceof Error && retriedConflicts.has(error.name);
}

/** Whether S3 refused for good, so that nothing was written. After any other error the write may have been carried out. */
export function isRefusal(error: unknown): boolean {
  const status = httpStatusOf(error);
  return status !== null && status >= 400 && status < 500 && status !== 408;
}

const retriedConflicts = new Set(["ConditionalRequestConflict", "OperationAborted"]);

function httpStatusOf(error: unknown): number | null {
  return error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? null) : null;
}

/** A `StoreError` that names the permission, bucket or region to look at. S3's own message is left out: it may name a person. */
export function s3Fault(attempt: S3Attempt, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  const { place, act, key } = attempt;
  const where = locateObject(place, key);
  const trouble = "StoreUnavailable";
  if (isProxyUnauthorized(cause)) {
    const fault = "the proxy wants a user and a password (HTTP 407)";
    return new StoreError(`Cannot ${act} ${where} as ${fault}. ${proxyRemedy}`, { trouble });
  }
  if (!(cause instanceof S3ServiceException)) {
    return new StoreError(`Cannot ${act} ${where} as S3 gave no answer (${errorCode(cause)}). ${nextStepUnanswered}`, {
      cause,
      trouble,
    });
  }
  const { httpStatusCode: status = "?", requestId = "none", attempts = 1 } = cause.$metadata;
  const tries = attempts > 1 ? `, ${attempts} times in a row` : "";
  const answer = `S3 answered ${cause.name} (HTTP ${status}, request id ${requestId})${tries}`;
  return new StoreError(`Cannot ${act} ${where} as ${answer}. ${nextStep(attempt, cause.name)}`, { trouble });
}

const nextStepUnanswered =
  "Check the credentials, the region (AWS_REGION) and the network, then run it again: it goes on where it stopped.";

function nextStep({ place: { bucket }, permissions }: S3Attempt, code: string): string {
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
    case "NotImplemented":
      return "This store knows no conditional writes (If-None-Match): use AWS S3, or a server that honours them.";
    case "SlowDown":
    case "ServiceUnavailable":
      return "S3 takes fewer requests for now than come to it: wait some minutes, then run it again: it goes on where it stopped.";
    default:
      return "Run it again: it goes on where it stopped.";
  }
}
