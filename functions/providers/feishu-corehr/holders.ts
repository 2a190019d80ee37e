import { type Holder, isWithoutId } from "../../review/grants/grant.ts";
import type { FeishuCall } from "../feishu/call.ts";
import { readVisible } from "../feishu/visible-ids.ts";
import { readInBatches } from "../provider-source.ts";
import { batchGetEmployees, convertIds, maxEmployees } from "./calls.ts";
import { hasLeft, isHired, keysOf, personIdOf, toLastDay, toStatus } from "./employments.ts";

/** The other ids of these, by id: accounts of employments, or employments of accounts. Whom the vendor does not know is absent. */
export async function convertedIds(
  call: FeishuCall,
  to: "accounts" | "employments",
  ids: Iterable<string>,
): Promise<Map<string, string>> {
  const known = [...ids].filter((id) => !isWithoutId(id));
  const items = await readInBatches(
    known,
    maxEmployees,
    async (some) => (await call(convertIds(to, some))).data.items ?? [],
  );
  return new Map(items.flatMap(({ id, target_id: other }) => (id && other ? [[id, other] as const] : [])));
}

/** At most 100 employees. Employees outside the app's data range are left out. */
export function readEmployees(
  call: FeishuCall,
  { by, ids, fields }: { by: "employment_ids" | "person_ids"; ids: string[]; fields: readonly string[] },
) {
  const known = ids.filter((id) => !isWithoutId(id));
  return readVisible(known, async (some) => (await call(batchGetEmployees(by, some, fields))).data.items ?? []);
}

type EmployeeReply = Awaited<ReturnType<typeof readEmployees>>[number];

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

/** Facts by employment id. An employee whom the vendor does not know, or whom the app may not see, is absent. `needsKeys`: with the keys by which they are known elsewhere. */
export async function readHolders(
  call: FeishuCall,
  holderIds: string[],
  needsKeys = false,
): Promise<Map<string, Holder>> {
  const wanted = new Set(holderIds.filter((id) => !isWithoutId(id)));
  const employees = await readInBatches(wanted, maxEmployees, (ids) =>
    readEmployees(call, {
      by: "employment_ids",
      ids,
      fields: needsKeys ? [...holderFields, "employee_number"] : holderFields,
    }),
  );
  const employeesById = new Map(employees.map((employee) => [employee.employment_id_v2 ?? "", employee]));
  const found = [...employeesById].filter(([id]) => wanted.has(id));
  const employments = await readEmploymentsOf(call, found.map(([, employee]) => employee).filter(hasLeft));
  return new Map(
    found.map(([id, employee]) => {
      const holder = toHolder(id, employee, employments);
      return [id, needsKeys ? { ...holder, keys: keysOf(employee) } : holder];
    }),
  );
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
