import { afterEach, describe, expect, it } from "vitest";
import type { Remover } from "../../functions/review/ports.ts";
import type { Stage } from "../../functions/review/stage.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { endLives, type Life, openLife } from "./open-life.ts";
import { goneSince, planReview } from "./run-review.ts";

afterEach(endLives);

const MINUTE_MS = 60_000;

/** A planned review of a tenant that allows two removals a minute, be they many more in one batch of re-reads. */
async function slowLife() {
  const life = await openLife();
  const [source] = life.config.sources;
  const pace = source?.pace ?? 1;
  Object.assign(source ?? {}, { limits: { removeRoleAssign: { calls: 2, perMs: MINUTE_MS * pace } } });
  const before = life.sandbox.grants();
  const { review } = await planReview(life);
  expect(life.sandbox.planted.first.revoked.length).toBeGreaterThan(4);
  return { life, before, stage: life.stageOf(review) };
}

/** The stage over a source that notes how old the newest read of each grant is when its removal is sent. */
function notingAges({ clock }: Life, stage: Stage, agesMs: number[]): Stage {
  const readAtMs = new Map<string, number>();
  const noting = (source: Remover): Remover => ({
    ...source,
    readGrants: async (keys) => {
      const atMs = clock.now();
      const entries = await source.readGrants(keys);
      for (const { holderId, roleId } of keys) readAtMs.set(`${holderId} ${roleId}`, atMs);
      return entries;
    },
    revoke: (grants, beforeWrite) =>
      source.revoke(grants, async () => {
        for (const { holder, role } of grants) {
          agesMs.push(clock.now() - (readAtMs.get(`${holder.id} ${role.id}`) ?? Number.NEGATIVE_INFINITY));
        }
        await beforeWrite();
      }),
  });
  return { ...stage, openRemover: async () => noting(await stage.openRemover()) };
}

describe("expireGrants() where the rate limit allows fewer removals than are read anew at once", () => {
  it("sends none upon a look that has grown old while it waited", async () => {
    const { life, before, stage } = await slowLife();
    const agesMs: number[] = [];
    expect(await expireGrants(notingAges(life, stage, agesMs))).toMatchObject({ status: "done" });
    expect(agesMs).toHaveLength(life.sandbox.planted.first.revoked.length);
    expect(Math.max(...agesMs)).toBeLessThan(5_000);
    expect(goneSince(before, life)).toEqual(life.sandbox.planted.first.revoked);
  });

  it("takes for its own what is gone when it looks again, where a removal of its had no answer", async () => {
    const { life, before, stage } = await slowLife();
    const { revoked } = life.sandbox.planted.first;
    const keys = revoked.map(({ holderId, roleId }) => `${holderId}:${roleId}`);
    // The read that follows a lost answer still shows the grant, so that it is to be removed once more, and has to wait.
    Object.assign(life.sandbox.quirks, { loseRemovalAnswer: keys, delayedRemoval: 1 });
    const answer = await expireGrants(stage);
    expect(answer).toMatchObject({ status: "done", revoked: revoked.length });
    expect(goneSince(before, life)).toEqual(revoked);
  });

  it("answers continue soon after its deadline has come near, in the middle of what it read anew", async () => {
    const { life, stage } = await slowLife();
    const stopAtMs = life.clock.now() + MINUTE_MS / 2;
    const answer = await expireGrants({ ...stage, shouldStop: () => life.clock.now() >= stopAtMs });
    expect(answer).toMatchObject({ status: "continue", revoked: 2 });
    expect(life.clock.now() - stopAtMs).toBeLessThan(MINUTE_MS / 2);
  });
});
