import { afterEach, describe, expect, it } from "vitest";
import type { Remover } from "../../functions/review/ports.ts";
import type { Pair } from "../../functions/sandbox/company/company.ts";
import { dateAt, dayMs } from "../../functions/sandbox/company/company.ts";
import type { Quirks } from "../../functions/sandbox/quirks.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { endLives, type Life, openLife } from "./open-life.ts";
import { balanceOf, goneSince, outcomeOf, planReview, resultOf, stagesOf } from "./run-review.ts";

afterEach(endLives);

const keyOf = ({ holderId, roleId }: Pair): string => `${holderId}:${roleId}`;

/** A review that is planned, one of the grants it is to remove, and the others. */
async function plannedLife() {
  const life = await openLife();
  const before = life.sandbox.grants();
  const { review } = await planReview(life);
  const [one, ...others] = life.sandbox.planted.first.revoked;
  if (!one) expect.fail("nothing is planted");
  return { life, review, before, one, others, stages: stagesOf(life, review) };
}

const removalCalls = ({ sandbox }: Life, pair: Pair): number =>
  sandbox.calls.writes.filter((write) => write.call === "removeRoleAssign" && keyOf(write) === keyOf(pair)).length;

describe("a removal under a quirk that is about this grant alone", () => {
  const cases: [string, (key: string) => Partial<Quirks>, string, boolean][] = [
    ["is refused", (key) => ({ refuseRemoval: [key] }), "refused", true],
    ["is answered and not carried out", (key) => ({ ignoreRemoval: [key] }), "unverified", true],
    ["is carried out, and its answer lost", (key) => ({ loseRemovalAnswer: [key] }), "revoked", false],
    ["is lost before it is carried out", (key) => ({ loseRemovalBefore: [key] }), "revoked", false],
  ];

  it.each(cases)("%s", async (_what, quirksFor, outcome, isStillHeld) => {
    const { life, review, before, one, others, stages } = await plannedLife();
    Object.assign(life.sandbox.quirks, quirksFor(keyOf(one)));
    await stages.expire();
    await stages.seal();
    const expected = outcome === "revoked" ? { revoked: [one, ...others] } : { revoked: others, [outcome]: [one] };
    expect((await resultOf(life, review)).outcomes).toEqual(expected);
    expect(goneSince(before, life)).toEqual(isStillHeld ? others : [one, ...others]);
    expect(removalCalls(life, one)).toBe(isStillHeld ? 0 : 1);
    const { requestId, verifiedAt } = (await outcomeOf(life, review, one)) ?? expect.fail("no outcome");
    expect(verifiedAt).not.toBeNull();
    expect(requestId === null, "only a lost answer has no log id").toBe("loseRemovalAnswer" in quirksFor(""));
  });

  it("is called once more after a read where it was lost, and only then", async () => {
    const { life, one, others, stages } = await plannedLife();
    life.sandbox.quirks.loseRemovalBefore = [keyOf(one)];
    const readsBefore = life.sandbox.calls.byEndpoint.authorizationsQuery.calls;
    await stages.expire();
    expect(life.sandbox.calls.byEndpoint.removeRoleAssign.calls).toBe(others.length + 2);
    expect(life.sandbox.calls.byEndpoint.authorizationsQuery.calls - readsBefore).toBeGreaterThanOrEqual(3);
  });

  it("waits for the seal where every read back still shows it, and is unsettled until then", async () => {
    const { life, review, one, others, stages } = await plannedLife();
    life.sandbox.quirks.ignoreRemoval = [keyOf(one)];
    expect(await stages.expire()).toMatchObject({ status: "done", revoked: others.length, unsettled: 1 });
    expect(await outcomeOf(life, review, one)).toBeNull();
    expect(await stages.seal()).toMatchObject({ unverified: 1, balanced: true });
    expect(await balanceOf(life, review)).toMatchObject({ unverified: 1, revoked: others.length });
  });

  it.each(["ok", "1161404"] as const)(
    "is already-gone where it was gone before the plan was carried out, without a call: %s",
    async (removeUnheld) => {
      const { life, review, one, others, stages } = await plannedLife();
      life.sandbox.quirks.removeUnheld = removeUnheld;
      life.sandbox.happen([{ op: "remove", by: "company", at: life.clock.now(), appId: null, ...one }]);
      await stages.expire();
      await stages.seal();
      expect((await resultOf(life, review)).outcomes).toEqual({ "already-gone": [one], revoked: others });
      expect(life.sandbox.calls.byEndpoint.removeRoleAssign.calls).toBe(others.length);
    },
  );

  it.each([
    ["1161404", "already-gone"],
    ["ok", "revoked"],
  ] as const)("may vanish between the last look and the call: answered %s it is %s", async (removeUnheld, outcome) => {
    const { life, review, one } = await plannedLife();
    life.sandbox.quirks.removeUnheld = removeUnheld;
    const stage = life.stageOf(review);
    const vanish = (): void =>
      life.sandbox.happen([{ op: "remove", by: "company", at: life.clock.now(), appId: null, ...one }]);
    const beforeRemovals = (source: Remover): Remover => ({
      ...source,
      revoke: (grants, beforeWrite) => {
        if (grants.some(({ holder, role }) => holder.id === one.holderId && role.id === one.roleId)) vanish();
        return source.revoke(grants, beforeWrite);
      },
    });
    await expireGrants({ ...stage, openRemover: async () => beforeRemovals(await stage.openRemover()) });
    expect((await outcomeOf(life, review, one))?.outcome).toBe(outcome);
  });
});

