import type { SourceFile } from "./house-rules.ts";
import { sourceFacts } from "./source-facts.ts";

/** Every Lambda finds its function by this name. */
const sharedNames = new Set(["handler"]);

/**
 * Where a name is looked for. Each provider's folder is a place of its own: a provider never imports another, and all give
 * the same things (`provider`, `readHolders`). So is each vendor of the sandbox, as calls have the vendor's names on both
 * sides of the wire; nothing of ours imports the sandbox's.
 */
function worldOf(path: string): string {
  return /^functions\/(providers\/[^/]+|sandbox\/(feishu|tencent)|sandbox)\//.exec(path)?.[1] ?? "";
}

function isApart(world: string, other: string): boolean {
  const isVendor = (one: string): boolean => /^(providers|sandbox)\//.test(one);
  const isSandbox = (one: string): boolean => one.startsWith("sandbox");
  return world !== other && ((isVendor(world) && isVendor(other)) || isSandbox(world) !== isSandbox(other));
}

/** Names that stand in two files which somebody may look for together, as `name: path, path`. */
export function repeatedExports(files: readonly SourceFile[]): string[] {
  const exported = files.flatMap(({ path, text }) =>
    [...new Set(sourceFacts(text).exports)].map((name) => ({ name, path, world: worldOf(path) })),
  );
  return [...Map.groupBy(exported, ({ name }) => name)].flatMap(([name, places]) => {
    if (sharedNames.has(name)) return [];
    const met = places.filter((one) => places.some((other) => other !== one && !isApart(one.world, other.world)));
    return met.length > 0 ? [`${name}: ${met.map(({ path }) => path).join(", ")}`] : [];
  });
}
