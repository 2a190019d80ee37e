import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EventAsk } from "../../functions/events/asked.ts";
import { forgetOldEvents, settleEvent, takeEvent, waitingEvents } from "../../functions/events/event-book.ts";
import { type EventActs, type EventSource, NotNowError, workOffEvents } from "../../functions/events/work.ts";
import type { Store } from "../../functions/review/ports.ts";
import { openDirectoryStore } from "../../functions/store/directory-store.ts";
import { withLines } from "../../functions/store/jsonl.ts";
import { type EventClock, eventClock } from "./event-clock.ts";

// A store waits until the disk has what it wrote, which would be most of the time of these tests.
const inMemory = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

let root: string;
let store: Store;
let clock: EventClock;
let done: unknown[];
let notes: string[];

beforeEach(() => {
  root = mkdtempSync(join(inMemory, "events-"));
  store = withLines(openDirectoryStore(root));
  clock = eventClock();
  done = [];
  notes = [];
});
afterEach(() => rmSync(root, { recursive: true }));

const people: EventSource = { id: "people", idType: "people_corehr_id" };
const roles: EventSource = { id: "roles", idType: "user_id" };

const recording: EventActs = {
  sweep: async (source, holders) => void done.push(["sweep", source, holders]),
  recordDrift: async (source, { id, ask }) => void done.push(["drift", source, id, ask.holderIds]),
  recordMove: async (source, { id }, holder) => void done.push(["move", source, id, holder]),
  recordNarrowed: async (sources, { ask }) => void done.push(["narrowed", sources, ask.removed]),
};

const take = (id: string, ask: EventAsk, createdAtMs: number | null = clock.nowMs) =>
  takeEvent(store, { id, type: "t", createdAtMs, body: {} }, { ask, nowMs: clock.nowMs });
const leaver = (id: string, person: object) => take(id, { asks: "leaver", person });
const ports = (sources = [people, roles]) => ({
  store,
  clock,
  sources,
  note: (fault: string) => void notes.push(fault),
});
const work = (acts: Partial<EventActs> = {}, sources = [people, roles]) =>
  workOffEvents({ ...ports(sources), acts: { ...recording, ...acts } });

const later = (ms: number): void => {
  clock.nowMs += ms;
};

const drift = (holderIds: string[]): EventAsk => ({ asks: "drift", roleId: "7", scopes: [], holderIds });

