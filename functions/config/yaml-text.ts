import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node, parseDocument } from "yaml";
import { type Fault, keyOf, type Path } from "./fault.ts";

/** A file as plain values. `written` gives a scalar as it stands in the file, before it was taken for a number. */
export type YamlText = { value: unknown; written: (path: Path) => string | null };

type Trouble = { message: string; linePos?: readonly { line: number }[] | undefined };

/** The library's message goes on with the line itself, which may hold a secret. */
function faultOfLine({ message, linePos }: Trouble): Fault {
  const text = message.split("\n")[0]!.replace(/ at line \d+, column \d+:?$/, "");
  const key = linePos?.[0] ? `line ${linePos[0].line}` : "";
  if (text.startsWith("Unresolved tag"))
    return { key, message: "is read as a YAML tag: put a text that begins with ! in quotes" };
  if (/\balias\b/i.test(text))
    return { key, message: "is read as a YAML alias: put a text that begins with * in quotes" };
  return { key, message: `${text}: mend the YAML there` };
}

/** What follows a syntax error on its line is mostly an echo of it. */
function firstOfEachLine(troubles: readonly Trouble[]): Fault[] {
  const faultByKey = new Map<string, Fault>();
  for (const fault of troubles.map(faultOfLine)) if (!faultByKey.has(fault.key)) faultByKey.set(fault.key, fault);
  return [...faultByKey.values()];
}

function faultsOfNode(node: unknown, path: Path): Fault[] {
  if (!isNode(node)) return [];
  if (isAlias(node)) return [{ key: keyOf(path), message: `is an alias (*${node.source}): write the value out` }];
  const anchored: Fault[] = node.anchor
    ? [{ key: keyOf(path), message: `has an anchor (&${node.anchor}): write the value out wherever it is needed` }]
    : [];
  if (isSeq(node)) return [...anchored, ...node.items.flatMap((item, index) => faultsOfNode(item, [...path, index]))];
  return isMap(node) ? [...anchored, ...faultsOfPairs(node.items, path)] : anchored;
}

function faultsOfPairs(pairs: readonly { key: unknown; value: unknown }[], path: Path): Fault[] {
  const seen = new Set<string>();
  return pairs.flatMap(({ key, value }) => {
    const name = isScalar(key) ? String(key.value) : "?";
    const inner = [...path, name];
    const twice = seen.has(name) ? [{ key: keyOf(inner), message: "is given twice: keep one of them" }] : [];
    seen.add(name);
    return [...twice, ...faultsOfNode(value, inner)];
  });
}

function writtenIn(document: Document, path: Path): string | null {
  const node = document.getIn(path, true) as Node | undefined;
  return isScalar(node) ? (node.source ?? null) : null;
}

/** Reads one YAML 1.2 document. With `broken` faults there is no telling what the rest of the file means. */
export function readYaml(text: string): { yaml: YamlText; faults: Fault[] } | { broken: Fault[] } {
  // A key that is given twice is found below, with its path, so that the other faults are told in the same go.
  const document = parseDocument(text, { uniqueKeys: false, stringKeys: true });
  const broken = firstOfEachLine([...document.errors, ...document.warnings]);
  if (broken.length > 0) return { broken };
  const faults = faultsOfNode(document.contents, []);
  if (faults.some(({ message }) => message.includes("alias"))) return { broken: faults };
  return { yaml: { value: document.toJS(), written: (path) => writtenIn(document, path) }, faults };
}
