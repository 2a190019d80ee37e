import type * as z from "zod";
import { nearest } from "../basics/nearest.ts";
import { type Fault, keyOf, type Path } from "./fault.ts";
import type { YamlText } from "./yaml-text.ts";

type Issue = z.core.$ZodIssue;
type Schema = z.core.$ZodTypes;

const wrappers = ["default", "prefault", "optional", "nullable"];

/** The schema of a key, through whatever is wrapped around it. */
function schemaAt(schema: Schema, path: Path): Schema | null {
  const { def } = schema._zod;
  if (wrappers.includes(def.type)) return schemaAt((def as unknown as { innerType: Schema }).innerType, path);
  if (def.type === "pipe") return schemaAt(def.in as Schema, path);
  const [step, ...rest] = path;
  if (step === undefined) return schema;
  if (def.type === "array") return schemaAt(def.element as Schema, rest);
  const inner = def.type === "object" ? (def.shape[step] as Schema | undefined) : undefined;
  return inner ? schemaAt(inner, rest) : null;
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

/** Ids of 19 digits are the trap: as numbers they lose their last ones, so they are asked for in quotes. */
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

/** Where a schema was applied: `base` is its own place in the file, `elsewhere` are keys that people put in wrong groups. */
export type Place = { yaml: YamlText; base: Path; elsewhere: readonly Path[] };

function faultsOfIssue(issue: Issue, schema: Schema, place: Place): Fault[] {
  const path = [...place.base, ...(issue.path as Path)];
  const key = keyOf(path);
  const value = valueAt(place.yaml.value, path);
  if (issue.code === "unrecognized_keys") {
    const known = keysOf(schemaAt(schema, issue.path as Path));
    return issue.keys.map((name) => ({
      key: keyOf([...path, name]),
      message: unknownKey(name, known, place.elsewhere),
    }));
  }
  if (issue.code === "invalid_value") return [{ key, message: notOneOf(issue.values, value) }];
  if (issue.code === "too_small") return [{ key, message: "is empty: it needs at least one entry" }];
  if (issue.code !== "invalid_type") return [{ key, message: issue.message }];
  // A secret of digits alone must not be shown back either.
  const written = path.includes("credentials") ? null : place.yaml.written(path);
  return [{ key, message: wrongType(issue.expected, value, written) }];
}

/** What a schema finds wrong with its part of the file, in our words: each fault says what to write instead. */
export function shapeFaults(issues: readonly Issue[], schema: z.ZodType, place: Place): Fault[] {
  return issues.flatMap((issue) => faultsOfIssue(issue, schema as unknown as Schema, place));
}
