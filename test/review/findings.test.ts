import { describe, expect, it } from "vitest";
import { findingsOf } from "../../functions/review/findings.ts";
import { buildPlan, type Candidate } from "../../functions/review/plan.ts";
import { inventCandidate, inventContext, inventKeep, inventRule, takenAt } from "./invented-grants.ts";

const flag = inventRule({ id: "undated", then: "flag" });

/** The findings on candidates whose flags match as well, under the plan that follows from them. */
const findings = (candidates: Candidate[], guard = {}) => {
  const plan = buildPlan(candidates, inventContext({}, guard));
  return findingsOf(
    candidates.map(({ grant, matched, keep }) => ({ grantId: grant.id, matched: [flag, ...matched], keep })),
    { itemsByGrant: new Map(plan.items.map((item) => [item.grantId, item])), ruleErrors: [], now: takenAt },
  );
};

describe("findingsOf()", () => {
  it("gives a line per grant and rule, by grant and then by rule", () => {
    const candidates = [..."abc"].map((id) => inventCandidate({ holder: { id } }));
    const lines = findings(candidates);
    const keys = lines.map(({ grantId, rule }) => `${grantId} ${rule}`);
    expect(keys).toEqual(keys.toSorted());
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatchObject({
      rule: "stale",
      then: "expire",
      reason: { en: "stale", zh: "过期" },
      suppressedBy: null,
    });
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

  it("gives one line per rule that fails", () => {
    const ruleErrors = [{ rule: "stale", grantId: "0".repeat(16), grants: 3 }];
    const [line] = findingsOf([], { itemsByGrant: new Map(), ruleErrors, now: takenAt });
    expect(line).toMatchObject({ grantId: "0".repeat(16), rule: "rule-error", then: "flag", suppressedBy: null });
    expect(line?.reason.en).toBe("Rule stale could not be evaluated on 3 grants, here first");
  });
});
