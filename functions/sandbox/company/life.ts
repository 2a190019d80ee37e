import { allGrants, type Company, dateAt, dayMs, employeeOf, type Grant, hasLeft, pairKey } from "./company.ts";
import type { CompanyEvent } from "./events.ts";
import { usualGrant } from "./found.ts";
import { backgroundRoles } from "./organisation.ts";
import { below, pick, type Random, seededRandom } from "./random.ts";

function companyGrant(grant: Grant, nowMs: number): CompanyEvent {
  return {
    op: "grant",
    by: "company",
    at: nowMs,
    appId: null,
    call: null,
    grant: { ...grant, grantedAtS: Math.floor(nowMs / 1000), refusedInLife: null },
  };
}

/** Employed people of the background who hold grants, in an order that differs from life to life. */
function availablePeople(company: Company, nowMs: number, random: Random): string[] {
  const present = company.backgroundHolders.filter((id) => {
    const employee = employeeOf(company, id);
    return employee !== undefined && !hasLeft(employee, nowMs) && company.grantsByHolder.has(id);
  });
  const start = below(random, Math.max(1, present.length));
  return [...present.slice(start), ...present.slice(0, start)];
}

function newGrant(company: Company, holderId: string, random: Random): Grant | null {
  const held = company.grantsByHolder.get(holderId);
  const free = backgroundRoles(company, "organisational").filter((role) => !held?.has(role.id));
  if (free.length === 0) return null;
  return usualGrant(company, { holderId, roleId: pick(random, free).id }, random);
}

/**
 * One leaver returns and is given again a grant that the API had removed. No other rule finds anything about that
 * grant.
 */
function calledOff(company: Company, nowMs: number): CompanyEvent[] {
  const candidates = [...company.removedPairs.values()].filter(({ holderId }) => {
    const employee = employeeOf(company, holderId);
    // Grants that the person still holds would have findings of their own.
    return employee !== undefined && hasLeft(employee, nowMs) && !company.grantsByHolder.has(holderId);
  });
  // Sorted, because the order of removals differs from run to run. A grant that the API can give back is preferred.
  candidates.sort((left, right) => (pairKey(left) < pairKey(right) ? -1 : 1));
  const again = candidates.find(({ scopes }) => scopes !== null) ?? candidates[0];
  if (again === undefined) return [];
  return [{ op: "return", at: nowMs, holderId: again.holderId }, companyGrant(again, nowMs)];
}

/**
 * In the second life holders of grants by rule leave: the vendor refuses the removal of these grants to the third
 * review.
 */
function ruledLeavers(company: Company): string[] {
  if (company.lives !== 1) return [];
  return allGrants(company)
    .filter(({ isByRule }) => isByRule)
    .map(({ holderId }) => holderId);
}

/** The leavers hold too few grants to trip the brake of 5 %. The first of them leaves in any case. */
function withinBudget(company: Company, leaving: string[]): string[] {
  const total = allGrants(company).length;
  let left = total < 100 ? Number.POSITIVE_INFINITY : Math.floor(total * 0.05) - 3;
  return leaving.filter((holderId, place) => {
    left -= company.grantsByHolder.get(holderId)?.size ?? 0;
    return place === 0 || left >= 0;
  });
}

/**
 * The events between two reviews: two or three people leave, as many move, three grants are given, and one leaver
 * returns and is given a grant again. They follow from the seed and the number of lives so far.
 */
export function nextLife(company: Company, nowMs: number): CompanyEvent[] {
  const random = seededRandom(company.seed * 1009 + company.lives + 1);
  const people = availablePeople(company, nowMs, random);
  // In a small company fewer people leave and move, so that people remain for the new grants.
  const affected = Math.min(2 + below(random, 2), Math.floor(people.length / 3));
  const leaving = [...withinBudget(company, people.slice(0, affected)), ...ruledLeavers(company)];
  const moving = people.slice(affected, affected * 2);
  const granted = people.slice(affected * 2, affected * 2 + 3);
  const events: CompanyEvent[] = [
    ...leaving.map((holderId) => ({ op: "leave" as const, at: nowMs, holderId, lastDay: dateAt(nowMs - dayMs) })),
    ...moving.map((holderId) => ({
      op: "move" as const,
      at: nowMs,
      holderId,
      departmentId: otherDepartment(company, holderId),
    })),
  ];
  for (const holderId of granted) {
    const grant = newGrant(company, holderId, random);
    if (grant !== null) events.push(companyGrant(grant, nowMs));
  }
  return [{ op: "lived", at: nowMs }, ...events, ...calledOff(company, nowMs)];
}

function otherDepartment(company: Company, holderId: string): string {
  const current = employeeOf(company, holderId)?.departmentId;
  const place = company.departments.findIndex((department) => department.id === current);
  return company.departments[(place + 1) % company.departments.length]?.id ?? "";
}
