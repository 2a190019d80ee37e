import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { massLeave } from "../mass-leave.ts";
import { below, type Random, seededRandom } from "../sandbox/company/random.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { type SandboxProcess, startSandboxProcess } from "../start-sandbox-process.ts";
import { type CliRun, runCli, startCli } from "./cli-process.ts";
import { makeFolder } from "./reviewed-company.ts";
import { differencesOf } from "./timeless-evidence.ts";

const review = "2026-10-01T020000Z";
const killsPerStage = 8;
// However quick the machine, no stage is over within a second: windows are short, so that a kill costs little waiting.
const pace = 3_000;
const latencyMs = 40;
const ends: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A company in which 300 grants are left behind, as its journal tells it: the same for whoever copies it. */
async function foundCompany(seed: number): Promise<string> {
  const stateDir = mkdtempSync(join(tmpdir(), "access-review-company-"));
  ends.push(() => rmSync(stateDir, { recursive: true, force: true }));
  const company = await startSandbox({ people: 900, holders: 400, grants: 800, seed, stateDir });
  massLeave(company, 300);
  await company.close();
  return stateDir;
}

type Reviewed = { folder: string; sandbox: SandboxProcess };

/** A copy of the company in a process of its own, and a folder to review it from. */
async function openTwin(original: string): Promise<Reviewed> {
  const stateDir = mkdtempSync(join(tmpdir(), "access-review-company-"));
  cpSync(original, stateDir, { recursive: true });
  const sandbox = await startSandboxProcess({ stateDir, pace, latencyMs });
  const { folder, remove } = makeFolder({ baseUrl: sandbox.url, pace });
  ends.push(remove, () => rmSync(stateDir, { recursive: true, force: true }), sandbox.close);
  return { folder, sandbox };
}

/** Runs a stage and kills it so many times, each at a random moment of its work; gives how many kills found it alive. */
async function killOften(place: Reviewed, stage: "snapshot" | "expire", random: Random): Promise<number> {
  let kills = 0;
  for (let attempt = 0; attempt < killsPerStage; attempt += 1) {
    const running = startCli(place, [stage, "--review", review]);
    await running.untilSaid(`people: ${stage}`);
    await sleep(below(random, 350));
    running.kill("SIGKILL");
    if ((await running.ended).signal === "SIGKILL") kills += 1;
  }
  return kills;
}

const wentOn = ({ code, stderr }: CliRun): void => expect({ code, stderr }).toMatchObject({ code: 0 });

describe("a review that is killed again and again", () => {
  it.concurrent.each([1, 2])(
    "ends with the company and the evidence of one that was left alone, seed %i",
    async (seed) => {
      const random = seededRandom(seed);
      const company = await foundCompany(seed);
      const calm = await openTwin(company);
      wentOn(await runCli(calm, "review", "--review", review));

      const killed = await openTwin(company);
      const snapshotKills = await killOften(killed, "snapshot", random);
      wentOn(await runCli(killed, "snapshot", "--review", review));
      wentOn(await runCli(killed, "assess", "--review", review));
      const expiryKills = await killOften(killed, "expire", random);
      wentOn(await runCli(killed, "review", "--review", review));

      expect([snapshotKills, expiryKills]).toEqual([killsPerStage, killsPerStage]);
      expect(await killed.sandbox.grants()).toEqual(await calm.sandbox.grants());
      expect(await differencesOf(killed.folder, calm.folder)).toEqual([]);
      const { writes } = await killed.sandbox.state();
      expect(new Set(writes.map(({ holderId, roleId }) => `${holderId} ${roleId}`)).size).toBe(writes.length);
      expect(writes.length).toBeGreaterThanOrEqual(300);
      wentOn(await runCli(killed, "verify", "--review", review));
    },
    300_000,
  );
});
