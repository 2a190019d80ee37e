import type { CloudBooks } from "./cloud-books.ts";
import type { FunctionalBooks } from "./functional-books.ts";

/** A text in the two languages of the vendor's answers. */
export type Text = { zh: string; en: string };

export type Department = {
  id: string;
  code: string;
  name: Text;
  parentId: string | null;
  managerId: string | null;
  isActive: boolean;
};

/** A company or a work location. */
export type Place = { id: string; code: string; name: Text };

/** One employment. A person who was hired twice has two employments with the same person id. */
export type Employee = {
  id: string;
  personId: string;
  name: string;
  email: string;
  number: string;
  departmentId: string;
  managerId: string | null;
  locationId: string;
  companyId: string;
  hiredOn: string;
  /** The last day of employment, `YYYY-MM-DD`: it ends at midnight, Shanghai time. */
  lastDay: string | null;
  /** The id of the earlier employment of the same person. */
  rehireOf: string | null;
  /** The employee calls never return this employment, though it holds grants. */
  isUnreadable: boolean;
};

export type Role = {
  id: string;
  code: string;
  name: Text;
  kind: "organisational" | "non-organisational";
  isActive: boolean;
  dimensions: string[];
  /** Epoch seconds. */
  updatedAtS: number;
};

/** Alternatives (outer) of combinations that hold together (inner). */
export type Scopes = { dimension: string; ids: string[] }[][];

export type Grant = {
  holderId: string;
  roleId: string;
  scopes: Scopes | null;
  /** The data rule of a non-organisational role: the vendor's `rule_type`; `null` for the others. */
  ruleType: number | null;
  /** Epoch seconds; `null` where the vendor does not say. */
  grantedAtS: number | null;
  /** Given by rule: cannot be removed. */
  isByRule: boolean;
  /** Given again by the company after the API had removed it. */
  isGivenAgain: boolean;
  /** The life in which its removal was last refused (0: before the first life). */
  refusedInLife: number | null;
};

export type Pair = { holderId: string; roleId: string };

/** Business partners: HRBPs by department, location BPs by work location. Values are ids of employments. */
export type Partners = { byDepartment: Map<string, string[]>; byLocation: Map<string, string[]> };

/** How large a company is. `holders` and `grants` include the planted cases. */
export type Size = {
  people: number;
  departments: number;
  roles: number;
  holders: number;
  grants: number;
  /** Whether most roles have a holder or none, and a few have hundreds, as in real access data. Left out: no. */
  longTail?: boolean;
};

/** The invented company as it is now, with the indexes that answers are read from. */
export type Company = {
  seed: number;
  /** Epoch milliseconds. */
  createdAt: number;
  size: Size;
  departments: Department[];
  departmentById: Map<string, Department>;
  companies: Place[];
  locations: Place[];
  employees: Employee[];
  /** The index of an employment in `employees`, which is the order of listings. */
  positionById: Map<string, number>;
  employmentsByPerson: Map<string, string[]>;
  newEmploymentByOld: Map<string, string>;
  roles: Role[];
  roleById: Map<string, Role>;
  grantsByHolder: Map<string, Map<string, Grant>>;
  holdersByRole: Map<string, Set<string>>;
  /** Grants that the API removed and that nobody has given back. */
  removedPairs: Map<string, Grant>;
  /** People outside the planted cases who are employed and hold grants. `life.ts` chooses among them. */
  backgroundHolders: string[];
  /** Functional roles and accounts of the same people. */
  functional: FunctionalBooks;
  /** HRBPs and location BPs. */
  partners: Partners;
  cloud: CloudBooks;
  lives: number;
  movedInLife: Set<string>;
  /** Counts changes, so that derived lists know when they are stale. */
  version: number;
};

/** The key of a grant in maps and quirks. */
export function pairKey(pair: Pair): string {
  return `${pair.holderId}:${pair.roleId}`;
}

/** The employment of an id, if there is one. */
export function employeeOf(company: Company, id: string): Employee | undefined {
  const position = company.positionById.get(id);
  return position === undefined ? undefined : company.employees[position];
}

