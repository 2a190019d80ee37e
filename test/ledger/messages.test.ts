import { describe, expect, it } from "vitest";
import { firstInvitation } from "../../functions/ledger/messages.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import { withLines } from "../../functions/store/jsonl.ts";
import { openMemoryStore } from "../store/memory-store.ts";

const place = { store: withLines(openMemoryStore()), sourceId: "people", review: "2026-10-01T020000Z" };

describe("firstInvitation()", () => {
  it("is nobody's before anybody was asked", async () => {
    expect(await firstInvitation(place)).toBeNull();
  });

  it("is the earliest, whatever the keys are: one who is asked later moves nobody's window", async () => {
    const { messageIntent } = reviewKeys(place.sourceId, place.review);
    const asked = {
      "plan-ffff": "2026-10-02T02:00:00Z",
      "plan-0000": "2026-10-09T02:00:00Z",
      "held-0000": "2026-10-01T02:00:00Z",
    };
    for (const [key, at] of Object.entries(asked)) await place.store.createJson(messageIntent(key), { key, at });
    expect(await firstInvitation(place)).toBe("2026-10-02T02:00:00Z");
  });
});
