import type { Company, Employee } from "./company.ts";

/** Who looks after whom in the company: HRBPs by department, and location BPs by work location. Ids are employments'. */
export type Partners = { byDepartment: Map<string, string[]>; byLocation: Map<string, string[]> };

/** Before anybody is appointed. */
export const noPartners = (): Partners => ({ byDepartment: new Map(), byLocation: new Map() });

const isHere = ({ lastDay, isUnreadable }: Employee): boolean => lastDay === null && !isUnreadable;

/**
 * Most departments have an HRBP, the largest among them two; every fifth has none of its own, nor has the root, so that
 * some have nobody above either. One department's HRBP has left, and one's works in it and holds something.
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
  // The last place has nobody.
  const byLocation = new Map(
    locations.slice(0, -1).map(({ id }, index): [string, string[]] => [id, partnerOf(count - 1 - index)]),
  );
  return { byDepartment, byLocation };
}

/** The HRBPs of a department, or of the nearest above it that has one. */
export function nearestPartners(company: Company, departmentId: string): string[] {
  const own = company.partners.byDepartment.get(departmentId);
  if (own) return own;
  const above = company.departmentById.get(departmentId)?.parentId;
  return above ? nearestPartners(company, above) : [];
}
