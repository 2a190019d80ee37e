import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { below, seededRandom } from "../sandbox/company/random.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { readKey, writeKey } from "../sandbox/tencent/cloud-keys.ts";
import type { CloudGrant } from "../sandbox/tencent/cloud-sandbox.ts";
import type { CloudCallLog } from "../sandbox/tencent/cloud-world.ts";
import { startSandboxProcess } from "../start-sandbox-process.ts";
import { type CliRun, type Place, runCli, startCli } from "./cli-process.ts";
import { differencesOf } from "./timeless-evidence.ts";

const review = "2026-10-01T020000Z";
const kills = 8;
const pace = 100;
// Longer than a kill's longest wait, so that most find removals under way at the provider.
const taskMs = 1_500 * pace;
const ends: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), name));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A company in whose cloud every other user is blocked, as its journal tells it. */
async function foundCompany(): Promise<string> {
  const stateDir = temporaryFolder("access-review-company-");
  const company = await startSandbox({ people: 1300, stateDir });
  const blocked = [...company.company.cloud.usersById.keys()].filter((_id, index) => index % 2 === 0);
  const change = (userId: string) => ({ kind: "disable" as const, userId, isDisabled: true });
  company.happen(
    blocked.map((id) => ({ op: "cloud", by: "company", at: company.now(), secretId: null, change: change(id) })),
  );
  await company.close();
  return stateDir;
}

const configText = (baseUrl: string): string =>
  JSON.stringify({
    store: "./store",
    mode: "enforce",
    language: "en",
    sources: [
      {
        id: "cloud",
        provider: "tencent-identity-center",
        baseUrl,
        pace,
        credentials: { read: "env:READ_KEY", write: "env:WRITE_KEY" },
      },
    ],
    policy: {
      rules: [
        {
          id: "disabled",
          when: 'holder.status == "disabled"',
          then: "expire",
          noticeDays: 0,
          overridable: false,
          reason: { en: "The holder is disabled", zh: "持有人已停用" },
        },
      ],
      guard: { maxExpiries: 10_000, maxShare: 1, maxRoleShare: 1 },
    },
  });

type Zone = CloudCallLog & { grants: CloudGrant[] };

/** A copy of the company in a process of its own, and a folder to review its cloud from. */
async function openTwin(original: string): Promise<{ place: Place; zone(): Promise<Zone> }> {
  const stateDir = temporaryFolder("access-review-company-");
  cpSync(original, stateDir, { recursive: true });
  const sandbox = await startSandboxProcess({ stateDir, pace, latencyMs: 30, cloudQuirks: { taskMs } });
  ends.push(sandbox.close);
  const folder = temporaryFolder("access-review-cli-");
  writeFileSync(join(folder, "access-review.yaml"), configText(sandbox.url));
  const env = { READ_KEY: JSON.stringify(readKey), WRITE_KEY: JSON.stringify(writeKey) };
  const zone = async (): Promise<Zone> => (await (await fetch(`${sandbox.url}/_sandbox/cloud`)).json()) as Zone;
  return { place: { folder, env }, zone };
}

const wentOn = ({ code, stderr }: CliRun): void => expect({ code, stderr }).toMatchObject({ code: 0 });

const namesOf = ({ grants }: Zone): string[] => grants.map(({ holderId, roleId }) => `${holderId}:${roleId}`).sort();

describe("removals that take their time, killed again and again", () => {
  it("end with the zone and the evidence of a run that was left alone, and none was begun twice", async () => {
    const random = seededRandom(7);
    const company = await foundCompany();
    const calm = await openTwin(company);
    wentOn(await runCli(calm.place, "review", "--review", review));

    const killed = await openTwin(company);
    wentOn(await runCli(killed.place, "snapshot", "--review", review));
    wentOn(await runCli(killed.place, "assess", "--review", review));
    let alive = 0;
    for (let attempt = 0; attempt < kills; attempt += 1) {
      const running = startCli(killed.place, ["expire", "--review", review]);
      await running.untilSaid("cloud: expire");
      await sleep(below(random, 700));
      running.kill("SIGKILL");
      if ((await running.ended).signal === "SIGKILL") alive += 1;
    }
    wentOn(await runCli(killed.place, "review", "--review", review));

    expect(alive).toBe(kills);
    const [mine, theirs] = [await killed.zone(), await calm.zone()];
    expect(namesOf(mine)).toEqual(namesOf(theirs));
    expect(await differencesOf(killed.place.folder, calm.place.folder)).toEqual([]);
    expect(mine.writes.length).toBeGreaterThan(50);
    expect(mine.writes.map(({ key }) => key).sort()).toEqual([...new Set(mine.writes.map(({ key }) => key))].sort());
    expect(Object.values(theirs.byAction).filter(({ refusals }) => refusals > 0)).toEqual([]);
    wentOn(await runCli(killed.place, "verify", "--review", review));
  }, 300_000);
});
