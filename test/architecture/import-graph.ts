import { posix } from "node:path";
import type { SourceFile } from "./house-rules.ts";
import { sourceFacts } from "./source-facts.ts";

/** By path of each file, the paths of the files that it imports, types included. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** The graph of relative imports among these files. */
export function importGraph(files: readonly SourceFile[]): ImportGraph {
  return new Map(files.map(({ path, text }) => [path, relativeImports(path, text)]));
}

function relativeImports(path: string, text: string): string[] {
  const specifiers = sourceFacts(text).imports.flatMap(({ specifier }) => specifier ?? []);
  const relative = specifiers.filter((specifier) => specifier.startsWith("."));
  return [...new Set(relative.map((specifier) => posix.join(posix.dirname(path), specifier)))];
}

/** Every circle of imports, as the files in it: Tarjan's strongly connected components of more than one file. */
export function circlesIn(graph: ImportGraph): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];

  function visit(file: string): void {
    order.set(file, order.size);
    lowest.set(file, order.get(file)!);
    stack.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) lowest.set(file, Math.min(lowest.get(file)!, lowest.get(next)!));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const component = stack.splice(stack.indexOf(file));
    if (component.length > 1 || graph.get(file)?.includes(file)) circles.push(component.sort());
  }

  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return circles;
}

/** A folder, how many files lie in it, and how many relative imports a file of it has in the mean. */
export type FolderSize = { folder: string; files: number; meanImports: number };

/** The sizes of all folders in which files of the graph lie, those below not counted in. */
export function folderSizes(graph: ImportGraph): FolderSize[] {
  const byFolder = Map.groupBy(graph, ([file]) => posix.dirname(file));
  return [...byFolder].map(([folder, files]) => ({
    folder,
    files: files.length,
    meanImports: files.reduce((sum, [, imports]) => sum + imports.length, 0) / files.length,
  }));
}
