import { EvaluationError, type ParseResult } from "@marcbachmann/cel-js";
import type { Rule } from "./policy.ts";
import type { View } from "./rule-view.ts";
import { absentable, parseExpression } from "./rule-vocabulary.ts";

/** A rule of the policy, ready to judge grants with. */
export type CompiledRule = { rule: Rule; expression: ParseResult };

/** What a rule says of one grant. `error`: the expression failed on it, which is never a match; the message holds no facts. */
export type Judgement = { kind: "match" } | { kind: "no-match" } | { kind: "error"; message: string };

/** Throws where an expression does not parse or type-check; a policy from `parseConfig` has been checked. */
export function compileRules(rules: readonly Rule[]): CompiledRule[] {
  return rules.map((rule) => {
    const expression = parseExpression(rule.when);
    const { type, error } = expression.check();
    if (type !== "bool") throw new TypeError(`rule ${rule.id}: ${error?.summary ?? `gives ${type}, not bool`}`);
    return { rule, expression };
  });
}

function isAbsence(error: EvaluationError): boolean {
  const field = error.code === "no_such_key" ? /^No such key: (\w+)$/.exec(error.summary)?.[1] : undefined;
  return field !== undefined && absentable.has(field);
}

/** The library's own text can quote a name or an e-mail, so only its code and position are passed on. */
function judgementOf(error: unknown): Judgement {
  if (!(error instanceof EvaluationError)) return { kind: "error", message: "the expression failed" };
  if (isAbsence(error)) return { kind: "no-match" };
  const position = error.range ? ` at character ${error.range.start + 1}` : "";
  return { kind: "error", message: `${error.code.replaceAll("_", " ")}${position}` };
}

/**
 * Judges one grant by one rule. What an absent fact leaves undecided does not match, under negation neither: CEL's own
 * `&&` and `||` carry the missing answer along and drop it only where the other side settles the matter.
 */
export function judge(compiled: CompiledRule, view: View): Judgement {
  // An absent fact is an Error inside cel-js, and its stack would be four fifths of the cost of a rule.
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    const value: unknown = compiled.expression(view);
    if (typeof value === "boolean") return value ? { kind: "match" } : { kind: "no-match" };
    return { kind: "error", message: "the expression gave no bool" };
  } catch (error) {
    return judgementOf(error);
  } finally {
    Error.stackTraceLimit = limit;
  }
}
