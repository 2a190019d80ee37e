import { afterEach, describe, expect, it } from "vitest";
import { sha256 } from "../../functions/basics/hash.ts";
import type { Grant } from "../../functions/review/grants/grant.ts";
import { sameScopes } from "../../functions/review/grants/grant-comparison.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { Store } from "../../functions/review/ports.ts";
import type { Evidence } from "../../functions/review/proof/evidence.ts";
import type { Quirks } from "../../functions/sandbox/quirks.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { restoreGrants } from "../../functions/stages/restore/restore-grants.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { decide } from "./decide.ts";
import { idsOf, openNarrowedLife, ownDepartment } from "./narrowed-life.ts";
import { daysPass, endLives, type Life, plant, sourceId } from "./open-life.ts";
import { balanceOf, runReview } from "./run-review.ts";

afterEach(endLives);

const faultsIn = async ({ store }: Life, review: string): Promise<string[]> =>
  (await verifyEvidence({ store, source: sourceId, review }, null)).faults;

/** Writes an object as whoever can write to the disk can; gives its hash. */
function rewrite(life: Life, key: string, value: unknown): string {
  const text = `${JSON.stringify(value, null, 2)}\n`;
  plant(life, key, text);
  return sha256(text);
}

describe("a rule that narrows", () => {
  it("plans what stays, takes the rest in one call, reads it back, and the review balances and verifies", async () => {
    const { life, plan, itemOf, before, keep, held, calls, intentOf, outcomeOf } = await openNarrowedLife();
    const { review, stages } = await plan();
    const item = (await itemOf(review)) ?? expect.fail("not planned");
    expect(idsOf(item.keep)).toEqual(idsOf(keep));
    expect(await stages.expire()).toMatchObject({ status: "done", narrowed: 1, pending: 0 });
    expect(idsOf(held())).toEqual(idsOf(keep));
    expect(calls().map(({ call }) => call)).toEqual(["updateRoleAssign"]);
    const intent = (await intentOf(review))!;
    expect([idsOf(intent.grant.scopes), idsOf(intent.keep)]).toEqual([idsOf(before), idsOf(keep)]);
    const outcome = (await outcomeOf(review))!;
    expect(outcome).toMatchObject({ outcome: "narrowed", detail: null, requestId: expect.stringMatching(/^20/) });
    expect([outcome.verifiedAt !== null, idsOf(outcome.left?.scopes)]).toEqual([true, idsOf(keep)]);
    expect(await stages.seal()).toMatchObject({ balanced: true, narrowed: 1 });
    expect(await balanceOf(life, review)).toMatchObject({ narrowed: 1, revoked: 0, kept: 60 });
    expect(await faultsIn(life, review)).toEqual([]);
  });

  it("leaves every combination the dimensions it had, and removes the grant where none is left", async () => {
    const { life, plan, itemOf, give, held, departments, calls, outcomeOf } = await openNarrowedLife();
    const { first, second } = departments;
    const place = life.sandbox.company.locations[0]!.id;
    give([
      [{ dimension: "department", ids: [first, second] }],
      [
        { dimension: "department", ids: [first] },
        { dimension: "work_location", ids: [place] },
      ],
    ]);
    const { review, stages } = await plan();
    expect((await itemOf(review))?.keep).toEqual([]);
    await stages.expire();
    expect([held(), calls().map(({ call }) => call)]).toEqual([undefined, ["removeRoleAssign"]]);
    expect(await outcomeOf(review)).toMatchObject({ outcome: "revoked" });
    await stages.seal();
    expect(await faultsIn(life, review)).toEqual([]);
    expect(await restoreGrants(life.stageOf(review), { all: true })).toMatchObject({ restored: 1, notRestored: [] });
  });

  it("finds nothing where all scopes stay, or where the department of the holder is not known", async () => {
    const { life, plan, itemOf, give, departments } = await openNarrowedLife();
    give([[{ dimension: "department", ids: [departments.own] }]]);
    expect(await itemOf((await plan()).review)).toBeUndefined();
    give([[{ dimension: "department", ids: [departments.first] }]]);
    life.sandbox.quirks.withheldFields = { department_id: ["*"] };
    life.config.policy.guard.maxUnknownShare = 1;
    await daysPass(life, 1);
    const { review } = await plan().catch(() => ({ review: null }));
    expect(review === null ? undefined : await itemOf(review).catch(() => undefined)).toBeUndefined();
  });

  it("gives way to a rule that removes the whole grant, and its finding says so", async () => {
    const { life, plan, itemOf, held, calls } = await openNarrowedLife(({ config }) => {
      const [narrow] = config.policy.rules;
      config.policy.rules.push({ ...narrow!, id: "gone", then: "expire", keepScope: undefined });
    });
    const { review, stages } = await plan();
    const item = (await itemOf(review))!;
    expect([item.rules, item.keep]).toEqual([["gone"], undefined]);
    await stages.expire();
    expect([held(), calls().map(({ call }) => call)]).toEqual([undefined, ["removeRoleAssign"]]);
    await stages.seal();
    expect(await faultsIn(life, review)).toEqual([]);
  });

  it("waits for its notice, counts for the brake, and in report mode changes nothing", async () => {
    const { life, plan, itemOf, before, held } = await openNarrowedLife(({ config }) => {
      config.policy.rules = config.policy.rules.map((rule) => ({ ...rule, noticeDays: 14 }));
    });
    const { review, stages } = await plan();
    expect(await stages.expire()).toMatchObject({ status: "waiting", pending: 1 });
    life.config.policy.guard.maxExpiries = 0;
    await daysPass(life, 14);
    expect(await stages.expire()).toMatchObject({ status: "held", limits: [{ name: "maxExpiries", actual: 1 }] });
    life.config.policy.guard.maxExpiries = 20;
    life.config.mode = "report";
    expect(await stages.expire()).toMatchObject({ status: "done" });
    expect(idsOf(held())).toEqual(idsOf(before));
    life.config.mode = "enforce";
    expect(await stages.expire()).toMatchObject({ status: "done", narrowed: 1 });
    expect(await itemOf(review)).toMatchObject({ hold: null });
  });

  it("is kept by a reviewer's keep, before the plan and after it", async () => {
    const early = await openNarrowedLife();
    const { review, stages } = await early.plan();
    await decide(early.life, review, [{ ...early.pair, decision: "keep" }]);
    expect(await stages.expire()).toMatchObject({ status: "done", pending: 1 });
    expect(idsOf(early.held())).toEqual(idsOf(early.before));
    await stages.assess();
    expect((await early.itemOf(review))?.hold?.by).toBe("decision");
    expect(await stages.seal()).toMatchObject({ balanced: true, held: 1, narrowed: 0 });
    expect(await faultsIn(early.life, review)).toEqual([]);
  });

  it("shows in the next review as the grant it was: as old, not given anew, and with nothing left to narrow", async () => {
    const { life, plan, id, itemOf, before } = await openNarrowedLife();
    const first = await runReview(life);
    await daysPass(life, 1);
    const { review, stages } = await plan();
    const keys = reviewKeys(sourceId, review);
    const lines = life.store.readLines<Grant>(
      (await life.store.getJson<{ parts: { key: string }[] }>(keys.snapshot))!.parts[0]!.key,
    );
    const all: Grant[] = [];
    for await (const grant of lines) all.push(grant);
    const now = all.find((grant) => grant.id === id)!;
    expect(now.narrowed).toEqual({ review: first, grantedAt: expect.stringMatching(/^2026/) });
    expect(Date.parse(now.narrowed?.grantedAt ?? "")).toBeLessThan(Date.parse(now.grantedAt ?? ""));
    expect(await itemOf(review)).toBeUndefined();
    await stages.seal();
    expect(before).toHaveLength(5);
  });
});

