import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { readDeployable } from "../../infra/deployable-config.ts";
import { valid } from "../config/valid.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "access-review-app-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the app as `cdk synth -c config=FILE` does, in the project's folder, but in this process and without CDK's validation: app.soak.ts has both. */
const runApp = async (name: string, context: object) => {
  const said: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => said.push(String(text)) > 0);
  vi.stubEnv("CDK_CONTEXT_JSON", JSON.stringify({ "aws:cdk:bundling-stacks": [], ...context }));
  vi.stubEnv("CDK_OUTDIR", join(folder, name));
  vi.stubEnv("CDK_VALIDATION", "false");
  try {
    // A module is evaluated once by each address.
    await import(`../../infra/app.ts?${name}`);
    return { status: process.exitCode, lines: said.join("").trimEnd().split("\n") };
  } finally {
    process.exitCode = undefined;
  }
};
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const fileWith = (text: string): string => {
  const path = join(folder, "configuration.yaml");
  writeFileSync(path, text);
  return path;
};

const told = `${valid}aws: { alarms: none }\n`;

const pointer = "docs/access-review.example.yaml";

describe("infra/app.ts", () => {
  it("synthesises a real tenant's configuration", async () => {
    const context = { config: "docs/access-review.example.yaml" };
    expect(await runApp("real", context)).toEqual({ status: undefined, lines: [""] });
    expect(readdirSync(join(folder, "real"))).toContain("AccessReview.template.json");
  });

  it("reads access-review.yaml where no file is named, and refuses the sandbox in it, pointing to the example", async () => {
    const { status, lines } = await runApp("shipped", {});
    expect(status).toBe(2);
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line).toMatch(/^access-review\.yaml: ((sources|messages)\[\d\]\.baseUrl|aws): /);
    expect(lines.every((line) => line.includes(pointer))).toBe(true);
    expect(existsSync(join(folder, "shipped", "manifest.json"))).toBe(false);
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
