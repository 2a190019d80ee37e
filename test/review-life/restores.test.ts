import { afterEach, describe, expect, it } from "vitest";
import { sortedPairs } from "../../functions/sandbox/planted.ts";
import { restoreGrants } from "../../functions/stages/restore/restore-grants.ts";
import { daysPass, endLives, grantIdOf, type Life, openLife } from "./open-life.ts";
import { goneSince, resultOf, runReview } from "./run-review.ts";

afterEach(endLives);

/** What everybody holds and where, whenever it was given. */
const heldIn = ({ sandbox }: Life) => sandbox.grants().map(({ grantedAt: _at, ...held }) => held);

describe("restore", () => {
  it("gives back what a review removed, scopes and all, says first what cannot be, and does nothing twice", async () => {
    const life = await openLife();
    const before = life.sandbox.grants();
    const held = heldIn(life);
    const review = await runReview(life);
    const removed = goneSince(before, life);
    const unrestorable = before.filter(
      ({ holderId, roleId, scopes }) =>
        scopes === null && removed.some((pair) => pair.holderId === holderId && pair.roleId === roleId),
    );
    expect(unrestorable.length).toBeGreaterThan(0);
    const listed = await restoreGrants(life.stageOf(review), {});
    expect(listed).toMatchObject({ status: "done", unrestorable: unrestorable.map(grantIdOf) });
    expect(life.sandbox.calls.byEndpoint.addRoleAssign.calls).toBe(0);
    const restored = await restoreGrants(life.stageOf(review), { all: true });
    expect(restored).toMatchObject({ restored: removed.length - unrestorable.length, notRestored: [] });
    const isLost = (pair: { holderId: string; roleId: string }): boolean =>
      unrestorable.some(({ holderId, roleId }) => pair.holderId === holderId && pair.roleId === roleId);
    const expected = held.filter((pair) => !isLost(pair));
    expect(heldIn(life)).toHaveLength(expected.length);
    expect(heldIn(life)).toEqual(expect.arrayContaining(expected));
    const { calls } = life.sandbox.calls.byEndpoint.addRoleAssign;
    await restoreGrants(life.stageOf(review), { all: true });
    expect(life.sandbox.calls.byEndpoint.addRoleAssign.calls).toBe(calls);
  });

  it("shows in the next review, which takes a leaver's grant away once more", async () => {
    const life = await openLife();
    const review = await runReview(life);
    const back = life.sandbox.planted.first.revoked.find(
      ({ roleId }) => life.sandbox.company.roleById.get(roleId)?.kind === "organisational",
    );
    if (!back) expect.fail("nothing can be given back");
    await daysPass(life, 1);
    await restoreGrants(life.stageOf(review), { grants: [grantIdOf(back)] });
    await daysPass(life, 1);
    const { findings, outcomes } = await resultOf(life, await runReview(life));
    expect(findings.restored).toEqual([back]);
    expect(outcomes).toEqual({ revoked: sortedPairs([back]) });
  });

  it("adds nothing where the grant is back with other scopes, unless it is named", async () => {
    const life = await openLife();
    const before = life.sandbox.grants();
    const review = await runReview(life);
    const gone = goneSince(before, life);
    const was = before.find(
      (grant) => grant.scopes !== null && gone.some((pair) => grantIdOf(pair) === grantIdOf(grant)),
    );
    const removed = was && life.sandbox.company.removedPairs.get(`${was.holderId}:${was.roleId}`);
    if (!removed) expect.fail("nothing can be given back");
    const dimension = removed.scopes?.[0]?.[0]?.dimension ?? "department";
    const grant = { ...removed, scopes: [[{ dimension, ids: ["7000000000000000001"] }]] };
    life.sandbox.happen([{ op: "grant", by: "company", at: life.clock.now(), appId: null, call: null, grant }]);
    const id = grantIdOf(removed);
    expect(await restoreGrants(life.stageOf(review), { all: true })).toMatchObject({ needsNaming: [id] });
    expect(life.sandbox.calls.writes.some((write) => write.call === "addRoleAssign" && grantIdOf(write) === id)).toBe(
      false,
    );
    expect(await restoreGrants(life.stageOf(review), { grants: [id] })).toMatchObject({ restored: 1 });
    const scopes = life.sandbox.company.grantsByHolder.get(removed.holderId)?.get(removed.roleId)?.scopes;
    expect(scopes).toEqual(expect.arrayContaining([...grant.scopes, ...(was?.scopes ?? [])]));
  });
});
