import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { stageEntries } from "../../infra/stage-function.ts";
import { toolVersion } from "../../infra/tool-version.ts";

const root = join(import.meta.dirname, "../..");
const jsonOf = (file: string) => JSON.parse(readFileSync(join(root, file), "utf8"));

// That the package can be installed and synthesises takes minutes: package.soak.ts.
describe("the package", () => {
  const { exports, files, dependencies, peerDependencies, scripts } = jsonOf("package.json");
  const { files: built } = jsonOf("infra/tsconfig.package.json") as { files: string[] };

  it("exports the construct, whose JavaScript and types are built from a file that is there", () => {
    expect(exports["."]).toEqual({ types: "./dist/infra/package.d.ts", default: "./dist/infra/package.js" });
    expect(existsSync(join(root, "infra/package.ts"))).toBe(true);
    expect(built).toContain("package.ts");
    expect(files).toEqual(expect.arrayContaining(["dist", "bin"]));
    for (const file of (files as string[]).filter((name) => name !== "dist"))
      expect(existsSync(join(root, file))).toBe(true);
  });

  it("is built whenever it is packed, of every function and the command line", () => {
    expect(scripts.prepack).toBe("node .ci/build-package.ts");
    for (const entry of [...Object.values(stageEntries), "cli.ts"]) expect(built).toContain(`../functions/${entry}`);
  });

  it("brings what bundles its functions, and asks for the app's own CDK", () => {
    expect(Object.keys(dependencies)).toContain("esbuild");
    expect(Object.keys(peerDependencies).sort()).toEqual(["aws-cdk-lib", "constructs"]);
  });
});

describe("toolVersion()", () => {
  const folder = mkdtempSync(join(tmpdir(), "access-review-version-"));
  const at = (path: string): URL => pathToFileURL(`${path}/`);
  const git = (...words: string[]): string =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...words], {
      cwd: folder,
      encoding: "utf8",
    }).trim();
  afterAll(() => rmSync(folder, { recursive: true }));

  it("names the commit, says where files differ from it, and names no commit of a repository that is another's", () => {
    writeFileSync(join(folder, "package.json"), '{ "version": "1.2.3" }');
    expect(toolVersion(at(folder))).toEqual({ version: "1.2.3", commit: null });
    git("init", "-q");
    git("add", "-A");
    git("commit", "-qm", "first");
    const commit = git("rev-parse", "HEAD");
    expect(toolVersion(at(folder)).commit).toBe(commit);
    writeFileSync(join(folder, "package.json"), '{ "version": "1.2.4" }');
    expect(toolVersion(at(folder)).commit).toBe(`${commit}-dirty`);
    const installed = join(folder, "node_modules/access-review/dist");
    mkdirSync(installed, { recursive: true });
    writeFileSync(join(installed, "package.json"), '{ "version": "1.2.3" }');
    expect(toolVersion(at(installed)).commit).toBeNull();
  });
});
