import { describe, expect, it } from "vitest";
import { parseConfig } from "../../functions/config/parse-config.ts";
import { valid } from "./valid.ts";

const reason = "reason: { en: Prepares and approves payments, zh: 同时制单与审批付款 }";

const withConflicts = (...conflicts: string[]): string =>
  `${valid}  conflicts:\n${conflicts.map((text) => `    - ${text}\n`).join("")}`;

const faultsOf = (text: string): string[] => {
  const parsed = parseConfig(text);
  return "faults" in parsed ? parsed.faults.map(({ key, message }) => `${key}: ${message}`) : [];
};

const between = (sides: string): string => withConflicts(`{ id: pay, between: [${sides}], ${reason} }`);

describe("policy.conflicts", () => {
  it("takes a side as the roles of a source, or as a list of such, and keeps each as a list", () => {
    const parsed = parseConfig(between("{ source: people, roles: [a] }, [{ source: people, roles: [b, c] }]"));
    if ("faults" in parsed) throw new Error(JSON.stringify(parsed.faults));
    expect(parsed.config.policy.conflicts).toEqual([
      {
        id: "pay",
        between: [[{ source: "people", roles: ["a"] }], [{ source: "people", roles: ["b", "c"] }]],
        reason: { en: "Prepares and approves payments", zh: "同时制单与审批付款" },
      },
    ]);
  });

  it("asks who is one person where a conflict spans sources", () => {
    const roles = "{ id: roles, provider: feishu-functional-role, baseUrl: sandbox, roles: [{ id: r, name: R }] }";
    const text = between("{ source: people, roles: [a] }, { source: roles, roles: [r] }").replace(
      "policy:",
      `  - ${roles}\npolicy:`,
    );
    expect(faultsOf(text)).toEqual([
      "policy.conflicts[0].between: spans sources, and nothing says who is one person in them: write people: { authority, match }",
    ]);
    expect(faultsOf(text.replace("policy:", "people: { authority: people }\npolicy:"))).toEqual([]);
  });

  it("takes the demands that rules and conflicts serve, in free words that are bounded", () => {
    const one = `{ id: pay, between: [{ source: people, roles: [a] }, { source: people, roles: [b] }], ${reason}`;
    const text = withConflicts(`${one}, controls: [SOC2-CC6.3] }`).replace(
      "then: expire",
      "then: expire\n      controls: [DJBH-8.1.4.2-c, 职责分离]",
    );
    const parsed = parseConfig(text);
    if ("faults" in parsed) throw new Error(JSON.stringify(parsed.faults));
    const { rules, conflicts } = parsed.config.policy;
    expect([rules[0]?.controls, conflicts?.[0]?.controls]).toEqual([["DJBH-8.1.4.2-c", "职责分离"], ["SOC2-CC6.3"]]);
    expect(faultsOf(withConflicts(`${one}, controls: ["", "${"x".repeat(101)}"] }`))).toEqual([
      "policy.conflicts[0].controls[0]: must be words of 1 to 100 characters, on one line",
      "policy.conflicts[0].controls[1]: must be words of 1 to 100 characters, on one line",
    ]);
  });

  it("leaves a policy without conflicts as it was: its hash stands", () => {
    const parsed = parseConfig(valid);
    expect("config" in parsed && JSON.stringify(parsed.config.policy)).not.toContain("conflicts");
  });

  it("says everything that is wrong at once, each where it is", () => {
    const twice = "{ source: people, roles: [a] }, { source: people, roles: [a, b, b] }";
    const text = withConflicts(
      `{ id: Pay, between: [{ source: people, roles: [a] }], ${reason} }`,
      `{ id: pay, between: [${twice}], ${reason} }`,
      `{ id: pay, between: [{ source: peopel, roles: [] }, { source: people, role: [b] }], reason: { en: Too much } }`,
      `{ id: text, between: [people, { source: people, roles: [7] }], ${reason} }`,
    );
    expect(faultsOf(text)).toEqual([
      "policy.conflicts[0].id: must be 1 to 64 lowercase letters, digits and hyphens",
      "policy.conflicts[2].between[0].roles: is empty: it needs at least one entry",
      "policy.conflicts[2].between[1].roles: is missing: it must be a list: [a, b], or a line with a dash for each",
      "policy.conflicts[2].between[1].role: is no key: did you mean roles?",
      "policy.conflicts[2].reason.zh: is missing: it must be text",
      "policy.conflicts[3].between[0]: must be roles of a source, { source, roles }, or a list of such",
      'policy.conflicts[3].between[1].roles[0]: must be text: write it in quotes, "7"',
      "policy.conflicts[2].id: repeats policy.conflicts[1].id: give each conflict its own id",
      "policy.conflicts[0].between: needs two sides at least: write what must not be held together with it",
      "policy.conflicts[1].between[1].roles[0]: is on another side too (policy.conflicts[1].between[0].roles[0]): nobody can hold a role apart from itself, take one out",
      "policy.conflicts[1].between[1].roles[2]: repeats policy.conflicts[1].between[1].roles[1]: take one out",
      "policy.conflicts[2].between[0].source: is no source of this file: did you mean people?",
      "policy.conflicts[2].between: spans sources, and nothing says who is one person in them: write people: { authority, match }",
    ]);
  });

  it("says where the key belongs that stands somewhere else", () => {
    const [fault] = faultsOf(`${valid}conflicts: []\n`);
    expect(fault).toBe("conflicts: does not belong here: move it to policy.conflicts");
  });
});
