import {
  allGrants,
  type Company,
  dateAt,
  dayMs,
  employeeOf,
  hasLeft,
} from "../../functions/sandbox/company/company.ts";
import type { CompanyEvent } from "../../functions/sandbox/company/events.ts";
import { spread } from "../../functions/sandbox/company/random.ts";
import type { Sandbox } from "../../functions/sandbox/sandbox.ts";

/** The brakes that a company can be driven into. */
export type BrakeName = "maxExpiries" | "maxShare" | "maxPopulationDrop";

/** Employed people of the background who hold grants. */
function presentHolders(company: Company, nowMs: number): string[] {
  return company.backgroundHolders.filter((id) => {
    const employee = employeeOf(company, id);
    return employee !== undefined && !hasLeft(employee, nowMs) && company.grantsByHolder.has(id);
  });
}

function leaversWith(company: Company, nowMs: number, grants: number): CompanyEvent[] {
  const present = presentHolders(company, nowMs);
  const chosen: string[] = [];
  let held = 0;
  for (const holderId of [...spread(present, Math.ceil(present.length / 2)), ...present]) {
    if (held > grants || chosen.includes(holderId)) continue;
    chosen.push(holderId);
    held += company.grantsByHolder.get(holderId)?.size ?? 0;
  }
  if (held <= grants) throw new Error(`Cannot plant the brake as only ${held} grants are there to be lost`);
  return chosen.map((holderId) => ({ op: "leave", at: nowMs, holderId, lastDay: dateAt(nowMs - dayMs) }));
}

function vanishing(company: Company, nowMs: number, grants: number): CompanyEvent[] {
  const present = new Set(presentHolders(company, nowMs));
  const lost = allGrants(company).filter((grant) => present.has(grant.holderId));
  if (lost.length <= grants)
    throw new Error(`Cannot plant the brake as only ${lost.length} grants are there to vanish`);
  return lost
    .slice(0, grants + 1)
    .map(({ holderId, roleId }) => ({ op: "remove", by: "company", at: nowMs, appId: null, holderId, roleId }));
}

/**
 * Changes the company so that the next review trips this brake of the shipped policy (20 removals, 5 % of the grants,
 * 20 % fewer grants than before). Throws if the company is too small for it.
 */
export function plantBrake(sandbox: Sandbox, brake: BrakeName): void {
  const { company } = sandbox;
  const nowMs = sandbox.now();
  const grants = allGrants(company).length;
  sandbox.happen(
    brake === "maxPopulationDrop"
      ? vanishing(company, nowMs, Math.ceil(grants * 0.2) + 20)
      : leaversWith(company, nowMs, brake === "maxExpiries" ? 20 : Math.ceil(grants * 0.05)),
  );
}
