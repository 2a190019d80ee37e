import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { Plan } from "../../functions/review/plan/plan.ts";
import { endLives, sourceId } from "../review-life/open-life.ts";
import {
  type Attack,
  type Copy,
  copyReviews,
  faultsAfter,
  type Json,
  removeCopies,
  type SealedReviews,
  sealReviews,
} from "./sealed-reviews.ts";

// Whoever may write the whole store makes a plan say that it might remove what it might not, or had to hold what it need not, and
// puts every hash right again. What the plan's own policy, snapshot and decisions say is something else.

let sealed: SealedReviews;
let keys: ReturnType<typeof reviewKeys>;
let paths: ReturnType<ReturnType<typeof reviewKeys>["assessment"]>;

beforeAll(async () => {
  sealed = await sealReviews();
  keys = reviewKeys(sourceId, sealed.second);
  paths = keys.assessment("0001");
});
afterAll(async () => {
  removeCopies();
  await endLives();
});

const inPlan = (change: (value: Plan & Json) => unknown) => (copy: Copy) => copy.change(paths.plan, change);
const policy = (change: (value: Json) => unknown) => (copy: Copy) => copy.change(paths.policy, change);
const snapshot = (change: (value: Json) => unknown) => (copy: Copy) => copy.change(keys.snapshot, change);

/** Of the grants with an item that is not held, one. */
const removedOf = (copy: Copy): Json => (copy.read(paths.plan) as Plan).items.find(({ hold }) => hold === null)!;
const heldOf = (copy: Copy): Json => (copy.read(paths.plan) as Plan).items.find(({ hold }) => hold !== null)!;
const changeItem = (copy: Copy, id: string, change: (item: Json) => unknown): void =>
  copy.change(paths.plan, (value) => change(value.items.find(({ grantId }: Json) => grantId === id)));
const changeFindings = (copy: Copy, id: string, change: (finding: Json) => unknown): void =>
  copy.changeLines(paths.findings, (lines) => lines.filter(({ grantId }) => grantId === id).forEach(change));
const changeGrant = (copy: Copy, id: string, change: (grant: Json) => unknown): void =>
  copy.changeLines(copy.read(keys.snapshot).parts[0].key, (lines) => change(lines.find((line) => line.id === id)));

