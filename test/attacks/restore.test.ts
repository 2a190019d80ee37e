import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { grantId } from "../../functions/review/grants/grant-comparison.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { Plan } from "../../functions/review/plan/plan.ts";
import type { Store } from "../../functions/review/ports.ts";
import type { RestoreAnswer } from "../../functions/review/stage.ts";
import { type RestoreRequest, restoreGrants } from "../../functions/stages/restore/restore-grants.ts";
import { endLives, type Life, openLife, rootOf, sourceId } from "../review-life/open-life.ts";
import { planReview, runReview, stagesOf } from "../review-life/run-review.ts";
import {
  type Copy,
  copyReviews,
  type Json,
  newKey,
  removeCopies,
  type SealedReviews,
  sealReviews,
} from "./sealed-reviews.ts";

// Somebody who may write the store has something given that nobody removed, or to somebody else, or wider. Nothing is sent.

const who = { by: "Lin", reason: "a mistake" };
let sealed: SealedReviews;
let open: SealedReviews;
let keys: ReturnType<typeof reviewKeys>;
/** Two grants that the review revoked and that can be put back, and one that its plan held. */
let [one, two, held]: string[] = [];

/** The restore stage of the life over a copy of its store. */
const stageOver = ({ life, first }: SealedReviews, store: Store) => ({ ...life.stageOf(first), store });
const writesOf = ({ life }: SealedReviews): number => life.sandbox.calls.writes.length;

/** An open review of another company: its removals are done, and it is not sealed. */
const openReview = async (): Promise<SealedReviews> => {
  const life = await openLife({ people: 150, onDisk: true });
  const { review } = await planReview(life);
  await stagesOf(life, review).expire();
  return { root: rootOf(life), first: review, second: review, nowMs: life.clock.now(), life };
};

beforeAll(async () => {
  sealed = await sealReviews();
  open = await openReview();
  keys = reviewKeys(sourceId, sealed.first);
  const { add } = await restoreGrants(sealed.life.stageOf(sealed.first), {});
  [one, two] = add!;
  const { items } = copyReviews(sealed).read(keys.assessment("0001").plan) as Plan;
  held = items.find(({ hold }) => hold !== null)!.grantId;
  expect(open.first).toBe(sealed.first);
});
afterAll(async () => {
  removeCopies();
  await endLives();
});

type Attack = [what: string, tamper: (copy: Copy) => unknown, said: RegExp];

/** What restore says after the store was tampered with, and that it sent nothing. */
async function refusalAfter(
  reviews: SealedReviews,
  tamper: (copy: Copy) => unknown,
  request: RestoreRequest = { all: true, ...who },
): Promise<string> {
  const copy = copyReviews(reviews);
  await tamper(copy);
  const before = writesOf(reviews);
  const refused = await restoreGrants(stageOver(reviews, copy.store), request).then(
    (answer) => JSON.stringify(answer),
    (error: Error) => error.message,
  );
  expect(writesOf(reviews)).toBe(before);
  return refused;
}

const intent = (change: (value: Json) => unknown) => (copy: Copy) => copy.change(keys.intent(one!), change);
const elsewhere = "7000000000000000001";
const wider = [[{ dimension: "company", ids: ["all"], names: [null] }]];

const ofIntents: Attack[] = [
  ["to somebody else", intent((value) => Object.assign(value.grant.holder, { id: elsewhere })), /./],
  ["of another role", intent((value) => Object.assign(value.grant.role, { id: elsewhere })), /./],
  [
    "to somebody else, under the id that this gives",
    intent((value) => {
      value.grant.holder.id = elsewhere;
      value.grant.id = grantId(sourceId, elsewhere, value.grant.role.id);
    }),
    /./,
  ],
  ["with wider scopes", intent((value) => Object.assign(value.grant, { scopes: wider })), /./],
  ["of another time", intent((value) => Object.assign(value.grant, { grantedAt: "2001-01-01T00:00:00Z" })), /./],
  ["without its grant", intent((value) => delete value.grant), /./],
  ["that is no JSON", (copy) => copy.write(keys.intent(one!), "give"), /not JSON|was changed/],
  ["renamed", (copy) => copy.rename(keys.intent(one!), keys.intent("0".repeat(16))), /./],
  [
    "exchanged for another's",
    (copy) => copy.write(keys.intent(one!), JSON.stringify(copy.read(keys.intent(two!)))),
    /./,
  ],
  [
    "of an outcome of another plan",
    (copy) => copy.change(keys.outcome(one!), (value) => Object.assign(value, { planHash: "0" })),
    /./,
  ],
  [
    "planted beside the genuine ones",
    (copy) => {
      for (const key of [keys.intent, keys.outcome]) {
        copy.plant(key(held!), JSON.stringify({ ...copy.read(key(one!)), grantId: held }));
      }
    },
    /./,
  ],
];

