import { describe, expect, it } from "vitest";
import { buildPlan } from "../../../functions/review/plan/build-plan.ts";
import type { Candidate } from "../../../functions/review/plan/plan.ts";
import type { Finding } from "../../../functions/review/rules/finding.ts";
import { byGrantThenRule, findingsOf } from "../../../functions/review/rules/findings.ts";
import type { NoDecision } from "../../../functions/review/rules/policy.ts";
import { inventCandidate, inventContext, inventKeep, inventRule } from "../grants/invented-grants.ts";

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
      detail: "kept until 2026-12-31, decided at 2026-03-05T00:00:00Z",
      because: {
        code: "decision-keeps",
        figures: { until: "2026-12-31", decidedAt: "2026-03-05T00:00:00Z" },
      },
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

describe("findingsOf() once the window for deciding has ended", () => {
  const endedAt = "2026-06-15T00:00:00Z";
  const asked = (onNoDecision: NoDecision) => inventRule({ id: "asked", then: "flag", onNoDecision });
  /** What sets aside the one finding of a flag under a plan, when the window ended, if it did. */
  const setAside = (candidate: Candidate, windowEndedAt: string | null, more: { revokeDecidedAt?: string } = {}) => {
    const expiring = candidate.matched.filter(({ onNoDecision }) => onNoDecision === "expire");
    const plan = buildPlan(
      [{ ...candidate, matched: expiring }],
      inventContext({}, { protectedHolders: ["protected"] }),
    );
    return findingsOf({ ...candidate, ...more }, plan, windowEndedAt)[0]?.suppressedBy;
  };
  const one = (onNoDecision: NoDecision, holder = "h1") =>
    inventCandidate({ holder: { id: holder } }, [asked(onNoDecision)]);
  const kept = (candidate: Candidate): Candidate => ({
    ...candidate,
    keep: { decision: inventKeep(candidate.grant), rulesThen: ["asked"] },
  });

  it("closes what nobody decided on and is kept then, and says that nobody did", () => {
    expect(setAside(one("keep"), null)).toBeNull();
    expect(setAside(one("keep"), endedAt)).toEqual({
      by: "no-decision",
      detail: `nobody had decided by ${endedAt}`,
      because: { code: "no-decision", figures: { endedAt } },
    });
  });

  it("leaves what is to stay a finding, or to expire, as it was", () => {
    expect(setAside(one("flag"), endedAt)).toBeNull();
    expect(setAside(one("expire"), endedAt)).toBeNull();
  });

  it("does not speak of silence where somebody decided", () => {
    expect(setAside(kept(one("keep")), endedAt)?.by).toBe("decision");
    expect(setAside(kept(one("expire")), null)?.by).toBe("decision");
    const revoked = {
      by: "decision",
      detail: "revoke decided at 2026-06-02T00:00:00Z",
      because: { code: "decision-revokes", figures: { decidedAt: "2026-06-02T00:00:00Z" } },
    };
    expect(setAside(one("keep"), endedAt, { revokeDecidedAt: "2026-06-02T00:00:00Z" })).toEqual(revoked);
  });

  it.each(["flag", "keep", "expire"] as const)("says of a flag that was answered who needs no asking (%s)", (rest) => {
    expect(setAside(kept(one(rest)), null)?.detail).toBe("kept until 2026-12-31, decided at 2026-03-05T00:00:00Z");
    expect(setAside(one(rest), null, { revokeDecidedAt: "2026-06-02T00:00:00Z" })?.by).toBe("decision");
    const ofAnother = { ...kept(one(rest)).keep!, rulesThen: ["another"] };
    expect(setAside({ ...one(rest), keep: ofAnother }, null)).toBeNull();
  });

  it("shows what holds a flag's item, as of any other", () => {
    expect(setAside(one("expire", "protected"), null)).toEqual({ by: "hold", detail: "protected-holder" });
    expect(setAside(one("keep", "protected"), null)).toBeNull();
  });
});

describe("byGrantThenRule()", () => {
  it("sorts findings of many grants by grant, then by rule", () => {
    const sorted = findings([..."abcd"].map((id) => inventCandidate({ holder: { id } }))).sort(byGrantThenRule);
    const keys = sorted.map(({ grantId, rule }) => `${grantId} ${rule}`);
    expect(keys).toEqual(keys.toSorted());
  });
});
