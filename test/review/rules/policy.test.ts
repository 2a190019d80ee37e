import { describe, expect, it } from "vitest";
import { ruleReads } from "../../../functions/review/rules/policy.ts";
import { nodesOf, scopeEnvironment } from "../../../functions/review/rules/rule-vocabulary.ts";

describe("ruleReads()", () => {
  const variables = ["grant", "holder", "role", "previous", "decision", "person", "peers"] as const;

  it.each([
    'holder.status == "person.status"',
    "has(person.movedAt) && person.movedAt > grant.grantedAt",
    '// person.known\nholder.status == "left" // peers',
    'holder.name == r"\\" || person.known" || peers.count > 1',
    "holder.name == '\\' person.known' || role.holders > 1",
    "holder.name == R'''peers''' && role.holders > 1",
    'role.name == "a \\" person" || previous.exists',
    '[holder].exists(h, h.status == "left") ? decision.keep : peers.count > 2',
    'holder.status in ["left"] && !("role" in holder.roles)',
    'grant.scopes.exists(s, s.dimension == "department" && s.ids.exists(id, id in person.departmentIds))',
  ])("finds the variables that the parsed expression has: %s", (when) => {
    const names = nodesOf(scopeEnvironment.parse(when).ast).flatMap(({ op, args }) => (op === "id" ? [args] : []));
    const read = variables.filter((variable) => ruleReads([{ when }], variable));
    expect(read).toEqual(variables.filter((variable) => names.includes(variable)));
  });

  it.each([
    ['"hr_admin" in holder.roles', true],
    ['size(holder["roles"]) > 2', true],
    ["[holder].exists(h, h.roles == [])", true],
    ["(role.holders > 1 ? holder : holder).roles == []", true],
    ['role.name == "holder.roles" && holder.kind == "user"', false],
    ['role.name in ["roles"] && holder.kind == "user"', false],
    ["person.roles == holder.kind", false],
    ["grant.scopes.exists(s, s.roles == [])", false],
  ])("finds whether holder.roles is read: %s", (when, isRead) => {
    expect(ruleReads([{ when }], "holder", "roles")).toBe(isRead);
  });

  it("looks at what a rule keeps, too", () => {
    const rules = [{ when: "true" }, { when: "true", keepScope: "scope.id in person.departmentIds" }];
    expect(ruleReads(rules, "person")).toBe(true);
    expect(ruleReads(rules.slice(0, 1), "person")).toBe(false);
  });
});
