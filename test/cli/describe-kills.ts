import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { retirableRoleId } from "../../functions/sandbox/company/functional-roles.ts";
import { below, type Random, seededRandom } from "../../functions/sandbox/company/random.ts";
import type { Quirks } from "../../functions/sandbox/quirks.ts";
import { runCli, startCli } from "./cli-process.ts";
import { type CompanyCopy, closeCopies, foundCompany, openCopy, reviewId } from "./company-copies.ts";
import { evidenceDifferences } from "./compare-evidence.ts";
import { type KilledSource, retiringRoles } from "./killed-sources.ts";

type Withheld = NonNullable<Quirks["withheld"]>;

/** Runs a stage, and kills it once the provider withholds an answer. The stage waits for that answer, so the kill finds it alive. */
async function killUnanswered(
  { sandbox, ...copy }: CompanyCopy,
  stage: "snapshot" | "expire",
  withheld: Withheld,
): Promise<void> {
  const { withheld: before } = await sandbox.state();
  await sandbox.setQuirks({ withheld });
  const running = startCli(copy, [stage, "--review", reviewId]);
  await Promise.race([sandbox.untilWithheld(before + 1), running.ended]);
  running.kill("SIGKILL");
  expect(await running.ended).toMatchObject({ signal: "SIGKILL" });
  await sandbox.setQuirks({ withheld: null });
}

/** Kills a stage so many times, each after a random number of answers: half of the calls then under way are carried out, half never are. */
async function killOften(
  copy: CompanyCopy,
  stage: "snapshot" | "expire",
  kills: number,
  random: Random,
): Promise<void> {
  for (let kill = 0; kill < kills; kill += 1) {
    const letThrough = below(random, copy.source.killWithinCalls[stage]);
    await killUnanswered(copy, stage, { call: "*", when: kill % 2 === 0 ? "after" : "before", letThrough });
  }
}

async function goOn(copy: CompanyCopy, ...args: string[]): Promise<void> {
  const { code, stderr } = await runCli(copy, ...args, "--review", reviewId);
  expect(code, stderr).toBe(0);
}

/** The company and the evidence are those of a review that was left alone, and nothing was removed twice, or again unseen. */
async function expectSame(killed: CompanyCopy, calm: CompanyCopy): Promise<void> {
  const { source, sandbox, folder } = killed;
  expect(await source.standing(sandbox)).toEqual(await source.standing(calm.sandbox));
  expect(await evidenceDifferences(folder, calm.folder)).toEqual([]);
  const removed = await source.removed(sandbox);
  expect(removed.toSorted()).toEqual([...new Set(removed)].sort());
  expect((await sandbox.state()).repeatedBlindly).toEqual([]);
  await goOn(killed, "verify");
}

/**
 * Kills the snapshot and the removals of each source so many times each, at moments that the seed chooses, and the removals just
 * before and just after one is carried out.
 */
export function describeKills(
  sources: readonly KilledSource[],
  kills: { snapshot: number; expire: number },
  seed: number,
): void {
  afterAll(closeCopies);
  const reviews = sources.map((source, at) => ({ source, provider: source.provider, companySeed: at + 1 }));

  describe("a review that is killed again and again", () => {
    it.concurrent.each(reviews)(
      "ends with the company and the evidence of one that was left alone: $provider",
      async ({ source, companySeed }) => {
        const random = seededRandom(seed + companySeed);
        const company = await foundCompany(source, companySeed);
        const calm = await openCopy(source, company);
        await goOn(calm, "snapshot");
        await goOn(calm, "review");
        const { byAction } = await calm.sandbox.zone();
        expect(Object.values(byAction).filter(({ refusals }) => refusals > 0)).toEqual([]);

        const killed = await openCopy(source, company);
        await killOften(killed, "snapshot", kills.snapshot, random);
        await goOn(killed, "snapshot");
        await goOn(killed, "assess");
        await killUnanswered(killed, "expire", { call: source.removal, when: "before" });
        await killUnanswered(killed, "expire", { call: source.removal, when: "after" });
        await killOften(killed, "expire", kills.expire, random);
        await goOn(killed, "review");

        expect((await source.removed(killed.sandbox)).length).toBeGreaterThanOrEqual(source.removals);
        await expectSame(killed, calm);
      },
      900_000,
    );
  });
}

/** Kills the deletion of a role at each moment of it, one by one and one after another. */
export function describeDeletionKills(): void {
  afterAll(closeCopies);

  describe("a role's deletion that is killed", () => {
    const neverSent = { call: "functionalRoleDelete", when: "before" } as const;
    const unanswered = { call: "functionalRoleDelete", when: "after" } as const;
    // A role's members are refused only once the role is gone.
    const notReadBack = { call: "functionalMembers", when: "refused" } as const;
    const moments: { moment: string; kills: Withheld[] }[] = [
      { moment: "before it is carried out", kills: [neverSent] },
      { moment: "before its answer", kills: [unanswered] },
      { moment: "before it is read back", kills: [notReadBack] },
      { moment: "at each of these", kills: [neverSent, unanswered, notReadBack] },
    ];
    let company = "";
    let calm: CompanyCopy;
    beforeAll(async () => {
      company = await foundCompany(retiringRoles, 1);
      calm = await openCopy(retiringRoles, company);
      await goOn(calm, "snapshot");
      await goOn(calm, "review");
    });

    it.concurrent.each(moments)(
      "$moment ends as one that was left alone",
      async ({ kills }) => {
        const killed = await openCopy(retiringRoles, company);
        await goOn(killed, "snapshot");
        await goOn(killed, "assess");
        for (const withheld of kills) await killUnanswered(killed, "expire", withheld);
        await goOn(killed, "review");

        const { functionalWrites } = await killed.sandbox.state();
        const deletions = functionalWrites.filter(({ call }) => call === "delete-role");
        expect(deletions.map(({ roleId }) => roleId)).toEqual([retirableRoleId]);
        await expectSame(killed, calm);
      },
      900_000,
    );
  });
}
