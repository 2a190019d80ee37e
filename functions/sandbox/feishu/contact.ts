import { createHash } from "node:crypto";
import { type Department, type Employee, employeeOf, hasLeft } from "../company/company.ts";
import { type DepartmentIdType, fromIdType, toIdType, type UserIdType } from "../company/ids.ts";
import { readApp, writeApp } from "./apps.ts";
import { departmentIdType, queryList, userIdType } from "./parameters.ts";
import { faulty, messageOf, Refusal } from "./refusal.ts";
import type { Call, World } from "./world.ts";

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

/** A user with the fields that the app's permissions open. Other fields are absent. */
function userShape(world: World, call: Call, employee: Employee): Record<string, unknown> {
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
    ...(may("employee")
      ? { status: statusOf(world, employee), employee_type: 1, employee_no: employee.number, enterprise_email: "" }
      : {}),
  };
}

function isShown(world: World, employee: Employee): boolean {
  const { company, quirks } = world;
  if (company.functional.outOfRange.has(employee.id)) return false;
  return !(quirks.resignedUsersOmitted && hasLeft(employee, world.now()));
}

/** `GET contact/v3/users/batch`: users whom the app may not see are silently left out. */
export function batchGetUsers(world: World, call: Call): unknown {
  const ids = queryList(call, "user_ids", 50);
  if (ids.length === 0) throw faulty(call.endpoint, "missing", "user_ids");
  const found = ids.map((id) => employeeOf(world.company, holderIn(world, call, id) ?? ""));
  const shown = found.filter((employee) => employee !== undefined).filter((employee) => isShown(world, employee));
  if (world.quirks.contactBatchRefuses && shown.length < ids.length) throw new Refusal(400, 41050, messageOf(41050));
  return { items: shown.map((employee) => userShape(world, call, employee)) };
}

/** A department with the fields that the app's permissions open. */
function departmentShape(call: Call, { id, name }: Department): Record<string, unknown> {
  const isOpen = call.app.scopes.has("contact:department.base:readonly");
  return {
    open_department_id: toIdType(id, "open_department_id"),
    status: { is_deleted: false },
    ...(isOpen
      ? {
          department_id: toIdType(id, "department_id"),
          name: name.zh,
          i18n_name: { zh_cn: name.zh, ja_jp: "", en_us: name.en },
        }
      : {}),
  };
}

/** `GET contact/v3/departments/batch`: departments that the app may not see are silently left out. */
export function batchGetContactDepartments({ company, quirks }: World, call: Call): unknown {
  const ids = queryList(call, "department_ids", 50);
  if (ids.length === 0) throw faulty(call.endpoint, "missing", "department_ids");
  const type = departmentTypeOf(call);
  const found = ids.map((id) => company.departmentById.get(fromIdType(id, type) ?? ""));
  const shown = found.filter(
    (department) => department !== undefined && !quirks.departmentsOutOfRange.includes(department.id),
  );
  if (quirks.contactBatchRefuses && shown.length < ids.length) throw new Refusal(403, 40004, messageOf(40004));
  return { items: shown.map((department) => departmentShape(call, department as Department)) };
}

const tagLength = 12;
function tagOf(appId: string): string {
  return createHash("sha256").update(appId).digest("hex").slice(0, tagLength);
}
const tags = new Set([readApp, writeApp].map(({ appId }) => tagOf(appId)));

/** The open_id of an employment, which differs from app to app. */
function openIdOf(appId: string, holderId: string): string {
  return `ou_${tagOf(appId)}${toIdType(holderId, "open_id").slice("ou_".length + tagLength)}`;
}

function fromOpenId(appId: string, openId: string): string | null {
  const tag = openId.slice("ou_".length, "ou_".length + tagLength);
  if (tag !== tagOf(appId)) {
    const code = tags.has(tag) ? 99992361 : 99992351;
    throw new Refusal(400, code, messageOf(code));
  }
  return fromIdType(`ou_${"a".repeat(tagLength)}${openId.slice("ou_".length + tagLength)}`, "open_id");
}

/** The `user_id_type` of a call. The contact API does not know `people_corehr_id`. */
function typeOf(call: Call): UserIdType {
  const type = userIdType(call, "open_id");
  if (type === "people_corehr_id") throw faulty(call.endpoint, "enum", "user_id_type");
  return type;
}

/** An employment id in the call's own `user_id_type`; undefined where the app may not know user ids. */
export function userIdFor(call: Call, holderId: string): string | undefined {
  const type = typeOf(call);
  if (type === "open_id") return openIdOf(call.app.appId, holderId);
  return type === "user_id" && !call.app.scopes.has("contact:user.employee_id:readonly")
    ? undefined
    : toIdType(holderId, type);
}

/** The employment id of an id in a call; null if there is no such employment. */
export function holderIn(world: World, call: Call, id: string): string | null {
  const type = typeOf(call);
  const holderId = type === "open_id" ? fromOpenId(call.app.appId, id) : fromIdType(id, type);
  return holderId !== null && employeeOf(world.company, holderId) !== undefined ? holderId : null;
}

/** The `department_id_type` of a call. The contact API does not know `people_corehr_department_id`. */
export function departmentTypeOf(call: Call): DepartmentIdType {
  const type = departmentIdType(call);
  if (type === "people_corehr_department_id") throw faulty(call.endpoint, "enum", "department_id_type");
  return type;
}
