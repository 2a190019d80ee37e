import { CANARY_ROLE_ID, PROTECTED_ROLE_CODE } from "../planted.ts";
import type { Company, Department, Place, Role } from "./company.ts";
import { idOf } from "./ids.ts";
import { departmentName, roleName } from "./names.ts";

const dimensionsInTurn = [["department"], ["department", "work_location"], ["company"], ["department"]];

/** A tree of departments, four children each; the root comes first. */
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
export const makePlaces = (kind: "company" | "location", seed: number, count: number): Place[] =>
  Array.from({ length: count }, (_, index) => ({
    id: idOf(kind, seed, index),
    code: `${kind === "company" ? "C" : "L"}${String(index).padStart(4, "0")}`,
    name:
      kind === "company"
        ? { zh: `云杉第${index + 1}公司`, en: `Spruce ${index + 1} Ltd` }
        : { zh: `${index + 1}号园区`, en: `Campus ${index + 1}` },
  }));

/** How many roles are kept for single planted cases; the background's roles follow. */
export const castRoles = { protected: 0, canary: 1, crowded: 2, lonely: 3, count: 4 } as const;

const castRole = (index: number): Partial<Role> => {
  if (index === castRoles.protected) {
    return { code: PROTECTED_ROLE_CODE, name: { zh: "人事管理员", en: "HR administrator" }, dimensions: ["company"] };
  }
  if (index === castRoles.canary) {
    return { id: CANARY_ROLE_ID, code: "canary", name: { zh: "哨兵", en: "Canary" }, dimensions: ["department"] };
  }
  if (index === castRoles.crowded) return { code: "project_steward", name: { zh: "项目管家", en: "Project steward" } };
  return { code: "seal_keeper", name: { zh: "印章保管", en: "Seal keeper" } };
};

/** All roles; of the background's, every sixth is non-organisational, and none of the first sixteen is inactive. */
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

/** Roles that the background holds: organisational, or not. */
export const backgroundRoles = (company: Company, kind: Role["kind"]): Role[] =>
  company.roles.slice(castRoles.count).filter((role) => role.kind === kind);
