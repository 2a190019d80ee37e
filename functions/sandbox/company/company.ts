import type { FunctionalBooks } from "../functional/books.ts";
import type { CloudBooks } from "../tencent/cloud-books.ts";
import type { Partners } from "./partners.ts";
import type { Size } from "./size.ts";

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

/** One employment; somebody who was hired twice has two, with one person id. */
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
  /** Calendar date `YYYY-MM-DD`: they are still here until its end, Shanghai time. */
  lastDay: string | null;
  /** The earlier employment of the same person. */
  rehireOf: string | null;
  /** The employee calls never return this one, though it holds something. */
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
  /** In which life (0: before the first) its removal was refused last. */
  refusedInLife: number | null;
};

export type Pair = { holderId: string; roleId: string };

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
  /** Where an employment stands in the order that listings walk. */
  positionById: Map<string, number>;
  employmentsByPerson: Map<string, string[]>;
  newEmploymentByOld: Map<string, string>;
  roles: Role[];
  roleById: Map<string, Role>;
  grantsByHolder: Map<string, Map<string, Grant>>;
  holdersByRole: Map<string, Set<string>>;
  /** What the API removed and nobody has given back. */
  removedPairs: Map<string, Grant>;
  /** Active people outside the planted cases who hold something: those whom life happens to. */
  backgroundHolders: string[];
  /** Functional roles and accounts, which the same people have. */
  functional: FunctionalBooks;
  /** HRBPs and location BPs. */
  partners: Partners;
  cloud: CloudBooks;
  lives: number;
  movedInLife: Set<string>;
  /** Counts changes, so that derived lists know when they are stale. */
  version: number;
};

/** How a grant is named in maps and quirks. */
export const pairKey = (pair: Pair): string => `${pair.holderId}:${pair.roleId}`;

/** The employment of an id, if there is one. */
export function employeeOf(company: Company, id: string): Employee | undefined {
  const position = company.positionById.get(id);
  return position === undefined ? undefined : company.employees[position];
}

/** The grant of a holder and role, if it is held. */
export const grantOf = (company: Company, pair: Pair): Grant | undefined =>
  company.grantsByHolder.get(pair.holderId)?.get(pair.roleId);

/** Gives a grant, or replaces the one of the same holder and role. */
export function putGrant(company: Company, grant: Grant): void {
  const grants = company.grantsByHolder.get(grant.holderId) ?? new Map<string, Grant>();
  company.grantsByHolder.set(grant.holderId, grants.set(grant.roleId, grant));
  const holders = company.holdersByRole.get(grant.roleId) ?? new Set<string>();
  company.holdersByRole.set(grant.roleId, holders.add(grant.holderId));
  company.version += 1;
}

/** Takes a grant away. */
export function dropGrant(company: Company, pair: Pair): void {
  const grants = company.grantsByHolder.get(pair.holderId);
  grants?.delete(pair.roleId);
  if (grants?.size === 0) company.grantsByHolder.delete(pair.holderId);
  company.holdersByRole.get(pair.roleId)?.delete(pair.holderId);
  company.version += 1;
}

/** Every grant that is held, holders in listing order. */
export const allGrants = (company: Company): Grant[] =>
  company.employees.flatMap((employee) => [...(company.grantsByHolder.get(employee.id)?.values() ?? [])]);
