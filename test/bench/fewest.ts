import { type Company, hasLeft } from "../../functions/sandbox/company/company.ts";
import type { Quirks } from "../../functions/sandbox/quirks.ts";

/** Calls by what they are for. */
export type CallCounts = Record<string, number>;

const pages = (items: number, size: number): number => Math.ceil(items / size);

/**
 * The fewest calls that read every grant of a company and the facts of their holders, for somebody who knows beforehand
 * who holds what: the documented page sizes, every page full, of the ways to list grants the one with the fewest calls, and
 * where roles take several listings the largest ones together, so that the others have the fewest holders. Whoever left is
 * asked for by id, as no documentation says that listings show them. Tokens, probes, retries and proofs are none of it.
 */
export function fewestCalls(
  company: Company,
  quirks: Pick<Quirks, "roleFilterNarrows" | "employeeFilterSkipsNonHolders">,
) {
  const left = company.employees.filter((employee) => hasLeft(employee, company.createdAt)).map(({ id }) => id);
  const hired = company.employees.length - left.length;
  const holders = [...company.grantsByHolder].filter(([, grants]) => grants.size > 0).map(([id]) => id);
  const byId = (people: string[] | number): number => {
    const count = typeof people === "number" ? people : people.length;
    return quirks.employeeFilterSkipsNonHolders ? pages(count, 100) : pages(count, 20);
  };
  const ways: CallCounts[] = [
    { queryAuthorizations: pages(company.employees.length, 20) },
    { searchEmployees: pages(hired, 100), queryAuthorizations: Math.max(byId(hired), pages(holders.length, 20)) },
    ...(quirks.roleFilterNarrows ? [{ queryAuthorizations: pagesByRoles(company) }] : []),
  ];
  const leavers = { searchEmployees: pages(left.length, 100), queryAuthorizations: byId(left) };
  const facts = { batchGetEmployees: pages(holders.length, 100) + pages(holdersAmong(company, left), 100) };
  const rest = { listSecurityGroups: pages(company.roles.length, 100), ...namesOf(company) };
  const [fewest] = ways.map((way) => addUp([way, leavers, facts, rest])).sort((a, b) => sumOf(a) - sumOf(b));
  return fewest ?? {};
}

/** All calls of a count. */
export const sumOf = (counts: CallCounts): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

function addUp(parts: CallCounts[]): CallCounts {
  const sum: CallCounts = {};
  for (const [name, count] of parts.flatMap((part) => Object.entries(part))) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

const holdersAmong = (company: Company, ids: string[]): number =>
  ids.filter((id) => (company.grantsByHolder.get(id)?.size ?? 0) > 0).length;

function pagesByRoles(company: Company): number {
  const bySize = company.roles.map(({ id }) => company.holdersByRole.get(id) ?? new Set<string>());
  bySize.sort((a, b) => b.size - a.size);
  let sum = 0;
  for (let from = 0; from < bySize.length; from += 100) {
    const holders = new Set(bySize.slice(from, from + 100).flatMap((ids) => [...ids]));
    sum += Math.max(1, pages(holders.size, 20));
  }
  return sum;
}

const callByDimension: Record<string, string> = {
  department: "batchGetDepartments",
  company: "batchGetCompanies",
  work_location: "batchGetLocations",
};

/** Each object that a scope names, once. */
function namesOf(company: Company): CallCounts {
  const idsByCall = new Map<string, Set<string>>();
  for (const grant of [...company.grantsByHolder.values()].flatMap((grants) => [...grants.values()])) {
    for (const { dimension, ids } of grant.scopes?.flat() ?? []) {
      const call = callByDimension[dimension];
      if (call) idsByCall.set(call, new Set([...(idsByCall.get(call) ?? []), ...ids]));
    }
  }
  return Object.fromEntries([...idsByCall].map(([call, ids]) => [call, pages(ids.size, 100)]));
}
