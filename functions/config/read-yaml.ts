import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node, parseDocument } from "yaml";
import type * as z from "zod";
import { nearest } from "../basics/nearest.ts";
import { type ConfigFault, faultAt, keyOf, type Path } from "./fault.ts";

/** A file as plain values. `written` gives a scalar as the file has it, before YAML took the scalar for a number. */
export type YamlText = { value: unknown; written: (path: Path) => string | null };

type Trouble = { message: string; linePos?: readonly { line: number }[] | undefined };

/** Takes the first line of the library's message alone: the rest quotes the file, which may hold a secret. */
function faultOfLine({ message, linePos }: Trouble): ConfigFault {
  const text = message.split("\n")[0]!.replace(/ at line \d+, column \d+:?$/, "");
  const key = linePos?.[0] ? `line ${linePos[0].line}` : "";
  if (text.startsWith("Unresolved tag"))
    return { key, message: "is read as a YAML tag: put a text that begins with ! in quotes" };
  if (/\balias\b/i.test(text))
    return { key, message: "is read as a YAML alias: put a text that begins with * in quotes" };
  return { key, message: `${text}: mend the YAML there` };
}

/** The first fault of each line: most later ones follow from it. */
function firstOfEachLine(troubles: readonly Trouble[]): ConfigFault[] {
  const faultByKey = new Map<string, ConfigFault>();
  for (const fault of troubles.map(faultOfLine)) if (!faultByKey.has(fault.key)) faultByKey.set(fault.key, fault);
  return [...faultByKey.values()];
}

function faultsOfNode(node: unknown, path: Path): ConfigFault[] {
  if (!isNode(node)) return [];
  if (isAlias(node)) return [faultAt(path, `is an alias (*${node.source}): write the value out`)];
  const anchored = node.anchor
    ? [faultAt(path, `has an anchor (&${node.anchor}): write the value out wherever it is needed`)]
    : [];
  if (isScalar(node) && typeof node.value === "string" && !node.value.isWellFormed()) {
    return [...anchored, faultAt(path, "holds half a character (a lone surrogate): write the character whole")];
  }
  if (isSeq(node)) return [...anchored, ...node.items.flatMap((item, index) => faultsOfNode(item, [...path, index]))];
  return isMap(node) ? [...anchored, ...faultsOfPairs(node.items, path)] : anchored;
}

function faultsOfPairs(pairs: readonly { key: unknown; value: unknown }[], path: Path): ConfigFault[] {
  const seen = new Set<string>();
  return pairs.flatMap(({ key, value }) => {
    const name = isScalar(key) ? String(key.value) : "?";
    const inner = [...path, name];
    const twice = seen.has(name) ? [faultAt(inner, "is given twice: keep one of them")] : [];
    seen.add(name);
    return [...twice, ...faultsOfNode(value, inner)];
  });
}

function writtenIn(document: Document, path: Path): string | null {
  const node = document.getIn(path, true) as Node | undefined;
  return isScalar(node) ? (node.source ?? null) : null;
}

/** Reads one YAML 1.2 document. Where faults are `broken`, nothing else in the file can be judged. */
export function readYaml(text: string): { yaml: YamlText; faults: ConfigFault[] } | { broken: ConfigFault[] } {
  // faultsOfPairs finds keys that are given twice: with their path, and together with all other faults.
  const document = parseDocument(text, { uniqueKeys: false, stringKeys: true });
  const broken = firstOfEachLine([...document.errors, ...document.warnings]);
  if (broken.length > 0) return { broken };
  const faults = faultsOfNode(document.contents, []);
  if (faults.some(({ message }) => message.includes("alias"))) return { broken: faults };
  return { yaml: { value: document.toJS(), written: (path) => writtenIn(document, path) }, faults };
}

type Issue = z.core.$ZodIssue;
type Schema = z.core.$ZodTypes;

const wrappers = ["default", "prefault", "optional", "nullable"];

/** The schema of the key at this path, without its wrappers. */
function schemaAt(schema: Schema, path: Path): Schema | null {
  const { def } = schema._zod;
  if (wrappers.includes(def.type)) return schemaAt((def as unknown as { innerType: Schema }).innerType, path);
  if (def.type === "pipe") return schemaAt(def.in as Schema, path);
  if (def.type === "union") return groupAmong(def.options as Schema[], path);
  const [step, ...rest] = path;
  if (step === undefined) return schema;
  if (def.type === "array") return schemaAt(def.element as Schema, rest);
  const inner = def.type === "object" ? (def.shape[step] as Schema | undefined) : undefined;
  return inner ? schemaAt(inner, rest) : null;
}

