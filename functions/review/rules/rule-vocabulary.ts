import { type ASTNode, Environment, EvaluationError, type ParseResult } from "@marcbachmann/cel-js";
import { Duration } from "@marcbachmann/cel-js/evaluator";
import { RE2JS } from "re2js";

const time = "google.protobuf.Timestamp";
const duration = "google.protobuf.Duration";

/** What a rule sees: the fields of each variable by name, with their CEL types (docs/contract.md, "What a rule sees"). */
export const fieldsByVariable = {
  grant: { id: "string", grantedAt: time, firstSeenAt: time, scopes: "list<Scope>" },
  holder: {
    id: "string",
    kind: "string",
    status: "string",
    name: "string",
    email: "string",
    departmentId: "string",
    managerId: "string",
    lastDay: time,
    employedAgain: "bool",
  },
  role: { id: "string", code: "string", name: "string", kind: "string", status: "string", holders: "int" },
  previous: { exists: "bool", scopesChanged: "bool", departmentId: "string", revokedAt: time },
  decision: { made: "bool", keep: "bool", revoke: "bool", reviewer: "string", until: time, decidedAt: time },
} as const;

/** One part of a scope, as `grant.scopes` lists them. */
export const scopeFields = { dimension: "string", ids: "list<string>" } as const;

/** Fields that may be absent: a comparison with one that is does not match, and is no error. */
export const absentable: ReadonlySet<string> = new Set([
  "grantedAt",
  "lastDay",
  "employedAgain",
  "revokedAt",
  "until",
  "decidedAt",
]);

/** Marks a plain object as one of CEL's registered types, which cel-js tells apart by their `constructor`. */
export type CelType = () => void;

function celType(): CelType {
  return () => {};
}

/** The type of each variable; a view's objects carry it as their `constructor`. */
export const celTypes = {
  grant: celType(),
  holder: celType(),
  role: celType(),
  previous: celType(),
  decision: celType(),
  scope: celType(),
};

const maxDays = 36_525n;

/** A century is further than any review looks, and keeps sums of times within what a clock can show. */
function days(count: bigint): Duration {
  if (count > maxDays || count < -maxDays) {
    throw new EvaluationError({ code: "too_many_days", message: `days() takes -${maxDays} to ${maxDays}` });
  }
  return new Duration(count * 86_400n);
}

/** The deepest nesting of an expression, and the most parts of one. */
export const mostLevels = 64;
export const mostParts = 2_000;

/** The pattern as RE2 has it. Throws where RE2 knows no such syntax: it has no lookaround and no backreference. */
export const compilePattern = (pattern: string): RE2JS => RE2JS.compile(pattern);

const patterns = new Map<string, RE2JS>();

/** CEL's `matches`, whose patterns are RE2's: the time grows with the length of the text, and never with its square or worse. */
function matchesPattern(text: string, pattern: string): boolean {
  let compiled = patterns.get(pattern);
  if (!compiled) {
    try {
      compiled = compilePattern(pattern);
    } catch {
      throw new EvaluationError({ code: "invalid_regular_expression", message: "not RE2's syntax" });
    }
    patterns.set(pattern, compiled);
  }
  return compiled.test(text);
}

function createEnvironment(): Environment {
  const environment = new Environment({ limits: { maxDepth: mostLevels, maxAstNodes: mostParts } });
  environment.registerType("Scope", { ctor: celTypes.scope, fields: { ...scopeFields } });
  for (const variable of ["grant", "holder", "role", "previous", "decision"] as const) {
    const name = `${variable.charAt(0).toUpperCase()}${variable.slice(1)}`;
    environment.registerType(name, { ctor: celTypes[variable], fields: { ...fieldsByVariable[variable] } });
    environment.registerVariable(variable, name);
  }
  environment.registerVariable("now", time);
  // Declared synchronous, or every expression that counts days would be taken for a promise.
  environment.registerFunction(`days(int): ${duration}`, { handler: days, async: false });
  environment.registerFunction(`string.${linearMatches}(string): bool`, { handler: matchesPattern, async: false });
  return environment;
}

/** cel-js lets nobody replace its `matches`, which is JavaScript's and backtracks. */
const linearMatches = "matchesInLinearTime";

/** The one CEL environment that rules are checked and compiled in. */
export const environment = createEnvironment();

export function isNode(value: unknown): value is ASTNode {
  return typeof value === "object" && value !== null && "op" in value && "args" in value;
}

/** A node and all below it. */
export function nodesOf(value: unknown): ASTNode[] {
  if (isNode(value)) return [value, ...nodesOf(value.args)];
  return Array.isArray(value) ? value.flatMap(nodesOf) : [];
}

/** Parses an expression for evaluation: its calls of `matches` are calls of the linear one. Throws where it does not parse. */
export function parseExpression(expression: string): ParseResult {
  const parsed = environment.parse(expression);
  for (const node of nodesOf(parsed.ast)) {
    if (node.op === "rcall" && node.args[0] === "matches") node.args[0] = linearMatches;
  }
  return parsed;
}
