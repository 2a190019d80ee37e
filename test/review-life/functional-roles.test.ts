import { afterEach, describe, expect, it } from "vitest";
import type { SourceConfig } from "../../functions/config/config.ts";
import { newestPlan } from "../../functions/ledger/plans.ts";
import { readReceipts } from "../../functions/ledger/receipts.ts";
import type { FunctionalRoleSettings } from "../../functions/providers/feishu-functional-role/roles.ts";
import { grantId } from "../../functions/review/grants/grant-comparison.ts";
import { reviewIdOf, reviewKeys } from "../../functions/review/keys.ts";
import type { Plan } from "../../functions/review/plan/plan.ts";
import { type RetirementIntent, type RetirementOutcome, retirementId } from "../../functions/review/plan/retirement.ts";
import type { Outcome } from "../../functions/review/proof/receipt.ts";
import type { Finding } from "../../functions/review/rules/finding.ts";
import type { ExpireAnswer } from "../../functions/review/stage.ts";
import type { FunctionalGrant } from "../../functions/sandbox/company/functional-roles.ts";
import { retirableRoleId } from "../../functions/sandbox/company/functional-roles.ts";
import type { Quirks } from "../../functions/sandbox/quirks.ts";
import { assessGrants } from "../../functions/stages/assess/assess-grants.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { restoreGrants } from "../../functions/stages/restore/restore-grants.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { partOf } from "../report/written-report.ts";
import { daysPass, endLives, type Life, openLife } from "./open-life.ts";

afterEach(endLives);

const sourceId = "functional-roles";

const idOf = ({ userId, roleId }: FunctionalGrant): string => grantId(sourceId, userId, roleId);

/** A life whose configured functional roles may be changed, and its stages over that source. */
async function openFunctional(quirks: Partial<Quirks> = {}, people = 400) {
  const life = await openLife({ people, quirks });
  const source = life.config.sources.find(({ id }) => id === sourceId) as SourceConfig & FunctionalRoleSettings;
  const stageOf = (review: string) => life.stageWith({ review, sourceId });
  return { ...life, life, source, stageOf };
}
type Functional = Awaited<ReturnType<typeof openFunctional>>;

type Lived = {
  review: string;
  expired: ExpireAnswer;
  sealed: ExpireAnswer;
  plan: Plan;
  outcomes: Map<string, Outcome>;
  findings: Finding[];
};

async function holdReview({ clock, store, stageOf }: Functional): Promise<Lived> {
  const review = reviewIdOf(clock.now());
  const stage = stageOf(review);
  expect(await takeSnapshot(stage)).toMatchObject({ status: "done" });
  await assessGrants(stage);
  const expired = await expireGrants(stage);
  const sealed = await sealEvidence(stage);
  const plan = (await newestPlan({ store, sourceId, review })) ?? expect.fail("there is no plan");
  const findings: Finding[] = [];
  const key = reviewKeys(sourceId, review).assessment(plan.assessment).findings;
  for await (const finding of store.readLines<Finding>(key)) findings.push(finding);
  const { outcomes } = await readReceipts({ store, sourceId, review });
  return { review, expired, sealed, plan, outcomes, findings };
}

const idsOf = (outcomes: Map<string, Outcome>, kind: Outcome["outcome"]): string[] =>
  [...outcomes.values()]
    .filter(({ outcome }) => outcome === kind)
    .map(({ grantId: id }) => id)
    .sort();

const leaversIn = ({ sandbox }: Functional): FunctionalGrant[] => {
  const left = new Set(sandbox.company.employees.filter(({ lastDay }) => lastDay !== null).map(({ id }) => id));
  return sandbox.functionalGrants().filter(({ holderId }) => left.has(holderId));
};

const finalReport = async ({ store }: Functional, review: string): Promise<string> =>
  new TextDecoder().decode((await store.get(reviewKeys(sourceId, review).html))?.body);

const faultsOf = async ({ store }: Life, review: string): Promise<string[]> =>
  (await verifyEvidence({ store, source: sourceId, review }, null)).faults;

