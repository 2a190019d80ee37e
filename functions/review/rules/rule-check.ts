import type { ASTNode, Environment, TypeCheckResult } from "@marcbachmann/cel-js";
import { nearest } from "../../basics/nearest.ts";
import type { Holder, HolderStatus } from "../grants/grant.ts";
import {
  compilePattern,
  environment,
  fieldsByVariable,
  isNode,
  mostLevels,
  mostParts,
  nodesOf,
  objectFields,
  scopeEnvironment,
  scopeFields,
} from "./rule-vocabulary.ts";

type CelFault = NonNullable<TypeCheckResult["error"]>;

const variables = [...Object.keys(fieldsByVariable), "now"];

const words: Record<string, Record<string, true>> = {
  status: { active: true, leaving: true, left: true, disabled: true, unknown: true } satisfies Record<
    HolderStatus,
    true
  >,
  kind: { user: true, group: true } satisfies Record<Holder["kind"], true>,
};

function fieldsOf(node: ASTNode): readonly string[] {
  if (node.op !== "id") return Object.keys(scopeFields);
  if (node.args === "scope") return Object.keys(objectFields);
  return Object.keys(fieldsByVariable[node.args as keyof typeof fieldsByVariable] ?? scopeFields);
}

function unknownField(fault: CelFault): string {
  const { node } = fault;
  const field = fault.summary.replace("No such key: ", "");
  const owner = Array.isArray(node?.args) ? (node.args[0] as unknown) : null;
  if (!isNode(owner)) return `no field ${field}`;
  const known = fieldsOf(owner);
  const meant = nearest(field, known);
  const subject = owner.op === "id" ? owner.args : "a scope";
  return `${subject} has no field ${field}: ${meant ? `did you mean ${meant}?` : `it has ${known.join(", ")}`}`;
}

function unknownVariable(name: string, within: Environment): string {
  const known = within === scopeEnvironment ? ["scope", ...variables] : variables;
  const meant = nearest(name, known);
  return `there is no ${name}: ${meant ? `did you mean ${meant}?` : `a rule sees ${known.join(", ")}`}`;
}

function plainWords(summary: string): string {
  const text = summary
    .replaceAll("google.protobuf.Timestamp", "time")
    .replaceAll("google.protobuf.Duration", "duration")
    .replace(/\s+/g, " ");
  return /\bnull\b/.test(text) ? `${text}: ask has(...) whether a time is there` : text;
}

function positionOf(expression: string, start: number): string {
  const before = expression.slice(0, start).split("\n");
  const column = before.at(-1)!.length + 1;
  return expression.trimEnd().includes("\n") ? `line ${before.length}, character ${column}` : `character ${column}`;
}

const tooDeep = `is nested deeper than ${mostLevels} levels: split it into several rules`;
const tooLarge = `has more than ${mostParts} parts, or a list of more than 1000: write several rules`;

/** What is wrong with an expression that cel-js does not accept. */
function describe(fault: CelFault | Error, expression: string, within: Environment): string {
  // Not of cel-js but of the engine: its stack is full before cel-js counts levels.
  if (!("summary" in fault)) return tooDeep;
  if (fault.code === "limit_exceeded") return fault.summary.includes("maxDepth") ? tooDeep : tooLarge;
  const variable = /^Unknown variable: (.+)$/.exec(fault.summary)?.[1];
  const text =
    fault.code === "no_such_key"
      ? unknownField(fault)
      : variable !== undefined
        ? unknownVariable(variable, within)
        : plainWords(fault.summary);
  return fault.range ? `${text} (at ${positionOf(expression, fault.range.start)})` : text;
}

/**
 * cel-js does not check the field inside `has()`. So each `has(x)` is rewritten to a comparison with x, and the result
 * is checked.
 */
function faultInsideHas(expression: string, nodes: ASTNode[], within: Environment): string | null {
  let rewritten = expression;
  for (const node of [...nodes].sort((a, b) => b.start - a.start)) {
    if (node.op !== "call" || node.args[0] !== "has" || !node.args[1][0]) continue;
    const asked = expression.slice(node.args[1][0].start, node.args[1][0].end);
    rewritten = `${rewritten.slice(0, node.start)}(dyn(${asked}) == dyn(0))${rewritten.slice(node.end)}`;
  }
  const { error } = within.check(rewritten);
  if (!error) return null;
  return error.code === "no_such_key" ? `has(): ${unknownField(error)}` : plainWords(error.summary);
}

