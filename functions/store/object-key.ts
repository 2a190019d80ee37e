import { StoreError } from "./store-error.ts";

/** The directory store's own folder below its root: unfinished writes and the lock. Never listed, never a key. */
export const writingFolder = ".writing";

// S3's limit, in UTF-8 bytes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
const longestKey = 1024;

const evidenceFolders = ["reviews/", "decisions/"];

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
const controlCharacter = /[\u0000-\u001f\u007f]/;

function isBadSegment(segment: string): boolean {
  return segment === "" || segment === "." || segment === "..";
}

function faultOf(text: string, whole: string[]): string | null {
  if (whole.some(isBadSegment)) return "it has an empty, . or .. segment";
  if (controlCharacter.test(text)) return "it has a control character";
  if (text.split("/")[0] === writingFolder) return `${writingFolder} is the store's own`;
  return Buffer.byteLength(text) > longestKey ? `it is longer than ${longestKey} bytes` : null;
}

/** Throws a `StoreError` unless the key is a relative path of plain segments, good on S3 and on a file system. */
export function assertKey(key: string): void {
  const fault = faultOf(key, key.split("/"));
  if (fault) throw new StoreError(`Cannot use ${JSON.stringify(key)} as a key as ${fault}.`);
}

/** As `assertKey`, but the last segment may be cut short or empty. */
export function assertPrefix(prefix: string): void {
  const fault = faultOf(prefix, prefix.split("/").slice(0, -1));
  if (fault) throw new StoreError(`Cannot list ${JSON.stringify(prefix)} as ${fault}.`);
}

/** Throws a `StoreError` for a key of a review or a decision: those are written once and never changed. */
export function assertMutable(key: string): void {
  assertKey(key);
  if (!evidenceFolders.some((folder) => key.startsWith(folder))) return;
  throw new StoreError(`Cannot change or delete ${key} as it is evidence, written once. Only checkpoints may change.`);
}
