import { createHash, hash } from "node:crypto";
import canonicalize from "canonicalize";

/** The RFC 8785 (JCS) form of a JSON value. Throws on values that JSON lacks: undefined, NaN, a lone surrogate. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error(`Cannot canonicalize as JSON has no such value: ${typeof value}`);
  return text;
}

/** The SHA-256 of bytes, or of a text in UTF-8, as lowercase hex. */
export function sha256(bytes: Uint8Array | string): string {
  return hash("sha256", bytes);
}

/** The SHA-256 of a stream of chunks, as lowercase hex. */
export async function sha256Of(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const running = createHash("sha256");
  for await (const chunk of chunks) running.update(chunk);
  return running.digest("hex");
}

/** The SHA-256 of a JSON value in its RFC 8785 form, as lowercase hex. The order of keys makes no difference. */
export function hashOf(value: unknown): string {
  return sha256(canonicalJson(value));
}

/** Feishu's data loss prevention takes eleven such digits for a mobile number, and refuses the message (code 230028). */
const likeMobileNumber = /1[3-9]\d{9}/;

/**
 * A hash as text for a message. A hash that looks like it holds a mobile number (one in 300) gets a hyphen after every
 * eight digits.
 */
export function hashText(hash: string): string {
  return likeMobileNumber.test(hash) ? hash.replace(/.{8}(?=.)/g, "$&-") : hash;
}

/** The hash that `hashText` made this text of. */
export function hashOfText(text: string): string {
  return text.trim().replaceAll("-", "");
}