describe("a narrowing that another hand meets", () => {
  it("writes nothing where the scopes changed since the plan", async () => {
    const { life, plan, give, keep, held, calls, departments, outcomeOf } = await openNarrowedLife();
    const { review, stages } = await plan();
    give([...keep, [{ dimension: "department", ids: [departments.third] }]]);
    const there = idsOf(held());
    await stages.expire();
    expect([idsOf(held()), calls()]).toEqual([there, []]);
    expect(await outcomeOf(review)).toMatchObject({ outcome: "changed" });
    await stages.seal();
    expect(await faultsIn(life, review)).toEqual([]);
  });

  it("says what was added after the call, and leaves it", async () => {
    const { life, plan, key, keep, held, departments, outcomeOf } = await openNarrowedLife();
    const added = [[{ dimension: "department", ids: [departments.third] }]];
    const { review, stages } = await plan();
    life.sandbox.quirks.otherHand = { grant: key, when: "after", scopes: added };
    expect(await stages.expire()).toMatchObject({ narrowed: 1 });
    expect(sameScopes(namedOf(held()), namedOf([...keep, ...added]))).toBe(true);
    expect((await outcomeOf(review))?.because).toMatchObject({ code: "added-meanwhile" });
    await stages.seal();
    expect(await faultsIn(life, review)).toEqual([]);
  });

  it("gives back what was added before the call and replaced by it, where a look shows it", async () => {
    const { life, plan, key, keep, held, calls, departments, outcomeOf } = await openNarrowedLife();
    const added = [[{ dimension: "department", ids: [departments.third] }]];
    const { review, stages } = await plan();
    Object.assign(life.sandbox.quirks, { otherHand: { grant: key, when: "before", scopes: added }, delayedUpdate: 1 });
    expect(await stages.expire()).toMatchObject({ narrowed: 1 });
    expect(sameScopes(namedOf(held()), namedOf([...keep, ...added]))).toBe(true);
    expect(calls().map(({ call }) => call)).toEqual(["addRoleAssign", "updateRoleAssign", "addRoleAssign"].slice(1));
    const outcome = await outcomeOf(review);
    expect(outcome?.because?.code).toBe("added-put-back");
    expect(outcome?.detail).toContain(departments.third);
    await stages.seal();
    expect(await faultsIn(life, review)).toEqual([]);
  });
});

