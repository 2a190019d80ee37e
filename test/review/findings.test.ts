import { describe, expect, it } from "vitest";
import type { Finding } from "../../functions/review/finding.ts";
import { byGrantThenRule, findingsOf } from "../../functions/review/findings.ts";
import { buildPlan, type Candidate } from "../../functions/review/plan.ts";
import { inventCandidate, inventContext, inventKeep, inventRule } from "./invented-grants.ts";

const flag = inventRule({ id: "undated", then: "flag" });

/** The findings on candidates whose flags match as well, under the plan that follows from them. */
const findings = (candidates: Candidate[], guard = {}): Finding[] => {
  const plan = buildPlan(candidates, inventContext({}, guard));
  return candidates.flatMap((one) => findingsOf({ ...one, matched: [flag, ...one.matched] }, plan));
};

describe("findingsOf()", () => {
  it("gives a line per rule that matches, sorted by rule", () => {
    const lines = findings([inventCandidate()]);
    expect(lines.map(({ rule }) => rule)).toEqual(["stale", "undated"]);
    expect(lines[0]).toMatchObject({ then: "expire", reason: { en: "stale", zh: "过期" }, suppressedBy: null });
  });

  it("shows what a hold suppresses, flags never", () => {
    const [stale, undated] = findings([inventCandidate()], { protectedHolders: ["h1"] });
    expect(stale?.suppressedBy).toEqual({ by: "hold", detail: "protected-holder" });
    expect(undated?.suppressedBy).toBeNull();
  });

  it("shows what a keep suppresses, without naming the reviewer, and what it does not", () => {
    const one = inventCandidate({}, [inventRule(), inventRule({ id: "later" })]);
    const keep = { decision: inventKeep(one.grant), rulesThen: ["stale"] };
    const [later, stale] = findings([{ ...one, keep }]);
    expect(later?.suppressedBy).toBeNull();
    expect(stale?.suppressedBy).toEqual({
      by: "decision",
      detail: "kept until 2027-01-01T00:00:00Z, decided at 2026-03-05T00:00:00Z",
    });
  });

  it("shows a hold rather than a keep where something else holds what is kept", () => {
    const one = inventCandidate();
    const keep = { decision: inventKeep(one.grant), rulesThen: ["stale"] };
    const [kept] = findings([{ ...one, keep }]);
    expect(kept?.suppressedBy?.by).toBe("decision");
    const [held] = findings([{ ...one, keep }], { protectedHolders: ["h1"] });
    expect(held?.suppressedBy).toEqual({ by: "hold", detail: "protected-holder" });
  });
});

describe("byGrantThenRule()", () => {
  it("sorts findings of many grants by grant, then by rule", () => {
    const sorted = findings([..."abcd"].map((id) => inventCandidate({ holder: { id } }))).sort(byGrantThenRule);
    const keys = sorted.map(({ grantId, rule }) => `${grantId} ${rule}`);
    expect(keys).toEqual(keys.toSorted());
  });
});
