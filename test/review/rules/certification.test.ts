import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { certificationFindings, suspiciousCertifications } from "../../../functions/review/rules/certification.ts";
import type { Decision } from "../../../functions/review/rules/decision.ts";

const startMs = Date.UTC(2026, 9, 1);

/** Decisions of one reviewer, one every so many milliseconds. */
const decided = (count: number, everyMs: number, parts: Partial<Decision> = {}): Decision[] =>
  Array.from({ length: count }, (_, at) => ({
    review: "2026-10-01T020000Z",
    grantId: at.toString(16).padStart(16, "0"),
    decision: "keep",
    until: "2027-01-01T00:00:00Z",
    reviewer: "chen@example.com",
    reason: "still needed",
    decidedAt: new Date(startMs + at * everyMs).toISOString(),
    provenBy: null,
    ...parts,
  }));

const revoke = { decision: "revoke", grantId: "f".repeat(16) } as const;

describe("suspiciousCertifications()", () => {
  it("finds more than 200 keeps within 90 seconds, wherever among slower ones they are", () => {
    const slow = decided(60, 60_000, { decidedAt: "2026-09-01T00:00:00Z" }).map((decision, at) => ({
      ...decision,
      grantId: `a${decision.grantId.slice(1)}`,
      decidedAt: new Date(startMs - (at + 2) * 100_000).toISOString(),
    }));
    const hasty = decided(201, 450);
    const found = suspiciousCertifications([...hasty, ...slow, ...decided(1, 0, revoke)]);
    expect(found).toEqual([
      {
        reviewer: "chen@example.com",
        review: "2026-10-01T020000Z",
        kind: "hasty",
        count: 201,
        grantId: "0".repeat(16),
      },
    ]);
  });

  it("takes 200 in 90 seconds, or 201 in more, for possible", () => {
    for (const decisions of [decided(200, 0), decided(201, 451)])
      expect(suspiciousCertifications([...decisions, ...decided(1, 0, revoke)])).toEqual([]);
  });

  it("finds whoever kept all of more than 50 grants, by what was decided last", () => {
    const all = decided(51, 60_000);
    expect(suspiciousCertifications(all)).toMatchObject([{ kind: "indiscriminate", count: 51 }]);
    expect(suspiciousCertifications(decided(50, 60_000))).toEqual([]);
    const second = { ...all[3]!, decision: "revoke", decidedAt: "2026-11-01T00:00:00Z" } as const;
    expect(suspiciousCertifications([...all, second])).toEqual([]);
    const back = { ...second, decision: "keep", decidedAt: "2026-11-02T00:00:00Z" } as const;
    expect(suspiciousCertifications([back, second, ...all])).toMatchObject([{ count: 51 }]);
  });

  it("judges every reviewer and every review apart, and one reviewer as one however the name is written", () => {
    const [half, other] = [decided(51, 60_000).slice(0, 26), decided(51, 60_000).slice(26)];
    expect(
      suspiciousCertifications([...half, ...other.map((one) => ({ ...one, reviewer: "li@example.com" }))]),
    ).toEqual([]);
    expect(
      suspiciousCertifications([...half, ...other.map((one) => ({ ...one, review: "2026-07-01T020000Z" }))]),
    ).toEqual([]);
    expect(
      suspiciousCertifications([...half, ...other.map((one) => ({ ...one, reviewer: " Chen@Example.com" }))]),
    ).toHaveLength(1);
  });

  it("says the same in whatever order the decisions come", () => {
    const decisions = [...decided(60, 1_000), ...decided(60, 1_000, { reviewer: "li@example.com" })];
    const said = suspiciousCertifications(decisions);
    expect(said).toHaveLength(2);
    fc.assert(
      fc.property(fc.shuffledSubarray(decisions, { minLength: decisions.length }), (shuffled) => {
        expect(suspiciousCertifications(shuffled)).toEqual(said);
      }),
      { numRuns: 20 },
    );
  });
});

describe("certificationFindings()", () => {
  it("flags the first grant that was kept so, and names the reviewer and the count in both languages", () => {
    const findings = certificationFindings(decided(201, 0));
    expect(findings.map(({ grantId, rule, then }) => [grantId, rule, then])).toEqual([
      ["0".repeat(16), "suspicious-certification", "flag"],
      ["0".repeat(16), "suspicious-certification", "flag"],
    ]);
    for (const { reason } of findings)
      for (const text of [reason.en, reason.zh]) expect(text).toMatch(/chen@example\.com.*201/);
  });
});
