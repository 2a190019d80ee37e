import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { forgetOldEvents, waitingEvents } from "../../functions/events/event-book.ts";
import { largestEvent, openEventEndpoint, receivePlainEvent } from "../../functions/events/receive.ts";
import { workOffEvents } from "../../functions/events/work.ts";
import type { Store } from "../../functions/review/ports.ts";
import { openDirectoryStore } from "../../functions/store/directory-store.ts";
import { withLines } from "../../functions/store/jsonl.ts";
import { type EventClock, eventClock } from "./event-clock.ts";
import { eventOf, keys, sealed, signedBy } from "./sent-event.ts";

// A store waits until the disk has what it wrote, which would be most of the time of these tests.
const inMemory = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

let root: string;
let store: Store;
let clock: EventClock;
let woken: string[];
let notes: string[];

beforeEach(() => {
  root = mkdtempSync(join(inMemory, "events-"));
  store = withLines(openDirectoryStore(root));
  clock = eventClock();
  woken = [];
  notes = [];
});
afterEach(() => rmSync(root, { recursive: true }));

const ports = (more: { store?: Store; wake?: (id: string) => Promise<void> } = {}) => ({
  store,
  clock,
  wake: async (id: string) => void woken.push(id),
  note: (fault: string) => void notes.push(fault),
  ...more,
});

const leaving = (id: string, more: Parameters<typeof eventOf>[0] = {}) =>
  eventOf({ id, type: "corehr.offboarding.status_updated_v2", event: { status: 3, employment_id: "69" }, ...more });

const requestOf = (value: object, of = keys): Request => {
  const body = sealed(value, of);
  const { timestamp, nonce, signature } = signedBy(body, of);
  return new Request("https://desk.example.com/events/feishu", {
    method: "POST",
    body: body as Uint8Array<ArrayBuffer>,
    headers: {
      "x-lark-request-timestamp": timestamp,
      "x-lark-request-nonce": nonce,
      "x-lark-signature": signature,
    },
  });
};

const send = (value: object, more = {}): Promise<Response> => openEventEndpoint(keys, ports(more))(requestOf(value));
const keysOf = async (prefix: string): Promise<string[]> => {
  const found: string[] = [];
  for await (const key of store.list(prefix)) found.push(key);
  return found;
};
const waitingIds = async (): Promise<string[]> => (await waitingEvents(store)).map(({ id }) => id);

