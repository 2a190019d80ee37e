import { execFileSync, type StdioOptions } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * The deployed version, which evidence records: the version in package.json, and the commit, null outside of a
 * checkout.
 */
export type ToolVersion = { version: string; commit: string | null };

/** The version of this checkout. */
export function toolVersion(): ToolVersion {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return { version: (JSON.parse(text) as { version: string }).version, commit: commitOfCheckout() };
}

function commitOfCheckout(): string | null {
  try {
    const git = {
      cwd: import.meta.dirname,
      encoding: "utf8" as const,
      stdio: ["ignore", "pipe", "ignore"] as StdioOptions,
    };
    return execFileSync("git", ["rev-parse", "HEAD"], git).trim();
  } catch {
    return null; // no git, or a tarball
  }
}
