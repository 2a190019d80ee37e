import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { policyOf, tighten } from "../../functions/config/config.ts";
import { type ConfigFault, formatFaults } from "../../functions/config/fault.ts";
import { parseConfig } from "../../functions/config/parse-config.ts";
import { reviewerKinds } from "../../functions/review/people/routing.ts";
import { defaultGuard } from "../../functions/review/rules/policy.ts";
import { canaryHolderId, canaryRoleId, protectedHolderId, protectedRoleCode } from "../../functions/sandbox/planted.ts";
import { valid } from "./valid.ts";

const shipped = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");

const faultsOf = (text: string): ConfigFault[] => {
  const parsed = parseConfig(text);
  return "faults" in parsed ? parsed.faults : [];
};

const configOf = (text: string) => {
  const parsed = parseConfig(text);
  if ("faults" in parsed) throw new Error(formatFaults("test.yaml", parsed.faults));
  return parsed.config;
};

describe("parseConfig()", () => {
  it("reads a small configuration and fills the defaults in", () => {
    const config = configOf(valid);
    expect(config.mode).toBe("report");
    expect(config.language).toBe("zh");
    expect(config.policy.guard).toEqual(defaultGuard);
    expect(config.policy.rules[0]).toMatchObject({ noticeDays: 0, overridable: true });
    expect(config.sources[0]).toMatchObject({ pace: 1, limits: {} });
  });

  it("takes when sweeps begin, and which rules act in them; a sweep removes ten at most, within a day", () => {
    const swept = valid
      .replace("policy:", 'sweep: { cron: "30 6 * * ? *", timezone: Asia/Shanghai }\npolicy:')
      .replace("then: expire", "then: expire\n      sweep: true");
    const { sweep, policy } = configOf(swept);
    expect(sweep).toEqual({ cron: "30 6 * * ? *", timezone: "Asia/Shanghai", enabled: true });
    expect(policy.rules[0]?.sweep).toBe(true);
    expect([policy.guard.sweepMaxExpiries, policy.removeWithinHours]).toEqual([10, 24]);
    expect(configOf(valid).sweep).toBeNull();
  });

  it("takes the dates' time zone from the schedule, and China's without one", () => {
    expect(configOf(valid).policy.timezone).toBe("Europe/Berlin");
    expect(configOf(valid.replace(/^schedule: .*$/m, "")).policy.timezone).toBe("Asia/Shanghai");
  });

  it("orders reviewers as the provider can tell them, unless the file orders them; none are asked for by themselves", () => {
    const withReviewers = (keys: string) =>
      configOf(valid.replace("provider: feishu-corehr", `provider: feishu-corehr\n    reviewers: { ${keys} }`))
        .sources[0];
    expect(configOf(valid).sources[0]?.reviewers).toBeNull();
    expect(withReviewers('fallback: "1"')?.reviewers).toEqual({
      order: [...reviewerKinds],
      roleOwners: {},
      fallback: "1",
      delegates: [],
    });
    expect(withReviewers("order: [manager]")?.reviewers?.order).toEqual(["manager"]);
  });

  it("takes an unquoted true for the condition that always holds", () => {
    expect(configOf(valid.replace("decision.revoke", "true")).policy.rules[0]?.when).toBe("true");
  });

  it("takes a base URL's last slash away", () => {
    expect(configOf(valid.replace("open.feishu.cn", "open.feishu.cn/")).sources[0]?.baseUrl).toBe(
      "https://open.feishu.cn",
    );
  });

  it.each(["http://127.0.0.1:8080", "http://localhost", "http://[::1]:8080", "sandbox"])("takes %s", (baseUrl) => {
    expect(faultsOf(valid.replace("https://open.feishu.cn", baseUrl))).toEqual([]);
  });

  it("reads sources of the other providers", () => {
    const sources = `sources:
  - id: approvals
    provider: feishu-functional-role
    baseUrl: sandbox
    roles: [{ id: 7vrj3vk70xk7v5r, name: 财务审批 }]
  - { id: cloud, provider: tencent-identity-center, baseUrl: sandbox, zoneId: z-1os7c9taugxs }
policy:`;
    const [roles, cloud] = configOf(valid.replace(/sources:[\s\S]*policy:/, sources)).sources;
    expect(roles).toMatchObject({ credentials: null, retire: [] });
    expect(cloud).toMatchObject({ zoneId: "z-1os7c9taugxs", protectManagementAccount: true });
  });

  it.each(["hunter2-secret", "4711471147114711"])(
    "never repeats what stands where a secret should be named",
    (secret) => {
      const faults = faultsOf(valid.replace("secretsmanager:people/read", secret));
      expect(faults).toHaveLength(1);
      expect(JSON.stringify(faults)).not.toContain(secret.slice(0, 7));
    },
  );

  it("never repeats the line that a syntax error is in", () => {
    const faults = faultsOf(valid.replace("read: secretsmanager:people/read", 'read: "hunter2'));
    expect(faults.length).toBeGreaterThan(0);
    expect(JSON.stringify(faults)).not.toContain("hunter2");
  });

  it("asks for an unquoted 19-digit id in quotes, with every digit", () => {
    const [fault] = faultsOf(`${valid}  guard: { protectedHolders: [7023711013443944467] }\n`);
    expect(fault?.message).toContain('"7023711013443944467"');
  });
});

