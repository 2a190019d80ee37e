import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAst } from "rolldown/parseAst";

/** A message as the source has it, `…` in place of what is filled in, and where. */
export type SourceMessage = { text: string; file: string };

type SyntaxNode = { type: string; [field: string]: unknown };

const functionsFolder = new URL("../../functions/", import.meta.url).pathname;

/** The embedded company speaks as a vendor does; the pages' scripts and the translations are made of the sources beside them. */
const leftOut = /^sandbox\/|(page|desk)-script\.ts$|^cli\/words\/sentences-zh\.ts$/;

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === "object" && value !== null && typeof (value as SyntaxNode).type === "string";

function* nodesOf(value: unknown): Generator<SyntaxNode> {
  if (Array.isArray(value)) for (const element of value) yield* nodesOf(element);
  if (!isNode(value)) return;
  yield value;
  for (const child of Object.values(value)) if (typeof child === "object") yield* nodesOf(child);
}

/** The text of a string or a template, `…` in place of what a template fills in; null for any other node. */
function textOf(node: unknown): string | null {
  if (!isNode(node)) return null;
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : null;
  if (node.type !== "TemplateLiteral") return null;
  return (node.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked).join("…");
}

const isUsageError = (node: SyntaxNode): boolean =>
  node.type === "NewExpression" && isNode(node.callee) && node.callee.name === "UsageError";

/** The template of a sentence of wrong usage: usage`…`. */
const usageTemplateOf = (node: SyntaxNode): SyntaxNode | null =>
  node.type === "TaggedTemplateExpression" && isNode(node.tag) && node.tag.name === "usage"
    ? (node.quasi as SyntaxNode)
    : null;

type Parsed = { file: string; nodes: SyntaxNode[] };

function parseSource(): Parsed[] {
  const files = readdirSync(functionsFolder, { recursive: true, encoding: "utf8" }).sort();
  return files.flatMap((file) => {
    const text = file.endsWith(".ts") && !leftOut.test(file) ? readFileSync(join(functionsFolder, file), "utf8") : "";
    // Most files have neither, and need not be parsed.
    if (!/Cannot |UsageError\(|usage`|sayCheck\(/.test(text)) return [];
    return [{ file, nodes: [...nodesOf(parseAst(text, { lang: "ts" }, file))] }];
  });
}

let parsed: Parsed[] | null = null;

function parsedSource(): Parsed[] {
  parsed ??= parseSource();
  return parsed;
}

/** Every message that begins with "Cannot", and every message of wrong usage. */
export function messagesInSource(): SourceMessage[] {
  const found: SourceMessage[] = [];
  for (const { file, nodes } of parsedSource()) {
    for (const node of nodes) {
      const usage = usageTemplateOf(node);
      const text = isUsageError(node) ? textOf((node.arguments as unknown[])[0]) : textOf(usage ?? node);
      if (text !== null && (usage || isUsageError(node) || text.startsWith("Cannot "))) found.push({ text, file });
    }
  }
  return [...new Map(found.map((message) => [message.text, message])).values()];
}

/** The codes of all sentences of wrong usage, by which their translations are found. */
export function usageCodesInSource(): string[] {
  const templates = parsedSource().flatMap(({ nodes }) => nodes.flatMap((node) => usageTemplateOf(node) ?? []));
  const codes = templates.map(({ quasis }) =>
    (quasis as { value: { cooked: string } }[])
      .map(({ value }) => value.cooked)
      .reduce((code, part, at) => `${code}{${at - 1}}${part}`),
  );
  return [...new Set(codes)];
}

/** The names of the checks of a snapshot. */
export function checksInSource(): string[] {
  const names = new Set<string>();
  for (const { nodes } of parsedSource()) {
    if (!nodes.some((node) => node.type === "CallExpression" && isNode(node.callee) && node.callee.name === "sayCheck"))
      continue;
    for (const node of nodes) {
      const isSaying = node.type === "CallExpression" && isNode(node.callee) && node.callee.name === "sayCheck";
      const isName = node.type === "VariableDeclarator" && isNode(node.id) && node.id.name === "name";
      const name = isSaying ? textOf((node.arguments as unknown[])[0]) : isName ? textOf(node.init) : null;
      if (name !== null) names.add(name);
    }
  }
  return [...names].sort();
}
