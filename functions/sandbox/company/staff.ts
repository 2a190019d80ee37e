import type { CastMember } from "../planted.ts";
import { type Company, dateAt, dayMs, type Employee, type Partners } from "./company.ts";
import { idOf } from "./ids.ts";
import { below, type Random } from "./random.ts";

const surnames = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "林", "何", "郭", "马"];
const givenNames = ["晓", "明", "佳", "子", "雨", "思", "一", "文", "海", "欣", "志", "安", "宁", "可", "睿", "清"];

function nameOf(random: Random): string {
  return `${surnames[below(random, 16)]}${givenNames[below(random, 16)]}${givenNames[below(random, 16)]}`;
}

function makeEmployee(company: Company, index: number, random: Random): Employee {
  const department = company.departments[below(random, company.departments.length)];
  return {
    id: idOf("employment", company.seed, index),
    personId: idOf("person", company.seed, index),
    name: nameOf(random),
    email: `person${index}@spruce.example.com`,
    number: String(index).padStart(6, "0"),
    departmentId: department?.id ?? "",
    managerId: null,
    locationId: company.locations[below(random, company.locations.length)]?.id ?? "",
    companyId: company.companies[below(random, company.companies.length)]?.id ?? "",
    hiredOn: dateAt(company.createdAt - (1000 + below(random, 2000)) * dayMs),
    lastDay: null,
    rehireOf: null,
    isUnreadable: false,
  };
}

function castAs(company: Company, employee: Employee, member: CastMember): Employee {
  const lastDayMs =
    member.leftDaysAgo !== undefined
      ? company.createdAt - member.leftDaysAgo * dayMs
      : member.leavesInDays !== undefined
        ? company.createdAt + member.leavesInDays * dayMs
        : null;
  return {
    ...employee,
    id: member.id ?? employee.id,
    lastDay: lastDayMs === null ? null : dateAt(lastDayMs),
    isUnreadable: member.isUnreadable ?? false,
  };
}

/**
 * The manager of a department is the first of its people who has not left. People report to the manager of their
 * department, managers to the manager above.
 */
function appointManagers(company: Company): void {
  for (const employee of company.employees) {
    const department = company.departmentById.get(employee.departmentId);
    if (department && department.managerId === null && employee.lastDay === null && !employee.isUnreadable) {
      department.managerId = employee.id;
    }
  }
  for (const employee of company.employees) {
    const department = company.departmentById.get(employee.departmentId);
    const above = company.departmentById.get(department?.parentId ?? "");
    employee.managerId =
      department?.managerId === employee.id ? (above?.managerId ?? null) : (department?.managerId ?? null);
  }
}

function indexEmployees(company: Company): void {
  company.employees.forEach((employee, position) => {
    company.positionById.set(employee.id, position);
    const employments = company.employmentsByPerson.get(employee.personId) ?? [];
    company.employmentsByPerson.set(employee.personId, [...employments, employee.id]);
    if (employee.rehireOf !== null) company.newEmploymentByOld.set(employee.rehireOf, employee.id);
  });
}

/**
 * Hires everybody: the cast, spread evenly over the staff list, and the rest, of whom every tenth left long ago. Gives
 * the cast by key, and the rest without leavers.
 */
export function hireStaff(
  company: Company,
  members: CastMember[],
  random: Random,
): { castByKey: Map<string, Employee>; active: Employee[] } {
  const castByKey = new Map<string, Employee>();
  const active: Employee[] = [];
  const strideOfCast = company.size.people / members.length;
  let nextMember = 0;
  for (let index = 0; index < company.size.people; index += 1) {
    const employee = makeEmployee(company, index, random);
    const member = index >= Math.floor((nextMember + 0.5) * strideOfCast) ? members[nextMember] : undefined;
    if (member !== undefined) {
      nextMember += 1;
      const cast = castAs(company, employee, member);
      castByKey.set(member.key, cast);
      company.employees.push(cast);
      continue;
    }
    if (index % 10 === 9) employee.lastDay = dateAt(company.createdAt - (40 + ((index * 13) % 800)) * dayMs);
    else active.push(employee);
    company.employees.push(employee);
  }
  for (const member of members) continueEmployment(company, castByKey, member);
  indexEmployees(company);
  appointManagers(company);
  return { castByKey, active };
}

function continueEmployment(company: Company, castByKey: Map<string, Employee>, member: CastMember): void {
  const earlier = castByKey.get(member.continues ?? "");
  const later = castByKey.get(member.key);
  if (earlier === undefined || later === undefined) return;
  later.rehireOf = earlier.id;
  later.personId = earlier.personId;
  later.name = earlier.name;
  later.hiredOn = dateAt(company.createdAt - 100 * dayMs);
}

/** The partners of a company that has appointed nobody. */
export function noPartners(): Partners {
  return { byDepartment: new Map(), byLocation: new Map() };
}

function isHere({ lastDay, isUnreadable }: Employee): boolean {
  return lastDay === null && !isUnreadable;
}

/**
 * Most departments have an HRBP of their own, department 1 has two. The root and every fifth department have none, so
 * that some departments have none above them either. One HRBP has left. One HRBP belongs to the department and holds
 * grants.
 */
export function appointPartners(company: Company): Partners {
  const { departments, employees, grantsByHolder, locations } = company;
  const staff = employees.filter((employee) => isHere(employee) && !grantsByHolder.has(employee.id));
  const former = employees.find(({ id, lastDay }) => lastDay !== null && !grantsByHolder.has(id));
  const count = Math.max(2, Math.min(staff.length, Math.ceil(departments.length / 4)));
  const partnerOf = (index: number): string[] => staff.slice(index % count, (index % count) + 1).map(({ id }) => id);
  const byDepartment = new Map<string, string[]>();
  departments.forEach(({ id }, index) => {
    if (index === 0 || index % 5 === 4) return;
    byDepartment.set(id, index === 1 ? [...partnerOf(1), ...partnerOf(2)] : partnerOf(index));
  });
  const [, , second, third] = departments;
  if (second && former) byDepartment.set(second.id, [former.id]);
  const own = employees.find(
    (employee) => employee.departmentId === third?.id && isHere(employee) && grantsByHolder.has(employee.id),
  );
  if (third && own) byDepartment.set(third.id, [own.id]);
  // The last work location has no partner.
  const byLocation = new Map(
    locations.slice(0, -1).map(({ id }, index): [string, string[]] => [id, partnerOf(count - 1 - index)]),
  );
  return { byDepartment, byLocation };
}
