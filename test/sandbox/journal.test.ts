import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../functions/sandbox/sandbox.ts";
import { bareClient } from "./client.ts";
import { expectationNow } from "./expectation.ts";

const foundedAt = Date.parse("2026-10-01T02:00:00Z");

describe("stateDir", () => {
  let stateDir: string;
  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), "sandbox-"));
  });
  afterEach(() => rmSync(stateDir, { recursive: true }));

  const start = (more: SandboxOptions = {}) =>
    startSandbox({ people: 100, pace: 1e6, stateDir, now: () => foundedAt, ...more });
  const removeAll = async (sandbox: Sandbox): Promise<void> => {
    const write = await bareClient(sandbox, "write");
    for (const { holderId, roleId } of sandbox.planted.first.revoked) {
      await write.post("v1/authorizations/remove_role_assign", { employment_id: holderId, role_id: roleId });
    }
  };

  it("keeps removals, lives, writes and the day of creation", async () => {
    const first = await start();
    await removeAll(first);
    first.liveOn();
    first.liveOn();
    const { grants, third, writes } = {
      grants: first.grants(),
      third: expectationNow(first),
      writes: first.calls.writes,
    };
    await first.close();
    const again = await start({ now: () => foundedAt + 1000 });
    expect(again.grants()).toEqual(grants);
    expect(expectationNow(again)).toEqual(third);
    expect(again.calls.writes).toEqual(writes);
    expect(again.company.createdAt).toBe(foundedAt);
    await again.close();
  });

  it("goes by the whole lines of a journal that ends in half a one", async () => {
    const first = await start();
    await removeAll(first);
    const held = first.grants();
    await first.close();
    appendFileSync(join(stateDir, "journal.jsonl"), '{"op":"remove","by":"ap');
    const again = await start();
    expect(again.grants()).toEqual(held);
    again.liveOn();
    const later = again.grants();
    await again.close();
    const third = await start();
    expect(third.grants()).toEqual(later);
    await third.close();
  });

  it("takes what was not asked for from the journal, and refuses to be another company", async () => {
    await (await start({ seed: 3 })).close();
    const again = await startSandbox({ stateDir, now: () => foundedAt });
    expect([again.company.seed, again.company.size.people]).toEqual([3, 100]);
    await again.close();
    await expect(start({ seed: 2, people: 60 })).rejects.toThrow("a company of other people, seed");
  });

  it("loses nothing that was answered when it is killed", async () => {
    const source = `import { startSandbox } from ${JSON.stringify(new URL("../../functions/sandbox/sandbox.ts", import.meta.url).href)};
      const sandbox = await startSandbox({ people: 100, pace: 1e6, stateDir: process.argv[1] });
      console.log(sandbox.url);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", source, stateDir]);
    const url = await new Promise<string>((resolve) =>
      child.stdout.once("data", (data) => resolve(String(data).trim())),
    );
    const ended = new Promise((resolve) => child.once("exit", resolve));
    const remote = { url, apps: { write: { appId: "cli_sandbox_write", appSecret: "sandbox-write-secret" } } };
    const write = await bareClient(remote as Sandbox, "write");
    const planted = (await (await fetch(`${url}/_sandbox/planted`)).json()) as Sandbox["planted"];
    const answered: string[] = [];
    for (const { holderId, roleId } of planted.first.revoked) {
      const reply = await write.post("v1/authorizations/remove_role_assign", {
        employment_id: holderId,
        role_id: roleId,
      });
      if (reply.body.code === 0) answered.push(`${holderId}:${roleId}`);
    }
    child.kill("SIGKILL");
    await ended;
    const again = await start({ now: Date.now });
    expect(again.calls.writes.map(({ holderId, roleId }) => `${holderId}:${roleId}`)).toEqual(answered);
    expect(answered.length).toBeGreaterThan(0);
    await again.close();
  });
});

describe("the admin door", () => {
  it("tells calls and grants, turns quirks on and lets life go on", async () => {
    const sandbox = await startSandbox({ people: 40, pace: 1e6 });
    const read = await bareClient(sandbox, "read");
    await read.get("v1/security_groups", { page_size: "1" });
    const door = async (name: string, body?: unknown) => {
      const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
      return (await (await fetch(`${sandbox.url}/_sandbox/${name}`, init)).json()) as Record<string, unknown>;
    };
    const state = await door("state");
    expect(state).toMatchObject({
      refusals: 0,
      grants: sandbox.grants().length,
      calls: { securityGroups: { calls: 1 } },
    });
    await door("quirks", { emptyPages: true });
    expect(sandbox.quirks.emptyPages).toBe(true);
    await door("live-on", {});
    expect(sandbox.company.lives).toBe(1);
    await sandbox.close();
  });
});
