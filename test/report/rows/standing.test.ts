import { describe, expect, it } from "vitest";
import { isUnremoved, planStopOf, standingOf } from "../../../functions/report/rows/standing.ts";
import { phrasesOf, standingWords } from "../../../functions/report/words/words.ts";
import { fateOf } from "../../../functions/review/proof/balance.ts";
import { flaggedRow, heldRow, inventedView, outcomeRow, silentRow, waitingRow } from "../invented-review.ts";

const brake = { tripped: true, limits: [{ name: "maxExpiries", limit: 20, actual: 45 }] };
const braked = (parts: Parameters<typeof inventedView>[1] = {}) => {
  const view = inventedView([], parts);
  return { ...view, plan: { ...view.plan, brake } };
};

describe("standingOf()", () => {
  it("takes the first that fits: outcome, the item's own hold, the plan's stop, pending, kept", () => {
    expect(standingOf(outcomeRow(1, "revoked"), "brake")).toEqual({ kind: "outcome", outcome: "revoked" });
    expect(standingOf(heldRow(1, "canary"), "brake")).toEqual({ kind: "held", by: "canary" });
    expect(standingOf(waitingRow(1), "brake")).toEqual({ kind: "held", by: "brake" });
    expect(standingOf(waitingRow(1), "report-mode")).toEqual({ kind: "held", by: "report-mode" });
    expect(standingOf(waitingRow(1), null)).toEqual({ kind: "pending" });
    expect(standingOf(flaggedRow(1), "brake")).toEqual({ kind: "kept" });
  });

  it("says of what waits for a decision that one would stop it, until the review is sealed", () => {
    const row = waitingRow(1);
    const standing = standingOf({ ...row, item: { ...row.item!, ifUndecided: true } }, null);
    expect(standingWords(phrasesOf("en"), standing, false)).toBe("To be expired if nobody decides");
    expect(standingWords(phrasesOf("zh"), standing, false)).toBe("若无人决定，将被收回");
    expect(standingWords(phrasesOf("en"), standing, true)).toContain("Not due when the review was sealed");
  });

  it("agrees with the fates that the balance counts", () => {
    const rows = [silentRow(1), flaggedRow(2), waitingRow(3), heldRow(4, "too-new"), outcomeRow(5, "changed")];
    for (const planStop of ["brake", "report-mode", null] as const) {
      for (const row of rows) {
        const standing = standingOf(row, planStop);
        const mode = planStop === "report-mode" ? "report" : "enforce";
        const fate = fateOf({ item: row.item, outcome: row.outcome, brakeStops: planStop === "brake", mode });
        expect(fate).toBe(standing.kind === "outcome" ? standing.outcome : standing.kind);
      }
    }
  });
});

describe("planStopOf()", () => {
  it("stops every plan in report mode, tripped or not", () => {
    expect(planStopOf(inventedView([], { mode: "report" }), [])).toBe("report-mode");
    expect(planStopOf(braked({ mode: "report" }), [])).toBe("report-mode");
  });

  it("stops a plan whose brake tripped, until it is approved", () => {
    expect(planStopOf(inventedView([]), [])).toBeNull();
    expect(planStopOf(braked(), [])).toBe("brake");
    expect(planStopOf(braked({ approval: { by: "Chen", at: "2026-10-02T00:00:00Z" } }), [])).toBeNull();
  });

  it("takes an outcome of this plan as proof that its brake was lifted, but none of an earlier plan", () => {
    const { planHash } = braked().plan;
    expect(planStopOf(braked(), [{ planHash }])).toBeNull();
    expect(planStopOf(braked(), [{ planHash: "00".repeat(32) }])).toBe("brake");
  });
});

describe("isUnremoved()", () => {
  it("names what was tried in vain and what the provider does not let go, and nothing else", () => {
    const rows = (["revoked", "already-gone", "changed", "refused", "unverified", "failed"] as const).map((kind) =>
      outcomeRow(1, kind),
    );
    rows.push(heldRow(1, "unremovable"), heldRow(1, "unrestorable"), waitingRow(1), flaggedRow(1));
    const standings = rows.map((row) => standingOf(row, null)).filter(isUnremoved);
    expect(standings).toEqual([
      { kind: "outcome", outcome: "refused" },
      { kind: "outcome", outcome: "unverified" },
      { kind: "outcome", outcome: "failed" },
      { kind: "held", by: "unremovable" },
    ]);
  });
});
