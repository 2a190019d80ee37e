import {
  allGrants,
  type Company,
  dayMs,
  type Employee,
  employeeOf,
  type Grant,
  hasLeft,
  isEmployedAgain,
} from "../../functions/sandbox/company/company.ts";
import {
  canaryHolderId,
  canaryRoleId,
  type Expectation,
  type HoldId,
  nothingExpected,
  protectedHolderId,
  protectedRoleCode,
  type RuleId,
  sortedPairs,
} from "../../functions/sandbox/planted.ts";
import type { Sandbox } from "../../functions/sandbox/sandbox.ts";

/** The rules of the shipped policy, written a second time: over the company itself instead of the vendor's answers. */
function rulesOf(company: Company, grant: Grant, holder: Employee, nowMs: number): RuleId[] {
  const hasGone = hasLeft(holder, nowMs);
  const isBack = isEmployedAgain(company, holder, nowMs);
  const lastDayMs = holder.lastDay === null ? null : Date.parse(`${holder.lastDay}T23:59:59+08:00`);
  const isKnown = !holder.isUnreadable;
  const matches: [RuleId, boolean][] = [
    ["leaver", isKnown && hasGone && !isBack],
    ["granted-again", grant.isGivenAgain],
    ["leaving-soon", isKnown && !hasGone && lastDayMs !== null && lastDayMs - nowMs < 30 * dayMs],
    ["left-but-employed-again", isKnown && hasGone && isBack],
    ["unknown-holder", !isKnown],
    ["undated", grant.grantedAtS === null],
    ["not-confirmed", grant.grantedAtS !== null && nowMs - grant.grantedAtS * 1000 > 365 * dayMs],
    ["moved-department", isKnown && company.movedInLife.has(holder.id)],
  ];
  return matches.filter(([, isMatch]) => isMatch).map(([rule]) => rule);
}

/** The hold that follows from the grant alone, not from its role's other grants. */
function holdOf(company: Company, grant: Grant): HoldId | null {
  if (company.roleById.get(grant.roleId)?.code === protectedRoleCode) return "protected-role";
  if (grant.holderId === protectedHolderId) return "protected-holder";
  if (grant.holderId === canaryHolderId && grant.roleId === canaryRoleId) return "canary";
  if (grant.refusedInLife !== null && grant.refusedInLife === company.lives - 1) return "unremovable";
  return grant.scopes === null && grant.ruleType === null ? "unknown" : null;
}

function isYoung(grant: Grant, nowMs: number): boolean {
  return grant.grantedAtS !== null && nowMs - grant.grantedAtS * 1000 < 14 * dayMs;
}

/** Roles with at least ten holders that would lose more than half of them. */
function rolesTooLargelyLeft(company: Company, leaving: Grant[]): Set<string> {
  const leavingByRole = new Map<string, number>();
  for (const { roleId } of leaving) leavingByRole.set(roleId, (leavingByRole.get(roleId) ?? 0) + 1);
  const isTooMany = ([roleId, count]: [string, number]): boolean => {
    const holders = company.holdersByRole.get(roleId)?.size ?? 0;
    return holders >= 10 && count / holders > 0.5;
  };
  return new Set([...leavingByRole].filter(isTooMany).map(([roleId]) => roleId));
}

/**
 * What a review without reviewers' decisions finds, holds and revokes in the company at an instant (epoch
 * milliseconds).
 */
export function expectationOf(company: Company, nowMs: number): Expectation {
  const expected = nothingExpected();
  const leaving: Grant[] = [];
  for (const grant of allGrants(company)) {
    const rules = rulesOf(company, grant, employeeOf(company, grant.holderId) as Employee, nowMs);
    for (const rule of rules) expected.findings[rule].push(grant);
    if (rules.includes("leaver")) leaving.push(grant);
    // `granted-again` is the only other rule that expires. It is overridable, so young grants are held.
    else if (rules.includes("granted-again") && isYoung(grant, nowMs)) expected.holds["too-new"].push(grant);
  }
  const free = leaving.filter((grant) => holdOf(company, grant) === null);
  const crowdedRoles = rolesTooLargelyLeft(company, free);
  for (const grant of leaving) {
    const hold = holdOf(company, grant) ?? (crowdedRoles.has(grant.roleId) ? "role-share" : null);
    if (hold !== null) expected.holds[hold].push(grant);
    else (grant.isByRule ? expected.refused : expected.revoked).push(grant);
  }
  return {
    findings: mapLists(expected.findings),
    holds: mapLists(expected.holds),
    revoked: sortedPairs(expected.revoked),
    refused: sortedPairs(expected.refused),
  };
}

function mapLists<K extends string>(lists: Record<K, Expectation["revoked"]>): Record<K, Expectation["revoked"]> {
  return Object.fromEntries(
    Object.entries(lists).map(([key, pairs]) => [key, sortedPairs(pairs as Expectation["revoked"])]),
  ) as Record<K, Expectation["revoked"]>;
}

/**
 * What the next review of a running sandbox finds, holds and revokes if the reviews before it have carried out their
 * plans.
 */
export function expectationNow(sandbox: Sandbox): Expectation {
  return expectationOf(sandbox.company, sandbox.now());
}
