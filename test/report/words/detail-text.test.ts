import { describe, expect, it } from "vitest";
import { pagePhrasesOf } from "../../../functions/report/page/page.ts";
import { becauseText, checkDetail, detailText, suppressionText } from "../../../functions/report/words/detail-text.ts";
import { phrasesOf } from "../../../functions/report/words/words.ts";
import type { Holder, Role } from "../../../functions/review/grants/grant.ts";
import { buildPlan } from "../../../functions/review/plan/build-plan.ts";
import type { Guard } from "../../../functions/review/rules/policy.ts";
import { inventCandidate, inventContext, inventKeep, inventRule } from "../../review/grants/invented-grants.ts";

const [chinese, english] = [phrasesOf("zh"), phrasesOf("en")];

/** The hold of the one grant that a plan holds under these guards. */
const holdOf = (candidate: ReturnType<typeof inventCandidate>, guard: Partial<Guard> = {}) =>
  buildPlan([candidate], inventContext({}, guard)).items[0]?.hold ?? expect.fail("nothing holds it");

const one = (grant: { holder?: Partial<Holder>; role?: Partial<Role> } = {}) => inventCandidate(grant, [inventRule()]);

describe("detailText()", () => {
  const kept = one();
  it.each([
    ["a protected role", holdOf(one(), { protectedRoles: [one().grant.role.id] }), /^角色 \S+ 受保护$/],
    ["a protected holder", holdOf(one(), { protectedHolders: ["h1"] }), /^持有人受保护$/],
    ["a canary", holdOf(one(), { canaries: [{ holder: "h1", role: one().grant.role.id }] }), /^已知存在的授权/],
    [
      "a grant that is too new",
      holdOf(one(), { minGrantAgeDays: 9_999 }),
      /^授予仅 \d+ 天（minGrantAgeDays 为 9999）$/,
    ],
    ["a holder that is unknown", holdOf(one({ holder: { status: "unknown" } })), /^读不到持有人$/],
    [
      "a keep",
      holdOf({ ...kept, keep: { decision: inventKeep(kept.grant), rulesThen: ["stale"] } }),
      /^2026-03-05T00:00:00Z 决定保留至 2027-01-01$/,
    ],
  ])("says in Chinese what the plan says of %s", (_what, hold, text) => {
    expect(detailText(hold, chinese)).toMatch(text);
    expect(detailText(hold, english)).toBe(hold.detail);
  });

  it("puts together what changed since the snapshot", () => {
    const detail = "since the snapshot the holder was left and is active, its scopes changed";
    expect(detailText({ detail }, chinese)).toBe("快照之后：持有人状态由 left 变为 active、管理范围有变");
    expect(detailText({ detail }, english)).toBe(detail);
  });

  it("leaves a provider's own words as they were said", () => {
    for (const detail of ["Feishu refused: no permission", "since the snapshot nobody answers"]) {
      expect(detailText({ detail }, chinese)).toBe(detail);
    }
  });

  it("prefers a code to its sentence, and falls back on the sentence of a code that it does not know", () => {
    const told = {
      detail: "as it was worded then",
      because: { code: "role-share", figures: { items: 3, holders: 12 } },
    };
    expect(detailText(told, english)).toBe("3 of the role's 12 holders, maxRoleShare is not known");
    expect(detailText(told, chinese)).toBe("涉及该角色 12 名持有人中的 3 名（maxRoleShare 为 未知）");
    const because = { code: "constructor" };
    expect(detailText({ detail: "the holder is protected", because }, chinese)).toBe("the holder is protected");
  });
});