describe("openEventEndpoint()", () => {
  it("gives the challenge back to the check of the address, and writes nothing", async () => {
    const check = { type: "url_verification", challenge: "c1", token: keys.verificationToken };
    const answer = await openEventEndpoint(
      keys,
      ports(),
    )(new Request("https://x", { method: "POST", body: sealed(check) as Uint8Array<ArrayBuffer> }));
    expect([answer.status, await answer.json()]).toEqual([200, { challenge: "c1" }]);
    expect(await keysOf("")).toEqual([]);
  });

  it("writes down what an event asks before it answers, and wakes whoever works events off", async () => {
    expect((await send(leaving("e1"))).status).toBe(200);
    expect(await waitingEvents(store)).toEqual([
      {
        id: "e1",
        type: "corehr.offboarding.status_updated_v2",
        createdAt: "2026-01-01T00:00:00Z",
        receivedAt: "2026-01-01T00:00:00Z",
        ask: { asks: "leaver", person: { people_corehr_id: "69" } },
      },
    ]);
    expect(woken).toEqual(["e1"]);
  });

  it("takes an event once, though it is sent again, and twice at a time", async () => {
    await Promise.all([send(leaving("e1")), send(leaving("e1")), send(leaving("e1"))]);
    expect((await send(leaving("e1"))).status).toBe(200);
    expect(await waitingIds()).toEqual(["e1"]);
  });

  it("knows an event that was worked off for 48 hours, and then by its age", async () => {
    const swept: unknown[] = [];
    const work = () =>
      workOffEvents({
        ...ports(),
        sources: [{ id: "people", idType: "people_corehr_id" }],
        acts: {
          sweep: async (source, holders) => void swept.push([source, holders]),
          recordDrift: async () => {},
          recordMove: async () => {},
          recordNarrowed: async () => {},
        },
      });
    await send(leaving("e1"));
    for (let hours = 0; hours <= 240; hours += 8) {
      clock.nowMs = Date.parse("2026-01-01T00:00:00Z") + hours * 3_600_000 + 120_000;
      await work();
      await forgetOldEvents(store, clock.nowMs);
      expect(await (await send(leaving("e1"))).json()).toEqual({ code: hours < 48 ? "known" : "late" });
    }
    expect(swept).toEqual([["people", ["69"]]]);
    // What is refused by its age needs no record of its own.
    expect(await keysOf("checkpoints/")).toEqual([]);
  });

  it("takes an event whose time cannot be read, once", async () => {
    await send(leaving("e1", { created: "soon" }));
    await send(leaving("e1", { created: "soon" }));
    expect((await waitingEvents(store)).map(({ createdAt }) => createdAt)).toEqual([null]);
  });

  it("takes an id that could be a path for a name", async () => {
    await send(leaving("../../reviews/people/x"));
    await send(leaving("a".repeat(5_000)));
    expect(await waitingIds()).toHaveLength(2);
    for await (const key of store.list("")) expect(key).toMatch(/^checkpoints\/_events\/waiting\/[0-9a-f]{32}\.json$/);
  });

  it("asks for the event again where it could not be stored or nobody could be woken: then it is there once", async () => {
    const full: Store = { ...store, create: () => Promise.reject(new Error("disk full")) };
    expect((await send(leaving("e1"), { store: full })).status).toBe(503);
    const wake = () => Promise.reject(new Error("no queue"));
    expect((await send(leaving("e1"), { wake })).status).toBe(503);
    expect((await send(leaving("e1"))).status).toBe(200);
    expect([await waitingIds(), woken]).toEqual([["e1"], ["e1"]]);
    expect(notes[0]).toMatch(/could not be stored, and will be sent again: disk full/);
  });

  it("answers within 3 s though the store hangs: the vendor sends the event again", async () => {
    const hanging: Store = { ...store, get: () => new Promise(() => {}) };
    const answer = send(leaving("e1"), { store: hanging });
    await new Promise((resolve) => setImmediate(resolve));
    await clock.pass(2_500);
    expect((await answer).status).toBe(503);
  });

  it.each([
    ["another Encrypt Key", requestOf(leaving("e1"), { ...keys, encryptKey: "another" }), 401, "unproven"],
    ["another token", requestOf(leaving("e1", { header: { token: "another" } })), 403, "wrong-token"],
    ["another app", requestOf(leaving("e1", { header: { app_id: "another" } })), 403, "wrong-app"],
    ["another tenant", requestOf(leaving("e1", { header: { tenant_key: "another" } })), 403, "wrong-tenant"],
    ["no event", requestOf(leaving("", {})), 400, "no-event"],
  ])("refuses %s, and writes nothing", async (_what, request, status, code) => {
    const answer = await openEventEndpoint(keys, ports())(request);
    expect([answer.status, await answer.json()]).toEqual([status, { code }]);
    expect(await keysOf("")).toEqual([]);
    expect(woken).toEqual([]);
  });

  it("notes a kind of fault once a minute, however many come", async () => {
    const endpoint = openEventEndpoint(keys, ports());
    const forged = () => endpoint(new Request("https://x", { method: "POST", body: "{}" }));
    for (let i = 0; i < 50; i++) await forged();
    expect(notes).toHaveLength(1);
    clock.nowMs += 60_000;
    await forged();
    expect(notes).toHaveLength(2);
    expect(notes.join()).not.toContain(keys.encryptKey);
  });

  it("refuses a body of 10 MB as soon as it shows, whether it says its length or not", async () => {
    let sentBytes = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sentBytes += 65_536;
        controller.enqueue(new Uint8Array(65_536));
        if (sentBytes >= 10 * 1024 * 1024) controller.close();
      },
    });
    const endpoint = openEventEndpoint(keys, ports());
    const streamed = new Request("https://x", { method: "POST", body: endless, duplex: "half" } as RequestInit);
    expect((await endpoint(streamed)).status).toBe(413);
    expect(sentBytes).toBeLessThan(2 * largestEvent);
    const said = new Request("https://x", { method: "POST", body: "{}", headers: { "content-length": "10485760" } });
    expect((await endpoint(said)).status).toBe(413);
  });

  it("answers an event of another kind, and one that lacks what it should have, without a trace", async () => {
    expect(await (await send(eventOf({ id: "e1" }))).json()).toEqual({ code: "nothing-asked" });
    const lacking = eventOf({ id: "e2", type: "corehr.offboarding.status_updated_v2", event: { status: 3 } });
    expect(await (await send(lacking)).json()).toEqual({ code: "unreadable" });
    expect(await waitingIds()).toEqual([]);
  });
});

describe("receivePlainEvent()", () => {
  const plain = (value: object): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

  it("takes an event of the long connection once, also where the webhook brought it", async () => {
    await send(leaving("e1"));
    const received = await receivePlainEvent(plain(leaving("e1", { header: { token: "" } })), keys, ports());
    expect(received).toEqual({ code: "known" });
    expect(await waitingIds()).toEqual(["e1"]);
  });

  it("throws where it could not be stored, so that it is sent again", async () => {
    const full: Store = { ...store, create: () => Promise.reject(new Error("disk full")) };
    await expect(receivePlainEvent(plain(leaving("e1")), keys, ports({ store: full }))).rejects.toThrow("disk full");
  });
});