/** Of several schemas the group of keys: a list of groups says nothing of keys. */
function groupAmong(options: readonly Schema[], path: Path): Schema | null {
  return options.map((option) => schemaAt(option, path)).find((schema) => keysOf(schema).length > 0) ?? null;
}

function keysOf(schema: Schema | null): string[] {
  return schema?._zod.def.type === "object" ? Object.keys(schema._zod.def.shape) : [];
}

function unknownKey(key: string, known: readonly string[], elsewhere: readonly Path[]): string {
  const meant = nearest(key, known);
  if (meant) return `is no key: did you mean ${meant}?`;
  const home = elsewhere.find((path) => path.at(-1) === key);
  if (home) return `does not belong here: move it to ${keyOf(home)}`;
  return `is no key: take it out, or use one of ${known.join(", ")}`;
}

const expectations: Record<string, string> = {
  string: "must be text",
  number: "must be a number, without quotes and unit",
  int: "must be a whole number",
  boolean: "must be true or false, without quotes",
  array: "must be a list: [a, b], or a line with a dash for each",
  object: "must be a group of keys",
  record: "must be a group of keys",
};

/** Text in quotes is asked for because of ids of 19 digits: as numbers they lose their last digits. */
function wrongType(expected: string, value: unknown, written: string | null): string {
  if (value === undefined) return `is missing: it ${expectations[expected] ?? `must be ${expected}`}`;
  if (value === null) return "is empty: give it a value, or take the key out";
  const isPlain = expected === "string" && (typeof value === "number" || typeof value === "boolean");
  if (isPlain) return `must be text: write it in quotes${written === null ? "" : `, "${written}"`}`;
  return expectations[expected] ?? `must be ${expected}`;
}

function notOneOf(values: readonly unknown[], value: unknown): string {
  const meant = typeof value === "string" ? nearest(value, values.map(String)) : null;
  if (value === undefined) return `is missing: it must be ${values.join(" or ")}`;
  if (value === null) return `is empty: it must be ${values.join(" or ")}`;
  return `must be ${values.join(" or ")}${meant ? `: did you mean ${meant}?` : ""}`;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, step) => (inner as Record<string | number, unknown> | null)?.[step], value);
}

/** A part of the file, at `path`. `elsewhere` are keys that people put into a wrong group. */
export type Part = { yaml: YamlText; path: Path; elsewhere: readonly Path[] };

function isWrongShape({ code, path }: Issue): boolean {
  return path.length === 0 && code !== "unrecognized_keys" && code !== "too_small";
}

function faultsOfIssue(issue: Issue, schema: Schema, { yaml, path: base, elsewhere }: Part): ConfigFault[] {
  const path = [...base, ...(issue.path as Path)];
  if (issue.code === "unrecognized_keys") {
    const known = keysOf(schemaAt(schema, issue.path as Path));
    return issue.keys.map((name) => faultAt([...path, name], unknownKey(name, known, elsewhere)));
  }
  if (issue.code === "invalid_union") {
    // Of two shapes, that of the value says what is wrong within.
    const fitting = issue.errors.find((issues) => !issues.some((each) => isWrongShape(each as Issue)));
    const inner = (fitting ?? []).map((each) => ({ ...each, path: [...issue.path, ...each.path] }) as Issue);
    if (fitting) return inner.flatMap((each) => faultsOfIssue(each, schema, { yaml, path: base, elsewhere }));
  }
  const value = valueAt(yaml.value, path);
  if (issue.code === "invalid_value") return [faultAt(path, notOneOf(issue.values, value))];
  if (issue.code === "too_small") return [faultAt(path, "is empty: it needs at least one entry")];
  if (issue.code !== "invalid_type") return [faultAt(path, issue.message)];
  // A secret of digits alone must not be shown either.
  const written = path.includes("credentials") ? null : yaml.written(path);
  return [faultAt(path, wrongType(issue.expected, value, written))];
}

/** A part of the file after its schema: its value, null where the part has faults, and each fault with what to write instead. */
export type Checked<T> = { value: T | null; faults: ConfigFault[] };

/** Checks a part of the file by a schema. */
export function checkPart<T>(schema: z.ZodType<T>, part: Part): Checked<T> {
  const { data, error } = schema.safeParse(valueAt(part.yaml.value, part.path));
  const issues = error?.issues ?? [];
  return {
    value: data ?? null,
    faults: issues.flatMap((issue) => faultsOfIssue(issue, schema as unknown as Schema, part)),
  };
}