describe("a grant that is no longer what the plan saw", () => {
  const changes: [string, (life: Life, one: Pair) => void][] = [
    [
      "its scopes changed",
      ({ sandbox, clock }, one) => {
        const held = sandbox.company.grantsByHolder.get(one.holderId)?.get(one.roleId) ?? expect.fail("not held");
        const scopes = [[{ dimension: "department", ids: [sandbox.company.departments[1]?.id ?? ""] }]];
        const at = clock.now();
        sandbox.happen([{ op: "grant", by: "company", at, appId: null, call: null, grant: { ...held, scopes } }]);
      },
    ],
    [
      "it was given anew",
      ({ sandbox, clock }, one) => {
        const held = sandbox.company.grantsByHolder.get(one.holderId)?.get(one.roleId) ?? expect.fail("not held");
        const at = clock.now();
        const grant = { ...held, grantedAtS: Math.floor(at / 1000) };
        sandbox.happen([{ op: "grant", by: "company", at, appId: null, call: null, grant }]);
      },
    ],
    [
      "the departure was called off",
      ({ sandbox, clock }, { holderId }) => sandbox.happen([{ op: "return", at: clock.now(), holderId }]),
    ],
  ];

  it.each(changes)("is left alone: %s", async (_what, change) => {
    const { life, review, one, others, stages } = await plannedLife();
    change(life, one);
    await stages.expire();
    await stages.seal();
    const { outcomes } = await resultOf(life, review);
    const isOfHolder = ({ holderId }: Pair): boolean => holderId === one.holderId;
    expect(outcomes.changed).toContainEqual(one);
    expect(outcomes.changed?.every(isOfHolder)).toBe(true);
    expect(outcomes.revoked).toEqual(expect.arrayContaining(others.filter((pair) => !isOfHolder(pair))));
    expect(removalCalls(life, one)).toBe(0);
  });

  it("is left alone where its holder is employed again under a new id", async () => {
    const life = await openLife();
    const [old] = life.sandbox.planted.first.findings["left-but-employed-again"];
    if (!old) expect.fail("no re-hire is planted");
    const again = life.sandbox.company.newEmploymentByOld.get(old.holderId) ?? expect.fail("no new employment");
    const at = life.clock.now();
    life.sandbox.happen([{ op: "leave", at, holderId: again, lastDay: dateAt(at - dayMs) }]);
    const { review } = await planReview(life);
    life.sandbox.happen([{ op: "return", at, holderId: again }]);
    await stagesOf(life, review).expire();
    const outcome = await outcomeOf(life, review, old);
    expect(outcome).toMatchObject({ outcome: "changed", detail: "no rule of the plan matches any more" });
    expect((await resultOf(life, review)).outcomes.revoked).toEqual(life.sandbox.planted.first.revoked);
  });

  it("stays, and the stage fails, where its holder can no longer be read; the others are removed", async () => {
    const { life, review, one, others, stages } = await plannedLife();
    life.sandbox.quirks.outsideDataRange = [one.holderId];
    const isOfHolder = ({ holderId }: Pair): boolean => holderId === one.holderId;
    await expect(stages.expire()).rejects.toThrow("could not be read");
    expect((await resultOf(life, review)).outcomes).toEqual({ revoked: others.filter((pair) => !isOfHolder(pair)) });
    expect(removalCalls(life, one)).toBe(0);
    life.sandbox.quirks.outsideDataRange = [];
    expect(await stages.expire()).toMatchObject({ status: "done" });
    expect((await resultOf(life, review)).outcomes).toEqual({ revoked: [one, ...others] });
  });
});
