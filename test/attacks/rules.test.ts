import { describe, expect, it } from "vitest";
import { parseConfig } from "../../functions/config/parse-config.ts";
import { type Facts, noDecision, noPrevious } from "../../functions/review/rules/facts.ts";
import { compileRules, judge } from "../../functions/review/rules/rule.ts";
import { viewOf } from "../../functions/review/rules/rule-view.ts";
import { valid } from "../config/valid.ts";

/** The configuration's faults over a rule with this condition. */
function faultsOf(when: string): string[] {
  const parsed = parseConfig(valid.replace(/when: .*/, () => `when: ${JSON.stringify(when)}`));
  return "faults" in parsed ? parsed.faults.map(({ key, message }) => `${key}: ${message}`) : [];
}

function repeat(text: string, times: number, middle: string, end = ""): string {
  return `${text.repeat(times)}${middle}${end.repeat(times)}`;
}

const refusals = {
  deep: /^policy\.rules\[0]\.when: is nested deeper than 64 levels/,
  large: /^policy\.rules\[0]\.when: has more than 2000 parts/,
  dear: /^policy\.rules\[0]\.when: may take more than 1000000 steps/,
  pattern: /^policy\.rules\[0]\.when: matches\(\)/,
};

const factsOf = (name: string): Facts => ({
  grant: {
    id: "0123456789abcdef",
    source: "people",
    provider: "feishu-corehr",
    holder: {
      id: "1",
      kind: "user",
      status: "active",
      name,
      email: null,
      departmentId: null,
      managerId: null,
      lastDay: null,
      employedAgain: false,
    },
    role: {
      id: "r1",
      code: null,
      name: { zh: null, en: null },
      description: { zh: null, en: null },
      kind: null,
      status: null,
    },
    scopes: [],
    removable: true,
    unremovableReason: null,
    restorable: true,
    grantedAt: null,
    firstSeenAt: "2026-01-10T02:00:00Z",
  },
  roleHolders: 1,
  previous: noPrevious,
  decision: noDecision,
  now: "2026-09-15T00:00:00Z",
});

/** What a rule says of a holder of this name. Rules of a frozen policy come here without the configuration's checks. */
function judgementOf(when: string, name: string) {
  const rule = {
    id: "rule",
    when,
    then: "flag",
    noticeDays: 0,
    reason: { en: "-", zh: "-" },
    overridable: true,
  } as const;
  const [compiled] = compileRules([rule]);
  return judge(compiled!, viewOf(factsOf(name), { language: "en", timezone: "UTC" }));
}

describe("an expression nested until something gives way", () => {
  it.each([
    ["parentheses", repeat("(", 65, "true", ")")],
    ["parentheses beyond the engine's stack", repeat("(", 100_000, "true", ")")],
    ["negations", repeat("!", 66, "true")],
    ["negations beyond the engine's stack", repeat("!", 1_000_000, "true")],
    ["questions", repeat("true ? true : ", 100, "true")],
    ["lists", `${repeat("[", 70, "1", "]")} == [1]`],
    ["calls", `holder.id${".trim()".repeat(70)} == ""`],
    ["fields", `holder${".id".repeat(70)} == ""`],
    ["has()", repeat("has(", 70, "grant.id", ")")],
    ["comparisons", Array(66).fill("true").join(" == ")],
  ])("is a fault of the configuration: %s", (_what, when) => {
    expect(faultsOf(when)).toEqual([expect.stringMatching(refusals.deep)]);
  });

  it("is read where it is long and not deep", () => {
    expect(faultsOf(Array.from({ length: 100 }, (_, at) => `holder.id == "${at}"`).join(" || "))).toEqual([]);
    expect(faultsOf(repeat("(", 60, "true", ")"))).toEqual([]);
  });
});

