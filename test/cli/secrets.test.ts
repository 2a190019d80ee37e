import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { reasons, runCli } from "./cli-process.ts";
import { type ConfigParts, makeFolder } from "./reviewed-company.ts";

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** Nobody answers here: a run that calls the provider ends with 1. */
const nobody = "http://127.0.0.1:9";
const secret = '{"appId":"cli_a","appSecret":"kept-quiet"}';

const openFolder = (env: Record<string, string>, parts: ConfigParts = {}) => {
  const place = makeFolder({ baseUrl: nobody, ...parts });
  ends.push(place.remove);
  return { ...place, env: { READ_APP: secret, WRITE_APP: secret, ...env } };
};

const addMessages = ({ folder }: { folder: string }, messages: object[]): void => {
  const file = join(folder, "access-review.yaml");
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, "utf8")) as object), messages }));
};

describe("a secret that is not on this machine", () => {
  it.each([
    ["is not set", "", "credentials.read: Cannot read env:READ_APP as the variable is not set"],
    ["is no JSON", "cli_a:kept-quiet", "credentials.read: Cannot use env:READ_APP as it is not a JSON object"],
    ["is a list", '["kept-quiet"]', "credentials.read: Cannot use env:READ_APP as it is not a JSON object"],
    ["lacks a key", '{"appId":"kept-quiet"}', "credentials.read: Cannot use env:READ_APP as appSecret is missing"],
    ["has an empty key", '{"appId":"","appSecret":"kept-quiet"}', "Cannot use env:READ_APP as appId is empty"],
  ])(
    "is configuration where the variable %s: exit 2, named with its key, nothing written",
    async (_what, text, said) => {
      const place = openFolder({ READ_APP: text });
      for (const command of ["review", "snapshot", "seal", "expire", "check"]) {
        const run = await runCli(place, command);
        expect({ command, code: run.code, stdout: run.stdout }).toEqual({ command, code: 2, stdout: "" });
        expect(run.stderr).toContain("access-review.yaml: sources[0].");
        expect(run.stderr).toContain(said);
        expect(run.stderr).not.toContain("kept-quiet");
      }
      expect(existsSync(join(place.folder, "store"))).toBe(false);
    },
  );

  it("is configuration where its file is missing, a folder, or no JSON", async () => {
    const place = openFolder({}, { write: "file:secrets/write.json" });
    const run = () => runCli(place, "review");
    expect(await run()).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/write: Cannot read .*\(ENOENT\)/) as string,
    });
    mkdirSync(join(place.folder, "secrets/write.json"), { recursive: true });
    expect(await run()).toMatchObject({ code: 2, stderr: expect.stringContaining("(EISDIR)") as string });
    const other = openFolder({}, { write: "file:write.json" });
    writeFileSync(join(other.folder, "write.json"), "kept-quiet", { mode: 0o600 });
    const unreadable = await runCli(other, "review");
    expect(unreadable).toMatchObject({ code: 2, stderr: expect.stringContaining("sources[0].credentials.write") });
    expect(existsSync(join(place.folder, "store"))).toBe(false);
  });

  it("is configuration where its file is everybody's to read: exit 2, how to mend it, nothing written", async () => {
    const place = openFolder({}, { write: "file:write.json" });
    writeFileSync(join(place.folder, "write.json"), secret, { mode: 0o644 });
    const { code, stderr } = await runCli(place, "review");
    expect(code).toBe(2);
    expect(stderr).toContain("access-review.yaml: sources[0].credentials.write: Cannot use file:write.json");
    expect(stderr).toContain("chmod 600 write.json");
    expect(stderr).not.toContain("kept-quiet");
    expect(existsSync(join(place.folder, "store"))).toBe(false);
  });

  it("is named with all others in one go, those of the ways to tell people too", async () => {
    const place = openFolder({ READ_APP: "", WRITE_APP: "{}" });
    addMessages(place, [
      { to: "feishu-webhook", credentials: "env:BOT" },
      { to: "feishu-chat", chatId: "oc_a", baseUrl: nobody, credentials: "file:bot.json" },
    ]);
    const { code, stderr } = await runCli(place, "review");
    expect(code).toBe(2);
    expect(stderr.match(/^access-review\.yaml: [^:]+/gm)?.map((line) => line.slice(20))).toEqual([
      "sources[0].credentials.read",
      "sources[0].credentials.write",
      "messages[0].credentials",
      "messages[1].credentials",
    ]);
  });

  it("is no fault of a run that does not use it", async () => {
    const place = openFolder({ READ_APP: "", WRITE_APP: "" });
    expect(await runCli(place, "stop", ...reasons)).toMatchObject({ code: 0 });
    const reporting = openFolder({ WRITE_APP: "" }, { mode: "report" });
    const { stderr } = await runCli(reporting, "expire");
    expect(stderr).not.toContain("credentials.write");
  });
});
