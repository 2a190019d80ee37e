import { describe, expect, it } from "vitest";
import { isReviewId, reviewIdOf } from "../../functions/review/keys.ts";

describe("reviewIdOf()", () => {
  it("names a review by the second of its start", () => {
    expect(reviewIdOf(Date.parse("2026-10-01T02:00:00.999Z"))).toBe("2026-10-01T020000Z");
  });
});

describe("isReviewId()", () => {
  it.each(["2026-10-01T020000Z", "2026-10-01T020000Z-by-hand-2", reviewIdOf(0)])("takes %s", (id) => {
    expect(isReviewId(id)).toBe(true);
  });

  it.each([
    "",
    "2026-10-01T02:00:00Z",
    "2026-02-30T020000Z",
    "2026-10-01T250000Z",
    "2026-10-01T020000Z-",
    "2026-10-01T020000Z-Up",
    "2026-10-01T020000Z/..",
    "2026-10-01T020000Z\n",
  ])("refuses %j", (id) => {
    expect(isReviewId(id)).toBe(false);
  });
});
