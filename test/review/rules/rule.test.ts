import { describe, expect, it } from "vitest";
import type { Grant } from "../../../functions/review/grants/grant.ts";
import { type Facts, noDecision, noPrevious } from "../../../functions/review/rules/facts.ts";
import type { Rule } from "../../../functions/review/rules/policy.ts";
import { compileRules, judge, judgeWithScopes } from "../../../functions/review/rules/rule.ts";
import { checkExpression } from "../../../functions/review/rules/rule-check.ts";
import { viewOf } from "../../../functions/review/rules/rule-view.ts";

const grant: Grant = {
  id: "0123456789abcdef",
  source: "people",
  provider: "feishu-corehr",
  holder: {
    id: "6999000000000000001",
    kind: "user",
    status: "leaving",
    name: "李雷",
    email: "li.lei@example.com",
    departmentId: "d1",
    managerId: null,
    lastDay: "2026-10-01",
    employedAgain: false,
  },
  role: {
    id: "r1",
    code: "payroll",
    name: { zh: "薪酬管理员", en: "Payroll" },
    description: { zh: null, en: null },
    kind: "organisational",
    status: "active",
  },
  scopes: [[{ dimension: "department", ids: ["d1", "d2"], names: [null, null] }]],
  removable: true,
  unremovableReason: null,
  restorable: true,
  grantedAt: "2026-01-02T03:04:05Z",
  firstSeenAt: "2026-01-10T02:00:00Z",
};

const facts: Facts = {
  grant,
  roleHolders: 12,
  previous: { exists: true, scopesChanged: false, departmentId: "d1", revokedAt: null },
  decision: noDecision,
  now: "2026-09-15T00:00:00Z",
};

/** The same grant with every fact that may be absent absent. */
const bare: Facts = {
  ...facts,
  grant: { ...grant, grantedAt: null, scopes: null, holder: { ...grant.holder, lastDay: null, employedAgain: null } },
  previous: noPrevious,
};

const ruleOf = (when: string): Rule => ({
  id: "rule",
  when,
  then: "flag",
  noticeDays: 0,
  reason: { en: "reason", zh: "原因" },
  overridable: true,
});

const verdict = (when: string, of: Facts = facts, timezone = "Asia/Shanghai") => {
  const [compiled] = compileRules([ruleOf(when)]);
  return judge(compiled!, viewOf(of, { language: "zh", timezone }));
};

describe("judge()", () => {
  it.each([
    'grant.id == "0123456789abcdef" && holder.id == "6999000000000000001" && role.id == "r1"',
    "grant.grantedAt < now - days(30) && grant.firstSeenAt > grant.grantedAt",
    "now - grant.grantedAt > days(200)",
    'grant.scopes.exists(s, s.dimension == "department" && "d2" in s.ids)',
    "role.holders == 12 && size(grant.scopes) == 1",
    'holder.managerId == "" && holder.departmentId == previous.departmentId',
    'role.name == "薪酬管理员" && role.kind == "organisational"',
    "!decision.made && !decision.keep && !decision.revoke",
    "has(grant.grantedAt) && has(holder.employedAgain) && !has(decision.until)",
    'now == timestamp("2026-09-15T00:00:00Z")',
    "now + days(-1) < now",
  ])("sees the facts of a grant: %s", (when) => {
    expect(verdict(when)).toEqual({ kind: "match" });
  });

  it.each([
    "grant.grantedAt < now",
    "!(grant.grantedAt < now)",
    "grant.grantedAt == now",
    "grant.grantedAt != now",
    "!(grant.grantedAt == previous.revokedAt)",
    "grant.grantedAt > previous.revokedAt",
    "!(now - grant.grantedAt < days(1))",
    "holder.lastDay > now || holder.lastDay <= now",
    "decision.until < now || decision.decidedAt < now",
    "holder.employedAgain",
    "!holder.employedAgain",
    "grant.grantedAt < now ? true : false",
    "grant.grantedAt in [now]",
    "[1, 2].exists(n, grant.grantedAt < now)",
    "[1, 2].all(n, !(grant.grantedAt < now))",
    "!(grant.grantedAt < now && holder.lastDay < now)",
  ])("does not match, and does not fail, on an absent fact: %s", (when) => {
    expect(verdict(when, bare)).toEqual({ kind: "no-match" });
  });

  it.each([
    'grant.grantedAt < now || role.code == "payroll"',
    'role.code == "payroll" || grant.grantedAt < now',
    '!(grant.grantedAt < now && role.code == "other")',
    "!has(grant.grantedAt) && !has(previous.revokedAt)",
    "!has(grant.grantedAt) || grant.grantedAt < now",
    "size(grant.scopes) == 0",
  ])("matches where an absent fact does not matter: %s", (when) => {
    expect(verdict(when, bare)).toEqual({ kind: "match" });
  });

  it.each([
    ['grant.scopes[7].dimension == "x"', "index out of bounds"],
    ["10 / (role.holders - 12) == 1", "division by zero"],
    ["9223372036854775807 + role.holders > 0", "numeric overflow"],
    ["days(role.holders * 10000) > days(1)", "too many days"],
    ['holder.name.matches("(")', "invalid regular expression"],
  ])("fails, and says where, on %s", (when, message) => {
    expect(verdict(when)).toMatchObject({ kind: "error", message: expect.stringContaining(`${message} at character`) });
  });

  it("does not repeat what a fact holds when an expression fails on it", () => {
    const judgement = verdict("bool(holder.name)");
    expect(judgement.kind).toBe("error");
    expect(JSON.stringify(judgement)).not.toContain("李雷");
  });

  it("leaves the engine's stack traces as they were", () => {
    const before = Error.stackTraceLimit;
    verdict("grant.grantedAt < now", bare);
    expect(Error.stackTraceLimit).toBe(before);
  });

  it("keeps the last day until it is over where the holder is", () => {
    const now = "2026-10-01T20:00:00Z";
    expect(verdict("holder.lastDay < now", { ...facts, now }, "Asia/Shanghai").kind).toBe("match");
    expect(verdict("holder.lastDay < now", { ...facts, now }, "America/New_York").kind).toBe("no-match");
  });
});

