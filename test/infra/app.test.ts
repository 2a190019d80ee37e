import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readDeployable } from "../../infra/deployable-config.ts";
import { valid } from "../config/valid.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "access-review-app-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const root = join(import.meta.dirname, "../..");

/** Runs the app as `cdk synth -c config=FILE` does, in the project's folder. */
const runApp = (config: string | undefined) => {
  const context = { "aws:cdk:bundling-stacks": [], ...(config ? { config } : {}) };
  const { status, stdout, stderr } = spawnSync(process.execPath, ["infra/app.ts"], {
    cwd: root,
    encoding: "utf8",
    env: { PATH: process.env.PATH, CDK_CONTEXT_JSON: JSON.stringify(context), CDK_OUTDIR: join(folder, "out") },
  });
  return { status, stdout, lines: stderr.trimEnd().split("\n") };
};

const fileWith = (text: string): string => {
  const path = join(folder, "configuration.yaml");
  writeFileSync(path, text);
  return path;
};

const told = `${valid}aws: { alarms: none }\n`;

const pointer = "docs/access-review.example.yaml";

describe("infra/app.ts", () => {
  it("synthesises a real tenant's configuration", () => {
    expect(runApp("docs/access-review.example.yaml")).toEqual({ status: 0, stdout: "", lines: [""] });
  });

  it("reads access-review.yaml where no file is named, and refuses the sandbox in it, without a stack trace, pointing to the example", () => {
    const { status, lines } = runApp(undefined);
    expect(status).toBe(2);
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line).toMatch(/^access-review\.yaml: ((sources|messages)\[\d\]\.baseUrl|aws): /);
    expect(lines.every((line) => line.includes(pointer))).toBe(true);
  });
});

/** The lines with which a configuration is refused; `infra/app.ts` prints them and exits with 2. */
const refusalOf = (file: string): string[] => {
  const read = readDeployable(file);
  return "refusal" in read ? read.refusal.split("\n") : [];
};

describe("readDeployable()", () => {
  it("refuses credentials that only one's own machine has, a line for each", () => {
    const file = fileWith(
      told.replace("secretsmanager:people/read", "env:READ_APP").replace("secretsmanager:people/write", "file:w.json"),
    );
    const lines = refusalOf(file);
    expect(lines.map((line) => line.split(": ").slice(0, 2))).toEqual([
      [file, "sources[0].credentials.read"],
      [file, "sources[0].credentials.write"],
    ]);
    expect(lines.every((line) => line.includes(pointer))).toBe(true);
  });

  it("refuses what the command line refuses, naming the key", () => {
    const file = fileWith(valid.replace("when: decision.revoke", "when: decision.revokes"));
    const lines = refusalOf(file);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`${file}: policy.rules[0].when: `);
  });

  it("says so where the file cannot be read", () => {
    const lines = refusalOf("nowhere.yaml");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^nowhere\.yaml: cannot be read/);
    expect(lines[0]).toContain(pointer);
  });
});
