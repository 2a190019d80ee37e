import {
  type CastGrant,
  castOf,
  type Expectation,
  nothingExpected,
  type Planted,
  type RoleChoice,
  sortedPairs,
} from "../planted.ts";
import { emptyCloud } from "./cloud-books.ts";
import {
  allGrants,
  type Company,
  type Employee,
  employeeOf,
  foundingLeavers,
  type Grant,
  hasLeft,
  type Pair,
  putGrant,
  type Role,
  type Scopes,
  type Size,
} from "./company.ts";
import { foundCloud } from "./found-cloud.ts";
import { emptyBooks } from "./functional-books.ts";
import { foundFunctional, plantedRoles, userIdOf } from "./functional-roles.ts";
import { backgroundRoles, castRoles, makeDepartments, makePlaces, makeRoles } from "./organisation.ts";
import { below, pick, type Random, seededRandom, spread } from "./random.ts";
import { appointPartners, hireStaff, noPartners } from "./staff.ts";

const daysS = 86_400;

function emptyCompany(seed: number, createdAt: number, size: Size): Company {
  const departments = makeDepartments(seed, size.departments);
  const roles = makeRoles(seed, size.roles, createdAt);
  return {
    seed,
    createdAt,
    size,
    departments,
    departmentById: new Map(departments.map((department) => [department.id, department])),
    companies: makePlaces("company", seed, 3),
    locations: makePlaces("location", seed, 6),
    employees: [],
    positionById: new Map(),
    employmentsByPerson: new Map(),
    newEmploymentByOld: new Map(),
    roles,
    roleById: new Map(roles.map((role) => [role.id, role])),
    grantsByHolder: new Map(),
    holdersByRole: new Map(),
    removedPairs: new Map(),
    backgroundHolders: [],
    functional: emptyBooks(),
    partners: noPartners(),
    cloud: emptyCloud(),
    lives: 0,
    movedInLife: new Set(),
    version: 0,
  };
}

function objectsOf(company: Company, dimension: string): readonly { id: string }[] {
  if (dimension === "department") return company.departments;
  return dimension === "company" ? company.companies : company.locations;
}

/** Scopes for a role: one to three objects in its first dimension, one object in every other dimension. */
function scopesFor(company: Company, role: Role, random: Random): Scopes | null {
  if (role.kind !== "organisational") return null;
  const combination = role.dimensions.map((dimension, place) => {
    const objects = objectsOf(company, dimension);
    const wanted = place === 0 && random() < 0.3 ? 1 + below(random, 3) : 1;
    return { dimension, ids: [...new Set(Array.from({ length: wanted }, () => pick(random, objects).id))] };
  });
  return [combination];
}

/** A grant without anything special. */
export function usualGrant(company: Company, pair: Pair, random: Random): Grant {
  const role = company.roleById.get(pair.roleId);
  if (role === undefined) throw new Error("Cannot grant a role as it does not exist");
  return {
    ...pair,
    scopes: scopesFor(company, role, random),
    ruleType: role.kind === "organisational" ? null : 1 + below(random, 3),
    grantedAtS: Math.floor(company.createdAt / 1000) - (30 + below(random, 270)) * daysS - below(random, daysS),
    isByRule: false,
    isGivenAgain: false,
    refusedInLife: null,
  };
}

/**
 * The background: employed people with grants that are one to ten months old. Each of the first eight roles has a
 * holder.
 */
function grantBackground(company: Company, holders: Employee[], count: number, random: Random): void {
  const roles = company.roles.slice(castRoles.count);
  // The square makes most grants be of few roles, as in a real company.
  const draw = company.size.longTail ? () => drawOfTail(roles.length, random) : () => roles.length * random() ** 2;
  for (let index = 0; index < count; index += 1) {
    const holder = holders[index % holders.length] as Employee;
    const drawn = index < 8 ? index : Math.floor(draw());
    const held = company.grantsByHolder.get(holder.id);
    for (let step = 0; step < roles.length; step += 1) {
      const role = roles[(drawn + step) % roles.length] as Role;
      if (held?.has(role.id)) continue;
      putGrant(company, usualGrant(company, { holderId: holder.id, roleId: role.id }, random));
      break;
    }
  }
}

/**
 * The place of a role by Zipf's law: the role of rank `r` is drawn as often as `1 / (r + 5)` says. Of 7,226 roles with 4 holders
 * in the mean, the median one then has 1 and the largest some 800. Ranks are strewn over the role list.
 */
function drawOfTail(roles: number, random: Random): number {
  const rank = Math.floor(5 * ((roles + 5) / 5) ** random() - 5);
  return (rank * 4_793) % roles;
}

function chooseRole(company: Company, choice: RoleChoice, turn: number): Role {
  const organisational = backgroundRoles(company, "organisational").slice(0, 5);
  if (choice === "any") return organisational[turn % organisational.length] as Role;
  if (choice === "rule") return backgroundRoles(company, "non-organisational")[0] as Role;
  if (choice === "company") return organisational.find((role) => role.dimensions[0] === "company") as Role;
  if (choice === "pair") return organisational.find((role) => role.dimensions.length === 2) as Role;
  return company.roles[castRoles[choice]] as Role;
}

function plantGrant(company: Company, holder: Employee, planted: CastGrant, turn: number, random: Random): Pair {
  let role = chooseRole(company, planted.role, turn);
  if (company.grantsByHolder.get(holder.id)?.has(role.id)) role = chooseRole(company, planted.role, turn + 1);
  const pair = { holderId: holder.id, roleId: role.id };
  const grant = usualGrant(company, pair, random);
  const more = planted.scopes === "two" ? (scopesFor(company, role, random) ?? []) : [];
  putGrant(company, {
    ...grant,
    scopes: planted.scopes === "none" || grant.scopes === null ? null : [...grant.scopes, ...more],
    ruleType: planted.scopes === "none" ? null : grant.ruleType,
    grantedAtS: planted.ageDays === null ? null : Math.floor(company.createdAt / 1000) - planted.ageDays * daysS,
    isByRule: planted.isByRule ?? false,
  });
  return pair;
}

