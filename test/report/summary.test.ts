import { describe, expect, it } from "vitest";
import { summarizeReview } from "../../functions/report/summary.ts";
import { flaggedRow, heldRow, outcomeRow, silentRow, waitingRow } from "./invented-review.ts";

const population = { grants: 912, holders: 640, roles: 40 };

describe("summarizeReview()", () => {
  it("counts findings, holds, outcomes and what waits until when", () => {
    const late = waitingRow(5);
    if (late.item) late.item.notBefore = "2026-11-01T00:00:00Z";
    const rows = [silentRow(1), flaggedRow(2), heldRow(3, "canary"), late, waitingRow(4), outcomeRow(6, "revoked")];
    rows.push(outcomeRow(7, "already-gone"));
    expect(summarizeReview(population, rows, null)).toEqual({
      ...population,
      findingsByRule: { leaver: 6 },
      expired: 1,
      heldByReason: { canary: 1 },
      waiting: { count: 2, notBefore: "2026-10-15T02:10:00Z" },
      outcomesByKind: { revoked: 1, "already-gone": 1 },
    });
  });

  it("counts what the brake stops as held, and nothing as waiting", () => {
    const summary = summarizeReview(population, [waitingRow(1), heldRow(2, "too-new")], "brake");
    expect(summary.heldByReason).toEqual({ brake: 1, "too-new": 1 });
    expect(summary.waiting).toEqual({ count: 0, notBefore: null });
  });

  it("counts a rule whose name an object has by itself", () => {
    const row = flaggedRow(1);
    for (const finding of row.findings) finding.rule = "constructor";
    expect(summarizeReview(population, [row], null).findingsByRule).toEqual({ constructor: 1 });
  });
});