// Sentences as evidence has had them since version 0.1, each once for every code. Evidence stays as it was written: whoever
// rewords a text in en.ts sees here that the old wording is no longer read.
const oldSentences = [
  "role r1 is protected",
  "the holder is protected",
  "a grant known to exist, by which snapshots are proved",
  "granted 3 days ago, minGrantAgeDays is 30",
  "first seen 3 days ago, minGrantAgeDays is 30",
  "the provider does not remove it",
  "refused in review 2026-03-05T000000Z: UnsupportedOperation",
  "unverified in review 2026-03-05T000000Z: the provider said yes, and the grant was still there",
  "the provider cannot give it back, and allowUnrestorable is false",
  "the provider sets the scopes of organisational roles with their objects alone",
  "the whole grant is to be removed, by rule leaver",
  "other scopes would stay than the plan says",
  "no object of the scopes that were to stay exists any more",
  "301 combinations of scopes would stay, and the provider takes 300 at once",
  "its scopes are neither those before nor those that were to stay",
  "of what was to stay is missing: d1",
  "objects that no longer exist were left out: d1",
  "somebody else added meanwhile, and has it still: d1",
  "somebody else had added meanwhile, and was given back: d1",
  "the narrowing got no answer, and a fresh read shows the scopes that were to stay",
  "the narrowing got no answer, and the scopes are as they were",
  "the provider said yes, and the scopes are as they were",
  "the provider refused the narrowing: UnsupportedOperation",
  "the holder could not be read",
  "the scopes could not be read",
  "the role could not be read",
  "the role is not listed",
  "3 of the role's 12 holders, maxRoleShare is 0.5",
  "would take 3 of the role's 3 active holders",
  "kept by a decision of 2026-03-05T00:00:00Z until 2027-01-01T00:00:00Z",
  "kept until 2027-01-01T00:00:00Z, decided at 2026-03-05T00:00:00Z",
  "a decisions file that cannot be understood may speak of it: decisions/s/d.csv",
  "revoke decided at 2026-03-05T00:00:00Z",
  "revoke of another grant of the conflict decided at 2026-03-05T00:00:00Z",
  "nobody had decided by 2026-03-05T00:00:00Z",
  "sweep 2026-03-05T000000Z-sweep removed it",
  "no rule of the plan matches any more",
  "it was given anew",
  "since the snapshot the holder was left and is active, it was given anew, its scopes changed",
  "the removal got no answer, and a fresh read no longer shows it",
  "the removal got no answer, and the grant is still there",
  "the provider said yes, and the grant is still there",
  "the removal failed 3 times, and no reason that the provider gave spoke of this grant: the next review tries again",
  "the source is configured to another host or app since: what became of the grant cannot be read",
  "the source is configured to another host or app since: what became of the role cannot be read",
];

describe("old evidence", () => {
  it("reads in today's words where a sentence was reworded since", () => {
    const detail =
      "the provider's task ended as Failed 3 times, and no reason spoke of this grant: the next review tries again";
    expect(detailText({ detail }, english)).toBe(
      "the removal failed 3 times, and no reason that the provider gave spoke of this grant: the next review tries again",
    );
    expect(detailText({ detail }, chinese)).toMatch(/^移除 3 次均告失败/);
  });

  it.each(oldSentences)("reads in Chinese, and in English as it was written: %s", (detail) => {
    expect(detailText({ detail }, english)).toBe(detail);
    expect(detailText({ detail }, chinese)).not.toMatch(/[a-z]{2,} [a-z]{2,}/);
  });

  it("has a sentence for every code of a row", () => {
    expect(oldSentences).toHaveLength(Object.keys(english.because).length);
  });
});

describe("the words of a code", () => {
  const figuresIn = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).sort();
  const [inChinese, inEnglish] = [pagePhrasesOf("zh"), pagePhrasesOf("en")];
  const templates = { ...inEnglish.because, ...inEnglish.differences };
  const translations: Record<string, string> = { ...inChinese.because, ...inChinese.differences };

  it.each(Object.entries(templates))("are in both languages, with the same figures: %s", (code, template) => {
    const translation = translations[code] ?? "";
    expect(translation).toMatch(/\p{Script=Han}/u);
    expect([...new Set(figuresIn(translation))]).toEqual([...new Set(figuresIn(template))]);
  });

  it("are for every check, too: an unknown code shows the check's own words", () => {
    const because = { code: "grants-announced", figures: { announced: 3, listed: 2 } };
    const check = { detail: "said otherwise", because };
    expect(checkDetail(check, inEnglish)).toBe("the provider says that there are 3, and 2 were listed");
    expect(checkDetail(check, inChinese)).toBe("平台报告共 3 项，清单中读到 2 项");
    expect(checkDetail({ detail: "said otherwise", because: { code: "of-tomorrow" } }, inChinese)).toBe(
      "said otherwise",
    );
    expect(becauseText(because, chinese)).toBeNull();
  });
});

describe("suppressionText()", () => {
  it("names the hold, or tells of the decision", () => {
    expect(suppressionText({ by: "hold", detail: "canary" }, chinese)).toBe(
      "因保护措施搁置：哨兵授权：已知存在，永不移除",
    );
    const decided = { by: "decision" as const, detail: "revoke decided at 2026-03-05T00:00:00Z" };
    expect(suppressionText(decided, english)).toBe("set aside by a decision: revoke decided at 2026-03-05T00:00:00Z");
    expect(suppressionText(decided, chinese)).toBe("因审阅人的决定搁置：2026-03-05T00:00:00Z 决定收回");
  });
});
