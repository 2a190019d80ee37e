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

/** People of the background who are here and hold something, in an order that the life decides. */
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

/** One departure is called off, and what the API had removed is given again; nothing else is to be said of such a grant. */
function calledOff(company: Company, nowMs: number): CompanyEvent[] {
  const candidates = [...company.removedPairs.values()].filter(({ holderId }) => {
    const employee = employeeOf(company, holderId);
    // Whoever still holds something would bring along findings of its own.
    return employee !== undefined && hasLeft(employee, nowMs) && !company.grantsByHolder.has(holderId);
  });
  // Not in the order of removal, which differs from run to run; and rather one that could be given back by the API.
  candidates.sort((left, right) => (pairKey(left) < pairKey(right) ? -1 : 1));
  const again = candidates.find(({ scopes }) => scopes !== null) ?? candidates[0];
  if (again === undefined) return [];
  return [{ op: "return", at: nowMs, holderId: again.holderId }, companyGrant(again, nowMs)];
}

/** In the second life those leave who were given something by rule: a third review is refused its removal. */
function ruledLeavers(company: Company): string[] {
  if (company.lives !== 1) return [];
  return allGrants(company)
    .filter(({ isByRule }) => isByRule)
    .map(({ holderId }) => holderId);
}

/** Those who leave take too few grants with them to trip the brake of 5 %; one leaves in any case. */
function withinBudget(company: Company, leaving: string[]): string[] {
  const total = allGrants(company).length;
  let left = total < 100 ? Number.POSITIVE_INFINITY : Math.floor(total * 0.05) - 3;
  return leaving.filter((holderId, place) => {
    left -= company.grantsByHolder.get(holderId)?.size ?? 0;
    return place === 0 || left >= 0;
  });
}

/**
 * What happens between two reviews: two or three leave, as many move, three grants are given, and somebody whom a review
 * took for a leaver stays after all and is given a grant again. Decided by the seed and the number of lives so far.
 */
export function nextLife(company: Company, nowMs: number): CompanyEvent[] {
  const random = seededRandom(company.seed * 1009 + company.lives + 1);
  const people = availablePeople(company, nowMs, random);
  // A small company keeps enough people for everything that has to happen to somebody.
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
