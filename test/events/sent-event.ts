import { createCipheriv, createHash, randomBytes } from "node:crypto";
import { type EventKeys, eventSignature } from "../../functions/events/envelope.ts";

// Events as the vendor sends them, made by the test: neither our reading nor the vendor's SDK has a part in it.

/** The keys of an app that some event is for. */
export const keys: EventKeys = {
  appId: "cli_events",
  tenant: "2ed263bf32cf1651",
  encryptKey: "an-encrypt-key",
  verificationToken: "a-verification-token",
};

type Sent = { id?: string; type?: string; event?: object; created?: unknown; header?: object };

/** An event of version 2 with this in it. */
export function eventOf({
  id = "e1",
  type = "some.event_v1",
  event = {},
  created = "1767225600000",
  header = {},
}: Sent) {
  const { appId, tenant, verificationToken } = keys;
  const own = { event_id: id, event_type: type, create_time: created, token: verificationToken };
  return { schema: "2.0", header: { ...own, app_id: appId, tenant_key: tenant, ...header }, event };
}

/** The body by which the vendor sends a value, encrypted. */
export function sealed(value: object, { encryptKey }: Pick<EventKeys, "encryptKey"> = keys): Uint8Array {
  const iv = randomBytes(16);
  const cipher = createCipheriv("aes-256-cbc", createHash("sha256").update(encryptKey).digest(), iv);
  const encrypted = Buffer.concat([iv, cipher.update(JSON.stringify(value)), cipher.final()]);
  return new TextEncoder().encode(JSON.stringify({ encrypt: encrypted.toString("base64") }));
}

/** The headers by which the vendor signs a body. */
export function signedBy(body: Uint8Array, { encryptKey }: Pick<EventKeys, "encryptKey"> = keys) {
  const by = { timestamp: "1767225600", nonce: "a1b2c3" };
  return { ...by, signature: eventSignature(body, by, encryptKey) };
}
