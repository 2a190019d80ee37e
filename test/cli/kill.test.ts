import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { retirableRoleId } from "../../functions/sandbox/company/functional-roles.ts";
import { below, type Random, seededRandom } from "../../functions/sandbox/company/random.ts";
import type { Quirks } from "../../functions/sandbox/quirks.ts";
import { runCli, startCli } from "./cli-process.ts";
import { killedSources, retiringRoles } from "./killed-sources.ts";
import { differencesOf } from "./timeless-evidence.ts";
import { closeTwins, foundCompany, openTwin, reviewId, type Twin } from "./twins.ts";

const killsPerStage = 8;
afterAll(closeTwins);

/** Runs a stage and kills it so many times, each at a random moment of its work; gives how many kills found it alive. */
async function killOften(twin: Twin, stage: "snapshot" | "expire", random: Random): Promise<number> {
  let kills = 0;
  for (let attempt = 0; attempt < killsPerStage; attempt += 1) {
    const running = startCli(twin, [stage, "--review", reviewId]);
    await running.untilSaid(`people: ${stage}`);
    await sleep(below(random, twin.source.killWithinMs[stage]));
    running.kill("SIGKILL");
    if ((await running.ended).signal === "SIGKILL") kills += 1;
  }
  return kills;
}

/** Kills expire while the provider holds an answer back: the call is carried out already, or it never will be. */
async function killUnanswered({ sandbox, ...twin }: Twin, withheld: NonNullable<Quirks["withheld"]>): Promise<void> {
  const { withheld: before } = await sandbox.state();
  await sandbox.setQuirks({ withheld });
  const running = startCli(twin, ["expire", "--review", reviewId]);
  while ((await sandbox.state()).withheld === before) await sleep(10);
  running.kill("SIGKILL");
  expect((await running.ended).signal).toBe("SIGKILL");
  await sandbox.setQuirks({ withheld: null });
}

async function goOn(twin: Twin, ...args: string[]): Promise<void> {
  const { code, stderr } = await runCli(twin, ...args, "--review", reviewId);
  expect(code, stderr).toBe(0);
}

/** The company and the evidence are those of a review that was left alone, and nothing was removed twice, or again unseen. */
async function expectSame(killed: Twin, calm: Twin): Promise<void> {
  const { source, sandbox, folder } = killed;
  expect(await source.standing(sandbox)).toEqual(await source.standing(calm.sandbox));
  expect(await differencesOf(folder, calm.folder)).toEqual([]);
  const removed = await source.removed(sandbox);
  expect(removed.toSorted()).toEqual([...new Set(removed)].sort());
  expect((await sandbox.state()).repeatedBlindly).toEqual([]);
  await goOn(killed, "verify");
}

const lives = killedSources.map((source, at) => ({ source, provider: source.provider, seed: at + 1 }));

describe("a review that is killed again and again", () => {
  it.concurrent.each(lives)(
    "ends with the company and the evidence of one that was left alone: $provider",
    async ({ source, seed }) => {
      const random = seededRandom(seed);
      const company = await foundCompany(source, seed);
      const calm = await openTwin(source, company);
      await goOn(calm, "review");
      const { byAction } = await calm.sandbox.zone();
      expect(Object.values(byAction).filter(({ refusals }) => refusals > 0)).toEqual([]);

      const killed = await openTwin(source, company);
      const snapshotKills = await killOften(killed, "snapshot", random);
      await goOn(killed, "snapshot");
      await goOn(killed, "assess");
      await killUnanswered(killed, { call: source.removal, when: "before" });
      await killUnanswered(killed, { call: source.removal, when: "after" });
      const expiryKills = await killOften(killed, "expire", random);
      await goOn(killed, "review");

      expect([snapshotKills, expiryKills]).toEqual([killsPerStage, killsPerStage]);
      expect((await source.removed(killed.sandbox)).length).toBeGreaterThan(50);
      await expectSame(killed, calm);
    },
    300_000,
  );
});

describe("a role's deletion that is killed", () => {
  const neverSent = { call: "functionalRoleDelete", when: "before" } as const;
  const unanswered = { call: "functionalRoleDelete", when: "after" } as const;
  // A role's members are refused only once the role is gone.
  const notReadBack = { call: "functionalMembers", when: "refused" } as const;
  const moments: { moment: string; kills: NonNullable<Quirks["withheld"]>[] }[] = [
    { moment: "before it is carried out", kills: [neverSent] },
    { moment: "before its answer", kills: [unanswered] },
    { moment: "before it is read back", kills: [notReadBack] },
    { moment: "at each of these", kills: [neverSent, unanswered, notReadBack] },
  ];
  let company = "";
  let calm: Twin;
  beforeAll(async () => {
    company = await foundCompany(retiringRoles, 1);
    calm = await openTwin(retiringRoles, company);
    await goOn(calm, "review");
  });

  it.concurrent.each(moments)(
    "$moment ends as one that was left alone",
    async ({ kills }) => {
      const killed = await openTwin(retiringRoles, company);
      await goOn(killed, "snapshot");
      await goOn(killed, "assess");
      for (const withheld of kills) await killUnanswered(killed, withheld);
      await goOn(killed, "review");

      const { functionalWrites } = await killed.sandbox.state();
      const deletions = functionalWrites.filter(({ call }) => call === "delete-role");
      expect(deletions.map(({ roleId }) => roleId)).toEqual([retirableRoleId]);
      await expectSame(killed, calm);
    },
    120_000,
  );
});
