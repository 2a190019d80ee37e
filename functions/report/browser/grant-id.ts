import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { IdOf } from "../rows/packed-rows.ts";

/** `grantId` in a browser. Not with its own digest: one by one that takes longer, and a page that came over HTTP has none. */
export const idOfGrant =
  (source: string): IdOf =>
  (holderId, roleId) =>
    bytesToHex(sha256(new TextEncoder().encode(`${source}\n${holderId}\n${roleId}`))).slice(0, 16);
