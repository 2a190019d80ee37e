import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashOf } from "../../../functions/basics/hash.ts";
import { seenHash } from "../../../functions/review/grants/grant-comparison.ts";
import { buildPlan, suppressedRules } from "../../../functions/review/plan/build-plan.ts";
import { itemOf, type PlanContext, planHashOf } from "../../../functions/review/plan/plan.ts";
import {
  inventCandidate,
  inventContext,
  inventGrant,
  inventKeep,
  inventRule,
  takenAt,
} from "../grants/invented-grants.ts";

const stale = inventRule();
const leaver = inventRule({ id: "leaver", noticeDays: 0, overridable: false });
const slow = inventRule({ id: "slow", noticeDays: 30 });

describe("suppressedRules()", () => {
  const { grant } = inventCandidate();
  const keep = { decision: inventKeep(grant), rulesThen: ["stale", "leaver"] };

  it("names the overridable rules that matched when the keep was made, and no others", () => {
    expect([...suppressedRules({ matched: [stale, leaver, slow], keep }, takenAt)]).toEqual(["stale"]);
  });

  it("names none without a keep, or once it is over", () => {
    expect(suppressedRules({ matched: [stale], keep: null }, takenAt).size).toBe(0);
    expect(suppressedRules({ matched: [stale], keep }, "2027-01-02T00:00:00Z").size).toBe(0);
  });
});

describe("buildPlan()", () => {
  it("makes an item of a matching grant: what was seen, which rules, due when", () => {
    const { grant, ...rest } = inventCandidate({}, [stale, slow]);
    const plan = buildPlan([{ grant, ...rest }], inventContext());
    expect(plan.items).toEqual([
      {
        grantId: grant.id,
        holderId: "h1",
        roleId: "r1",
        rules: ["slow", "stale"],
        seen: seenHash(grant),
        noticeAt: "2026-06-01T01:00:00Z",
        notBefore: "2026-06-08T01:00:00Z",
        notices: { slow: "2026-06-01T01:00:00Z", stale: "2026-06-01T01:00:00Z" },
        hold: null,
      },
    ]);
    expect(plan).toMatchObject({ formatVersion: 1, source: "people", brake: { tripped: false, limits: [] } });
  });

  describe("notice", () => {
    const { grant } = inventCandidate();
    const noticed = (seen: string, notices: Record<string, string>): PlanContext =>
      inventContext({ previousNotices: new Map([[grant.id, { seen, notices }]]) });
    const itemUnder = (context: PlanContext) => buildPlan([inventCandidate({}, [stale, slow])], context).items[0];

    it("runs on per rule, and the rule that is due first counts", () => {
      const item = itemUnder(noticed(seenHash(grant), { slow: "2026-05-01T00:00:00Z" }));
      expect(item).toMatchObject({ noticeAt: "2026-05-01T00:00:00Z", notBefore: "2026-05-31T00:00:00Z" });
      expect(item?.notices).toEqual({ slow: "2026-05-01T00:00:00Z", stale: "2026-06-01T01:00:00Z" });
    });

    it("starts anew if the grant changed", () => {
      const item = itemUnder(noticed("another", { slow: "2026-05-01T00:00:00Z" }));
      expect(item).toMatchObject({ noticeAt: "2026-06-01T01:00:00Z", notBefore: "2026-06-08T01:00:00Z" });
    });

    it("is not inherited from Object by a rule of such a name", () => {
      const odd = inventCandidate({}, [inventRule({ id: "constructor" })]);
      expect(buildPlan([odd], noticed(seenHash(grant), {})).items[0]?.noticeAt).toBe("2026-06-01T01:00:00Z");
    });
  });

  describe("keep", () => {
    const { grant } = inventCandidate();
    const keep = { decision: inventKeep(grant), rulesThen: ["stale"] };

    it("holds an item all of whose rules it suppresses, and does not name the reviewer", () => {
      const [item] = buildPlan([{ grant, matched: [stale], keep }], inventContext()).items;
      expect(item?.rules).toEqual(["stale"]);
      expect(item?.hold?.by).toBe("decision");
      expect(item?.hold?.detail).not.toContain("reviewer-1");
    });

    it("leaves what it does not suppress to run its course", () => {
      const [item] = buildPlan([{ grant, matched: [stale, slow], keep }], inventContext()).items;
      expect(item).toMatchObject({ rules: ["slow"], notBefore: "2026-07-01T01:00:00Z", hold: null });
    });
  });

  describe("a window for deciding", () => {
    const asked = inventRule({ id: "asked", then: "flag", noticeDays: 0, onNoDecision: "expire" });
    const { policy } = inventContext();
    const waiting = inventContext({ policy: { ...policy, decideWithinDays: 14 } });
    const itemBy = (...rules: ReturnType<typeof inventRule>[]) =>
      buildPlan([inventCandidate({}, rules)], waiting).items[0];

    it("ends before what nobody decided on is due, and the item says that a decision would stop it", () => {
      expect(itemBy(asked)).toMatchObject({ rules: ["asked"], notBefore: "2026-06-15T00:00:00Z", ifUndecided: true });
    });

    it("leaves a longer notice as long as it is", () => {
      expect(itemBy({ ...asked, noticeDays: 20 })).toMatchObject({ notBefore: "2026-06-21T01:00:00Z" });
    });

    it("delays no rule that expires whatever anybody decides", () => {
      const item = itemBy(asked, leaver);
      expect(item).toMatchObject({ rules: ["asked", "leaver"], notBefore: "2026-06-01T01:00:00Z" });
      expect(item).not.toHaveProperty("ifUndecided");
    });

    it("changes nothing for a keep, which holds what it speaks of", () => {
      const { grant } = inventCandidate();
      const keep = { decision: inventKeep(grant), rulesThen: ["asked"] };
      expect(buildPlan([{ grant, matched: [asked], keep }], waiting).items[0]?.hold?.by).toBe("decision");
    });
  });

  it("sorts items by grant, and hashes the same in whatever order candidates and rules come", () => {
    const candidates = [..."abcdefgh"].map((id) => inventCandidate({ holder: { id } }, [stale, leaver, slow]));
    const plan = buildPlan(candidates, inventContext());
    const ids = plan.items.map(({ grantId }) => grantId);
    expect(ids).toEqual(ids.toSorted());
    const shuffle = fc.shuffledSubarray(candidates, { minLength: candidates.length });
    fc.assert(
      fc.property(shuffle, (shuffled) => {
        const reversed = shuffled.map((one) => ({ ...one, matched: one.matched.toReversed() }));
        expect(buildPlan(reversed, inventContext())).toEqual(plan);
      }),
      { numRuns: 30 },
    );
  });

  it("leaves grants out that nothing matches, and refuses one that comes twice", () => {
    expect(buildPlan([inventCandidate({}, [])], inventContext()).items).toEqual([]);
    expect(() => buildPlan([inventCandidate(), inventCandidate()], inventContext())).toThrow("comes twice");
  });
});

