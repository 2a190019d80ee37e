import type { DepartmentPartners } from "../ports.ts";
import type { Person, Responsible } from "./routing.ts";
import type { Coverage, FormerPartner, UncoveredDepartment } from "./who-reviews.ts";

/**
 * A line of `responsible.jsonl.gz`. A department has its own partners, and `above` where it was asked who has any further up:
 * the nearest comes first. `holders`: how many people in it hold a grant.
 */
export type ResponsibleLine =
  | {
      kind: "department";
      id: string;
      name: string | null;
      holders: number;
      partnerIds: string[];
      above?: DepartmentPartners[];
    }
  | { kind: "holder"; id: string; partnerIds: string[] }
  | { kind: "workplace"; id: string; partnerIds: string[] }
  | ({ kind: "person" } & Person);

export type DepartmentLine = Extract<ResponsibleLine, { kind: "department" }>;

/** What a snapshot knows of who is responsible: to find reviewers by, and to tell how well departments are covered. */
export type ResponsibleBook = Responsible & {
  departments: DepartmentLine[];
  /** By department id, as far as the provider told them. */
  departmentNames: ReadonlyMap<string, string>;
};

/** Gives equal lists as one: few people are responsible for many, and a tenant has hundreds of thousands of those. */
export function createListSharing(): (ids: string[]) => string[] {
  const listByIds = new Map<string, string[]>();
  return (ids) => {
    const key = ids.join("\n");
    const known = listByIds.get(key);
    if (!known) listByIds.set(key, ids);
    return known ?? ids;
  };
}

function namesOf(departments: DepartmentLine[]): Map<string, string> {
  return new Map(departments.flatMap(({ id, name }): [string, string][] => (name === null ? [] : [[id, name]])));
}

/** Reads the lines into maps of ids; an empty book for no lines. */
export async function readResponsibleBook(
  lines: AsyncIterable<ResponsibleLine> | Iterable<ResponsibleLine>,
): Promise<ResponsibleBook> {
  const partnersByHolder = new Map<string, string[]>();
  const partnersByDepartment = new Map<string, string[]>();
  const localPartnersByHolder = new Map<string, string[]>();
  const peopleById = new Map<string, Person>();
  const departments: DepartmentLine[] = [];
  const shared = createListSharing();
  for await (const line of lines) {
    if (line.kind === "holder") partnersByHolder.set(line.id, shared(line.partnerIds));
    else if (line.kind === "workplace") localPartnersByHolder.set(line.id, shared(line.partnerIds));
    else if (line.kind === "person") {
      const { kind: _kind, ...person } = line;
      peopleById.set(line.id, person);
    } else {
      departments.push(line);
      const all = [...line.partnerIds, ...(line.above ?? []).flatMap(({ partnerIds }) => partnerIds)];
      partnersByDepartment.set(line.id, [...new Set(all)]);
    }
  }
  const departmentNames = namesOf(departments);
  return { partnersByHolder, partnersByDepartment, localPartnersByHolder, peopleById, departments, departmentNames };
}

type NameOf = (departmentId: string) => string | null;

function uncovered({ id, name, holders, above }: DepartmentLine, nameOf: NameOf): UncoveredDepartment {
  if (!above) return { id, name, holders };
  const nearest = above.find(({ partnerIds }) => partnerIds.length > 0)?.departmentId;
  return { id, name, holders, coveredBy: nearest === undefined ? null : { id: nearest, name: nameOf(nearest) } };
}

/** Those whom nobody above covers either come first, then those with most holders. */
function byUrgency(a: UncoveredDepartment, b: UncoveredDepartment): number {
  return Number(a.coveredBy !== null) - Number(b.coveredBy !== null) || b.holders - a.holders || (a.id < b.id ? -1 : 1);
}

/** Departments in which people hold grants and which have no partner of their own, and partners who have left. */
export function coverageOf({ departments, peopleById }: ResponsibleBook): Coverage {
  const former = new Map<string, FormerPartner>();
  for (const { id, name, partnerIds } of departments) {
    for (const partnerId of partnerIds) {
      const person = peopleById.get(partnerId);
      if (person?.status !== "left") continue;
      const known = former.get(partnerId) ?? { id: partnerId, name: person.name, departments: [] };
      known.departments.push({ id, name });
      former.set(partnerId, known);
    }
  }
  const without = departments.filter(({ holders, partnerIds }) => holders > 0 && partnerIds.length === 0);
  const names = new Map(departments.map(({ id, name }) => [id, name]));
  const nameOf: NameOf = (id) => names.get(id) ?? null;
  const uncoveredDepartments = without.map((department) => uncovered(department, nameOf)).sort(byUrgency);
  return { uncoveredDepartments, formerPartners: [...former.values()] };
}