/** Scopes as grants have them. */
const namedOf = (scopes: { dimension: string; ids: string[] }[][] | null | undefined) =>
  (scopes ?? []).map((parts) => parts.map(({ dimension, ids }) => ({ dimension, ids, names: ids.map(() => null) })));

describe("a narrowing under a quirk of the provider", () => {
  const cases: [string, (key: string) => Partial<Quirks>, string, string | undefined, boolean][] = [
    ["is refused", (key) => ({ refuseUpdate: [key] }), "refused", "narrowing-refused", false],
    ["is answered and not carried out", (key) => ({ ignoreUpdate: [key] }), "unverified", "accepted-and-wide", false],
    [
      "is carried out, and its answer lost",
      (key) => ({ loseUpdateAnswer: [key] }),
      "narrowed",
      "silent-and-narrowed",
      true,
    ],
    ["is lost before it is carried out", (key) => ({ loseUpdateBefore: [key] }), "narrowed", undefined, true],
    ["shows late", () => ({ delayedUpdate: 2 }), "narrowed", undefined, true],
  ];

  it.each(cases)("%s", async (_what, quirksFor, kind, code, isDone) => {
    const { life, plan, key, before, keep, held, outcomeOf } = await openNarrowedLife();
    const { review, stages } = await plan();
    Object.assign(life.sandbox.quirks, quirksFor(key));
    await stages.expire();
    await stages.seal();
    expect((await outcomeOf(review))?.because?.code).toBe(code);
    expect(await outcomeOf(review)).toMatchObject({ outcome: kind });
    expect(idsOf(held())).toEqual(idsOf(isDone ? keep : before));
    expect(await faultsIn(life, review)).toEqual([]);
  });

  it("loses some of what was to stay: that is a failure, and restore gives everything back", async () => {
    const { life, plan, key, id, before, held, outcomeOf } = await openNarrowedLife();
    const { review, stages } = await plan();
    life.sandbox.quirks.shortenUpdate = [key];
    expect(await stages.expire()).toMatchObject({ failed: 1 });
    expect((await outcomeOf(review))?.because?.code).toBe("kept-lost");
    await stages.seal();
    expect(await faultsIn(life, review)).toEqual([]);
    life.sandbox.quirks.shortenUpdate = [];
    expect(await restoreGrants(life.stageOf(review), { grants: [id] })).toMatchObject({ restored: 1 });
    expect(idsOf(held())).toEqual(idsOf(before));
  });

  it("keeps departments out that no longer exist, and says which", async () => {
    const { life, plan, keep, held, give, departments, outcomeOf, itemOf } = await openNarrowedLife(({ config }) => {
      config.policy.rules = config.policy.rules.map((rule) => ({
        ...rule,
        keepScope: `${ownDepartment.keepScope} || scope.id == "gone"`,
      }));
    });
    const place = life.sandbox.company.locations[0]!.id;
    give([
      ...keep,
      [{ dimension: "department", ids: [departments.own, departments.first] }],
      [
        { dimension: "department", ids: [departments.second] },
        { dimension: "work_location", ids: [place] },
      ],
    ]);
    life.config.policy.rules = life.config.policy.rules.map((rule) => ({
      ...rule,
      keepScope: `${ownDepartment.keepScope} || scope.id == "${departments.second}"`,
    }));
    const { review, stages } = await plan();
    life.sandbox.quirks.goneDepartments = [departments.second];
    expect(idsOf((await itemOf(review))?.keep)).toHaveLength(4);
    expect(await stages.expire()).toMatchObject({ narrowed: 1 });
    expect(idsOf(held())).toEqual(idsOf(keep));
    const outcome = await outcomeOf(review);
    expect([outcome?.because?.code, outcome?.detail?.includes(departments.second)]).toEqual(["kept-out", true]);
    await stages.seal();
    expect(await faultsIn(life, review)).toEqual([]);
  });

  it("does not send more combinations than one call takes", async () => {
    const { plan, give, held, calls, departments, life, outcomeOf } = await openNarrowedLife();
    const pairOf = (at: number) => [
      { dimension: "department", ids: [departments.own] },
      { dimension: "pay_group", ids: [`pay-${at}`] },
    ];
    give([
      [{ dimension: "department", ids: [departments.first] }],
      ...Array.from({ length: 301 }, (_, at) => pairOf(at)),
    ]);
    const { review, stages } = await plan();
    expect(await stages.expire()).toMatchObject({ failed: 1 });
    expect([held()?.length, calls()]).toEqual([302, []]);
    expect((await outcomeOf(review))?.because).toEqual({ code: "too-many-scopes", figures: { count: 301, most: 300 } });
    await stages.seal();
    expect(await faultsIn(life, review)).toEqual([]);
  });
});