/** The grant of a holder and role, if it is held. */
export function grantOf(company: Company, pair: Pair): Grant | undefined {
  return company.grantsByHolder.get(pair.holderId)?.get(pair.roleId);
}

/** Gives a grant, or replaces the one of the same holder and role. */
export function putGrant(company: Company, grant: Grant): void {
  const grants = company.grantsByHolder.get(grant.holderId) ?? new Map<string, Grant>();
  company.grantsByHolder.set(grant.holderId, grants.set(grant.roleId, grant));
  const holders = company.holdersByRole.get(grant.roleId) ?? new Set<string>();
  company.holdersByRole.set(grant.roleId, holders.add(grant.holderId));
  company.version += 1;
}

/** Removes a grant. */
export function dropGrant(company: Company, pair: Pair): void {
  const grants = company.grantsByHolder.get(pair.holderId);
  grants?.delete(pair.roleId);
  if (grants?.size === 0) company.grantsByHolder.delete(pair.holderId);
  company.holdersByRole.get(pair.roleId)?.delete(pair.holderId);
  company.version += 1;
}

/** Every grant that is held, holders in listing order. */
export function allGrants(company: Company): Grant[] {
  return company.employees.flatMap((employee) => [...(company.grantsByHolder.get(employee.id)?.values() ?? [])]);
}

/** The smallest company that has room for the compulsory planted cases. */
export const fewestPeople = 40;

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}

/** Fills in what was not asked for: 1,500 people, 120 departments, 40 roles, about 525 holders and 900 grants. */
export function sizeOf(asked: Partial<Size>): Size {
  const people = asked.people ?? 1500;
  if (people < fewestPeople)
    throw new RangeError(`Cannot found a company as it needs ${fewestPeople} people: ${people}`);
  const holders = asked.holders ?? Math.min(Math.round(people * 0.35), 8000);
  return {
    people,
    departments: Math.max(4, asked.departments ?? clamp(Math.round(people / 12), 4, 120)),
    roles: Math.max(16, asked.roles ?? clamp(Math.round(people / 30), 16, 40)),
    holders,
    grants: asked.grants ?? Math.round(holders * 1.71),
    ...(asked.longTail ? { longTail: true } : {}),
  };
}

/**
 * Leavers at the company's creation who hold grants and were not hired again. Other systems plant them too: one person
 * in several.
 */
export function foundingLeavers(company: Company): Employee[] {
  return company.employees.filter(
    (employee) =>
      hasLeft(employee, company.createdAt) &&
      company.grantsByHolder.has(employee.id) &&
      !company.newEmploymentByOld.has(employee.id),
  );
}

/** The HRBPs of a department, or of the nearest department above it that has an HRBP. */
export function nearestPartners(company: Company, departmentId: string): string[] {
  const own = company.partners.byDepartment.get(departmentId);
  if (own) return own;
  const above = company.departmentById.get(departmentId)?.parentId;
  return above ? nearestPartners(company, above) : [];
}

/** Milliseconds of a day. */
export const dayMs = 86_400_000;
const shanghaiOffsetMs = 8 * 3_600_000;

/** The calendar date in Shanghai at an instant, `YYYY-MM-DD`. */
export function dateAt(ms: number): string {
  return new Date(ms + shanghaiOffsetMs).toISOString().slice(0, 10);
}

/** An instant in epoch seconds as UTC, ISO 8601 without fractions. */
export function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

/** Whether the last day is over: status is `hired` on that day and flips after midnight, Shanghai time. */
export function hasLeft(employee: Employee, nowMs: number): boolean {
  return employee.lastDay !== null && employee.lastDay < dateAt(nowMs);
}

/** Whether a later employment of the same person is running. */
export function isEmployedAgain(company: Company, employee: Employee, nowMs: number): boolean {
  const position = company.positionById.get(company.newEmploymentByOld.get(employee.id) ?? "");
  const later = position === undefined ? undefined : company.employees[position];
  return later !== undefined && !hasLeft(later, nowMs);
}
