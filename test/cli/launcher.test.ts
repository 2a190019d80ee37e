import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileCache } from "../compile-cache.ts";

const projectFolder = join(import.meta.dirname, "../..");
const manifest = JSON.parse(readFileSync(join(projectFolder, "package.json"), "utf8")) as {
  version: string;
  bin: Record<string, string>;
};
const launcher = join(projectFolder, manifest.bin["access-review"]!);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "access-review-launcher-"));
  writeFileSync(
    join(folder, "old-node.cjs"),
    `const versions = { ...process.versions, node: "20.20.2" };
     Object.defineProperty(process, "versions", { value: versions });
     Object.defineProperty(process, "version", { value: "v20.20.2" });
     if (process.env.TRY_PLATFORM) Object.defineProperty(process, "platform", { value: process.env.TRY_PLATFORM });`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Run = { code: number | null; stdout: string; stderr: string };

/** Runs the launcher on this Node, or on this Node where it says to be Node 20. */
const launch = async (args: string[], { isOld = false, env = {} } = {}): Promise<Run> => {
  const preload = isOld ? ["--require", join(folder, "old-node.cjs")] : [];
  const run = promisify(execFile)(process.execPath, [...preload, launcher, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", ...compileCache, ...env },
  });
  return await run.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: Run) => ({ code, stdout, stderr }),
  );
};

describe("npx access-review", () => {
  it("is a command of the package that whoever cloned it may run", () => {
    expect(() => accessSync(launcher, constants.X_OK)).not.toThrow();
    expect(readFileSync(launcher, "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it("says its version", async () => {
    expect(await launch(["--version"])).toMatchObject({ code: 0, stdout: expect.stringContaining(manifest.version) });
  });

  it("finds Node 24 where the shell's is old, and ends as the command line does", async () => {
    const failed = await launch(["check", "--config", "none.yaml"], { isOld: true });
    expect(failed).toMatchObject({ code: 2, stderr: expect.stringContaining("Cannot read none.yaml (ENOENT)") });
  });

  it("ends the command line that an old Node started, once it is told to end", async () => {
    const preload = ["--require", join(folder, "old-node.cjs")];
    const serving = spawn(process.execPath, [...preload, launcher, "sandbox", "--port", "0"], {
      cwd: folder,
      env: { ...process.env, ...compileCache },
    });
    await once(serving.stdout, "data");
    serving.kill("SIGTERM");
    expect(await once(serving, "close")).toEqual([0, null]);
  });

  it("ends where npm is ended, whose shell hands no signal on", async () => {
    const command = `'${process.execPath}' --require '${join(folder, "old-node.cjs")}' '${launcher}' sandbox --port 0; true`;
    const shell = spawn("sh", ["-c", command], {
      cwd: folder,
      env: { ...process.env, ...compileCache, npm_command: "exec" },
    });
    await once(shell.stdout, "data");
    shell.kill("SIGTERM");
    await once(shell.stdout, "close"); // the command line has it open until it ends
  });

  it("goes on, and ends as it would have, where whoever reads what it prints goes away", async () => {
    const asked = spawn(process.execPath, [launcher, "--help"], {
      cwd: folder,
      env: { ...process.env, ...compileCache },
    });
    asked.stdout.destroy();
    let said = "";
    asked.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    expect(await once(asked, "close")).toEqual([0, null]);
    expect(said).toBe("");
  });

  it("says how to get Node 24 where no package brings one", async () => {
    const told = await launch(["--version"], { isOld: true, env: { TRY_PLATFORM: "darwin" } });
    expect(told).toMatchObject({ code: 2, stdout: "" });
    expect(told.stderr).toMatch(/runs on Node 24, but this is v20\.20\.2\. No package brings Node 24 for darwin/);
  });
});
