import { EvaluationError, type ParseResult } from "@marcbachmann/cel-js";
import type { Grant } from "../grants/grant.ts";
import { scopesWithout } from "../grants/grant-comparison.ts";
import { dropsOf, keptScopes, type ScopesLeft } from "./narrowing.ts";
import { type Rule, ruleReads } from "./policy.ts";
import { scopeViewOf, type View } from "./rule-view.ts";
import { absentable, parseExpression, scopeEnvironment } from "./rule-vocabulary.ts";

/**
 * A rule of the policy with its parsed expressions. `needsPerson`: it asks for the person and may change a grant, and so matches
 * only where the person is known.
 */
export type CompiledRule = {
  rule: Rule;
  expression: ParseResult;
  keepScope: ParseResult | null;
  needsPerson: boolean;
};

/**
 * The result of a rule on one grant. `narrowing`: what its `keepScope` leaves, where that is not everything. `error`: an
 * expression failed, which never counts as a match. `message` holds no facts.
 */
export type Judgement =
  | { kind: "match"; narrowing?: ScopesLeft }
  | { kind: "no-match" }
  | { kind: "error"; message: string };

/**
 * Parses the rules' expressions. Throws if an expression does not parse or is not bool; a policy from `parseConfig` has
 * no such rule.
 */
export function compileRules(rules: readonly Rule[]): CompiledRule[] {
  return rules.map((rule) => {
    const expression = parseExpression(rule.when);
    const { type, error } = expression.check();
    if (type !== "bool") throw new TypeError(`rule ${rule.id}: ${error?.summary ?? `gives ${type}, not bool`}`);
    const keepScope = compileKeepScope(rule);
    return { rule, expression, keepScope, needsPerson: mayChange(rule) && ruleReads([rule], "person") };
  });
}

/** Whether a match of the rule may change a grant. A flag does so where nobody decides. */
function mayChange({ then, onNoDecision }: Rule): boolean {
  return then !== "flag" || onNoDecision === "expire";
}

function compileKeepScope({ id, keepScope }: Rule): ParseResult | null {
  if (keepScope === undefined) return null;
  const expression = parseExpression(keepScope, scopeEnvironment);
  const { type, error } = expression.check();
  if (type !== "bool") throw new TypeError(`keepScope of ${id}: ${error?.summary ?? `gives ${type}, not bool`}`);
  return expression;
}

function isNoSuchKey(error: unknown): boolean {
  return error instanceof EvaluationError && error.code === "no_such_key";
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
 * Judges one grant by one rule, as `judge` does, and its scopes by the rule's `keepScope`. A rule that narrows does not match
 * where the grant reaches no less by the scopes that stay, where the scopes are not known, or where `keepScope` asks for a fact that is not known: nothing is
 * narrowed by what nobody knows.
 */
export function judgeWithScopes(compiled: CompiledRule, view: View, { holder, scopes }: Grant): Judgement {
  const judgement = judge(compiled, view);
  const { rule, keepScope } = compiled;
  if (judgement.kind !== "match" || keepScope === null) return judgement;
  const withoutNarrowing: Judgement = rule.then === "narrow" ? { kind: "no-match" } : { kind: "match" };
  if (scopes === null || scopes.length === 0) return withoutNarrowing;
  let failure: Judgement | null = null;
  const dropped = dropsOf(scopes, (dimension, id) => {
    const kept = judge({ ...compiled, expression: keepScope }, scopeViewOf(view, holder, { dimension, id }), "unknown");
    if (kept.kind === "error") failure ??= kept;
    return kept.kind === "match";
  });
  if (failure) return isUnknown(failure) ? withoutNarrowing : failure;
  const keep = keptScopes(scopes, dropped);
  // What goes may be within what stays: then nothing is taken from anybody.
  if (scopesWithout(scopes, keep).length === 0) return withoutNarrowing;
  return { kind: "match", narrowing: { dropped, keep } };
}

const unknownFact = "a fact is not known";

function isUnknown(judgement: Judgement): boolean {
  return judgement.kind === "error" && judgement.message === unknownFact;
}

/**
 * Judges one grant by one rule. An expression that depends on an absent fact does not match, and its negation does not
 * match either: CEL's `&&` and `||` ignore the absent side only if the other side alone decides the result.
 */
export function judge(compiled: CompiledRule, view: View, absent: "no-match" | "unknown" = "no-match"): Judgement {
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
    if (absent === "unknown" && isNoSuchKey(error)) return { kind: "error", message: unknownFact };
    return judgementOf(error);
  } finally {
    Error.stackTraceLimit = limit;
  }
}
