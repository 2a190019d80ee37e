import { createCipheriv, createHash } from "node:crypto";
import { AESCipher } from "@larksuiteoapi/node-sdk";
import { describe, expect, it } from "vitest";
import { type EventKeys, eventSignature, openEvent, openPlainEvent } from "../../functions/events/envelope.ts";
import { eventOf, keys, sealed, signedBy } from "./sent-event.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

// Both vectors are the vendor's documents' or were decrypted by its SDK.
const vector = {
  key: "access-review-test-key",
  body: '{"encrypt":"AAECAwQFBgcICQoLDA0OD6j5yrKAyOpI9CKj1QJxBx16dL6EZQQYWnSd+a+1fhfuM/+W0QPVrTudv00q/Z2NsDuFLoFTg0POHF4fJzvpI9LGWRgREjDSsUUOuy7Jtw2G"}',
  signature: "af9279f2467d55f09574266275b4a878e71caf41a8b4484ffce58fb67b95ac6b",
  by: { timestamp: "1767225600", nonce: "a1b2c3" },
};

describe("openEvent()", () => {
  it("answers the vendor's check of the address, which nothing signs", () => {
    const of: EventKeys = { ...keys, encryptKey: vector.key, verificationToken: "v-token" };
    expect(openEvent(bytes(vector.body), {}, of)).toEqual({ kind: "check", challenge: "ajls384kdjx98XX" });
  });

  it("signs as the vendor does, over the raw bytes", () => {
    expect(eventSignature(bytes(vector.body), vector.by, vector.key)).toBe(vector.signature);
  });

  it("encrypts and decrypts as the official SDK does", () => {
    const official = new AESCipher("test key");
    expect(official.decrypt("P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=")).toBe("hello world");
    const ours = JSON.parse(new TextDecoder().decode(sealed(eventOf({ id: "e1" })))) as { encrypt: string };
    expect(JSON.parse(new AESCipher(keys.encryptKey).decrypt(ours.encrypt))).toEqual(eventOf({ id: "e1" }));
  });

  it("opens an event that is signed, with its id, kind and time", () => {
    const body = sealed(eventOf({ id: "e1", type: "contact.user.deleted_v3", event: { a: 1 } }));
    expect(openEvent(body, signedBy(body), keys)).toEqual({
      kind: "event",
      event: { id: "e1", type: "contact.user.deleted_v3", createdAtMs: 1_767_225_600_000, body: { a: 1 } },
    });
  });

  it("reads the vendor's time in seconds, milliseconds and microseconds, and no other", () => {
    const timeOf = (created: unknown): number | null => {
      const body = sealed(eventOf({ created }));
      const opened = openEvent(body, signedBy(body), keys);
      return opened.kind === "event" ? opened.event.createdAtMs : Number.NaN;
    };
    for (const created of ["1767225600", "1767225600000", "1767225600000000", 1_767_225_600_000]) {
      expect(timeOf(created)).toBe(1_767_225_600_000);
    }
    for (const created of ["", "soon", "17672256", null, {}]) expect(timeOf(created)).toBeNull();
  });

  it("opens version 1 of an event as one of its kind, as both may be subscribed to", () => {
    const { appId, tenant, verificationToken: token } = keys;
    const first = {
      uuid: "u1",
      ts: "1767225600.123",
      token,
      type: "event_callback",
      event: { type: "user_leave", app_id: appId, tenant_key: tenant },
    };
    const body = sealed(first);
    expect(openEvent(body, signedBy(body), keys)).toMatchObject({
      kind: "event",
      event: { id: "u1", type: "user_leave" },
    });
  });

  const good = sealed(eventOf({ id: "e1" }));
  const other = (changed: Partial<EventKeys>, header = {}): [Uint8Array, object] => {
    const body = sealed(eventOf({ id: "e1", header }), { ...keys, ...changed });
    return [body, signedBy(body, { ...keys, ...changed })];
  };

  it.each<[what: string, body: Uint8Array, by: object, why: string]>([
    ["no signature", good, {}, "unproven"],
    ["a signature of something else", good, signedBy(bytes("else")), "unproven"],
    ["a signature in capitals", good, upper(signedBy(good)), "unproven"],
    ["a signature without its nonce", good, { ...signedBy(good), nonce: undefined }, "unproven"],
    ["a body that was written again", bytes(` ${new TextDecoder().decode(good)}`), signedBy(good), "unproven"],
    ["another Encrypt Key", ...other({ encryptKey: "another" }), "unproven"],
    [
      "no encryption, though signed",
      bytes(JSON.stringify(eventOf({}))),
      signedBy(bytes(JSON.stringify(eventOf({})))),
      "unproven",
    ],
    ["no JSON", bytes("{"), signedBy(bytes("{")), "unproven"],
    ["a list", bytes("[]"), signedBy(bytes("[]")), "unproven"],
    ["nothing", bytes(""), {}, "unproven"],
    ["bytes that are no text", new Uint8Array([0xff, 0xfe]), {}, "unproven"],
    ["a ciphertext cut short", bytes('{"encrypt":"AAEC"}'), signedBy(bytes('{"encrypt":"AAEC"}')), "unproven"],
    ["another Verification Token", ...other({}, { token: "another" }), "wrong-token"],
    ["no Verification Token", ...other({}, { token: undefined }), "wrong-token"],
    ["another app", ...other({}, { app_id: "cli_another" }), "wrong-app"],
    ["another tenant", ...other({}, { tenant_key: "another" }), "wrong-tenant"],
    ["no tenant", ...other({}, { tenant_key: null }), "wrong-tenant"],
    ["no id", ...other({}, { event_id: "" }), "no-event"],
    ["no kind", ...other({}, { event_type: 7 }), "no-event"],
  ])("refuses %s", (_what, body, by, why) => {
    expect(openEvent(body, by, keys)).toEqual({ kind: "refused", why });
  });

  it("refuses a check of the address with another token, and one that is not encrypted", () => {
    const check = { type: "url_verification", challenge: "c", token: "another" };
    expect(openEvent(sealed(check), {}, keys)).toEqual({ kind: "refused", why: "unproven" });
    const plain = bytes(JSON.stringify({ ...check, token: keys.verificationToken }));
    expect(openEvent(plain, {}, keys)).toEqual({ kind: "refused", why: "unproven" });
  });

  it("tells a damaged padding from damaged contents in nothing: the key's holder alone can make either", () => {
    const key = createHash("sha256").update(keys.encryptKey).digest();
    const cipher = createCipheriv("aes-256-cbc", key, Buffer.alloc(16));
    const noJson = Buffer.concat([Buffer.alloc(16), cipher.update("no json"), cipher.final()]);
    const damaged = Buffer.from(noJson);
    damaged[damaged.length - 1]! ^= 1;
    const answers = [noJson, damaged].map((it) =>
      openEvent(bytes(JSON.stringify({ encrypt: it.toString("base64") })), {}, keys),
    );
    expect(answers[0]).toEqual(answers[1]);
  });
});

describe("openPlainEvent()", () => {
  const plain = (header: object): Uint8Array => bytes(JSON.stringify(eventOf({ id: "e1", header })));

  it("opens what came over the long connection, whose token may be empty", () => {
    expect(openPlainEvent(plain({ token: "" }), keys)).toMatchObject({ kind: "event", event: { id: "e1" } });
  });

  it.each([
    [{ app_id: "cli_another" }, "wrong-app"],
    [{ tenant_key: "another" }, "wrong-tenant"],
    [{ event_id: undefined }, "no-event"],
  ])("refuses %o", (header, why) => {
    expect(openPlainEvent(plain(header), keys)).toEqual({ kind: "refused", why });
  });
});

function upper(by: ReturnType<typeof signedBy>): ReturnType<typeof signedBy> {
  return { ...by, signature: by.signature.toUpperCase() };
}
