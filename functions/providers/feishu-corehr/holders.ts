import { isCalendarDate } from "../../basics/time.ts";
import { type Holder, type HolderStatus, isWithoutId } from "../../review/grants/grant.ts";
import type { FeishuCall } from "../feishu/call.ts";
import { readVisible } from "../feishu/visible-ids.ts";
import { readInBatches } from "../provider-source.ts";
import { batchGetEmployees, maxEmployees } from "./calls.ts";
import type { EmployeeReply } from "./replies.ts";

/** At most 100 employees. Employees outside the app's data range are left out. */
export function readEmployees(
  call: FeishuCall,
  { by, ids, fields }: { by: "employment_ids" | "person_ids"; ids: string[]; fields: readonly string[] },
): Promise<EmployeeReply[]> {
  return readVisible(ids, async (some) => (await call(batchGetEmployees(by, some, fields))).data.items ?? []);
}

const holderFields = [
  "employment_id",
  "employment_status",
  "expiration_date",
  "department_id",
  "direct_manager_id",
  "email_address",
  "person_info.preferred_name",
  "person_info.person_id",
];

/** Facts by employment id. An employee whom the vendor does not know, or whom the app may not see, is absent. */
export async function readHolders(call: FeishuCall, holderIds: string[]): Promise<Map<string, Holder>> {
  const wanted = new Set(holderIds.filter((id) => !isWithoutId(id)));
  const employees = await readInBatches(wanted, maxEmployees, (ids) =>
    readEmployees(call, { by: "employment_ids", ids, fields: holderFields }),
  );
  const employeesById = new Map(employees.map((employee) => [employee.employment_id_v2 ?? "", employee]));
  const found = [...employeesById].filter(([id]) => wanted.has(id));
  const employments = await readEmploymentsOf(call, found.map(([, employee]) => employee).filter(hasLeft));
  return new Map(found.map(([id, employee]) => [id, toHolder(id, employee, employments)]));
}

const employmentFields = ["employment_id", "employment_status", "rehire_employment_id", "person_info.person_id"];

/** Every employment of these people that the vendor shows, by person id. */
async function readEmploymentsOf(call: FeishuCall, leavers: EmployeeReply[]): Promise<Map<string, EmployeeReply[]>> {
  const personIds = leavers.map(personIdOf).filter((id) => id !== null);
  const employments = await readInBatches(personIds, maxEmployees, (ids) =>
    readEmployees(call, { by: "person_ids", ids, fields: employmentFields }),
  );
  return Map.groupBy(employments, (employment) => personIdOf(employment) ?? "");
}

function toHolder(id: string, employee: EmployeeReply, employments: Map<string, EmployeeReply[]>): Holder {
  const lastDay = toLastDay(employee.expiration_date);
  const status = toStatus(employee, lastDay);
  return {
    id,
    kind: "user",
    status,
    name: employee.person_info?.preferred_name || null,
    email: employee.email_address || null,
    departmentId: employee.department_id_v2 || null,
    managerId: employee.direct_manager_id_v2 || null,
    lastDay,
    employedAgain: status === "left" ? isEmployedAgain(id, employee, employments) : status === "unknown" ? null : false,
  };
}

// A re-hire is a new employment of the same person: https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/employee/batch_get
function isEmployedAgain(
  id: string,
  employee: EmployeeReply,
  employments: Map<string, EmployeeReply[]>,
): boolean | null {
  const personId = personIdOf(employee);
  const known = personId === null ? undefined : employments.get(personId);
  if (!known) return null;
  return known.some((other) => other.employment_id_v2 !== id && isHired(other));
}

function toStatus(employee: EmployeeReply, lastDay: string | null): HolderStatus {
  if (hasLeft(employee)) return "left";
  if (!isHired(employee)) return "unknown";
  return lastDay === null ? "active" : "leaving";
}

// CoreHR writes 9999-12-31 for "without end".
function toLastDay(date: EmployeeReply["expiration_date"]): string | null {
  return date && isCalendarDate(date) && !date.startsWith("9999") ? date : null;
}

function personIdOf(employee: EmployeeReply): string | null {
  return employee.person_info?.person_id || null;
}

function hasLeft(employee: EmployeeReply): boolean {
  return employee.employment_status?.enum_name === "terminated";
}

function isHired(employee: EmployeeReply): boolean {
  return employee.employment_status?.enum_name === "hired";
}