describe("restore of a sealed review", () => {
  it.each(ofIntents)(
    "sends nothing for an intent %s, and says which object is not the sealed one",
    async (_what, tamper) => {
      expect(await refusalAfter(sealed, tamper)).toMatch(
        /^Cannot restore from .* and nothing was sent:\n(.|\n)*(was changed|is foreign|is missing)/,
      );
    },
  );

  it.each<Attack>([
    [
      "to somebody else",
      intent((value) => Object.assign(value.grant.holder, { id: elsewhere })),
      /not the one that was sealed before|id is not of its holder/,
    ],
    [
      "with wider scopes",
      intent((value) => Object.assign(value.grant, { scopes: wider })),
      /not the one that was sealed before/,
    ],
  ])(
    "sends nothing for an intent %s under hashes that were put right, as the next evidence names another",
    async (_what, tamper, said) => {
      const forged = async (copy: Copy): Promise<void> => {
        const { evidence } = reviewKeys(sourceId, sealed.second);
        const later = JSON.stringify(copy.read(evidence));
        tamper(copy);
        await copy.reseal(sealed.first);
        copy.write(evidence, later);
      };
      expect(await refusalAfter(sealed, forged)).toMatch(said);
    },
  );

  it("sends nothing for an intent that contradicts the plan and the snapshot, though every hash was put right", async () => {
    const forged = async (copy: Copy): Promise<void> => {
      intent((value) => Object.assign(value.grant, { scopes: wider }))(copy);
      await copy.reseal(sealed.first);
    };
    expect(await refusalAfter(sealed, forged)).toContain("the grant is not as the snapshot shows it");
  });

  it("sends nothing where the signature is not of a key that counts", async () => {
    const [key, other] = [newKey(), newKey()];
    const copy = copyReviews(sealed);
    await copy.reseal(sealed.first, other);
    const stage = { ...stageOver(sealed, copy.store), trustedKeys: [key.keySha256] };
    const before = writesOf(sealed);
    await expect(restoreGrants(stage, { all: true, ...who })).rejects.toThrow("which was not named");
    expect(writesOf(sealed)).toBe(before);
  });

  it("lists what is proved, and beside it what is not, and by which object", async () => {
    const copy = copyReviews(sealed);
    intent((value) => Object.assign(value.grant, { scopes: wider }))(copy);
    const listed = await restoreGrants(stageOver(sealed, copy.store), {});
    expect(listed.add).toContain(two);
    expect(listed.add).not.toContain(one);
    expect(listed.notProved).toEqual([{ grantId: one, error: expect.stringContaining("was changed") }]);
  });

  it("does not take a receipt for a put-back: a grant that is not there is told of", async () => {
    const planted = (copy: Copy) =>
      copy.plant(
        keys.restored(one!),
        JSON.stringify({
          formatVersion: 1,
          grantId: one,
          review: sealed.first,
          by: "added",
          requestId: null,
          at: "2026-11-01T00:00:00Z",
          verifiedAt: "2026-11-01T00:00:00Z",
        }),
      );
    const copy = copyReviews(sealed);
    planted(copy);
    const stage = stageOver(sealed, copy.store);
    expect(await restoreGrants(stage, {})).toMatchObject({ removedSince: [one] });
    const named = await restoreGrants(stage, { grants: [one!], ...who });
    expect(named.notRestored).toEqual([{ grantId: one, error: expect.stringContaining("ask who wrote that receipt") }]);
    const absurd = (spoilt: Copy) => {
      planted(spoilt);
      spoilt.change(keys.restored(one!), (value) => Object.assign(value, { at: "2020-01-01T00:00:00Z" }));
    };
    expect(await refusalAfter(sealed, absurd)).toContain("is no receipt of that grant");
  });
});

