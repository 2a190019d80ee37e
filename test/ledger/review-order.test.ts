import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { resolveReview } from "../../functions/ledger/review-order.ts";
import { checkpointKey, reviewIdOf, reviewKeys } from "../../functions/review/keys.ts";
import { openDirectoryStore } from "../../functions/store/directory-store.ts";
import { withLines } from "../../functions/store/jsonl.ts";

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

const sourceId = "people";
const nowMs = Date.parse("2026-10-01T02:00:00Z");
const open = "2026-09-01T020000Z";

const storeWith = async (...keys: string[]) => {
  const root = mkdtempSync(join(tmpdir(), "access-review-order-"));
  roots.push(root);
  const store = withLines(openDirectoryStore(root));
  for (const key of keys) await store.create(key, new TextEncoder().encode("{}"));
  return store;
};

const snapshotOf = (review: string): string => reviewKeys(sourceId, review).snapshot;

describe("resolveReview() of an event", () => {
  it("goes on with an open review, but not with one whose snapshot is incomplete where it is to begin one then", async () => {
    const store = await storeWith();
    const asked = { sourceId, review: undefined, nowMs };
    await store.createJson(snapshotOf(open), { complete: false });
    expect(await resolveReview(store, asked)).toBe(open);
    expect(await resolveReview(store, { ...asked, passesIncomplete: true })).toBe(reviewIdOf(nowMs));
  });

  it.each([["2026-10-01T021400Z"], ["2026-09-01T020001Z"]])("lets the snapshot begin %s", async (review) => {
    const store = await storeWith(snapshotOf(open));
    expect(await resolveReview(store, { sourceId, review, nowMs, mayBegin: true })).toBe(review);
    const other = resolveReview(store, { sourceId, review, nowMs });
    await expect(other).rejects.toThrow(`no such review as ${review} of people: leave the review out`);
    await expect(other).rejects.toThrow(`open: people ${open}`);
  });

  it.each([
    ["2062-10-01T020000Z", "lies in the future"],
    ["2026-10-01T021501Z", "lies in the future"],
    ["2026-08-31T020000Z", `${open} has begun since`],
  ])("lets nothing begin %s", async (review, said) => {
    const store = await storeWith(snapshotOf(open));
    await expect(resolveReview(store, { sourceId, review, nowMs, mayBegin: true })).rejects.toThrow(said);
  });

  it("goes on with a review that is there, be it that it has only a checkpoint, and by no foreign folder", async () => {
    const begun = "2026-09-30T020000Z";
    const foreign = checkpointKey(sourceId, "9999-backup", "snapshot.json");
    const store = await storeWith(foreign);
    await store.createJson(checkpointKey(sourceId, begun, "snapshot.json"), { startedAt: "2026-09-30T02:00:01Z" });
    expect(await resolveReview(store, { sourceId, review: begun, nowMs })).toBe(begun);
    expect(await resolveReview(store, { sourceId, review: undefined, nowMs })).toBe(begun);
  });

  it("names no new review behind one of the future", async () => {
    const ahead = "2027-12-01T020000Z";
    const store = await storeWith(snapshotOf(ahead), reviewKeys(sourceId, ahead).evidence);
    await expect(resolveReview(store, { sourceId, review: undefined, nowMs })).rejects.toThrow(
      `retire-review --source people --review ${ahead}`,
    );
  });
});