/** Refuses `dyn()`, which would hide a misspelt field. */
function faultOfDyn(expression: string, nodes: ASTNode[]): string | null {
  const dyn = nodes.find((node) => node.op === "call" && node.args[0] === "dyn");
  return dyn ? `dyn() hides misspelt fields: leave it out (at ${positionOf(expression, dyn.start)})` : null;
}

const ownTypes = ["Grant", "Holder", "Role", "Previous", "Decision", "Person", "Peers", "Scope", "ScopeObject"];

/**
 * Refuses fields of times and durations, and computed fields (`holder["na" + "me"]`): cel-js gives both the type dyn,
 * and checks nothing.
 */
function faultOfAccess(expression: string, nodes: ASTNode[], within: Environment): string | null {
  for (const node of nodes) {
    if (node.op !== "." && node.op !== "[]") continue;
    const [owner, field] = node.args;
    const { type = "" } = within.check(expression.slice(owner.start, owner.end));
    const position = positionOf(expression, node.start);
    if (type.startsWith("google.protobuf.")) return `a ${plainWords(type)} has no fields (at ${position})`;
    const isComputed = isNode(field) && field.op !== "value";
    if (isComputed && ownTypes.includes(type)) return `name the field itself, do not compute it (at ${position})`;
  }
  return null;
}

function textsIn(node: ASTNode): string[] {
  if (node.op === "value") return typeof node.args === "string" ? [node.args] : [];
  return node.op === "list" ? node.args.flatMap(textsIn) : [];
}

type PersonField = { owner: string; field: string };

function personFieldIn(operand: ASTNode): PersonField | null {
  if (operand.op !== ".") return null;
  const [owner, field] = operand.args;
  const isPerson = owner.op === "id" && (owner.args === "holder" || owner.args === "person");
  return isPerson && field in words ? { owner: owner.args, field } : null;
}

/** Refuses a status or kind that nobody has: such a rule would never match, and nobody would notice. */
function faultOfStatus(nodes: ASTNode[]): string | null {
  for (const node of nodes) {
    if (node.op !== "==" && node.op !== "!=" && node.op !== "in") continue;
    const named = node.args.map(personFieldIn).find((found) => found !== null);
    if (!named) continue;
    const { owner, field } = named;
    const known = Object.keys(words[field]!);
    const stray = node.args.flatMap(textsIn).find((text) => !known.includes(text));
    if (stray !== undefined) return `${owner}.${field} is never "${stray}": it is one of ${known.join(", ")}`;
  }
  return null;
}

const longestPattern = 1_000;
const largestProgram = 2_000;

/** Refuses the pattern of a `matches` call if RE2 does not parse the pattern, or if the pattern would be slow. */
function faultOfPattern(expression: string, nodes: ASTNode[]): string | null {
  for (const node of nodes) {
    if (node.op !== "rcall" || node.args[0] !== "matches") continue;
    const [pattern] = node.args[2];
    const position = positionOf(expression, node.start);
    if (pattern?.op !== "value" || typeof pattern.args !== "string") {
      return `matches() takes a pattern in quotation marks, not a computed one (at ${position})`;
    }
    const fault = faultOfRegExp(pattern.args);
    if (fault) return `matches(): ${fault} (at ${position})`;
  }
  return null;
}

function faultOfRegExp(pattern: string): string | null {
  if (pattern.length > longestPattern) return `the pattern is longer than ${longestPattern} characters`;
  try {
    const repeats = "the pattern repeats too much: use smaller numbers in {…}";
    return compilePattern(pattern).programSize() > largestProgram ? repeats : null;
  } catch (error) {
    const { message } = error as Error;
    const why = plainWords(message.replace("error parsing regexp: ", ""));
    return `the pattern is not RE2's syntax, which has no lookaround and no backreference: ${why}`;
  }
}

/** The depth of nesting. A chain such as `a && b && c` is one level, whatever its length. */
function levelsOf(node: ASTNode): number {
  const isChain = (child: ASTNode): boolean => child.op === node.op && ["&&", "||", "+"].includes(node.op);
  let deepest = 0;
  for (const child of childrenOf(node.args)) deepest = Math.max(deepest, levelsOf(child) - (isChain(child) ? 1 : 0));
  return deepest + 1;
}

