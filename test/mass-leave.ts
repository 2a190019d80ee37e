import { dateAt, dayMs, employeeOf, hasLeft } from "../functions/sandbox/company/company.ts";
import type { Sandbox } from "../functions/sandbox/sandbox.ts";

/** Lets people leave who hold at least so many grants together. Gives how many grants they hold. */
export function massLeave(sandbox: Sandbox, grants: number): number {
  const { company } = sandbox;
  const nowMs = sandbox.now();
  const present = company.backgroundHolders.filter((id) => {
    const employee = employeeOf(company, id);
    return employee !== undefined && !hasLeft(employee, nowMs) && company.grantsByHolder.has(id);
  });
  const lastDay = dateAt(nowMs - dayMs);
  let held = 0;
  for (const holderId of present) {
    if (held >= grants) break;
    sandbox.happen([{ op: "leave", at: nowMs, holderId, lastDay }]);
    held += company.grantsByHolder.get(holderId)?.size ?? 0;
  }
  if (held < grants) throw new Error(`Cannot let that many grants be left behind as there are ${held}`);
  return held;
}
