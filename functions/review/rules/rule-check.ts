import type { ASTNode, TypeCheckResult } from "@marcbachmann/cel-js";
import { nearest } from "../../basics/nearest.ts";
import type { Holder, HolderStatus } from "../grants/grant.ts";
import { environment, fieldsByVariable, scopeFields } from "./rule-vocabulary.ts";

type CelFault = NonNullable<TypeCheckResult["error"]>;

const variables = [...Object.keys(fieldsByVariable), "now"];

const words: Record<string, Record<string, true>> = {
  status: { active: true, leaving: true, left: true, disabled: true, unknown: true } satisfies Record<
    HolderStatus,
    true
  >,
  kind: { user: true, group: true } satisfies Record<Holder["kind"], true>,
};

function isNode(value: unknown): value is ASTNode {
  return typeof value === "object" && value !== null && "op" in value && "args" in value;
}

function nodesOf(value: unknown): ASTNode[] {
  if (isNode(value)) return [value, ...nodesOf(value.args)];
  return Array.isArray(value) ? value.flatMap(nodesOf) : [];
}

function fieldsOf(node: ASTNode): readonly string[] {
  if (node.op !== "id") return Object.keys(scopeFields);
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

function unknownVariable(name: string): string {
  const meant = nearest(name, variables);
  return `there is no ${name}: ${meant ? `did you mean ${meant}?` : `a rule sees ${variables.join(", ")}`}`;
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

function describe(fault: CelFault, expression: string): string {
  const variable = /^Unknown variable: (.+)$/.exec(fault.summary)?.[1];
  const text =
    fault.code === "no_such_key"
      ? unknownField(fault)
      : variable !== undefined
        ? unknownVariable(variable)
        : plainWords(fault.summary);
  return fault.range ? `${text} (at ${positionOf(expression, fault.range.start)})` : text;
}

/** cel-js does not look at the field inside `has()`, so it is checked as a comparison in the same place would be. */
function faultInsideHas(expression: string, nodes: ASTNode[]): string | null {
  let rewritten = expression;
  for (const node of [...nodes].sort((a, b) => b.start - a.start)) {
    if (node.op !== "call" || node.args[0] !== "has" || !node.args[1][0]) continue;
    const asked = expression.slice(node.args[1][0].start, node.args[1][0].end);
    rewritten = `${rewritten.slice(0, node.start)}(dyn(${asked}) == dyn(0))${rewritten.slice(node.end)}`;
  }
  const { error } = environment.check(rewritten);
  if (!error) return null;
  return error.code === "no_such_key" ? `has(): ${unknownField(error)}` : plainWords(error.summary);
}

/** `dyn()` would let a misspelt field through. */
function faultOfDyn(expression: string, nodes: ASTNode[]): string | null {
  const dyn = nodes.find((node) => node.op === "call" && node.args[0] === "dyn");
  return dyn ? `dyn() hides misspelt fields: leave it out (at ${positionOf(expression, dyn.start)})` : null;
}

const ownTypes = ["Grant", "Holder", "Role", "Previous", "Decision", "Scope"];

/** cel-js takes any field of a time or duration, and any computed field of ours, for dyn: nothing would be checked. */
function faultOfAccess(expression: string, nodes: ASTNode[]): string | null {
  for (const node of nodes) {
    if (node.op !== "." && node.op !== "[]") continue;
    const [owner, field] = node.args;
    const { type = "" } = environment.check(expression.slice(owner.start, owner.end));
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

function holderFieldIn(operand: ASTNode): string | null {
  if (operand.op !== ".") return null;
  const [owner, field] = operand.args;
  return owner.op === "id" && owner.args === "holder" ? field : null;
}

/** A status that no holder ever has would make a rule that silently never matches. */
function faultOfStatus(nodes: ASTNode[]): string | null {
  for (const node of nodes) {
    if (node.op !== "==" && node.op !== "!=" && node.op !== "in") continue;
    const field = node.args.map(holderFieldIn).find((name) => name !== null && name in words);
    if (!field) continue;
    const known = Object.keys(words[field]!);
    const stray = node.args.flatMap(textsIn).find((text) => !known.includes(text));
    if (stray !== undefined) return `holder.${field} is never "${stray}": it is one of ${known.join(", ")}`;
  }
  return null;
}

/** `null` if a CEL expression parses and type-checks to bool against what a rule sees, else its fault in one line. */
export function checkExpression(expression: string): string | null {
  const { valid, type, error } = environment.check(expression);
  if (expression.trim() === "") return "is empty: write a condition, or false for never";
  if (error) return describe(error, expression);
  if (!valid || type !== "bool") {
    const given = plainWords(type ?? "nothing");
    return `gives ${given}, not bool: compare it with something`;
  }
  const nodes = nodesOf(environment.parse(expression).ast);
  return (
    faultOfDyn(expression, nodes) ??
    faultInsideHas(expression, nodes) ??
    faultOfAccess(expression, nodes) ??
    faultOfStatus(nodes)
  );
}
