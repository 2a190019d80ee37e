import { chunked } from "../../basics/chunked.ts";
import { isCalendarDate } from "../../basics/time.ts";
import type { Holder, HolderStatus } from "../../review/grants/grant.ts";
import type { FeishuCall } from "../feishu/call.ts";
import { readEmployees } from "./employees.ts";
import type { EmployeeReply } from "./replies.ts";

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

const employmentFields = ["employment_id", "employment_status", "rehire_employment_id", "person_info.person_id"];

/** Facts by employment id; who is unknown to the provider, or outside the app's data range, is absent. */
export async function readHolders(call: FeishuCall, ids: string[]): Promise<Map<string, Holder>> {
  const wanted = new Set(ids);
  const batches = chunked([...wanted], 100).map((batch) =>
    readEmployees(call, { by: "employment_ids", ids: batch, fields: holderFields }),
  );
  const employees = (await Promise.all(batches)).flat();
  const employeesById = new Map(employees.map((employee) => [employee.employment_id_v2 ?? "", employee]));
  const found = [...employeesById].filter(([id]) => wanted.has(id));
  const employments = await readEmploymentsOf(call, found.map(([, employee]) => employee).filter(hasLeft));
  return new Map(found.map(([id, employee]) => [id, toHolder(id, employee, employments)]));
}

/** Every employment that the provider shows of these people, by person. */
async function readEmploymentsOf(call: FeishuCall, leavers: EmployeeReply[]): Promise<Map<string, EmployeeReply[]>> {
  const personIds = [...new Set(leavers.map(personIdOf).filter((id) => id !== null))];
  const batches = chunked(personIds, 100).map((batch) =>
    readEmployees(call, { by: "person_ids", ids: batch, fields: employmentFields }),
  );
  return Map.groupBy((await Promise.all(batches)).flat(), (employment) => personIdOf(employment) ?? "");
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

// 9999-12-31 is how CoreHR says "without end" elsewhere.
const toLastDay = (date: EmployeeReply["expiration_date"]): string | null =>
  date && isCalendarDate(date) && !date.startsWith("9999") ? date : null;

const personIdOf = (employee: EmployeeReply): string | null => employee.person_info?.person_id || null;
const hasLeft = (employee: EmployeeReply): boolean => employee.employment_status?.enum_name === "terminated";
const isHired = (employee: EmployeeReply): boolean => employee.employment_status?.enum_name === "hired";