describe("restore of a review that is not sealed", () => {
  it.each(ofIntents)("sends nothing for an intent %s", async (_what, tamper) => {
    expect(await refusalAfter(open, tamper)).toMatch(/^Cannot restore .*\n?(.|\n)*/);
  });

  const planKey = () => keys.assessment("0001").plan;
  const partOf = (copy: Copy): string => copy.read(keys.snapshot).parts[0].key;

  it.each<Attack>([
    [
      "whose plan was changed",
      (copy) => copy.change(planKey(), (value) => Object.assign(value.items[0], { seen: "0" })),
      /names no plan of this review/,
    ],
    [
      "whose snapshot was changed",
      (copy) => copy.change(keys.snapshot, (value) => Object.assign(value, { toolVersion: "9" })),
      /names no plan of this review/,
    ],
    ["whose grants were changed", (copy) => copy.changeLines(partOf(copy), (lines) => lines.reverse()), /SHA-256/],
  ])("sends nothing of a review %s", async (_what, tamper, said) => {
    expect(await refusalAfter(open, tamper)).toMatch(said);
  });

  it("gives back what its plan saw, by the grant of the snapshot", async () => {
    const reviews = await openReview();
    const copy = copyReviews(reviews);
    // No hash speaks of a role's code: what is sent is not the intent's.
    intent((value) => Object.assign(value.grant.role, { code: "hr_administrator" }))(copy);
    const restored = await restoreGrants(stageOver(reviews, copy.store), { grants: [one!], ...who });
    expect(restored).toMatchObject({ restored: 1, notRestored: [] });
    const [write] = reviews.life.sandbox.calls.writes.slice(-1);
    expect(write && grantId(sourceId, write.holderId, write.roleId)).toBe(one);
  });
});

describe("a holder who has left since", () => {
  /** A review that took a grant of somebody who is still here, who then leaves. */
  const leaveAfter = async (): Promise<{ life: Life; review: string; id: string }> => {
    const life = await openLife({ people: 150, onDisk: true });
    life.config.policy.rules.push({
      id: "chosen",
      when: 'holder.status == "active"',
      then: "expire",
      noticeDays: 0,
      reason: { en: "Chosen", zh: "选中" },
      overridable: false,
    });
    Object.assign(life.config.policy.guard, { maxExpiries: 1_000, maxShare: 1, maxRoleShare: 1 });
    const review = await runReview(life);
    const copy = copyReviews({ root: rootOf(life), first: review, second: review, nowMs: life.clock.now(), life });
    const { intent: key } = reviewKeys(sourceId, review);
    const { add } = await restoreGrants(life.stageOf(review), {});
    const id = add!.find((each) => copy.read(key(each)).grant.holder.status === "active")!;
    const holderId = copy.read(key(id)).grant.holder.id;
    life.sandbox.happen([{ op: "leave", at: life.clock.now(), holderId, lastDay: "2026-09-30" }]);
    return { life, review, id };
  };

  it("gets nothing back by --all, and by name alone", async () => {
    const { life, review, id } = await leaveAfter();
    const listed: RestoreAnswer = await restoreGrants(life.stageOf(review), {});
    expect(listed.leftSince).toContain(id);
    expect(listed.needsNaming).toContain(id);
    await restoreGrants(life.stageOf(review), { all: true, ...who });
    const isGiven = () => life.sandbox.grants().some((each) => grantId(sourceId, each.holderId, each.roleId) === id);
    expect(isGiven()).toBe(false);
    expect(await restoreGrants(life.stageOf(review), { grants: [id], ...who })).toMatchObject({ restored: 1 });
    expect(isGiven()).toBe(true);
  });
});
