import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEventActs } from "../../functions/events/acts.ts";
import { waitingEvents } from "../../functions/events/event-book.ts";
import { orderSweep } from "../../functions/events/order-sweep.ts";
import { openEventEndpoint } from "../../functions/events/receive.ts";
import { workOffEvents } from "../../functions/events/work.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
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
/** What was begun: each sweep's id with whom it looks at. A sweep that is begun again under its id is one sweep. */
let sweeps: Map<string, string[] | null>;
let told: number;

beforeEach(async () => {
  root = mkdtempSync(join(inMemory, "event-kills-"));
  store = withLines(openDirectoryStore(root));
  clock = eventClock();
  sweeps = new Map();
  told = 0;
  const earlier = reviewKeys("people", "2025-12-01T000000Z").snapshot;
  await store.createJson(earlier, {
    complete: true,
    review: "2025-12-01T000000Z",
    takenAt: "2025-12-01T00:00:00Z",
    parts: [],
  });
});
afterEach(() => rmSync(root, { recursive: true }));

class KilledError extends Error {}

/** The store of a process that is killed at its nth durable write, before it or after it. `writes` counts them. */
const dyingAt = (nth: number, when: "before" | "after"): { store: Store; writes: () => number } => {
  let writes = 0;
  const dying =
    <Args extends unknown[], Answer>(write: (...args: Args) => Promise<Answer>) =>
    async (...args: Args): Promise<Answer> => {
      writes += 1;
      if (writes > nth || (writes === nth && when === "before")) throw new KilledError("killed");
      const answer = await write(...args);
      if (writes === nth) throw new KilledError("killed");
      return answer;
    };
  const dies: Store = {
    ...store,
    create: dying(store.create),
    createJson: dying(store.createJson),
    replace: dying(store.replace),
    delete: dying(store.delete),
  };
  return { store: dies, writes: () => writes };
};

const sent = [
  { id: "e1", type: "corehr.offboarding.status_updated_v2", event: { status: 3, employment_id: "69" } },
  { id: "e2", type: "corehr.offboarding.status_updated_v2", event: { status: 3, employment_id: "69" } },
  {
    id: "e3",
    type: "corehr.org_role_authorization.updated_v1",
    event: {
      role_id: "7",
      management_scope_list: [{ management_dimension: "department", obj_id: "1" }],
      employment_id_list: ["69", "70"],
    },
  },
  {
    id: "e4",
    type: "corehr.job_change.status_updated_v2",
    event: { status: 5, employment_id: "70", effective_date: "2026-01-01" },
  },
  { id: "e5", type: "contact.scope.updated_v3", event: { removed: { users: [{}] } } },
];

/** Whether the process answered: where it did not, the vendor sends the event again. */
const receive = async (into: Store, of: (typeof sent)[number]): Promise<boolean> => {
  const body = sealed(eventOf(of));
  const { timestamp, nonce, signature } = signedBy(body);
  const endpoint = openEventEndpoint(keys, { store: into, clock, wake: async () => {}, note: () => {} });
  const headers = {
    "x-lark-request-timestamp": timestamp,
    "x-lark-request-nonce": nonce,
    "x-lark-signature": signature,
  };
  const init = { method: "POST", body: body as Uint8Array<ArrayBuffer>, headers };
  return (await endpoint(new Request("https://desk.example.com/events/feishu", init))).status === 200;
};

const work = async (from: Store): Promise<void> => {
  const acts = openEventActs(from, {
    sweep: (sourceId, holderIds, eventIds) =>
      orderSweep(
        { store: from, clock, start: async ({ review, holderIds: whom }) => void sweeps.set(review, whom) },
        { sourceId, holderIds, eventIds },
      ),
    alarmNarrowed: async () => {
      told += 1;
    },
  });
  const sources = [{ id: "people", idType: "people_corehr_id" as const }];
  await workOffEvents({ store: from, clock, sources, acts, note: () => {} });
};

/** What a process does until it is killed, or has nothing more to do. */
const live = async (in_: Store, unanswered: Set<string>): Promise<void> => {
  for (const event of sent) if (unanswered.has(event.id) && (await receive(in_, event))) unanswered.delete(event.id);
  clock.nowMs += 120_000;
  await work(in_).catch((error: Error) => {
    if (!(error instanceof KilledError)) throw error;
  });
};

const keysBelow = async (prefix: string): Promise<string[]> => {
  const found: string[] = [];
  for await (const key of store.list(prefix)) found.push(key.slice(prefix.length));
  return found.sort();
};

/** The number of durable writes of a life without a kill. */
const writesOfLife = async (): Promise<number> => {
  const whole = dyingAt(Number.POSITIVE_INFINITY, "after");
  await live(whole.store, new Set(sent.map(({ id }) => id)));
  return whole.writes();
};

const mostWrites = 30;

describe("events whose process is killed", () => {
  it("are received and worked off in a number of durable writes that the tests below go through", async () => {
    const writes = await writesOfLife();
    expect(writes).toBeGreaterThan(10);
    expect(writes).toBeLessThanOrEqual(mostWrites);
  });

  const kills = Array.from({ length: mostWrites }, (_, at) => at + 1).flatMap((nth) => [
    [nth, "before"] as const,
    [nth, "after"] as const,
  ]);

  it.each(kills)("at durable write %i, %s it, are neither lost nor done twice", async (nth, when) => {
    const unanswered = new Set(sent.map(({ id }) => id));
    await live(dyingAt(nth, when).store, unanswered);
    // The next process: the vendor sends again what was not answered, and something else that was.
    await receive(store, sent[0]!);
    await live(store, unanswered);
    await live(store, unanswered);
    expect([...unanswered]).toEqual([]);
    expect(await waitingEvents(store)).toEqual([]);
    expect([...sweeps.values()]).toEqual([["69"]]);
    const records = await keysBelow("drift/people/");
    expect(records).toEqual([
      "2026-01/e3.json",
      "2026-01/e4.json",
      expect.stringMatching(/^narrowed\/2026-01-01T.*-e5\.json$/),
    ]);
    const drift = await store.getJson<{ granted: string[]; gone: string[] }>("drift/people/2026-01/e3.json");
    expect(drift).toMatchObject({ granted: ["69", "70"], gone: [] });
    expect(told).toBeGreaterThanOrEqual(1);
  });
});
