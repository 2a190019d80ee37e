import { sourceFacts } from "./source-facts.ts";
import { mayImport } from "./who-imports-whom.ts";

/** A source file: its path from the root of the repository, with `/`, and what it says. */
export type SourceFile = { path: string; text: string };

const emptyWords = new Set(["util", "helper", "common", "manager", "processor", "data", "info", "utility"]);

const singular = (word: string): string => word.replace(/ies$/, "y").replace(/s$/, "");

const nameFaults = (path: string): string[] => {
  const segments = path.replace(/(\.d)?\.ts$/, "").split("/");
  const faults = segments
    .flatMap((segment) => segment.split(/[-.]/))
    .filter((word) => emptyWords.has(singular(word.toLowerCase())))
    .map((word) => `${path}: "${word}" in a name says nothing`);
  if (!segments.every((segment) => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(segment))) faults.push(`${path}: not kebab-case`);
  return segments.at(-1) === "index" ? [...faults, `${path}: no index.ts`] : faults;
};

// The embedded company is an edge of its own: it plays the vendors' clocks.
const isEdge = (path: string): boolean =>
  /^functions\/(runtime\/|cli\/|cli\.ts$|sandbox\/|report\/browser\/main\.ts$)/.test(path);

/** A declaration file says what a package exports: the package chose how. */
const declaresOthers = (path: string): boolean => path.endsWith(".d.ts");

const isProduct = (path: string): boolean => /^(functions|infra)\//.test(path);

const isClassAllowed = (path: string, superclass: string | null): boolean =>
  superclass !== null && (superclass.endsWith("Error") || path.startsWith("infra/"));

/** Every breach of the house rules in one file, as `path:line: what is wrong`. */
export function houseFaults({ path, text }: SourceFile): string[] {
  const facts = sourceFacts(text);
  const importFaults = facts.imports
    .filter(({ specifier, isLazy }) => specifier === null || !mayImport(path, specifier, isLazy))
    .map(({ specifier, line }) => `${path}:${line}: may not import ${specifier ?? "what is computed"}`);
  if (!isProduct(path)) return importFaults;
  const { defaultExports, classes, ambientReads } = facts;
  return [
    ...importFaults,
    ...nameFaults(path),
    ...(declaresOthers(path) ? [] : defaultExports).map(({ line }) => `${path}:${line}: no default exports`),
    ...classes
      .filter(({ superclass }) => !isClassAllowed(path, superclass))
      .map(({ line }) => `${path}:${line}: no classes but errors`),
    ...(isEdge(path) ? [] : ambientReads.map(({ what, line }) => `${path}:${line}: ${what} is read at the edge only`)),
  ];
}