describe("formatFaults()", () => {
  it("gives a line for each fault: file, key, remedy", () => {
    const lines = formatFaults("access-review.yaml", faultsOf(valid.replace("decision.revoke", "decision.revoked")));
    expect(lines).toBe(
      "access-review.yaml: policy.rules[0].when: decision has no field revoked: did you mean revoke? (at character 10)",
    );
  });

  it("gives all ten faults of one file", () => {
    const text = `
store: ftp://archive
mode: enforced
schedule: { cron: "0 2 1 * *", timezone: Asia/Shangai }
langauge: zh
sources:
  - { id: People HQ, provider: feishu-corehr, baseUrl: http://open.feishu.cn }
policy:
  rules:
    - { id: leaver, when: holder.state == "left", then: expire, reason: { en: gone, zh: 离职 } }
  guard: { maxShare: 5 }
`;
    expect(faultsOf(text).map(({ key }) => key)).toEqual([
      "store",
      "mode",
      "schedule.cron",
      "schedule.timezone",
      "policy.rules[0].when",
      "policy.guard.maxShare",
      "langauge",
      "sources[0].id",
      "sources[0].baseUrl",
      "sources[0].credentials",
    ]);
  });
});

describe("access-review.yaml", () => {
  const config = configOf(shipped("access-review.yaml"));

  it("reviews the sandbox, enforcing, with the thirteen rules", () => {
    expect(config.mode).toBe("enforce");
    expect(config.sources.find(({ id }) => id === "people-hq")).toMatchObject({ baseUrl: "sandbox", pace: 60 });
    expect(config.sources.find(({ id }) => id === "cloud")).toMatchObject({ baseUrl: "sandbox", pace: 60 });
    expect(
      config.policy.rules.map(({ id, then, noticeDays, overridable }) => [id, then, noticeDays, overridable]),
    ).toEqual([
      ["leaver", "expire", 0, false],
      ["revoke-decision", "expire", 0, true],
      ["lapsed-keep", "expire", 14, true],
      ["granted-again", "expire", 7, true],
      ["disabled", "expire", 7, true],
      ["left-person-unknown", "flag", 0, true],
      ["last-day-passed", "flag", 0, true],
      ["leaving-soon", "flag", 0, true],
      ["left-but-employed-again", "flag", 0, true],
      ["unknown-holder", "flag", 0, true],
      ["undated", "flag", 0, true],
      ["not-confirmed", "flag", 0, true],
      ["moved-department", "flag", 0, true],
    ]);
  });

  it("protects what the sandbox plants as protected", () => {
    const [people] = config.sources;
    if (!people) expect.fail("no source");
    expect(config.policy.guard).toEqual(defaultGuard);
    expect(policyOf(config, people).guard).toEqual({
      ...defaultGuard,
      protectedRoles: [protectedRoleCode],
      protectedHolders: [protectedHolderId],
      canaries: [{ holder: canaryHolderId, role: canaryRoleId }],
    });
  });

  it("has the rules of the example, whose guard is the defaults", () => {
    const example = configOf(shipped("docs/access-review.example.yaml"));
    expect(example.policy.rules).toEqual(config.policy.rules);
    expect(example.policy.guard).toEqual(defaultGuard);
    expect(example).toMatchObject({ mode: "report", sources: [{ baseUrl: "https://open.feishu.cn", pace: 1 }] });
  });
});

describe("tighten()", () => {
  it("turns enforce into report, and nothing else", () => {
    const config = configOf(valid.replace("mode: report", "mode: enforce"));
    expect(tighten(config, { mode: "report" })).toEqual({ ...config, mode: "report" });
    expect(tighten(config, { store: "s3://bucket" })).toEqual({ ...config, store: "s3://bucket" });
    expect(tighten(config, {})).toEqual(config);
  });
});

describe("a window or a notice beside the schedule", () => {
  const weekly = valid.replace("0 2 1 1,4,7,10 ? *", "0 2 ? * MON *");
  const deciding = (days: number): string => weekly.replace("policy:", `policy:\n  decideWithinDays: ${days}`);
  const noticing = (days: number): string => weekly.replace("then: expire", `then: expire\n      noticeDays: ${days}`);
  const faultsOf = (text: string) => {
    const parsed = parseConfig(text);
    return "faults" in parsed ? parsed.faults : [];
  };

  it.each([
    ["policy.decideWithinDays", deciding(14)],
    ["policy.rules[0].noticeDays", noticing(14)],
  ])("is refused at %s where the next review begins before it has ended, with both figures", (key, text) => {
    const [fault, ...others] = faultsOf(text);
    expect(others).toEqual([]);
    expect(fault?.key).toBe(key);
    expect(fault?.message).toMatch(/^is 14 days, .* after 7, .*write at most 6/);
  });

  it("is refused where it ends as the next review begins, by the shortest time between two", () => {
    expect(faultsOf(deciding(7))).toHaveLength(1);
    expect(faultsOf(deciding(6))).toEqual([]);
    const monthly = valid.replace("0 2 1 1,4,7,10 ? *", "0 2 1 * ? *");
    expect(faultsOf(monthly.replace("policy:", "policy:\n  decideWithinDays: 28"))).toHaveLength(1);
  });

  it("is as long as it likes where nothing begins by itself", () => {
    expect(faultsOf(deciding(14).replace("timezone:", "enabled: false, timezone:"))).toEqual([]);
  });
});
