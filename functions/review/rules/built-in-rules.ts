import type { Rule } from "./policy.ts";

/**
 * Removes every grant of a role that is to be deleted. Not overridable: otherwise the role's last holder would keep the
 * role forever.
 */
export const retiredRole: Rule = {
  id: "retired-role",
  when: 'role.status == "retiring"',
  then: "expire",
  noticeDays: 0,
  reason: { en: "The role is to be retired", zh: "角色将被停用并删除" },
  overridable: false,
};

/** The rules of a policy, and the rules that every policy has. */
export function withBuiltInRules(rules: readonly Rule[]): Rule[] {
  return [...rules, retiredRole];
}
