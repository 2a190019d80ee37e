import { createDecipheriv, createHash, timingSafeEqual } from "node:crypto";

/** The app and the tenant whose events count. */
export type EventApp = { appId: string; tenant: string };

/** What proves that a request is from Feishu, for that app. */
export type EventKeys = EventApp & { encryptKey: string; verificationToken: string };

/** The headers by which a request says that Feishu sent it; undefined where they are missing. */
export type SignatureHeaders = {
  timestamp?: string | undefined;
  nonce?: string | undefined;
  signature?: string | undefined;
};

/** An event as it was opened. `createdAtMs`: epoch milliseconds; null where the vendor's time cannot be read. */
export type FeishuEvent = { id: string; type: string; createdAtMs: number | null; body: Record<string, unknown> };

/**
 * Why a request is no event of ours. Outside, `unproven` stands for a wrong key, a wrong signature and a damaged body alike: an
 * answer that told them apart would help whoever tries.
 */
export type EventRefusal = "unproven" | "wrong-token" | "wrong-app" | "wrong-tenant" | "no-event";

/** `check`: the vendor asks whether the address is ours, and wants the challenge back. */
export type OpenedEvent =
  | { kind: "check"; challenge: string }
  | { kind: "event"; event: FeishuEvent }
  | { kind: "refused"; why: EventRefusal };

/**
 * Opens the body of a request from Feishu: decrypts, and compares signature, Verification Token, app and tenant. The check of
 * the address has no signature; its token is compared instead. `body` are the bytes as they came in.
 * https://open.feishu.cn/document/ukTMukTMukTM/uYDNxYjL2QTM24iN0EjN/event-subscription-configure-/encrypt-key-encryption-configuration-case
 */
export function openEvent(body: Uint8Array, signedBy: SignatureHeaders, keys: EventKeys): OpenedEvent {
  const sent = parseRecord(body);
  const plain = typeof sent?.encrypt === "string" ? decrypt(sent.encrypt, keys.encryptKey) : null;
  const opened = plain && parseRecord(plain);
  const isSigned = isSignatureOf(body, signedBy, keys.encryptKey);
  if (!opened) return refused("unproven");
  if (opened.type === "url_verification" && typeof opened.challenge === "string") {
    const { challenge, token } = opened;
    // Unsigned, so that a wrong token is no more than a wrong key.
    return isSame(token, keys.verificationToken) ? { kind: "check", challenge } : refused("unproven");
  }
  if (!isSigned) return refused("unproven");
  return judgeHeader(opened, keys);
}

/**
 * An event that came over the long connection, which the app's secret opened: neither encrypted nor signed, and its token may be
 * empty. App and tenant are compared all the same.
 */
export function openPlainEvent(body: Uint8Array, app: EventApp): OpenedEvent {
  const opened = parseRecord(body);
  return opened ? judgeHeader(opened, { ...app, verificationToken: null }) : refused("no-event");
}

/** `X-Lark-Signature` of a request: SHA-256 over timestamp, nonce, Encrypt Key and the raw body, as lowercase hex. */
export function eventSignature(
  body: Uint8Array,
  { timestamp, nonce }: { timestamp: string; nonce: string },
  encryptKey: string,
): string {
  return createHash("sha256").update(`${timestamp}${nonce}${encryptKey}`).update(body).digest("hex");
}

function isSignatureOf(
  body: Uint8Array,
  { timestamp, nonce, signature }: SignatureHeaders,
  encryptKey: string,
): boolean {
  if (timestamp === undefined || nonce === undefined) return false;
  return isSame(signature, eventSignature(body, { timestamp, nonce }, encryptKey));
}

/** Compares in a time that tells nothing of either text, not even its length. */
function isSame(given: unknown, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return typeof given === "string" && timingSafeEqual(digest(given), digest(wanted));
}

const ivBytes = 16;

function decrypt(encrypted: string, encryptKey: string): Uint8Array | null {
  const key = createHash("sha256").update(encryptKey).digest();
  const bytes = Buffer.from(encrypted, "base64");
  try {
    const decipher = createDecipheriv("aes-256-cbc", key, bytes.subarray(0, ivBytes));
    return Buffer.concat([decipher.update(bytes.subarray(ivBytes)), decipher.final()]);
  } catch {
    return null; // another key, or no ciphertext at all
  }
}

/** The envelope's header. Version 1 of an event has its fields elsewhere; its body asks for nothing. */
function judgeHeader(
  opened: Record<string, unknown>,
  keys: EventApp & { verificationToken: string | null },
): OpenedEvent {
  const body = recordOf(opened.event);
  const header =
    opened.header === undefined
      ? { ...body, event_id: opened.uuid, event_type: body.type, token: opened.token, create_time: opened.ts }
      : recordOf(opened.header);
  const { event_id: id, event_type: type, token, app_id: appId, tenant_key: tenant, create_time: created } = header;
  if (typeof id !== "string" || id === "" || typeof type !== "string") return refused("no-event");
  const { verificationToken } = keys;
  if (verificationToken !== null && !isSame(token, verificationToken)) return refused("wrong-token");
  if (!isSame(appId, keys.appId)) return refused("wrong-app");
  if (!isSame(tenant, keys.tenant)) return refused("wrong-tenant");
  return { kind: "event", event: { id, type, createdAtMs: createdAtOf(created), body } };
}

/**
 * The vendor's pages call `create_time` milliseconds, and its sample has microseconds; version 1 has seconds. Which it is shows in
 * the number of digits.
 */
function createdAtOf(created: unknown): number | null {
  const text = typeof created === "string" || typeof created === "number" ? String(created) : "";
  const [, digits] = /^(\d{10}|\d{13}|\d{16})(\.\d+)?$/.exec(text) ?? [];
  if (digits === undefined) return null;
  return Math.floor(Number(digits) * 10 ** (13 - digits.length));
}

function refused(why: EventRefusal): OpenedEvent {
  return { kind: "refused", why };
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function parseRecord(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes));
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function recordOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
