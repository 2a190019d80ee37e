import type { Rule } from "./policy.ts";

/** Members of a role that is to be deleted lose it, whoever they are: not overridable, or its last holder would keep it forever. */
export const retiredRole: Rule = {
  id: "retired-role",
  when: 'role.status == "retiring"',
  then: "expire",
  noticeDays: 0,
  reason: { en: "The role is to be retired", zh: "角色将被停用并删除" },
  overridable: false,
};

/** The rules of a policy with those that hold for every policy. */
export function withBuiltInRules(rules: readonly Rule[]): Rule[] {
  return [...rules, retiredRole];
}
