import { parseAst } from "rolldown/parseAst";

/** A module that a file imports; `specifier` is null where it is computed, so that nobody can tell which it is. */
export type ImportFact = { specifier: string | null; isLazy: boolean; line: number };

/** What the house rules ask of one source file. Lines count from 1. */
export type SourceFacts = {
  imports: ImportFact[];
  defaultExports: { line: number }[];
  /** The names of exported declarations. */
  exports: string[];
  classes: { superclass: string | null; line: number }[];
  /** Readings of the clock or the environment, as written. */
  ambientReads: { what: string; line: number }[];
};

type SyntaxNode = { type: string; start: number; [field: string]: unknown };

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === "object" && value !== null && typeof (value as SyntaxNode).type === "string";

function* nodesOf(value: unknown): Generator<SyntaxNode> {
  if (Array.isArray(value)) for (const element of value) yield* nodesOf(element);
  if (!isNode(value)) return;
  yield value;
  for (const child of Object.values(value)) if (typeof child === "object") yield* nodesOf(child);
}

/** The names that `export function f`, `export const a = 1, b = 2` and `export type T` declare. */
const exportsOf = ({ type, declaration }: SyntaxNode): string[] => {
  if (type !== "ExportNamedDeclaration" || !isNode(declaration)) return [];
  const declared = Array.isArray(declaration.declarations) ? declaration.declarations : [declaration];
  return declared.flatMap((one) => (isNode(one) ? (wordOf(one.id) ?? []) : []));
};

/** The name of an identifier, or the text of a literal. */
const wordOf = (value: unknown): string | null => {
  if (!isNode(value)) return null;
  const word = value.type === "Identifier" ? value.name : value.type === "Literal" ? value.value : null;
  return typeof word === "string" ? word : null;
};

/** A specifier that is written out; what is computed is null. */
const specifierOf = (value: unknown): string | null =>
  isNode(value) && value.type === "Literal" ? wordOf(value) : null;

const calleeIs = ({ callee }: SyntaxNode, name: string): boolean =>
  isNode(callee) && callee.type === "Identifier" && callee.name === name;

// A function of that name with other arguments is somebody's own: modules of this house have no `require`.
const isRequire = (node: SyntaxNode): boolean => {
  const [first, ...others] = node.arguments as unknown[];
  return calleeIs(node, "require") && others.length === 0 && specifierOf(first) !== null;
};

const importOf = (node: SyntaxNode): Omit<ImportFact, "line"> | null => {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "TSImportType":
      return { specifier: specifierOf(node.source), isLazy: false };
    case "ExportNamedDeclaration":
      return node.source ? { specifier: specifierOf(node.source), isLazy: false } : null;
    case "TSExternalModuleReference":
      return { specifier: specifierOf(node.expression), isLazy: false };
    case "ImportExpression":
      return { specifier: specifierOf(node.source), isLazy: true };
    case "CallExpression":
      return isRequire(node) ? { specifier: specifierOf((node.arguments as unknown[])[0]), isLazy: true } : null;
    default:
      return null;
  }
};

const isDefaultExport = (node: SyntaxNode): boolean =>
  node.type === "ExportDefaultDeclaration" ||
  node.type === "TSExportAssignment" ||
  (node.type === "ExportSpecifier" && wordOf(node.exported) === "default");

const memberOf = (node: SyntaxNode): string | null => {
  if (node.type !== "MemberExpression") return null;
  // `globalThis.process.env` is `process.env`.
  const object = wordOf(node.object) ?? (isNode(node.object) ? wordOf(node.object.property) : null);
  const property = wordOf(node.property);
  return object && property ? `${object}.${property}` : null;
};

const ambientMembers = new Set(["Date.now", "process.env"]);

const ambientReadOf = (node: SyntaxNode): string | null => {
  const isDateCall = (node.type === "NewExpression" || node.type === "CallExpression") && calleeIs(node, "Date");
  if (isDateCall)
    return (node.arguments as unknown[]).length === 0 || node.type === "CallExpression" ? "new Date()" : null;
  const member = memberOf(node);
  if (member) return ambientMembers.has(member) ? member : null;
  const isProcessTakenApart = node.type === "VariableDeclarator" && wordOf(node.init) === "process";
  if (isProcessTakenApart && isNode(node.id) && node.id.type === "ObjectPattern") return "process.env";
  if (node.type === "ImportDeclaration" && /^(node:)?process$/.test(wordOf(node.source) ?? "")) return "process.env";
  return null;
};

/** Reads one TypeScript file. Throws where it does not parse. */
export function sourceFacts(text: string): SourceFacts {
  const facts: SourceFacts = { imports: [], defaultExports: [], exports: [], classes: [], ambientReads: [] };
  const lineOf = ({ start }: SyntaxNode): number => text.slice(0, start).split("\n").length;
  for (const node of nodesOf(parseAst(text, { lang: "ts", sourceType: "module" }))) {
    const imported = importOf(node);
    if (imported) facts.imports.push({ ...imported, line: lineOf(node) });
    facts.exports.push(...exportsOf(node));
    if (isDefaultExport(node)) facts.defaultExports.push({ line: lineOf(node) });
    if (node.type === "ClassDeclaration" || node.type === "ClassExpression") {
      facts.classes.push({ superclass: node.superClass ? (wordOf(node.superClass) ?? "") : null, line: lineOf(node) });
    }
    const what = ambientReadOf(node);
    if (what) facts.ambientReads.push({ what, line: lineOf(node) });
  }
  return facts;
}
