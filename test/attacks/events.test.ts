import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEventEndpoint } from "../../functions/events/receive.ts";
import { type EventActs, workOffEvents } from "../../functions/events/work.ts";
import type { Store } from "../../functions/review/ports.ts";
import { openDirectoryStore } from "../../functions/store/directory-store.ts";
import { withLines } from "../../functions/store/jsonl.ts";
import { type EventClock, eventClock } from "../events/event-clock.ts";
import { eventOf, keys, sealed, signedBy } from "../events/sent-event.ts";

// A store waits until the disk has what it wrote, which would be most of the time of these tests.
const inMemory = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

let root: string;
let store: Store;
let clock: EventClock;
let swept: [source: string, holders: string[] | null][];
let endpoint: ReturnType<typeof openEventEndpoint>;

beforeEach(() => {
  root = mkdtempSync(join(inMemory, "event-attacks-"));
  store = withLines(openDirectoryStore(root));
  clock = eventClock();
  swept = [];
  endpoint = openEventEndpoint(keys, { store, clock, wake: async () => {}, note: () => {} });
});
afterEach(() => rmSync(root, { recursive: true }));

const leaving = (id: string, employment: string, more: Parameters<typeof eventOf>[0] = {}) =>
  eventOf({
    id,
    type: "corehr.offboarding.status_updated_v2",
    event: { status: 3, employment_id: employment },
    created: String(clock.nowMs),
    ...more,
  });

type Sent = { body: Uint8Array; by: ReturnType<typeof signedBy> };

const recorded = (value: object, of = keys): Sent => {
  const body = sealed(value, of);
  return { body, by: signedBy(body, of) };
};

const post = async ({ body, by }: Sent): Promise<number> => {
  const headers = {
    "x-lark-request-timestamp": by.timestamp,
    "x-lark-request-nonce": by.nonce,
    "x-lark-signature": by.signature,
  };
  const init = { method: "POST", body: body as Uint8Array<ArrayBuffer>, headers };
  return (await endpoint(new Request("https://desk.example.com/events/feishu", init))).status;
};

const acts: EventActs = {
  sweep: async (source, holders) => void swept.push([source, holders]),
  recordDrift: async () => {},
  recordMove: async () => {},
  recordNarrowed: async () => {},
};

/** Works off what is due two minutes later. */
const work = async () => {
  clock.nowMs += 120_000;
  return await workOffEvents({
    store,
    clock,
    sources: [{ id: "people", idType: "people_corehr_id" }],
    acts,
    note: () => {},
  });
};

const stored = async (): Promise<string[]> => {
  const found: string[] = [];
  for await (const key of store.list("")) found.push(key);
  return found;
};

describe("whoever knows the address, and nothing else", () => {
  it.each<[what: string, sent: () => Sent]>([
    ["sends an event that nobody signed", () => ({ ...recorded(leaving("e1", "69")), by: signedBy(new Uint8Array()) })],
    [
      "signs and encrypts by a key of their own",
      () => recorded(leaving("e1", "69"), { ...keys, encryptKey: "guessed" }),
    ],
    [
      "puts a signature that was overheard on another body",
      () => ({ body: recorded(leaving("e2", "70")).body, by: recorded(leaving("e1", "69")).by }),
    ],
    [
      "changes a byte of a body that was overheard",
      () => {
        const { body, by } = recorded(leaving("e1", "69"));
        const changed = Uint8Array.from(body);
        changed[40] = changed[40] === 65 ? 66 : 65;
        return { body: changed, by };
      },
    ],
    [
      "sends the same event as plain text",
      () => {
        const body = new TextEncoder().encode(JSON.stringify(leaving("e1", "69")));
        return { body, by: signedBy(body) };
      },
    ],
    [
      "asks for the challenge by a token that was guessed",
      () => recorded({ type: "url_verification", challenge: "c", token: "guess" }),
    ],
  ])("%s: 401, and nothing is written", async (_what, sent) => {
    const { body, by } = sent();
    expect(await post({ body, by: _what.startsWith("asks") ? signedBy(new Uint8Array()) : by })).toBe(401);
    expect(await stored()).toEqual([]);
  });
});

describe("whoever overheard an event", () => {
  it("replays it for days: it is done once", async () => {
    const event = recorded(leaving("e1", "69"));
    for (let hour = 0; hour < 100; hour += 5) {
      expect(await post(event)).toBe(200);
      await work();
      clock.nowMs += 5 * 3_600_000;
    }
    expect(swept).toEqual([["people", ["69"]]]);
  });
});

describe("another company that has the same app", () => {
  it("sends events of its own people: 403, and nothing is written", async () => {
    expect(await post(recorded(leaving("e1", "69", { header: { tenant_key: "another" } })))).toBe(403);
    expect(await stored()).toEqual([]);
  });
});

describe("an event that is genuine", () => {
  it("says somebody left who has not: it asks for a sweep, which reads the holder back, and does no more", async () => {
    await post(recorded(leaving("e1", "69")));
    await work();
    expect(swept).toEqual([["people", ["69"]]]);
    expect((await stored()).filter((key) => !key.startsWith("checkpoints/_events/"))).toEqual([]);
  });

  it("names an id that is a path: nothing is written elsewhere", async () => {
    await post(recorded(leaving("../../../reviews/people/x", "69")));
    for (const key of await stored()) expect(key).toMatch(/^checkpoints\/_events\/waiting\/[0-9a-f]{32}\.json$/);
  });
});

describe("a flood", () => {
  it("of events, each sent two times at once: nothing is lost, nothing is doubled, one sweep", async () => {
    // 10,000 over loopback are in events/flood.soak.ts.
    const events = Array.from({ length: 60 }, (_, at) => recorded(leaving(`e${at}`, String(6_000 + (at % 20)))));
    const answers = await Promise.all([...events, ...events].map(post));
    expect(new Set(answers)).toEqual(new Set([200]));
    expect(await stored()).toHaveLength(60);
    expect(await work()).toMatchObject({ done: 60, failed: 0 });
    expect(swept).toEqual([["people", Array.from({ length: 20 }, (_, at) => String(6_000 + at))]]);
  });

  it("of forgeries: none is written", async () => {
    const forged = recorded(leaving("e1", "69"), { ...keys, encryptKey: "guessed" });
    const answers = await Promise.all(Array.from({ length: 60 }, () => post(forged)));
    expect(new Set(answers)).toEqual(new Set([401]));
    expect(await stored()).toEqual([]);
  });
});
