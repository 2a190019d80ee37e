import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { approvePlan } from "../../functions/ledger/plans.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { ObjectStore, Store } from "../../functions/review/ports.ts";
import type { Evidence } from "../../functions/review/proof/evidence.ts";
import type { Stage } from "../../functions/review/stage.ts";
import { assessGrants } from "../../functions/stages/assess/assess-grants.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { withLines } from "../../functions/store/jsonl.ts";
import { openMemoryStore } from "../store/memory-store.ts";
import { daysPass, endLives, type Life, openLife, sourceId } from "./open-life.ts";
import { planReview, resultOf, stagesOf } from "./run-review.ts";
import { leave, reviewedLife, sweepId } from "./swept-life.ts";

class KilledError extends Error {}

const quickDisk = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

type Kill = { nth: number; when: "before" | "after" };

/** The store of a process that is killed at its nth durable write, before or after it: from then on the process does nothing with it. */
function dyingStore(objects: Map<string, Uint8Array>, { nth, when }: Kill): { store: Store; writes: () => number } {
  const whole = openMemoryStore(objects);
  let writes = 0;
  let isDead = false;
  const living =
    <Args extends unknown[], Answer>(act: (...args: Args) => Promise<Answer>) =>
    async (...args: Args): Promise<Answer> => {
      if (isDead) throw new KilledError("killed");
      return await act(...args);
    };
  const writing = <Args extends unknown[], Answer>(write: (...args: Args) => Promise<Answer>) =>
    living(async (...args: Args): Promise<Answer> => {
      writes += 1;
      const isLast = writes === nth;
      if (isLast) isDead = true;
      if (isLast && when === "before") throw new KilledError("killed");
      const answer = await write(...args);
      if (isLast) throw new KilledError("killed");
      return answer;
    });
  const store: ObjectStore = {
    ...whole,
    get: living(whole.get),
    stream: living(whole.stream),
    create: writing(whole.create),
    createFrom: writing(whole.createFrom),
    replace: writing(whole.replace),
    delete: writing(whole.delete),
  };
  return { store: withLines(store), writes: () => writes };
}

/** A morning on which twenty people have left overnight, while a review is open: `revive` gives it anew, as often as asked. */
async function openMorning() {
  const stateDir = mkdtempSync(join(quickDisk, "sweep-kills-"));
  const size = { people: 160 };
  const life = await reviewedLife({ ...size, stateDir });
  Object.assign(life.config.policy.guard, { maxExpiries: 0, maxRoleShare: 1 });
  const { review: open } = await planReview(life);
  await daysPass(life, 1);
  const leavers = leave(life, 20);
  expect(leavers).toHaveLength(20);
  const nowMs = life.clock.now();
  await endLives();
  const copies = [stateDir];
  return {
    open,
    sweep: sweepId(life),
    isTheirs: ({ holderId }: { holderId: string }): boolean => leavers.includes(holderId),
    async revive(): Promise<Life> {
      const copy = `${stateDir}-${copies.length}`;
      cpSync(stateDir, copy, { recursive: true });
      copies.push(copy);
      const revived = await openLife({ ...size, stateDir: copy }, nowMs);
      revived.config = structuredClone(life.config);
      for (const [key, body] of life.objects) revived.objects.set(key, body);
      return revived;
    },
    remove(): void {
      for (const copy of copies) rmSync(copy, { recursive: true });
    },
  };
}

type Morning = Awaited<ReturnType<typeof openMorning>>;

/** One process after another: each does what is left of the sweep. The brake stops so many at once, and somebody lifts it. */
async function goOn(life: Life, sweep: string, store: Store): Promise<void> {
  // Throttles are shared by clock: another object stands for another process.
  const clock = { now: life.clock.now, sleep: life.clock.sleep };
  const stage = (): Stage => life.stageWith({ review: sweep, store, clock });
  await takeSnapshot(stage());
  const { status, planHash } = await assessGrants(stage());
  if (status === "held")
    await approvePlan(stage(), { planHash: planHash!, by: "Lin", reason: "the branch was closed" });
  await expireGrants(stage());
  await sealEvidence(stage());
}

const leaseMs = 6 * 60_000;

/** A sweep whose process is killed, and the process that goes on with it; gives how many writes the first had made. */
async function sweepWithKill(morning: Morning, kill: Kill): Promise<{ writes: number; faults: unknown[] }> {
  const { open, isTheirs, sweep } = morning;
  const life = await morning.revive();
  const others = life.sandbox.grants().filter((grant) => !isTheirs(grant));
  const theirs = life.sandbox.grants().filter(isTheirs).length;
  const { store, writes } = dyingStore(life.objects, kill);
  await goOn(life, sweep, store).catch((error: Error) => {
    if (writes() < kill.nth) throw error;
  });
  await life.clock.sleep(leaseMs);
  await goOn(life, sweep, life.store);

  const faults: unknown[] = [];
  const expectSame = (what: string, actual: unknown, expected: unknown): void => {
    if (JSON.stringify(actual) !== JSON.stringify(expected)) faults.push({ ...kill, what, actual, expected });
  };
  expectSame("grants of leavers", life.sandbox.grants().filter(isTheirs), []);
  const { outcomes } = await resultOf(life, sweep);
  const removed = [...(outcomes.revoked ?? []), ...(outcomes["already-gone"] ?? [])];
  expectSame("outcomes of leavers", removed.filter(isTheirs).length, theirs);
  const gone = new Set(removed.map(({ holderId, roleId }) => `${holderId} ${roleId}`));
  const lost = others.filter(({ holderId, roleId }) => !gone.has(`${holderId} ${roleId}`)).length;
  expectSame("grants of others", life.sandbox.grants().length, lost);
  expectSame("removals that were repeated blindly", life.sandbox.repeatedBlindly, []);
  const evidence = await life.store.getJson<Evidence>(reviewKeys(sourceId, sweep).evidence);
  expectSame("balance", evidence?.balance.balanced, true);
  expectSame("open review", (await stagesOf(life, open).seal()).balanced, true);
  for (const review of [sweep, open]) {
    const verified = await verifyEvidence({ store: life.store, source: sourceId, review }, null);
    expectSame(`faults of ${review}`, verified.faults, []);
  }
  return { writes: writes(), faults };
}

/** `every`: kills at every such write, before and after it; `sampled`: in turn, at so many writes at most. */
export function describeSweepKills({ every, sampled }: { every: number; sampled: number | null }): void {
  describe("a sweep of twenty who left, whose process is killed", () => {
    let morning: Morning;
    beforeAll(async () => {
      morning = await openMorning();
    });
    afterAll(() => morning.remove());
    afterEach(endLives);

    it("has them out with receipts that verify, takes nothing else, and leaves the open review balanced, at whichever durable write", async () => {
      let kills = 0;
      for (let nth = Math.ceil(every / 2); sampled === null || kills < sampled; nth += every) {
        const turns = (["before", "after"] as const).filter((_, at) => sampled === null || kills % 2 === at);
        let isThrough = false;
        for (const when of turns) {
          const { writes, faults } = await sweepWithKill(morning, { nth, when });
          expect(faults).toEqual([]);
          await endLives();
          isThrough = writes < nth;
        }
        // The sweep came to its end before that write.
        if (isThrough) break;
        kills += 1;
      }
      expect(kills).toBeGreaterThanOrEqual(sampled ?? 100);
    });
  });
}
