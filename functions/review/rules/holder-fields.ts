import { type HolderField, holderFields } from "../grants/grant.ts";
import { withBuiltInRules } from "./built-in-rules.ts";
import type { Policy, Rule } from "./policy.ts";

/** A text of CEL or a comment, in which a field's name is no field. */
const textOrComment = /"""[\s\S]*?"""|'{3}[\s\S]*?'{3}|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\/\/.*/g;
const byIndex = /(?<![\w.])holder[\s)]*\[\s*(["'])(\w+)\1\s*\]/g;
const byName = /(?<![\w.])holder[\s)]*\.\s*(\w+)/g;

/**
 * Which of the fields that may not come the rules ask for, `has()` included. Found by their names in the expressions, which were
 * checked when the configuration was read: a snapshot does without the language of rules.
 */
export function holderFieldsIn(rules: readonly Pick<Rule, "when" | "keepScope">[]): HolderField[] {
  const read = new Set(rules.flatMap(({ when, keepScope = "" }) => [...namesIn(when), ...namesIn(keepScope)]));
  return holderFields.filter((field) => read.has(field));
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

function namesIn(expression: string): string[] {
  const plain = expression.replace(byIndex, "holder.$2").replace(textOrComment, '""');
  return [...plain.matchAll(byName)].map(([, name]) => name!);
}
