import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "access-review-app-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the app as `cdk synth -c config=FILE` does, in the project's folder: a process of its own, with CDK's validation of the template. */
const runApp = (config: string | undefined) => {
  const context = { "aws:cdk:bundling-stacks": [], ...(config ? { config } : {}) };
  const { status, stdout, stderr } = spawnSync(process.execPath, ["infra/app.ts"], {
    cwd: join(import.meta.dirname, "../.."),
    encoding: "utf8",
    env: { PATH: process.env.PATH, CDK_CONTEXT_JSON: JSON.stringify(context), CDK_OUTDIR: join(folder, "out") },
  });
  return { status, stdout, lines: stderr.trimEnd().split("\n") };
};

describe("infra/app.ts, as a process", () => {
  it("synthesises a real tenant's configuration, of which CDK's validation has nothing to say", () => {
    expect(runApp("docs/access-review.example.yaml")).toEqual({ status: 0, stdout: "", lines: [""] });
  });

  it("refuses the sandbox of access-review.yaml by exit code 2, without a stack trace", () => {
    const { status, lines } = runApp(undefined);
    expect(status).toBe(2);
    for (const line of lines) expect(line).toMatch(/^access-review\.yaml: /);
  });
});
