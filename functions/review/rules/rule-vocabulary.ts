import { type ASTNode, Environment, EvaluationError, type ParseResult } from "@marcbachmann/cel-js";
import { Duration } from "@marcbachmann/cel-js/evaluator";
import { RE2JS } from "re2js";

const time = "google.protobuf.Timestamp";
const duration = "google.protobuf.Duration";

/** The variables of a rule, and the CEL type of each field (docs/contract.md, "What a rule sees"). */
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
    roles: "list<string>",
    lastActiveAt: time,
  },
  role: { id: "string", code: "string", name: "string", kind: "string", status: "string", holders: "int" },
  previous: { exists: "bool", scopesChanged: "bool", departmentId: "string", revokedAt: time },
  decision: { made: "bool", keep: "bool", revoke: "bool", reviewer: "string", until: time, decidedAt: time },
  person: {
    known: "bool",
    status: "string",
    lastDay: time,
    departmentId: "string",
    departmentIds: "list<string>",
    movedAt: time,
    employedAgain: "bool",
  },
  peers: { count: "int", share: "double" },
} as const;

/** The fields of an entry of `grant.scopes`: one part of a scope. */
export const scopeFields = { dimension: "string", ids: "list<string>" } as const;

/** The fields of `scope` in a rule's `keepScope`: one object of a scope. */
export const objectFields = { dimension: "string", id: "string" } as const;

/** Fields that may be absent. A comparison with an absent field does not match, and is no error. */
export const absentable: ReadonlySet<string> = new Set([
  "grantedAt",
  "lastDay",
  "employedAgain",
  "revokedAt",
  "until",
  "decidedAt",
  // Of a person who is not known; a holder and a role always have these.
  "status",
  "departmentId",
  "departmentIds",
  // Of a holder whose department is not known, and in a sweep.
  "count",
  "share",
  "roles",
  "movedAt",
  // Of a holder of whom it was not read, or is not known.
  "lastActiveAt",
]);

/** The marker of a registered CEL type. cel-js recognises the type of a plain object by its `constructor`. */
export type CelType = () => void;

function celType(): CelType {
  return () => {};
}

/** The CEL type of each variable: the `constructor` of the view's objects. */
export const celTypes = {
  grant: celType(),
  holder: celType(),
  role: celType(),
  previous: celType(),
  decision: celType(),
  person: celType(),
  peers: celType(),
  scope: celType(),
  object: celType(),
};

const maxDays = 36_525n;

/** `days()` of CEL. Limited to a century, so that sums of times stay valid dates. */
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
export function compilePattern(pattern: string): RE2JS {
  return RE2JS.compile(pattern);
}

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
  for (const variable of ["grant", "holder", "role", "previous", "decision", "person", "peers"] as const) {
    const name = `${variable.charAt(0).toUpperCase()}${variable.slice(1)}`;
    environment.registerType(name, { ctor: celTypes[variable], fields: { ...fieldsByVariable[variable] } });
    environment.registerVariable(variable, name);
  }
  environment.registerVariable("now", time);
  // Declared synchronous: otherwise cel-js treats every expression with days() as a promise.
  environment.registerFunction(`days(int): ${duration}`, { handler: days, async: false });
  environment.registerFunction(`string.${linearMatches}(string): bool`, { handler: matchesPattern, async: false });
  return environment;
}

/**
 * The name of our `matches`. The `matches` of cel-js cannot be replaced, and backtracks, as JavaScript's regular
 * expressions do.
 */
const linearMatches = "matchesInLinearTime";

/** The CEL environment in which rules are checked and compiled. */
export const environment = createEnvironment();

function createScopeEnvironment(): Environment {
  const extended = environment.clone();
  extended.registerType("ScopeObject", { ctor: celTypes.object, fields: { ...objectFields } });
  extended.registerVariable("scope", "ScopeObject");
  return extended;
}

/** The CEL environment of `keepScope`, which sees one object of a scope beside what rules see. */
export const scopeEnvironment = createScopeEnvironment();

export function isNode(value: unknown): value is ASTNode {
  return typeof value === "object" && value !== null && "op" in value && "args" in value;
}

/** A node and all nodes below. */
export function nodesOf(value: unknown): ASTNode[] {
  if (isNode(value)) return [value, ...nodesOf(value.args)];
  return Array.isArray(value) ? value.flatMap(nodesOf) : [];
}

/**
 * Parses an expression for evaluation, with our linear `matches` in place of cel-js's. Throws if the expression does
 * not parse.
 */
export function parseExpression(expression: string, within: Environment = environment): ParseResult {
  const parsed = within.parse(expression);
  for (const node of nodesOf(parsed.ast)) {
    if (node.op === "rcall" && node.args[0] === "matches") node.args[0] = linearMatches;
  }
  return parsed;
}