describe("a guard", () => {
  const release = (copy: Copy): void => {
    const { grantId } = heldOf(copy);
    changeItem(copy, grantId, (item) => Object.assign(item, { hold: null }));
    changeFindings(copy, grantId, (finding) => Object.assign(finding, { suppressedBy: null }));
  };
  it.each<Attack>([
    ["a hold that was taken off the item and off its finding", release, /is not held, and the guard .* holds it/],
    [
      "a removal whose holder is protected",
      (copy) => {
        const { holderId } = removedOf(copy);
        policy((value) => value.guard.protectedHolders.push(holderId))(copy);
      },
      /the guard protected-holder of its policy holds it/,
    ],
    [
      "a removal whose role is protected",
      (copy) => {
        const { roleId } = removedOf(copy);
        policy((value) => value.guard.protectedRoles.push(roleId))(copy);
      },
      /the guard protected-role of its policy holds it/,
    ],
    [
      "a removal of a canary",
      (copy) => {
        const { roleId: role, holderId: holder } = removedOf(copy);
        policy((value) => value.guard.canaries.push({ role, holder }))(copy);
      },
      /the guard canary of its policy holds it/,
    ],
    [
      "a removal that the provider does not carry out",
      (copy) => changeGrant(copy, removedOf(copy).grantId, (grant) => Object.assign(grant, { removable: false })),
      /the guard unremovable of its policy holds it/,
    ],
    [
      "a removal of a role that could not be read",
      (copy) =>
        changeGrant(copy, removedOf(copy).grantId, ({ role }) =>
          Object.assign(role, { code: null, name: { zh: null, en: null }, kind: null, status: null }),
        ),
      /the guard unknown of its policy holds it/,
    ],
    [
      "a hold by a guard that does not hold it, so that somebody keeps what they had",
      (copy) => {
        const { grantId } = removedOf(copy);
        const hold = { by: "protected-holder", detail: "the holder is protected" };
        changeItem(copy, grantId, (item) => Object.assign(item, { hold }));
        changeFindings(copy, grantId, (finding) =>
          Object.assign(finding, { suppressedBy: { by: "hold", detail: "protected-holder: the holder is protected" } }),
        );
      },
      /is held by protected-holder, and that guard of its policy does not hold it/,
    ],
    [
      "a hold by a share of a role that is not reached",
      (copy) => {
        const { grantId } = removedOf(copy);
        changeItem(copy, grantId, (item) => Object.assign(item, { hold: { by: "role-share", detail: "too many" } }));
      },
      /is held by role-share, and that guard of its policy does not hold it/,
    ],
    [
      "a hold for the last holder of a role that has others",
      (copy) => {
        const { grantId } = removedOf(copy);
        changeItem(copy, grantId, (item) => Object.assign(item, { hold: { by: "last-holder", detail: "the last" } }));
      },
      /is held by last-holder, and that guard of its policy does not hold it/,
    ],
    [
      "the words of a hold",
      (copy) => changeItem(copy, heldOf(copy).grantId, ({ hold }) => Object.assign(hold, { detail: "as agreed" })),
      /is held by [a-z-]+, for another reason than that guard gives/,
    ],
    [
      "the code of a hold",
      (copy) =>
        changeItem(copy, heldOf(copy).grantId, ({ hold }) => Object.assign(hold, { because: { code: "canary-like" } })),
      /for another reason than that guard gives/,
    ],
    [
      "the figures of a hold",
      (copy) =>
        changeItem(copy, heldOf(copy).grantId, ({ hold }) =>
          Object.assign(hold.because, { figures: { ...hold.because.figures, days: 1 } }),
        ),
      /for another reason than that guard gives/,
    ],
    [
      "removals of more of a role than its share",
      policy((value) => Object.assign(value.guard, { maxRoleShare: 0 })),
      /the guard role-share of its policy holds it/,
    ],
  ])("of the plan's own policy is obeyed: %s is found", async (_what, tamper, said) => {
    expect(await faultsAfter(sealed, tamper)).toMatch(said);
  });
});

describe("a notice", () => {
  it.each<Attack>([
    [
      "that began before any plan gave it",
      (copy) => {
        const { grantId } = removedOf(copy);
        changeItem(copy, grantId, (item) => {
          for (const rule of item.rules) item.notices[rule] = "2026-01-01T00:00:00Z";
          Object.assign(item, { noticeAt: "2026-01-01T00:00:00Z", notBefore: "2026-01-01T00:00:00Z" });
        });
      },
      /the notice of item .* is not what its rules and the plan before it say/,
    ],
    [
      "that is due before its rule lets it",
      policy((value) => {
        for (const rule of value.rules) if (rule.then === "expire") rule.noticeDays = 29;
      }),
      /the notice of item/,
    ],
    ["that nobody gave", inPlan((value) => Object.assign(value.items[0]!, { notices: {} })), /the notice of item/],
    [
      "of a grant that is said to go only if nobody decides",
      inPlan((value) => Object.assign(value.items[0]!, { ifUndecided: true })),
      /the notice of item/,
    ],
  ])("runs as its rule and the plan before say: one %s is found", async (_what, tamper, said) => {
    expect(await faultsAfter(sealed, tamper)).toMatch(said);
  });
});

