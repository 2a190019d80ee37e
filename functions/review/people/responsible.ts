import type { DepartmentPartners } from "../ports.ts";
import type { Person, Responsible } from "./routing.ts";
import type { Coverage, FormerPartner, UncoveredDepartment } from "./who-reviews.ts";

/**
 * A line of `responsible.jsonl.gz`. `partnerIds` of a department are its own partners. `above`: the departments above
 * with their partners, the nearest first; left out if the provider was not asked. `holders`: how many people of the
 * department hold a grant.
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

/** A snapshot's record of who is responsible: for finding reviewers, and for the coverage of departments. */
export type ResponsibleBook = Responsible & {
  departments: DepartmentLine[];
  /** Names by department id, as far as the provider gave names. */
  departmentNames: ReadonlyMap<string, string>;
};

/**
 * A function that gives one shared array for equal lists. Saves memory: few partners are responsible for hundreds of
 * thousands of holders.
 */
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

/** Reads the lines of `responsible.jsonl.gz`. No lines give an empty book. */
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

/** Orders departments: first those that no department above covers, then by number of holders. */
function byUrgency(a: UncoveredDepartment, b: UncoveredDepartment): number {
  return Number(a.coveredBy !== null) - Number(b.coveredBy !== null) || b.holders - a.holders || (a.id < b.id ? -1 : 1);
}

/** The gaps in coverage: departments with grants but without a partner of their own, and partners who have left. */
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