describe("viewOf()", () => {
  it("names roles in the report's language, else in the other", () => {
    const nameless: Facts = {
      ...facts,
      grant: { ...grant, role: { ...grant.role, name: { zh: null, en: "Payroll" } } },
    };
    expect(verdict('role.name == "Payroll"', nameless).kind).toBe("match");
  });

  it("throws on an instant that is none, rather than let comparisons be false", () => {
    expect(() => viewOf({ ...facts, now: "yesterday" }, { language: "en", timezone: "UTC" })).toThrow(RangeError);
  });
});

describe("compileRules()", () => {
  it("throws on an expression that is no condition, naming the rule", () => {
    expect(() => compileRules([ruleOf("grant.id")])).toThrow("rule rule: gives string, not bool");
    expect(() => compileRules([ruleOf("grant.idd == holder.id")])).toThrow("rule rule");
  });
});

describe("checkExpression()", () => {
  it.each([
    ['grant["idd"] == "x"', "did you mean id?"],
    ["grant.scopes.exists(s, s.dimensions == holder.id)", "did you mean dimension?"],
    ["has(holder.lastday) && true", "did you mean lastDay?"],
    ["grant.scopes.exists(s, has(s.id))", "did you mean ids?"],
    ["now.foo == 1", "a time has no fields"],
    ["grant.grantedAt.year == 2026", "a time has no fields"],
    ["grant[holder.id] == holder.id", "do not compute it"],
    ["dyn(grant).idd == 1", "leave it out"],
    ["grant.grantedAt == null", "ask has(...)"],
    ["days(1.5) < days(2)", "days(double)"],
    ['holder.status in ["left", "gone"]', 'never "gone"'],
    ['"member" != holder.kind', "user, group"],
    ["true &&\n  role.id == rolle.id", "line 2, character 14"],
  ])("refuses %s", (expression, fault) => {
    expect(checkExpression(expression)).toContain(fault);
  });
});

describe("judgeWithScopes()", () => {
  const [narrow] = compileRules([{ ...ruleOf("true"), then: "narrow", keepScope: 'scope.id == "d1"' }]);
  const part = (...ids: string[]) => ({ dimension: "department", ids, names: ids.map(() => null) });
  const judged = (scopes: Grant["scopes"]) =>
    judgeWithScopes(narrow!, viewOf({ ...facts, grant: { ...grant, scopes } }, { language: "zh", timezone: "UTC" }), {
      ...grant,
      scopes,
    });

  it("narrows what the grant reaches by what does not stay, and matches not where that is within what stays", () => {
    expect(judged([[part("d1", "d2")]])).toMatchObject({ kind: "match", narrowing: { keep: [[part("d1")]] } });
    expect(judged([[part("d1")], [part("d1"), part("d2")]])).toEqual({ kind: "no-match" });
  });
});
