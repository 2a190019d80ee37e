import { readFileSync } from "node:fs";

/** The version of package.json and, where the deployment or the checkout tells it, the commit: `0.1.0+1a2b3c4`. */
export function toolVersion(env: NodeJS.ProcessEnv): string {
  const version = env.TOOL_VERSION ?? versionOfPackage();
  const commit = env.TOOL_COMMIT ?? commitOfCheckout();
  return commit ? `${version}+${commit.slice(0, 7)}` : version;
}

function projectFile(path: string): string | null {
  try {
    return readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  } catch {
    return null; // a bundle has no checkout around it
  }
}

function versionOfPackage(): string {
  const text = projectFile("package.json");
  return text ? (JSON.parse(text) as { version: string }).version : "unknown";
}

function commitOfCheckout(): string | null {
  const head = projectFile(".git/HEAD")?.trim();
  if (!head) return null;
  return head.startsWith("ref: ") ? (projectFile(`.git/${head.slice(5)}`)?.trim() ?? null) : head;
}