describe("a review of functional roles", () => {
  it("takes out who left, one call a role, and nobody else; frozen accounts have their time", async () => {
    const functional = await openFunctional({}, 1500);
    const { sandbox, clock, life } = functional;
    const leavers = leaversIn(functional);
    const before = sandbox.functionalGrants().length;
    const first = await holdReview(functional);
    expect(idsOf(first.outcomes, "revoked")).toEqual(leavers.map(idOf).sort());
    expect(sandbox.functionalGrants()).toHaveLength(before - leavers.length);
    const roles = new Set(leavers.map(({ roleId }) => roleId));
    expect(sandbox.calls.functionalWrites.map(({ call }) => call)).toEqual([...roles].map(() => "remove"));
    const disabled = (lived: Lived) =>
      lived.plan.items.filter(({ rules }) => rules.includes("disabled")).map(({ hold }) => hold?.by ?? null);
    expect(disabled(first)).toEqual(["too-new", "too-new"]);
    await daysPass(life, 30);
    const second = await holdReview(functional);
    // One of them manages everything, which no call can give back.
    expect(disabled(second).sort()).toEqual([null, "unrestorable"].sort());
    expect(idsOf(second.outcomes, "revoked")).toHaveLength(1);
    expect([await faultsOf(life, first.review), await faultsOf(life, second.review)]).toEqual([[], []]);
    expect(clock.now()).toBeGreaterThan(0);
  });

  it("does not take a yes for the whole call for a yes to each", async () => {
    const functional = await openFunctional();
    const [refused, gone] = leaversIn(functional);
    functional.sandbox.quirks.memberReasons = { [`${refused?.holderId}:${refused?.roleId}`]: 6 };
    functional.sandbox.quirks.memberResultMissing = [`${gone?.holderId}:${gone?.roleId}`];
    const { outcomes } = await holdReview(functional);
    expect(outcomes.get(idOf(refused!))).toMatchObject({ outcome: "refused", detail: expect.stringContaining("6") });
    expect(outcomes.get(idOf(gone!))).toMatchObject({ outcome: "revoked" });
  });

  it("leaves people alone of whom nothing is said", async () => {
    const functional = await openFunctional({ resignedUsersOmitted: true });
    const { guard } = functional.life.config.policy;
    guard.maxUnknownShare = 0.2;
    const { outcomes, findings } = await holdReview(functional);
    expect(outcomes.size).toBe(0);
    const unknown = findings.filter(({ rule }) => rule === "unknown-holder").map(({ grantId: id }) => id);
    expect(unknown).toEqual(leaversIn(functional).map(idOf).sort());
  });

  it("takes them out all the same where departments may be named no more since the snapshot", async () => {
    const functional = await openFunctional();
    const { clock, stageOf, sandbox, life } = functional;
    const leavers = leaversIn(functional);
    const review = reviewIdOf(clock.now());
    await takeSnapshot(stageOf(review));
    await assessGrants(stageOf(review));
    sandbox.quirks.deniedScopes = ["contact:department.base:readonly"];
    await expireGrants(stageOf(review));
    const { intents, outcomes } = await readReceipts({ store: life.store, sourceId, review });
    expect(idsOf(outcomes, "revoked")).toEqual(leavers.map(idOf).sort());
    const scopes = [...intents.values()].flatMap(({ grant }) => grant.scopes?.flat() ?? []);
    const departments = scopes.filter(({ dimension }) => dimension === "department");
    expect(departments.length).toBeGreaterThan(0);
    expect(departments.flatMap(({ names }) => names)).not.toContain(null);
  });

  it("puts back with the departments, and says what it cannot put back as it was", async () => {
    const functional = await openFunctional();
    const { sandbox, stageOf } = functional;
    const before = sandbox.functionalGrants();
    const [withDepartments, unset, withAll] = leaversIn(functional);
    const { review } = await holdReview(functional);
    expect(await restoreGrants(stageOf(review), { all: true })).toMatchObject({
      restored: 2,
      notRestored: [],
      unrestorable: [idOf(withAll!)],
    });
    const managedBy = (grants: FunctionalGrant[], { userId, roleId }: FunctionalGrant): string[] => {
      const scope = grants.find((grant) => grant.userId === userId && grant.roleId === roleId)?.scope;
      return scope?.type === "Part" ? scope.departmentIds.toSorted() : [scope?.type ?? "gone"];
    };
    for (const leaver of [withDepartments!, unset!]) {
      expect(managedBy(sandbox.functionalGrants(), leaver)).toEqual(managedBy(before, leaver));
    }
    const named = await restoreGrants(stageOf(review), { grants: [idOf(withAll!)] });
    expect(named.notRestored).toEqual([
      { grantId: idOf(withAll!), error: expect.stringContaining("contact none instead of contact all") },
    ]);
    expect(sandbox.functionalGrants()).toHaveLength(before.length);
  });

  it("says so where a new member manages more than the one who was removed", async () => {
    const functional = await openFunctional({ functionalDefaultScope: "All" });
    const [, unset] = leaversIn(functional);
    const { review } = await holdReview(functional);
    expect(await restoreGrants(functional.stageOf(review), { all: true })).toMatchObject({
      restored: 1,
      notRestored: [{ grantId: idOf(unset!), error: expect.stringContaining("contact all instead of contact none") }],
    });
  });
});

