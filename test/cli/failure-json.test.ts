import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jsonOf, reasons, runCli } from "./cli-process.ts";
import { configText, makeFolder } from "./reviewed-company.ts";

let place: ReturnType<typeof makeFolder>;
beforeAll(() => {
  place = makeFolder();
});
afterAll(() => place.remove());

describe("--json of a command that fails", () => {
  it.each([
    [["review", "--frobnicate"], "review", "unknown option '--frobnicate'"],
    [["review", "--config", "absent.yaml"], "review", "Cannot read absent.yaml (ENOENT)"],
    [["review", "--source", "nobody"], "review", "--source nobody is not configured"],
    [["approve", "--plan", "0000"], "approve", "approve needs '--by <name>', '--reason <text>' as well"],
    [["verify"], "verify", "Name the review to verify"],
    [["decide", "absent.csv"], "decide", "Cannot read absent.csv"],
    [["frobnicate"], null, "unknown command 'frobnicate'"],
  ])("%j prints its one JSON summary too", async (args, command, said) => {
    const run = await runCli(place, ...args, "--json");
    expect(run.code).toBe(2);
    const printed = jsonOf(run);
    expect(printed).toMatchObject({ command, exitCode: 2, error: expect.stringContaining(said) as string });
    expect(printed.faults.join("\n")).toContain(said);
    expect(run.stderr).toContain(said);
  });

  it("names each fault of a configuration by itself", async () => {
    const text = configText().replace('"mode":"enforce"', '"mode":"both"').replace("Asia/Shanghai", "Asia/Nowhere");
    writeFileSync(join(place.folder, "wrong.yaml"), text);
    const { faults } = jsonOf(await runCli(place, "check", "--config", "wrong.yaml", "--json"));
    expect(faults).toEqual([
      expect.stringMatching(/^wrong\.yaml: mode: /),
      expect.stringMatching(/^wrong\.yaml: schedule\.timezone: /),
    ]);
  });

  it("prints it of a store that fails (1) as well", async () => {
    writeFileSync(join(place.folder, "taken"), "a file");
    const run = await runCli(place, "stop", ...reasons, "--store", "taken", "--json");
    expect(run.code).toBe(1);
    expect(jsonOf(run)).toMatchObject({
      command: "stop",
      exitCode: 1,
      error: expect.stringContaining("as it is a file"),
    });
  });
});

describe("a word of the user's that steers a terminal", () => {
  it("reaches none, in JSON neither", async () => {
    const word = "\u001b]0;owned\u0007\u202e\u200b\u0085";
    for (const args of [[word], ["review", `--${word}`], ["review", "--source", word, "--json"]]) {
      const { stdout, stderr } = await runCli(place, ...args);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
      expect(stdout + stderr).not.toMatch(/[\u001b\u0007\u202e\u200b\u0085]/);
      expect(stderr).toContain("\\u001B]0;owned");
    }
  });
});
