import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { orderSweep, type SweepOrder } from "../../functions/events/order-sweep.ts";
import { NotNowError } from "../../functions/events/work.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { Store } from "../../functions/review/ports.ts";
import { openDirectoryStore } from "../../functions/store/directory-store.ts";
import { withLines } from "../../functions/store/jsonl.ts";
import { type EventClock, eventClock } from "./event-clock.ts";

// A store waits until the disk has what it wrote, which would be most of the time of these tests.
const inMemory = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
const hourMs = 3_600_000;

let root: string;
let store: Store;
let clock: EventClock;
let started: SweepOrder[];

beforeEach(async () => {
  root = mkdtempSync(join(inMemory, "order-sweep-"));
  store = withLines(openDirectoryStore(root));
  clock = eventClock();
  started = [];
  await write("2025-12-01T000000Z", "snapshot", { complete: true, review: "2025-12-01T000000Z", origin: {} });
});
afterEach(() => rmSync(root, { recursive: true }));

const write = (review: string, artefact: "snapshot" | "evidence", value: object) =>
  store.createJson(reviewKeys("people", review)[artefact], value);

const begin = (
  holderIds: string[] | null,
  eventIds: string[],
  start = async (order: SweepOrder) => void started.push(order),
) => orderSweep({ store, clock, start }, { sourceId: "people", holderIds, eventIds });

const begun = () => started.map(({ review, holderIds }) => [review, holderIds]);
const first = "2026-01-01T000000Z-sweep";

describe("orderSweep()", () => {
  it("has a sweep of these holders carried out, named by the present", async () => {
    await begin(["69"], ["e1"]);
    expect(started).toMatchObject([{ sourceId: "people", review: first, holderIds: ["69"] }]);
  });

  it("begins the same sweep again where it was cut off before anybody heard of it, and no second one", async () => {
    await expect(begin(["69"], ["e1"], () => Promise.reject(new Error("killed")))).rejects.toThrow("killed");
    clock.nowMs += 60_000;
    await begin(["69"], ["e1"]);
    await begin(["69"], ["e1"]);
    expect(begun()).toEqual([
      [first, ["69"]],
      [first, ["69"]],
    ]);
    await write(first, "evidence", {});
    await begin(["69"], ["e1"]);
    expect(started).toHaveLength(2);
  });

  it("waits while its last sweep is under way, so that none is sealed with its items undone, and then begins the next", async () => {
    await begin(["69"], ["e1"]);
    clock.nowMs += hourMs;
    await expect(begin(["70"], ["e2"])).rejects.toThrow(NotNowError);
    await write(first, "evidence", {});
    await begin(["70"], ["e2"]);
    expect(begun().at(-1)).toEqual(["2026-01-01T010000Z-sweep", ["70"]]);
  });

  it("waits for a sweep that the schedule began", async () => {
    await write("2025-12-31T230000Z-sweep", "snapshot", { complete: true });
    await expect(begin(["69"], ["e1"])).rejects.toThrow("2025-12-31T230000Z-sweep is under way");
    await write("2025-12-31T230000Z-sweep", "evidence", {});
    await begin(["69"], ["e1"]);
    expect(begun()).toEqual([[first, ["69"]]]);
  });

  it.each([
    ["that could not read", async () => await write(first, "snapshot", { complete: false })],
    ["that came to no end within a day", () => clock.pass(24 * hourMs)],
  ])("sweeps the holders of a sweep %s with the next ones", async (_what, passes) => {
    await begin(["69"], ["e1"]);
    clock.nowMs += hourMs;
    await passes();
    await begin(["70"], ["e2"]);
    expect(begun().at(-1)?.[1]).toEqual(["69", "70"]);
  });

  it("looks for whoever left where there are more than a sweep takes by name, or where nobody can be named", async () => {
    await begin(
      Array.from({ length: 101 }, (_, at) => `h${at}`),
      ["e1"],
    );
    await write(first, "snapshot", { complete: false });
    clock.nowMs += hourMs;
    await begin(["70"], ["e2"]);
    expect(begun().map(([, holderIds]) => holderIds)).toEqual([null, null]);
  });

  it("begins none of a source without a complete review: there is nothing to compare with", async () => {
    rmSync(join(root, "reviews"), { recursive: true });
    await expect(begin(["69"], ["e1"])).rejects.toThrow("people has no complete review yet");
  });

  it.each([
    ["no JSON", "{"],
    ["no events", { review: first, holderIds: null, at: "2026-01-01T00:00:00Z" }],
    ["a review elsewhere", { review: "../../x", holderIds: null, events: ["e1"], at: "2026-01-01T00:00:00Z" }],
    [
      "a review that is no sweep",
      { review: "2026-01-01T000000Z", holderIds: null, events: ["e1"], at: "2026-01-01T00:00:00Z" },
    ],
    ["a sweep begun in the year 9999", { review: first, holderIds: null, events: [], at: "9999-01-01T00:00:00Z" }],
  ])("believes nothing of what it wrote down that it cannot have written: %s", async (_what, value) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    await store.create("checkpoints/_events/sweeps/people.json", new TextEncoder().encode(text));
    await begin(["69"], ["e1"]);
    expect(begun()).toEqual([[first, ["69"]]]);
  });
});
