import { type HolderField, holderFields } from "../grants/grant.ts";
import { withBuiltInRules } from "./built-in-rules.ts";
import { type Policy, type Rule, ruleReads } from "./policy.ts";

/** Which of the fields that may not come the rules ask for, `has()` included. */
export function holderFieldsIn(rules: readonly Pick<Rule, "when" | "keepScope">[]): HolderField[] {
  return holderFields.filter((field) => ruleReads(rules, "holder", field));
}

/** The fields that a review relies on: by its rules, those built in too, and by the kinds of reviewers that its grants go to. */
export function holderFieldsUsed(
  { rules }: Pick<Policy, "rules">,
  reviewers: { order: readonly string[] } | null | undefined,
): Set<HolderField> {
  const used = new Set(holderFieldsIn(withBuiltInRules(rules)));
  if (reviewers?.order.includes("manager")) used.add("managerId");
  if (reviewers?.order.includes("department-hrbp")) used.add("departmentId");
  return used;
}
