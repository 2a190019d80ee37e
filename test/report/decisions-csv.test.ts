import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Marked } from "../../functions/report/rows/decision-log.ts";
import { decisionsCsv } from "../../functions/report/rows/decisions-csv.ts";
import { parseDecisions } from "../../functions/review/rules/decision-file.ts";

const marked = (parts: Partial<Marked> = {}): Marked => ({
  ...{ decision: "revoke", until: null, reviewer: "chen@example.com", reason: "moved on" },
  ...{ decidedAt: "2026-10-03T08:00:00.000Z", ...parts },
});

const review = "2026-10-01T020000Z";
const grantId = "00ab00ab00ab00ab";

const readBack = (mark: Marked) =>
  parseDecisions(decisionsCsv(review, new Map([[grantId, mark]])), "d.csv", "Asia/Shanghai");

describe("decisionsCsv()", () => {
  it("has the contract's columns, a line a mark", () => {
    expect(decisionsCsv(review, new Map([[grantId, marked({ decision: "keep", until: "2027-01-31" })]]))).toBe(
      `\ufeffreview,grant_id,decision,until,reviewer,reason,decided_at\r\n` +
        `"${review}","${grantId}","keep","2027-01-31","chen@example.com","moved on","2026-10-03T08:00:00.000Z"\r\n`,
    );
  });

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", `=HYPERLINK("https://example.com","x")`])(
    "lets no spreadsheet take %j for a formula, and is read back as it was meant",
    (reason) => {
      const text = decisionsCsv(review, new Map([[grantId, marked({ reason, reviewer: reason })]]));
      expect(text).not.toMatch(/(^|,)"[\s]*[=+\-@\t\r]/m);
      expect(readBack(marked({ reason, reviewer: reason }))).toMatchObject({
        decisions: [{ reason: reason.trim(), reviewer: reason.trim() }],
        faults: [],
      });
    },
  );

  it("is read back as it was meant, whatever was typed", () => {
    // A typed apostrophe before a formula cannot be told from the one that guards it.
    const typed = fc
      .string({ unit: "grapheme", minLength: 1 })
      .map((text) => text.replace(/\r\n?/g, "\n").trim())
      .filter(
        (text) =>
          text !== "" &&
          !text.includes("\ufffd") &&
          !/^'/.test(text) &&
          !/^[\p{Cc}\p{Cf}\p{Z}]|[\p{Cc}\p{Cf}\p{Z}]$/u.test(text),
      );
    fc.assert(
      fc.property(typed, typed, (reason, reviewer) => {
        expect(readBack(marked({ reason, reviewer }))).toMatchObject({ decisions: [{ reason, reviewer }], faults: [] });
      }),
      { numRuns: 300 },
    );
  });
});