describe("restore of a narrowing", () => {
  it("sets the scopes that were there, and does nothing twice", async () => {
    const { life, before, held, calls, id } = await openNarrowedLife();
    const review = await runReview(life);
    expect(await restoreGrants(life.stageOf(review), {})).toMatchObject({ add: [id], needsNaming: [] });
    expect(await restoreGrants(life.stageOf(review), { all: true })).toMatchObject({ restored: 1, notRestored: [] });
    expect(idsOf(held())).toEqual(idsOf(before));
    expect(calls().map(({ call }) => call)).toEqual(["updateRoleAssign", "updateRoleAssign"]);
    await restoreGrants(life.stageOf(review), { all: true });
    expect(calls()).toHaveLength(2);
  });

  it("takes nothing that somebody added since, and has to be named for it", async () => {
    const { life, before, keep, held, give, id, departments } = await openNarrowedLife();
    const review = await runReview(life);
    const added = [[{ dimension: "department", ids: [departments.third] }]];
    give([...keep, ...added]);
    expect(await restoreGrants(life.stageOf(review), { all: true })).toMatchObject({ needsNaming: [id], restored: 0 });
    expect(await restoreGrants(life.stageOf(review), { grants: [id] })).toMatchObject({ restored: 1 });
    expect(idsOf(held())).toEqual(idsOf([...before, ...added]));
  });

  it("gives nothing back that a changed receipt asks for", async () => {
    const { life, id, held } = await openNarrowedLife();
    const review = await runReview(life);
    const there = idsOf(held());
    const key = reviewKeys(sourceId, review).intent(id);
    rewrite(life, key, { ...(await life.store.getJson<object>(key)), keep: [] });
    await expect(restoreGrants(life.stageOf(review), { all: true })).rejects.toThrow("does not prove");
    expect(idsOf(held())).toEqual(there);
  });
});

