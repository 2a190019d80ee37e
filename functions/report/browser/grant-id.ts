import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { IdOf } from "../rows/packed-rows.ts";

/**
 * `grantId` in a browser. Not with the browser's own digest: it takes longer for one id after another, and a page that came
 * over HTTP has no digest. Free of the DOM, so that a test in Node can compare it with `grantId`.
 */
export function idOfGrant(source: string): IdOf {
  return (holderId, roleId) =>
    bytesToHex(sha256(new TextEncoder().encode(`${source}\n${holderId}\n${roleId}`))).slice(0, 16);
}
