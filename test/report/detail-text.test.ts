import { describe, expect, it } from "vitest";
import { checkText } from "../../functions/report/words/check-words.ts";
import { detailText } from "../../functions/report/words/detail-text.ts";
import type { Holder, Role } from "../../functions/review/grants/grant.ts";
import { buildPlan } from "../../functions/review/plan/build-plan.ts";
import type { Guard } from "../../functions/review/rules/policy.ts";
import { inventCandidate, inventContext, inventKeep, inventRule } from "../review/grants/invented-grants.ts";

/** What a plan says of the one grant that it holds under these guards. */
const heldDetail = (candidate: ReturnType<typeof inventCandidate>, guard: Partial<Guard> = {}): string =>
  buildPlan([candidate], inventContext({}, guard)).items[0]?.hold?.detail ?? expect.fail("nothing holds it");

const one = (grant: { holder?: Partial<Holder>; role?: Partial<Role> } = {}) => inventCandidate(grant, [inventRule()]);

describe("detailText()", () => {
  const kept = one();
  it.each([
    ["a protected role", heldDetail(one(), { protectedRoles: [one().grant.role.id] }), /^角色 \S+ 受保护$/],
    ["a protected holder", heldDetail(one(), { protectedHolders: ["h1"] }), /^持有人受保护$/],
    ["a canary", heldDetail(one(), { canaries: [{ holder: "h1", role: one().grant.role.id }] }), /^已知存在的授权/],
    [
      "a grant that is too new",
      heldDetail(one(), { minGrantAgeDays: 9_999 }),
      /^授予仅 \d+ 天（minGrantAgeDays 为 9999）$/,
    ],
    ["a holder that is unknown", heldDetail(one({ holder: { status: "unknown" } })), /^读不到持有人$/],
    [
      "a keep",
      heldDetail({ ...kept, keep: { decision: inventKeep(kept.grant), rulesThen: ["stale"] } }),
      /^2026-03-05T00:00:00Z 决定保留至 2027-01-01$/,
    ],
  ])("says in Chinese what the plan says of %s", (_what, detail, chinese) => {
    expect(detailText(detail, "zh")).toMatch(chinese);
    expect(detailText(detail, "en")).toBe(detail);
  });

  it("puts together what changed since the snapshot", () => {
    const detail = "since the snapshot the holder was left and is active, its scopes changed";
    expect(detailText(detail, "zh")).toBe("快照之后：持有人状态由 left 变为 active、管理范围有变");
  });

  it("leaves a provider's own words as they were said", () => {
    expect(detailText("Feishu refused: no permission", "zh")).toBe("Feishu refused: no permission");
  });
});

describe("checkText()", () => {
  it("says what a check proves, and names one that it does not know", () => {
    expect(checkText("leavers-visible", "zh")).toBe("能看到已离职人员");
    expect(checkText("of-tomorrow", "en")).toBe("of-tomorrow");
  });
});