function childrenOf(value: unknown): ASTNode[] {
  if (isNode(value)) return [value];
  return Array.isArray(value) ? value.flatMap(childrenOf) : [];
}

/**
 * The most steps that an expression may take on one grant, and the largest size (characters or entries) of a value in
 * the expression.
 */
const budget = 1_000_000;

/** The assumed size of a field: a list of 100 entries, or a text of 100 characters. */
const sizeOfField = 100;

/** An upper bound of the steps that an expression takes on one grant, and of the size of its value. */
type Cost = { steps: number; size: number };

const loops = ["all", "exists", "exists_one", "map", "filter"];

/** The cost of a node. `sizes`: the sizes of the values that loops and `cel.bind()` have named. */
function costOf(node: ASTNode, sizes: ReadonlyMap<string, number> = new Map()): Cost {
  if (node.op === "id") return { steps: 1, size: sizes.get(node.args) ?? sizeOfField };
  if (node.op === "value") return { steps: 1, size: typeof node.args === "string" ? node.args.length : 1 };
  if (node.op === "rcall") {
    const [name, receiver, args] = node.args;
    const [first, ...others] = args;
    if (first?.op === "id" && loops.includes(name))
      return costOfLoop(name, receiver, { item: first.args, others, sizes });
    if (first?.op === "id" && name === "bind" && args.length === 3) {
      const given = costOf(args[1]!, sizes);
      const used = costOf(args[2]!, new Map([...sizes, [first.args, given.size]]));
      return { steps: given.steps + used.steps, size: Math.max(given.size, used.size) };
    }
  }
  const costs = childrenOf(node.args).map((child) => costOf(child, sizes));
  const isJoin = node.op === "rcall" && node.args[0] === "join";
  return {
    steps: costs.reduce((sum, { steps }) => sum + steps, 1),
    size: isField(node)
      ? sizeOfField
      : costs.reduce((sum, { size }) => (isJoin ? sum * size : sum + size), isJoin ? 1 : 0),
  };
}

function isField({ op }: ASTNode): boolean {
  return op === "." || op === "[]";
}

type Loop = { item: string; others: ASTNode[]; sizes: ReadonlyMap<string, number> };

function costOfLoop(name: string, list: ASTNode, { item, others, sizes }: Loop): Cost {
  const over = costOf(list, sizes);
  const times = list.op === "list" ? list.args.length : over.size;
  const inside = new Map([...sizes, [item, Math.max(sizeOfField, over.size)]]);
  const bodies = others.map((body) => costOf(body, inside));
  const gives = name === "map" || name === "filter" ? times * Math.max(...bodies.map(({ size }) => size)) : 1;
  return {
    steps: over.steps + times * bodies.reduce((sum, { steps }) => sum + steps, 0),
    size: Math.max(over.size, gives),
  };
}

/**
 * Refuses an expression that may take too long: it runs on every grant of every review, and a provider's values may be
 * long.
 */
function faultOfCost(ast: ASTNode): string | null {
  const { steps, size } = costOf(ast);
  return steps > budget || size > budget
    ? `may take more than ${budget} steps on one grant: nest fewer loops (all, exists, map, filter), or join less`
    : null;
}

/** What is wrong with a rule's `keepScope`, in one line; `null` if it parses and its type is bool. */
export function checkKeepScope(expression: string): string | null {
  return checkExpression(expression, scopeEnvironment);
}

/** What is wrong with a rule's CEL expression, in one line; `null` if the expression parses and its type is bool. */
export function checkExpression(expression: string, within: Environment = environment): string | null {
  const { valid, type, error } = within.check(expression);
  if (expression.trim() === "") return "is empty: write a condition, or false for never";
  if (error) return describe(error, expression, within);
  if (!valid || type !== "bool") {
    const given = plainWords(type ?? "nothing");
    return `gives ${given}, not bool: compare it with something`;
  }
  const { ast } = within.parse(expression);
  if (levelsOf(ast) > mostLevels) return tooDeep;
  const nodes = nodesOf(ast);
  return (
    faultOfCost(ast) ??
    faultOfPattern(expression, nodes) ??
    faultOfDyn(expression, nodes) ??
    faultInsideHas(expression, nodes, within) ??
    faultOfAccess(expression, nodes, within) ??
    faultOfStatus(nodes)
  );
}
