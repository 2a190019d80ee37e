import { expect } from "vitest";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { Intent, Outcome } from "../../functions/review/proof/receipt.ts";
import type { Rule } from "../../functions/review/rules/policy.ts";
import {
  type Company,
  dayMs,
  employeeOf,
  type Grant,
  pairKey,
  type Scopes,
} from "../../functions/sandbox/company/company.ts";
import { canaryRoleId, protectedRoleCode } from "../../functions/sandbox/planted.ts";
import { grantIdOf, type Life, openLife, sourceId } from "./open-life.ts";
import { planOf, planReview, stagesOf } from "./run-review.ts";

/** Who moved keeps the scopes of the new department. */
export const ownDepartment: Rule = {
  id: "own-department",
  when: 'grant.scopes.exists(s, s.dimension == "department")',
  then: "narrow",
  keepScope: 'scope.dimension != "department" || scope.id == holder.departmentId',
  noticeDays: 0,
  reason: { en: "Holds for departments other than the holder's", zh: "管理范围含持有人所在部门以外的部门" },
  overridable: true,
};

const part = (dimension: string, ...ids: string[]) => ({ dimension, ids });

/** Scopes as the store has them, without names and in any order, to compare with what the company has. */
export const idsOf = (scopes: readonly { dimension: string; ids: string[] }[][] | null | undefined): string[] =>
  (scopes ?? []).map((parts) => parts.map(({ dimension, ids }) => `${dimension} ${ids.toSorted()}`).join(" + ")).sort();

function someHolder({ backgroundHolders, roles, grantsByHolder, departments }: Company) {
  const isFree = ({ id, code }: { id: string; code: string }) => code !== protectedRoleCode && id !== canaryRoleId;
  const role =
    roles.find((each) => each.kind === "organisational" && each.isActive && isFree(each)) ?? expect.fail("no role");
  const holderId = backgroundHolders.find((id) => !grantsByHolder.get(id)?.has(role.id)) ?? expect.fail("nobody");
  return { role, holderId, others: departments.map(({ id }) => id) };
}

/**
 * A company in which one grant holds for the holder's department, for two others, for pairs of a department and a place, and for a place; the
 * policy's one rule keeps the holder's own.
 */
export async function openNarrowedLife(change: (life: Life) => void = () => {}) {
  const life = await openLife({ people: 100 });
  const { company } = life.sandbox;
  const { role, holderId, others } = someHolder(company);
  const own = employeeOf(company, holderId)!.departmentId;
  const [first, second, third] = others.filter((id) => id !== own);
  const [place, elsewhere] = [company.locations[0]!.id, company.locations[1]!.id];
  const before: Scopes = [
    [part("department", own, first!)],
    [part("department", second!)],
    [part("department", own), part("work_location", place)],
    [part("department", second!), part("work_location", place)],
    [part("work_location", elsewhere)],
  ];
  const keep: Scopes = [
    [part("department", own)],
    [part("department", own), part("work_location", place)],
    [part("work_location", elsewhere)],
  ];
  const pair = { holderId, roleId: role.id };
  const id = grantIdOf(pair);
  const give = (scopes: Scopes): void => {
    const grantedAtS = Math.floor((life.clock.now() - 60 * dayMs) / 1000);
    const grant: Grant = {
      ...pair,
      scopes,
      ruleType: null,
      grantedAtS,
      isByRule: false,
      isGivenAgain: false,
      refusedInLife: null,
    };
    life.sandbox.happen([{ op: "grant", by: "company", at: life.clock.now(), appId: null, call: null, grant }]);
  };
  give(before);
  life.config.policy.rules = [
    { ...ownDepartment, when: `${ownDepartment.when} && holder.id == "${holderId}" && role.id == "${role.id}"` },
  ];
  change(life);
  const held = (): Scopes | null | undefined => company.grantsByHolder.get(holderId)?.get(role.id)?.scopes;
  const receipt = <T>(review: string, kind: "intent" | "outcome") =>
    life.store.getJson<T>(reviewKeys(sourceId, review)[kind](id));
  return {
    life,
    pair,
    id,
    key: pairKey(pair),
    departments: { own, first: first!, second: second!, third: third! },
    before,
    keep,
    give,
    held,
    intentOf: (review: string) => receipt<Intent>(review, "intent"),
    outcomeOf: (review: string) => receipt<Outcome>(review, "outcome"),
    calls: () => life.sandbox.calls.writes.filter((write) => pairKey(write) === pairKey(pair)),
    itemOf: async (review: string) => (await planOf(life, review)).items.find(({ grantId }) => grantId === id),
    plan: async () => {
      const { review } = await planReview(life);
      return { review, stages: stagesOf(life, review) };
    },
  };
}
