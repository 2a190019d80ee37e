import { hashOf } from "../../basics/hash.ts";
import { isCalendarDate } from "../../basics/time.ts";
import { type HolderStatus, idOfNobody, type PersonKeys } from "../../review/grants/grant.ts";
import type { EmployeeReply } from "./replies.ts";

/** An employment as an authority's people are told; an id that the vendor could not convert is nobody's. */
export function toPerson(employee: EmployeeReply) {
  const lastDay = toLastDay(employee.expiration_date);
  const personId = personIdOf(employee);
  const keys = keysOf(employee);
  return {
    id: employee.employment_id_v2 || idOfNobody(hashOf([personId, keys]).slice(0, 16)),
    personId,
    status: toStatus(employee, lastDay),
    lastDay,
    departmentId: employee.department_id_v2 || null,
    keys,
  };
}

/** By what somebody is known in other systems. */
export function keysOf({ employee_number: employeeNo, email_address: email }: EmployeeReply): PersonKeys {
  return { ...(employeeNo ? { employeeNo } : {}), ...(email ? { email } : {}) };
}

export function toStatus(employee: EmployeeReply, lastDay: string | null): HolderStatus {
  if (hasLeft(employee)) return "left";
  if (!isHired(employee)) return "unknown";
  return lastDay === null ? "active" : "leaving";
}

// CoreHR writes 9999-12-31 for "without end".
export function toLastDay(date: EmployeeReply["expiration_date"]): string | null {
  return date && isCalendarDate(date) && !date.startsWith("9999") ? date : null;
}

export function personIdOf(employee: EmployeeReply): string | null {
  return employee.person_info?.person_id || null;
}

export function hasLeft(employee: EmployeeReply): boolean {
  return employee.employment_status?.enum_name === "terminated";
}

export function isHired(employee: EmployeeReply): boolean {
  return employee.employment_status?.enum_name === "hired";
}