describe("workOffEvents()", () => {
  it("waits for two minutes after the first event of a holder, then sweeps once for all of them", async () => {
    await leaver("e1", { people_corehr_id: "69", user_id: "u69" });
    expect(await work()).toEqual({ done: 0, failed: 0, stuck: 0, dueAtMs: clock.nowMs + 120_000 });
    later(119_000);
    await leaver("e2", { people_corehr_id: "69", user_id: "u69" });
    expect((await work()).done).toBe(0);
    later(1_000);
    expect(await work()).toEqual({ done: 2, failed: 0, stuck: 0, dueAtMs: null });
    expect(done).toEqual([
      ["sweep", "people", ["69"]],
      ["sweep", "roles", ["u69"]],
    ]);
    expect(await waitingEvents(store)).toEqual([]);
  });

  it("sweeps everybody who is due of a source together, and leaves others to their time", async () => {
    await leaver("e1", { people_corehr_id: "2", user_id: "u2" });
    await leaver("e2", { people_corehr_id: "1", user_id: "u1" });
    later(60_000);
    await leaver("e3", { people_corehr_id: "3", user_id: "u3" });
    later(60_000);
    expect(await work()).toEqual({ done: 2, failed: 0, stuck: 0, dueAtMs: clock.nowMs + 60_000 });
    expect(done).toContainEqual(["sweep", "people", ["1", "2"]]);
  });

  it("looks at a source whole where an event has no id by which the source knows people", async () => {
    await leaver("e1", { user_id: "u1", open_id: "ou_1" });
    await leaver("e2", { people_corehr_id: "2", user_id: "u2" });
    later(120_000);
    await work();
    expect(done).toEqual([
      ["sweep", "people", null],
      ["sweep", "roles", ["u1", "u2"]],
    ]);
  });

  it("knows two events for the same person's by an id that they share, and then sweeps that one holder alone", async () => {
    await leaver("e1", { user_id: "u1", open_id: "ou_1" });
    await leaver("e2", { people_corehr_id: "1", open_id: "ou_1" });
    later(120_000);
    await work();
    expect(done).toEqual([
      ["sweep", "people", ["1"]],
      ["sweep", "roles", ["u1"]],
    ]);
  });

  it("records drift at once, in the order of the vendor's time, for sources that know employees", async () => {
    const now = clock.nowMs;
    await take("e1", drift(["b"]), now - 1_000);
    await take("e2", drift(["a"]), now - 2_000);
    await work();
    expect(done).toEqual([
      ["drift", "people", "e2", ["a"]],
      ["drift", "people", "e1", ["b"]],
    ]);
  });

  it("records a move where a source knows the person, and tells of a narrowed range once", async () => {
    await take("e1", { asks: "mover", person: { people_corehr_id: "69" }, effectiveDate: null });
    const removed = { departments: 1, users: 0, groups: 0 };
    await take("e2", { asks: "narrowed", removed });
    await work();
    await work();
    expect(done).toEqual([
      ["move", "people", "e1", "69"],
      ["narrowed", ["people", "roles"], removed],
    ]);
  });

  it("keeps what failed, goes on with the rest, and tries again a minute later", async () => {
    await leaver("e1", { people_corehr_id: "1", user_id: "u1" });
    await take("e2", drift([]));
    later(120_000);
    const busy = async (source: string, holders: string[] | null): Promise<void> => {
      if (source === "people") throw new Error("another invocation holds the lease");
      await recording.sweep(source, holders, []);
    };
    expect(await work({ sweep: busy })).toEqual({ done: 1, failed: 1, stuck: 0, dueAtMs: clock.nowMs + 60_000 });
    expect((await waitingEvents(store)).map(({ id }) => id)).toEqual(["e1"]);
    expect(notes.join()).toMatch(/tries again: another invocation holds the lease/);
    expect(await work()).toEqual({ done: 1, failed: 0, stuck: 0, dueAtMs: null });
    expect(done).toContainEqual(["sweep", "people", ["1"]]);
  });

  it("leaves an event to a sweep that is under way, and calls that no failure; one that fails for half an hour is stuck", async () => {
    await leaver("e1", { people_corehr_id: "1" });
    later(120_000);
    const underWay = { sweep: () => Promise.reject(new NotNowError("2026-01-01T000000Z-sweep is under way")) };
    expect(await work(underWay, [people])).toEqual({ done: 0, failed: 0, stuck: 0, dueAtMs: clock.nowMs + 60_000 });
    expect(notes).toEqual([]);
    later(30 * 60_000);
    expect((await work({ sweep: () => Promise.reject(new Error("no such host")) }, [people])).stuck).toBe(1);
    await work();
    expect(done).toContainEqual(["sweep", "people", ["1"]]);
  });

  it("stops near a deadline, keeps what it has done, and goes on with the rest", async () => {
    for (const id of ["e1", "e2", "e3"]) await take(id, drift([id]));
    let left = 2;
    const cut = await workOffEvents({ ...ports(), acts: recording, shouldStop: () => left-- === 0 });
    expect(cut).toEqual({ done: 2, failed: 0, stuck: 0, dueAtMs: clock.nowMs });
    expect(await work()).toMatchObject({ done: 1, dueAtMs: null });
    expect(done.map((act) => (act as string[])[2])).toEqual(["e1", "e2", "e3"]);
  });

  it("gives an event up after 48 hours, and says so", async () => {
    await leaver("e1", { people_corehr_id: "1" });
    later(48 * 3_600_000 + 1);
    const failing = { sweep: () => Promise.reject(new Error("no such host")) };
    await work(failing);
    expect(await waitingEvents(store)).toEqual([]);
    expect(notes.at(-1)).toMatch(/given up/);
  });

  it("does nothing twice where it was cut off right after an event was crossed off", async () => {
    await take("e1", drift([]));
    const cut: Store = { ...store, delete: () => Promise.reject(new Error("killed")) };
    await expect(settleEvent(cut, { id: "e1" }, clock.nowMs)).rejects.toThrow("killed");
    await work();
    expect(done).toEqual([]);
  });
});

describe("what stands below checkpoints/_events", () => {
  const good = { id: "e1", type: "t", createdAt: null, receivedAt: "2026-01-01T00:00:00Z", ask: { asks: "nothing" } };

  it.each([
    ["no JSON", "{"],
    ["a number", "7"],
    ["an event without what it asks", JSON.stringify({ ...good, ask: undefined })],
    ["an event that asks for what nobody knows", JSON.stringify({ ...good, ask: { asks: "toString" } })],
    ["a leaver without a person", JSON.stringify({ ...good, ask: { asks: "leaver" } })],
    ["an event under another id", JSON.stringify({ ...good, id: "other" })],
    ["an event of the year 9999", JSON.stringify({ ...good, receivedAt: "9999-01-01T00:00:00Z" })],
    ["an event of a day without an hour", JSON.stringify({ ...good, receivedAt: "2026-01-01" })],
  ])("is not believed: %s is told once and left out, and the others are worked off", async (_what, text) => {
    await leaver("e2", { people_corehr_id: "69" });
    await store.create("checkpoints/_events/waiting/e1.json", new TextEncoder().encode(text));
    clock.nowMs += 10 * 60_000;
    await work({}, [people]);
    await work({}, [people]);
    expect(done).toEqual([["sweep", "people", ["69"]]]);
    expect(notes).toEqual([expect.stringContaining("e1.json is no event that was received here")]);
    expect(await waitingEvents(store)).toEqual([]);
  });

  it("keeps an id as known whose file cannot be read", async () => {
    await store.create("checkpoints/_events/seen/e1.json", new TextEncoder().encode("{"));
    await forgetOldEvents(store, clock.nowMs + 400 * 3_600_000);
    expect(await store.get("checkpoints/_events/seen/e1.json")).not.toBeNull();
  });
});
