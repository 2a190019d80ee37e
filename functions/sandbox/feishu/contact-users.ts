import { hasLeft } from "../company/calendar.ts";
import { type Employee, employeeOf } from "../company/company.ts";
import { toIdType } from "../company/ids.ts";
import { departmentTypeOf, holderIn, userIdFor } from "./functional-ids.ts";
import { queryList } from "./parameters.ts";
import { faulty, messageOf, Refusal } from "./refusal.ts";
import type { Call, Handler, World } from "./world.ts";

function statusOf(world: World, employee: Employee): Record<string, boolean> {
  const account = world.company.functional.accountsByHolder.get(employee.id);
  const hasGone = hasLeft(employee, world.now());
  const isExited = hasGone && account === "exited";
  return {
    is_frozen: account === "frozen",
    is_resigned: hasGone && !isExited,
    is_activated: account !== "not-activated" && account !== "unjoined",
    is_exited: isExited,
    is_unjoin: account === "unjoined",
  };
}

/** A user with the fields that the app's permissions open; a field without its permission is simply not there. */
function shapeOf(world: World, call: Call, employee: Employee): Record<string, unknown> {
  const may = (scope: string): boolean => call.app.scopes.has(`contact:user.${scope}:readonly`);
  const leaderId = employee.managerId === null ? undefined : userIdFor(call, employee.managerId);
  return {
    union_id: toIdType(employee.id, "union_id"),
    user_id: may("employee_id") ? toIdType(employee.id, "user_id") : undefined,
    ...(may("base") ? { name: employee.name, en_name: "" } : {}),
    ...(may("email") ? { email: employee.email } : {}),
    ...(may("department")
      ? { department_ids: [toIdType(employee.departmentId, departmentTypeOf(call))], leader_user_id: leaderId }
      : {}),
    ...(may("employee") ? { status: statusOf(world, employee), employee_type: 1, enterprise_email: "" } : {}),
  };
}

function isShown(world: World, employee: Employee): boolean {
  const { company, quirks } = world;
  if (company.functional.outOfRange.has(employee.id)) return false;
  return !(quirks.resignedUsersOmitted && hasLeft(employee, world.now()));
}

/** `GET contact/v3/users/batch`: whoever the app may not see is silently left out. */
export const batchGetUsers: Handler = (world, call) => {
  const ids = queryList(call, "user_ids", 50);
  if (ids.length === 0) throw faulty(call.endpoint, "missing", "user_ids");
  const found = ids.map((id) => employeeOf(world.company, holderIn(world, call, id) ?? ""));
  const shown = found.filter((employee) => employee !== undefined).filter((employee) => isShown(world, employee));
  if (world.quirks.contactBatchRefuses && shown.length < ids.length) throw new Refusal(400, 41050, messageOf(41050));
  return { items: shown.map((employee) => shapeOf(world, call, employee)) };
};