describe("verify", () => {
  it.each([
    [
      "an outcome that calls a removal a narrowing",
      "outcome",
      { outcome: "revoked" },
      "its intent says something else",
    ],
    [
      "an intent that leaves a combination without a dimension",
      "intent",
      { keep: [[]] },
      "the scopes that were to stay are not those of its plan",
    ],
  ] as const)("finds %s", async (_what, kind, change, said) => {
    const { life, id } = await openNarrowedLife();
    const review = await runReview(life);
    const keys = reviewKeys(sourceId, review);
    const key = keys[kind](id);
    const hash = rewrite(life, key, { ...(await life.store.getJson<object>(key)), ...change });
    const evidence = (await life.store.getJson<Evidence>(keys.evidence))!;
    const objects = evidence.objects.map((object) => (object.key === key ? { key, sha256: hash } : object));
    rewrite(life, keys.evidence, { ...evidence, objects });
    expect(await faultsIn(life, review)).toEqual(expect.arrayContaining([expect.stringContaining(said)]));
  });
});

/** A store whose process is killed at the first write of a key that ends so, before or after the write. */
function killedAt(store: Store, end: string, when: "before" | "after"): Store {
  const createJson: Store["createJson"] = async (key, value) => {
    if (key.endsWith(end) && when === "before") throw new Error("killed");
    const created = await store.createJson(key, value);
    if (key.endsWith(end)) throw new Error("killed");
    return created;
  };
  return {
    ...store,
    createJson,
    create: async (key, body) => {
      if (key.endsWith(end) && when === "before") throw new Error("killed");
      const result = await store.create(key, body);
      if (key.endsWith(end)) throw new Error("killed");
      return result;
    },
  };
}

describe("a narrowing that is killed", () => {
  const moments = [
    ["before its intent is written", ".intent.json", "before", {}],
    ["after its intent, before the call", ".intent.json", "after", {}],
    ["after the call, before its outcome", ".outcome.json", "before", {}],
    ["after the call, which got no answer", ".outcome.json", "before", { loseUpdateAnswer: ["*"] }],
    ["after its outcome", ".outcome.json", "after", {}],
  ] as const;

  it.each(moments)(
    "%s, goes on: one call, and the evidence of one that was left alone",
    async (_when, end, at, quirks) => {
      const { life, plan, keep, held, calls, outcomeOf } = await openNarrowedLife();
      const { review, stages } = await plan();
      Object.assign(life.sandbox.quirks, quirks);
      const killed = life.stageWith({ review, store: killedAt(life.store, end, at) });
      await expect(expireGrants(killed)).rejects.toThrow("killed");
      await stages.expire();
      expect([idsOf(held()), calls().map(({ call }) => call)]).toEqual([idsOf(keep), ["updateRoleAssign"]]);
      expect(await outcomeOf(review)).toMatchObject({ outcome: "narrowed" });
      expect(await stages.seal()).toMatchObject({ balanced: true, narrowed: 1 });
      expect(await faultsIn(life, review)).toEqual([]);
    },
  );

  it.each(moments)("%s, is settled by seal alone", async (_when, end, at, quirks) => {
    const { life, plan, before, keep, held, outcomeOf } = await openNarrowedLife();
    const { review, stages } = await plan();
    Object.assign(life.sandbox.quirks, quirks);
    const killed = life.stageWith({ review, store: killedAt(life.store, end, at) });
    await expect(expireGrants(killed)).rejects.toThrow("killed");
    const isCalled = end === ".outcome.json";
    expect(await stages.seal()).toMatchObject({ balanced: true, narrowed: isCalled ? 1 : 0 });
    expect(idsOf(held())).toEqual(idsOf(isCalled ? keep : before));
    const left = at === "before" ? undefined : "failed";
    expect((await outcomeOf(review))?.outcome).toBe(isCalled ? "narrowed" : left);
    expect(await faultsIn(life, review)).toEqual([]);
  });
});
