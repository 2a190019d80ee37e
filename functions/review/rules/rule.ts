import { EvaluationError, type ParseResult } from "@marcbachmann/cel-js";
import type { Rule } from "./policy.ts";
import type { View } from "./rule-view.ts";
import { absentable, asksFor, parseExpression } from "./rule-vocabulary.ts";

/**
 * A rule of the policy with its parsed expression. `needsPerson`: it asks for the person and may change a grant, and so matches
 * only where the person is known.
 */
export type CompiledRule = { rule: Rule; expression: ParseResult; needsPerson: boolean };

/**
 * The result of a rule on one grant. `error`: the expression failed, which never counts as a match. `message` holds no
 * facts.
 */
export type Judgement = { kind: "match" } | { kind: "no-match" } | { kind: "error"; message: string };

/**
 * Parses the rules' expressions. Throws if an expression does not parse or is not bool; a policy from `parseConfig` has
 * no such rule.
 */
export function compileRules(rules: readonly Rule[]): CompiledRule[] {
  return rules.map((rule) => {
    const expression = parseExpression(rule.when);
    const { type, error } = expression.check();
    if (type !== "bool") throw new TypeError(`rule ${rule.id}: ${error?.summary ?? `gives ${type}, not bool`}`);
    return { rule, expression, needsPerson: mayChange(rule) && asksFor(expression.ast, "person") };
  });
}

/** Whether a match of the rule may change a grant. A flag does so where nobody decides. */
function mayChange({ then, onNoDecision }: Rule): boolean {
  return then !== "flag" || onNoDecision === "expire";
}

function isAbsence(error: EvaluationError): boolean {
  const field = error.code === "no_such_key" ? /^No such key: (\w+)$/.exec(error.summary)?.[1] : undefined;
  return field !== undefined && absentable.has(field);
}

/** Takes only code and position from the library's error, as its text may quote a name or an e-mail. */
function judgementOf(error: unknown): Judgement {
  if (!(error instanceof EvaluationError)) return { kind: "error", message: "the expression failed" };
  if (isAbsence(error)) return { kind: "no-match" };
  const position = error.range ? ` at character ${error.range.start + 1}` : "";
  return { kind: "error", message: `${error.code.replaceAll("_", " ")}${position}` };
}

/**
 * Judges one grant by one rule. An expression that depends on an absent fact does not match, and its negation does not
 * match either: CEL's `&&` and `||` ignore the absent side only if the other side alone decides the result.
 */
export function judge(compiled: CompiledRule, view: View): Judgement {
  // `holder.status == "disabled" || person.status == "left"` matches without a person, and must not remove anything so.
  if (compiled.needsPerson && !view.person.known) return { kind: "no-match" };
  // cel-js throws an Error on an absent fact. Capturing its stack would be four fifths of the cost of a rule.
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
