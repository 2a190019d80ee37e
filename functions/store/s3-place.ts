import type { S3Client } from "@aws-sdk/client-s3";
import type { S3Act } from "./s3-fault.ts";

/** How long what is written under `reviews/` cannot be deleted; `now` gives epoch milliseconds. */
export type Retention = { mode: "governance" | "compliance"; days: number; now: () => number };

/** Where a store's objects are: `root` is empty or ends with a slash. */
export type Place = {
  client: S3Client;
  bucket: string;
  root: string;
  retention: Retention | null;
  sleep: (ms: number) => Promise<unknown>;
};

/** Where a person finds the key. */
export function locate({ bucket, root }: Place, key: string): string {
  return `s3://${bucket}/${root}${key}`;
}

/** What was tried with a key, for whoever reads that it failed. */
export function tried(place: Place, act: string, key: string): Omit<S3Act, "permissions"> {
  return {
    act,
    place: locate(place, key),
    bucket: place.bucket,
  };
}