function noteGrant(noted: Planted, planted: CastGrant, pair: Pair): void {
  if (planted.finds !== undefined) noted.first.findings[planted.finds].push(pair);
  if (planted.decision !== undefined) noted.decisions.push({ ...pair, ...planted.decision });
  if (planted.finds !== "leaver") return;
  if (planted.hold !== undefined) noted.first.holds[planted.hold].push(pair);
  else noted.first.revoked.push(pair);
}

function sortNotes(first: Expectation): Expectation {
  const sorted = nothingExpected();
  for (const rule of Object.keys(first.findings) as (keyof Expectation["findings"])[]) {
    sorted.findings[rule] = sortedPairs(first.findings[rule]);
  }
  for (const hold of Object.keys(first.holds) as (keyof Expectation["holds"])[]) {
    sorted.holds[hold] = sortedPairs(first.holds[hold]);
  }
  return { ...sorted, revoked: sortedPairs(first.revoked) };
}

/** Leavers who are not employed again, and hold something outside of CoreHR. */
function leaversElsewhere(company: Company): Planted["leftElsewhere"] {
  const { cloud, functional } = company;
  const leavers = new Set(foundingLeavers(company).map(({ id }) => id));
  const holding = new Set([...cloud.assignmentsByKey.values()].map(({ principalId }) => principalId));
  const users = [...cloud.usersById.values()].filter(({ id, holderId }) => leavers.has(holderId) && holding.has(id));
  const members = [...functional.rolesById.values()].flatMap(({ membersByHolder }) => [...membersByHolder.keys()]);
  return {
    cloud: users.map(({ id }) => id).sort(),
    forgotten: users.filter(({ isForgotten }) => isForgotten).map(({ id }) => id),
    functional: [...new Set(members.filter((id) => leavers.has(id)).map(userIdOf))].sort(),
  };
}

/** Who prepares payments in CoreHR and approves them by a functional role. A small company may have nobody. */
function heldTogetherIn({ roles, functional, grantsByHolder }: Company): Planted["heldTogether"] {
  const [role, functionalRole] = ["company_payroll_group", plantedRoles[0].id];
  const roleId = roles.find(({ code }) => code === role)?.id ?? "";
  const members = [...(functional.rolesById.get(functionalRole)?.membersByHolder.keys() ?? [])];
  return { role, functionalRole, holderIds: members.filter((id) => grantsByHolder.get(id)?.has(roleId)).sort() };
}

/** Grants of a role that fewer than a tenth of a department's holders have, where they are ten or more. */
function rareAmongPeersIn(company: Company): Pair[] {
  const departmentOf = ({ holderId }: Pair): string | null => {
    const employee = employeeOf(company, holderId);
    return employee && !employee.isUnreadable ? employee.departmentId : null;
  };
  const here = allGrants(company).filter(({ holderId }) => !hasLeft(employeeOf(company, holderId)!, company.createdAt));
  const byDepartment = Map.groupBy(here, departmentOf);
  return sortedPairs(
    allGrants(company).filter((grant) => {
      const peers = byDepartment.get(departmentOf(grant)) ?? [];
      const count = new Set(peers.map(({ holderId }) => holderId)).size;
      const have = peers.filter(({ roleId }) => roleId === grant.roleId).length;
      return departmentOf(grant) !== null && count >= 10 && have < count * 0.1;
    }),
  );
}

/** The company of a seed and size at its creation, and its planted cases. */
export function foundCompany(seed: number, createdAt: number, size: Size): { company: Company; planted: Planted } {
  const random = seededRandom(seed);
  const company = emptyCompany(seed, createdAt, size);
  const { members, notPlanted } = castOf(size);
  const { castByKey, active } = hireStaff(company, members, random);
  const castGrants = members.reduce((sum, member) => sum + member.grants.length, 0);
  const castHolders = members.filter((member) => member.grants.length > 0).length;
  const holders = spread(active, Math.max(10, size.holders - castHolders));
  grantBackground(company, holders, Math.max(holders.length, size.grants - castGrants - 5), random);
  const leftElsewhere = { cloud: [], forgotten: [], functional: [] };
  const heldTogether = { role: "", functionalRole: "", holderIds: [] };
  const noted: Planted = {
    first: nothingExpected(),
    decisions: [],
    leftElsewhere,
    heldTogether,
    rareAmongPeers: [],
    notPlanted,
  };
  let turn = 0;
  for (const member of members) {
    for (const planted of member.grants) {
      const pair = plantGrant(company, castByKey.get(member.key) as Employee, planted, turn, random);
      noteGrant(noted, planted, pair);
      turn += 1;
    }
  }
  const crowded = company.roles[castRoles.crowded] as Role;
  const crowd = holders.slice(0, 5);
  for (const holder of crowd)
    putGrant(company, usualGrant(company, { holderId: holder.id, roleId: crowded.id }, random));
  company.backgroundHolders = holders.slice(5).map((holder) => holder.id);
  company.functional = foundFunctional(company);
  company.partners = appointPartners(company);
  company.cloud = foundCloud(company);
  const across = {
    leftElsewhere: leaversElsewhere(company),
    heldTogether: heldTogetherIn(company),
    rareAmongPeers: rareAmongPeersIn(company),
  };
  return { company, planted: { ...noted, first: sortNotes(noted.first), ...across } };
}
