import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const bin = join(root, "node_modules/.bin");

const app = `import { App, Stack } from "aws-cdk-lib";
import { AccessReview, readDeployable } from "access-review";
const app = new App({ outdir: "out" });
const stack = new Stack(app, "Governance");
const read = readDeployable("my.yaml");
if ("refusal" in read) throw new Error(read.refusal);
const reviews = new AccessReview(stack, "Reviews", { config: read.config });
const said: string = [reviews.deskUrl ?? "no desk", Object.keys(reviews.functions).length].join(" ");
console.log(said);
app.synth();
`;

describe("the package that npm pack makes", () => {
  const folder = mkdtempSync(join(tmpdir(), "access-review-package-"));
  const run = (command: string, args: string[], cwd: string): string =>
    execFileSync(command, args, { cwd, encoding: "utf8", env: { ...process.env, PATH: `${bin}:${process.env.PATH}` } });

  beforeAll(() => {
    run("npm", ["pack", "--silent", "--pack-destination", folder], root);
    const [tarball] = readdirSync(folder);
    const installed = join(folder, "node_modules/access-review");
    mkdirSync(installed, { recursive: true });
    run("tar", ["xzf", tarball!, "-C", installed, "--strip-components=1"], folder);
    // What it depends on, as npm would install it: no registry is asked.
    for (const name of readdirSync(join(root, "node_modules")))
      if (name !== "access-review") symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
    cpSync(join(root, "docs/access-review.example.yaml"), join(folder, "my.yaml"));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "app.ts"), app);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("has types that somebody's own app compiles with", () => {
    const compilerOptions = { module: "nodenext", target: "es2024", strict: true, noEmit: true, types: ["node"] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["app.ts"] }));
    expect(run("tsc", ["-p", "."], folder)).toBe("");
  });

  it("synthesises a stack with its bundles in an app that has nothing else, and names no commit of that app", () => {
    expect(run("node", ["app.ts"], folder)).toBe("no desk 8\n");
    const template = readFileSync(join(folder, "out/Governance.template.json"), "utf8");
    expect(template).toContain("Governance-check");
    expect(template).not.toContain("TOOL_COMMIT");
    const assets = readdirSync(join(folder, "out")).filter((name) => name.startsWith("asset."));
    expect(assets).toHaveLength(8);
    for (const asset of assets) {
      const files = readdirSync(join(folder, "out", asset));
      expect(files).toEqual(expect.arrayContaining(["config.json", "index.mjs", "index.mjs.map"]));
    }
  });

  it("has the command line, on any Node", () => {
    expect(run("node_modules/access-review/bin/access-review.cjs", ["--version"], folder)).toMatch(/^\d+\.\d+\.\d+/);
  });
});