describe("retiring a role", () => {
  const openRetiring = async (quirks: Partial<Quirks> = {}, people = 400): Promise<Functional> => {
    const functional = await openFunctional(quirks, people);
    functional.source.retire = [retirableRoleId];
    functional.life.config.policy.guard.allowUnrestorable = true;
    return functional;
  };
  const receiptsOf = async ({ store }: Life, review: string) => {
    const keys = reviewKeys(sourceId, review);
    const id = retirementId(sourceId, retirableRoleId);
    return {
      intent: await store.getJson<RetirementIntent>(keys.retirementIntent(id)),
      outcome: await store.getJson<RetirementOutcome>(keys.retirementOutcome(id)),
    };
  };
  const membersOf = ({ sandbox }: Functional): FunctionalGrant[] =>
    sandbox.functionalGrants().filter(({ roleId }) => roleId === retirableRoleId);

  it("empties it, deletes it, and keeps its name and members; the next review knows it no more", async () => {
    const functional = await openRetiring();
    const { sandbox, life } = functional;
    const members = membersOf(functional);
    expect(members.length).toBeGreaterThan(2);
    const { review, plan, outcomes, expired, findings } = await holdReview(functional);
    const items = plan.items.filter(({ rules }) => rules.includes("retired-role"));
    expect(items.map(({ grantId: id }) => id)).toEqual(members.map(idOf).sort());
    expect(items.map(({ hold }) => hold)).toEqual(members.map(() => null));
    expect(findings.filter(({ rule }) => rule === "retired-role")).toHaveLength(members.length);
    expect(members.map((member) => outcomes.get(idOf(member))?.outcome)).toEqual(members.map(() => "revoked"));
    expect(sandbox.company.functional.rolesById.has(retirableRoleId)).toBe(false);
    expect(expired).toMatchObject({ retiredRoles: [retirableRoleId] });
    const { intent, outcome } = await receiptsOf(life, review);
    expect(intent?.role).toMatchObject({ id: retirableRoleId, name: { zh: "旧版报销审批" } });
    expect(intent?.members.map(({ grantId: id }) => id).sort()).toEqual(members.map(idOf).sort());
    expect(intent?.members.every(({ name, scopes }) => name !== null && scopes !== null)).toBe(true);
    expect(outcome).toMatchObject({ outcome: "deleted", verifiedAt: expect.any(String) });
    const told = partOf(await finalReport(functional, review), "retired-en");
    expect(told).toContain(`旧版报销审批`);
    expect(told).toContain(`${members.length} of ${members.length}`);
    expect(told).toContain("Deleted");
    expect(await faultsOf(life, review)).toEqual([]);
    await daysPass(life, 1);
    const again = await holdReview(functional);
    expect(again.expired).not.toHaveProperty("retiredRoles");
    expect(again.plan.population.roles).toBe(functional.source.roles.length - 1);
  });

  it("counts its members for the brake like anybody else's", async () => {
    const functional = await openRetiring();
    functional.life.config.policy.guard.maxExpiries = 2;
    const { expired } = await holdReview(functional);
    expect(expired).toMatchObject({ status: "held" });
    expect(functional.sandbox.calls.functionalWrites).toEqual([]);
  });

  it("leaves it alone while a member is protected, and says so", async () => {
    const functional = await openRetiring();
    functional.life.config.policy.guard.protectedHolders = [membersOf(functional)[0]?.userId ?? ""];
    const { expired, review } = await holdReview(functional);
    const { length } = functional.sandbox.functionalGrants().filter(({ roleId }) => roleId === retirableRoleId);
    expect(length).toBe(1);
    expect(expired.rolesLeft).toEqual([
      { role: retirableRoleId, why: expect.stringMatching(/^1 of its \d holders were not removed$/) },
    ]);
    expect(partOf(await finalReport(functional, review), "retired-en")).toContain("not every member was removed");
    expect((await receiptsOf(functional.life, review)).intent).toBeNull();
  });

  it("leaves it alone where somebody is in it again, and says so", async () => {
    const functional = await openRetiring({ memberJoinsBeforeDelete: [retirableRoleId] });
    const { expired, review } = await holdReview(functional);
    expect(expired).toMatchObject({
      retiredRoles: [],
      rolesLeft: [{ role: retirableRoleId, why: "41206 the role has members" }],
    });
    expect((await receiptsOf(functional.life, review)).outcome).toMatchObject({ outcome: "refused" });
    expect(membersOf(functional)).toHaveLength(1);
    expect(await faultsOf(functional.life, review)).toEqual([]);
  });

  it("finds it gone where somebody else deleted it, asks for nothing, and says whose doing it was not", async () => {
    const functional = await openRetiring();
    const { clock, stageOf, sandbox, life } = functional;
    const review = reviewIdOf(clock.now());
    const members = membersOf(functional);
    await takeSnapshot(stageOf(review));
    await assessGrants(stageOf(review));
    const gone = { op: "functional", by: "company", at: clock.now(), appId: null } as const;
    sandbox.happen([{ ...gone, change: { kind: "delete-role", roleId: retirableRoleId } }]);
    expect(await expireGrants(stageOf(review))).toMatchObject({ retiredRoles: [retirableRoleId] });
    await sealEvidence(stageOf(review));
    expect(sandbox.calls.functionalWrites.filter(({ roleId }) => roleId === retirableRoleId)).toEqual([]);
    const { outcomes } = await readReceipts({ store: life.store, sourceId, review });
    expect(members.map((member) => outcomes.get(idOf(member))?.outcome)).toEqual(members.map(() => "already-gone"));
    expect((await receiptsOf(life, review)).outcome).toMatchObject({ outcome: "already-gone" });
    expect(partOf(await finalReport(functional, review), "retired-en")).toContain("Was already gone");
    expect(await faultsOf(life, review)).toEqual([]);
  });

  it.each(["before", "after"] as const)("finds out what became of it where the answer is lost %s it", async (when) => {
    const functional = await openRetiring({ loseRoleDeletion: when });
    const { review, expired } = await holdReview(functional);
    expect(expired).toMatchObject({ retiredRoles: [retirableRoleId] });
    expect((await receiptsOf(functional.life, review)).outcome).toMatchObject({ outcome: "deleted" });
  });

  it("goes on where the app was not allowed to, and is settled by seal where nobody went on", async () => {
    const notAllowed = { functionalRoleDelete: { status: 400, code: 99991672 } };
    for (const goesOn of [true, false]) {
      const functional = await openRetiring({ failFor: notAllowed });
      const { clock, stageOf, sandbox, life } = functional;
      const review = reviewIdOf(clock.now());
      await takeSnapshot(stageOf(review));
      await assessGrants(stageOf(review));
      await expect(expireGrants(stageOf(review))).rejects.toThrow("deleteRole");
      expect(await receiptsOf(life, review)).toMatchObject({
        intent: { role: { id: retirableRoleId } },
        outcome: null,
      });
      sandbox.quirks.failFor = {};
      if (goesOn) await expireGrants(stageOf(review));
      await sealEvidence(stageOf(review));
      const expected = goesOn ? { outcome: "deleted" } : { outcome: "failed", detail: expect.any(String) };
      expect((await receiptsOf(life, review)).outcome).toMatchObject(expected);
      expect(await faultsOf(life, review)).toEqual([]);
    }
  });

  it("is not done under a plan of which the configuration thinks better today", async () => {
    const functional = await openRetiring();
    const { clock, stageOf, source } = functional;
    const review = reviewIdOf(clock.now());
    await takeSnapshot(stageOf(review));
    await assessGrants(stageOf(review));
    source.retire = [];
    const members = membersOf(functional);
    await expireGrants(stageOf(review));
    expect(membersOf(functional)).toEqual(members);
    expect(functional.sandbox.company.functional.rolesById.has(retirableRoleId)).toBe(true);
  });

  it("removes nothing in report mode", async () => {
    const functional = await openRetiring();
    functional.life.config.mode = "report";
    await holdReview(functional);
    expect(functional.sandbox.calls.functionalWrites).toEqual([]);
  });
});