describe("an expression too large to be checked", () => {
  it.each([
    ["&&", Array(10_000).fill("true").join(" && ")],
    ["+", `${Array(10_000).fill("1").join(" + ")} == 1`],
    ["has()", `${"has(grant.id) && ".repeat(3_000)}true`],
    ["a list", `holder.id in [${Array(1_001).fill('"1"').join(",")}]`],
  ])("is a fault of the configuration: %s", (_what, when) => {
    expect(faultsOf(when)).toEqual([expect.stringMatching(refusals.large)]);
  });
});

describe("an expression that is dear on every grant", () => {
  it.each([
    ["loops in loops", "grant.scopes.all(a, grant.scopes.all(b, grant.scopes.all(c, true)))"],
    ["loops over what loops made", "grant.scopes.map(a, grant.scopes.map(b, grant.scopes.map(c, c))).size() > 0"],
    [
      "lists that double",
      `cel.bind(a, grant.scopes, cel.bind(b, ${sum("a", 200)}, cel.bind(c, ${sum("b", 200)}, c.size() > 0)))`,
    ],
    ["texts that grow tenfold", grownText(8)],
    [
      "texts that join multiplies",
      '[holder.name, role.name].join([holder.email, role.id].join(holder.id)).contains("x")',
    ],
  ])("is a fault of the configuration: %s", (_what, when) => {
    expect(faultsOf(when)).toEqual([expect.stringMatching(refusals.dear)]);
  });

  it("is read where it loops over scopes and their ids", () => {
    expect(faultsOf('grant.scopes.exists(s, s.ids.exists(i, i.matches("^od-[0-9a-f]{32}$")))')).toEqual([]);
  });
});

describe("a pattern that backtracks", () => {
  const evil = ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(.*a){25}b", "^(\\\\w+\\\\s?)*$", "a*a*a*a*a*a*a*a*b"];

  it.each(evil)("takes no longer than RE2 does: %s", (pattern) => {
    const when = `holder.name.matches("${pattern}")`;
    expect(faultsOf(when)).toEqual([]);
    const startedAt = performance.now();
    expect(judgementOf(when, `${"a".repeat(5_000)}!`).kind).toMatch(/^(no-)?match$/);
    // JavaScript's own would need longer than the universe has been there for.
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it("finds what it found before", () => {
    expect(judgementOf('holder.name.matches("^svc-[a-z]+$")', "svc-backup").kind).toBe("match");
    expect(judgementOf('holder.name.matches("(?i)外包")', "李雷（外包）").kind).toBe("match");
    expect(judgementOf('[1].exists(n, holder.name.matches("x$"))', "xy").kind).toBe("no-match");
  });

  it.each([
    ["a lookahead", '"(?=a)a"'],
    ["a lookbehind", '"(?<=a)b"'],
    ["a backreference", '"(a)\\\\1"'],
    ["no syntax at all", '"("'],
    ["more repeats than RE2 takes", '"a{1001}"'],
    ["many repeats", `"${".{1000}".repeat(20)}"`],
    ["a pattern of a book's length", `"${"x".repeat(1_001)}"`],
    ["a pattern from the provider", "role.name"],
    ["a pattern put together", '"^" + role.name'],
  ])("is a fault of the configuration where it has %s", (_what, pattern) => {
    expect(faultsOf(`holder.name.matches(${pattern})`)).toEqual([expect.stringMatching(refusals.pattern)]);
  });

  it("is an error of its rule, never a match, where a frozen policy has one that RE2 does not know", () => {
    expect(judgementOf('holder.name.matches("(?=a)")', "a").kind).toBe("error");
  });
});

function sum(name: string, times: number): string {
  return Array(times).fill(name).join(" + ");
}

/** A text of ten to the power of `times` characters. */
function grownText(times: number): string {
  const grown = (level: number): string =>
    level === times
      ? `t${level}.contains("b")`
      : `cel.bind(t${level + 1}, ${sum(`t${level}`, 10)}, ${grown(level + 1)})`;
  return `cel.bind(t0, "aaaaaaaaaa", ${grown(0)})`;
}
