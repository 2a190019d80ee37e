import { createHash, hash } from "node:crypto";
import canonicalize from "canonicalize";

/** The RFC 8785 (JCS) form of a JSON value. Throws on what JSON cannot say: undefined, NaN, a lone surrogate. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error(`Cannot canonicalize as JSON has no such value: ${typeof value}`);
  return text;
}

/** Lowercase hex SHA-256 of bytes, or of a text's UTF-8. */
export function sha256(bytes: Uint8Array | string): string {
  return hash("sha256", bytes);
}

/** Lowercase hex SHA-256 of bytes that come in chunks. */
export async function sha256Of(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const running = createHash("sha256");
  for await (const chunk of chunks) running.update(chunk);
  return running.digest("hex");
}

/** Lowercase hex SHA-256 over the RFC 8785 form of a JSON value: the same however its keys are ordered. */
export function hashOf(value: unknown): string {
  return sha256(canonicalJson(value));
}

/** Eleven digits in a row are a mobile number to a tenant's data loss prevention, which refuses the message (230028). */
const likeMobileNumber = /1[3-9]\d{9}/;

/** A hash as a message may hold it: in groups of eight with hyphens where it could be taken for a telephone number, one in 300. */
export function hashText(hash: string): string {
  return likeMobileNumber.test(hash) ? hash.replace(/.{8}(?=.)/g, "$&-") : hash;
}

/** The hash that a message's text of it stands for. */
export function hashOfText(text: string): string {
  return text.trim().replaceAll("-", "");
}