describe("planHashOf()", () => {
  const plan = buildPlan([inventCandidate()], inventContext());

  it("covers everything but itself, the assessment and the time of creation", () => {
    const { planHash, assessment: _, createdAt: __, ...bound } = plan;
    expect(planHash).toBe(hashOf(bound));
    expect(planHashOf({ ...plan, assessment: "0002", createdAt: takenAt })).toBe(planHash);
    expect(planHashOf(JSON.parse(JSON.stringify(plan)))).toBe(planHash);
  });

  it("changes with what the plan rests on", () => {
    const changes = [
      { snapshotSha256: "d" },
      { policySha256: "d" },
      { decisionsSha256: "d" },
      { review: "x" },
      { items: [] },
    ];
    const hashes = changes.map((change) => planHashOf({ ...plan, ...change }));
    expect(new Set([plan.planHash, ...hashes]).size).toBe(changes.length + 1);
  });
});

describe("itemOf()", () => {
  it("finds each item, and nothing for a grant that is none", () => {
    const candidates = [..."abcdefghi"].map((id) => inventCandidate({ holder: { id } }));
    const plan = buildPlan(candidates, inventContext());
    for (const { grant } of candidates) expect(itemOf(plan, grant.id)?.grantId).toBe(grant.id);
    for (const id of ["", inventGrant().id, "g"]) expect(itemOf(plan, id)).toBeNull();
  });
});
