import { execFileSync, type StdioOptions } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/**
 * The deployed version, which evidence records: the version in package.json, and the commit, with `-dirty` where files
 * differ from it; null outside of this project's own checkout, such as below node_modules of another project.
 */
export type ToolVersion = { version: string; commit: string | null };

const projectFolder = new URL("..", import.meta.url);

/** The version in this folder, of this project. */
export function toolVersion(folder = projectFolder): ToolVersion {
  const text = readFileSync(new URL("package.json", folder), "utf8");
  return { version: (JSON.parse(text) as { version: string }).version, commit: commitOf(folder) };
}

function commitOf(folder: URL): string | null {
  // In a repository above, a commit would say nothing of this project.
  if (!existsSync(new URL(".git", folder))) return null;
  const stdio: StdioOptions = ["ignore", "pipe", "ignore"];
  const git = (...words: string[]): string =>
    execFileSync("git", words, { cwd: folder, encoding: "utf8", stdio }).trim();
  try {
    return git("rev-parse", "HEAD") + (git("status", "--porcelain", "--untracked-files=no") === "" ? "" : "-dirty");
  } catch {
    return null; // no git
  }
}