describe("a decision", () => {
  it.each<Attack>([
    [
      "that holds an item back",
      (copy) => {
        const { grantId } = removedOf(copy);
        changeItem(copy, grantId, (item) => Object.assign(item, { hold: { by: "decision", detail: "kept" } }));
        changeFindings(copy, grantId, (finding) =>
          Object.assign(finding, { suppressedBy: { by: "decision", detail: "kept" } }),
        );
      },
      /has no decision that counts on grant/,
    ],
    [
      "that answers a flag",
      (copy) =>
        copy.changeLines(paths.findings, (lines) =>
          Object.assign(
            lines.find(({ then }) => then === "flag"),
            { suppressedBy: { by: "decision", detail: "kept" } },
          ),
        ),
      /has no decision that counts on grant/,
    ],
    [
      "in a file that could not be understood",
      (copy) => {
        const hold = { by: "decision", detail: "x", because: { code: "decisions-unread", figures: { file: "a.csv" } } };
        changeItem(copy, removedOf(copy).grantId, (item) => Object.assign(item, { hold }));
      },
      /has no decision that counts on grant/,
    ],
  ])("%s is there", async (_what, tamper, said) => {
    expect(await faultsAfter(sealed, tamper)).toMatch(said);
  });
});

describe("a snapshot", () => {
  it.each<Attack>([
    [
      "that calls itself a sweep, which needs no report and no decisions",
      snapshot((value) => Object.assign(value, { kind: "sweep" })),
      /the review's id says another/,
    ],
    [
      "that says that it asked some holders alone",
      snapshot((value) => Object.assign(value, { sweep: { period: null, asked: 3 } })),
      /the review's id says another/,
    ],
    [
      "without the check that its listings ended",
      snapshot((value) => value.checks.shift()),
      /the checks say otherwise: listings-ended/,
    ],
    [
      "whose check of canaries has another name",
      snapshot((value) =>
        Object.assign(
          value.checks.find(({ name }: Json) => name === "canaries-present"),
          { name: "canaries" },
        ),
      ),
      /the checks say otherwise: canaries-present/,
    ],
    [
      "that was read on another day than its calls",
      snapshot((value) => Object.assign(value, { startedAt: "2026-12-30T00:00:00Z", takenAt: "2026-12-30T00:30:00Z" })),
      /not while the snapshot was taken/,
    ],
    [
      "that began long before its review",
      snapshot((value) => Object.assign(value, { startedAt: "2026-10-01T02:00:00Z" })),
      /began at 2026-10-01T02:00:00Z, before its review/,
    ],
    [
      "with the first call at another time",
      snapshot((value) => Object.assign(value.reads[0], { firstAt: "2026-01-01T00:00:00Z" })),
      /does not say of the call/,
    ],
    [
      "with grants that were first seen later",
      (copy) =>
        changeGrant(copy, removedOf(copy).grantId, (grant) =>
          Object.assign(grant, { firstSeenAt: "2027-01-01T00:00:00Z" }),
        ),
      /were first seen after the snapshot was taken/,
    ],
    [
      "whose roles lack one that somebody holds",
      (copy) => {
        copy.changeLines(keys.roles, (lines) =>
          Object.assign(
            lines.find(({ holders }) => holders > 0),
            { id: "1", holders: 0, activeHolders: 0 },
          ),
        );
      },
      /does not list role/,
    ],
    [
      "that no longer says who is responsible",
      snapshot((value) => delete value.responsible),
      /responsible.jsonl.gz is not the part/,
    ],
    [
      "that is of no mode",
      (copy) => copy.change(keys.evidence, (value) => Object.assign(value, { mode: "none" })),
      /is not evidence/,
    ],
  ])("is of the kind, the checks and the time that it has: one %s is found", async (_what, tamper, said) => {
    expect(await faultsAfter(sealed, tamper)).toMatch(said);
  });
});

describe("the first review of a tenant", () => {
  it("was stopped by its brake: one that was not is found, and so is a later one that says it was", async () => {
    const copy = copyReviews(sealed);
    const first = reviewKeys(sourceId, sealed.first);
    copy.change(first.snapshot, (value) => Object.assign(value.origin, { host: "open.feishu.cn" }));
    await copy.reseal(sealed.first);
    expect((await copy.faults(sealed.first)).join("\n")).toMatch(
      /the brake does not say whether this is the first review/,
    );
    expect(
      await faultsAfter(
        sealed,
        inPlan((value) => {
          value.brake = { tripped: true, limits: [{ name: "first-review", limit: 0, actual: 1 }] };
        }),
      ),
    ).toMatch(/the brake does not say whether this is the first review/);
  });
});
