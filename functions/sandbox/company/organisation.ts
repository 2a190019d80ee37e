import { canaryRoleId, protectedRoleCode } from "../planted.ts";
import type { Company, Department, Place, Role, Text } from "./company.ts";
import { idOf } from "./ids.ts";

const dimensionsInTurn = [["department"], ["department", "work_location"], ["company"], ["department"]];

/** A tree of departments. Each has up to four children; the root comes first. */
export function makeDepartments(seed: number, count: number): Department[] {
  return Array.from({ length: count }, (_, index) => ({
    id: idOf("department", seed, index),
    code: `D${String(index).padStart(6, "0")}`,
    name: departmentName(index),
    parentId: index === 0 ? null : idOf("department", seed, Math.floor((index - 1) / 4)),
    managerId: null,
    isActive: index % 29 !== 28,
  }));
}

/** Companies, or work locations. */
export function makePlaces(kind: "company" | "location", seed: number, count: number): Place[] {
  return Array.from({ length: count }, (_, index) => ({
    id: idOf(kind, seed, index),
    code: `${kind === "company" ? "C" : "L"}${String(index).padStart(4, "0")}`,
    name:
      kind === "company"
        ? { zh: `云杉第${index + 1}公司`, en: `Spruce ${index + 1} Ltd` }
        : { zh: `${index + 1}号园区`, en: `Campus ${index + 1}` },
  }));
}

/** The indexes of roles that are reserved for planted cases. Background roles begin at `count`. */
export const castRoles = { protected: 0, canary: 1, crowded: 2, lonely: 3, count: 4 } as const;

function castRole(index: number): Partial<Role> {
  if (index === castRoles.protected) {
    return { code: protectedRoleCode, name: { zh: "人事管理员", en: "HR administrator" }, dimensions: ["company"] };
  }
  if (index === castRoles.canary) {
    return { id: canaryRoleId, code: "canary", name: { zh: "哨兵", en: "Canary" }, dimensions: ["department"] };
  }
  if (index === castRoles.crowded) return { code: "project_steward", name: { zh: "项目管家", en: "Project steward" } };
  return { code: "seal_keeper", name: { zh: "印章保管", en: "Seal keeper" } };
}

/** All roles. Every sixth background role is non-organisational; the first sixteen background roles are active. */
export function makeRoles(seed: number, count: number, createdAt: number): Role[] {
  return Array.from({ length: count }, (_, index) => {
    const place = index - castRoles.count;
    const isOrganisational = place % 6 !== 5;
    const role: Role = {
      id: idOf("role", seed, index),
      ...roleName(Math.max(0, place)),
      kind: isOrganisational ? "organisational" : "non-organisational",
      isActive: place % 17 !== 16,
      dimensions: isOrganisational ? (dimensionsInTurn[Math.max(0, place) % 4] ?? []) : [],
      updatedAtS: Math.floor(createdAt / 1000) - 86_400 * (400 + (index % 200)),
    };
    const isCast = index < castRoles.count;
    return isCast
      ? { ...role, kind: "organisational", dimensions: ["department"], isActive: true, ...castRole(index) }
      : role;
  });
}

/** Background roles of one kind. */
export function backgroundRoles(company: Company, kind: Role["kind"]): Role[] {
  return company.roles.slice(castRoles.count).filter((role) => role.kind === kind);
}

const departments: readonly (readonly [string, string])[] = [
  ["销售", "Sales"],
  ["研发", "Engineering"],
  ["财务", "Finance"],
  ["人力", "People"],
  ["法务", "Legal"],
  ["运营", "Operations"],
  ["市场", "Marketing"],
  ["采购", "Procurement"],
];
const roles: readonly (readonly [string, string])[] = [
  ["人事专员", "HR specialist"],
  ["部门经理", "Department manager"],
  ["属地 HRBP", "Location HRBP"],
  ["公司薪酬", "Company payroll"],
  ["招聘负责人", "Recruiting lead"],
  ["数据分析", "Data analyst"],
  ["考勤管理员", "Attendance keeper"],
  ["合同管理员", "Contract keeper"],
];
const regions: readonly (readonly [string, string])[] = [
  ["集团", "group"],
  ["华东", "east"],
  ["华南", "south"],
  ["华北", "north"],
  ["西南", "southwest"],
  ["海外", "overseas"],
];

const digits = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

/** A number in Chinese numerals up to 99; larger numbers in figures. */
function counted(number: number): string {
  if (number > 99) return String(number);
  const tens = Math.floor(number / 10);
  return `${tens > 1 ? digits[tens] : ""}${tens > 0 ? "十" : ""}${digits[number % 10]}`;
}

/** The name of the `index`th department. Department 0 is the head office. */
function departmentName(index: number): Text {
  if (index === 0) return { zh: "总部", en: "Head office" };
  const [zh, en] = departments[(index - 1) % departments.length] ?? ["", ""];
  const number = Math.floor((index - 1) / departments.length) + 1;
  return { zh: `${zh}${counted(number)}部`, en: `${en} ${number}` };
}

/** Unique code and name of the `index`th role: its function and its region, and a number once all regions are used. */
function roleName(index: number): { code: string; name: Text } {
  const [zh, en] = roles[index % roles.length] ?? ["", ""];
  const place = Math.floor(index / roles.length);
  const [regionZh, regionEn] = regions[place % regions.length] ?? ["", ""];
  const round = Math.floor(place / regions.length) + 1;
  const [numberZh, numberEn] = round === 1 ? ["", ""] : [`${counted(round)}区`, ` ${round}`];
  return {
    code: `${en} ${regionEn}${numberEn}`.toLowerCase().replaceAll(" ", "_"),
    name: { zh: `${zh}（${regionZh}${numberZh}）`, en: `${en}, ${regionEn}${numberEn}` },
  };
}
