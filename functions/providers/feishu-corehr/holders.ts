import { type Holder, isWithoutId } from "../../review/grants/grant.ts";
import type { PeopleBook } from "../../review/ports.ts";
import { type FeishuCall, openPageReader } from "../feishu/call.ts";
import { readVisible } from "../feishu/visible-ids.ts";
import { readInBatches } from "../provider-source.ts";
import { batchGetEmployees, type EmployeeFilter, findPeople, maxEmployees, personFields } from "./calls.ts";
import { hasLeft, isHired, keysOf, personIdOf, toLastDay, toPerson, toStatus } from "./employments.ts";
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

type PersonEntry = Awaited<ReturnType<PeopleBook["findPeople"]>>[number];
type FoundBy = Parameters<typeof findPeople>[0];

/** Finds people by their employments and their keys. */
export function createPeopleFinder(call: FeishuCall): PeopleBook["findPeople"] {
  async function searchFor(by: FoundBy, values: string[]): Promise<PersonEntry[]> {
    return await readInBatches(new Set(values), maxEmployees, async (some) => [
      ...(await readEvery(by, some, "hired")),
      ...(await readEvery(by, some, "terminated")),
    ]);
  }

  async function readEvery(by: FoundBy, values: string[], status: EmployeeFilter["status"]): Promise<PersonEntry[]> {
    const found: PersonEntry[] = [];
    const readPageOf = openPageReader(call);
    for (let token: string | null | undefined; token !== null; ) {
      const asked = { id: `${by} ${status}`, token: token ?? null };
      const { data, next } = await readPageOf(asked, (from) => findPeople(by, { values, status }, from));
      found.push(...(data.items ?? []).map(toPerson));
      token = next;
    }
    return found;
  }

  async function readBy(by: "employment_ids" | "person_ids", ids: string[]): Promise<PersonEntry[]> {
    const employments = await readInBatches(new Set(ids), maxEmployees, (some) =>
      readEmployees(call, { by, ids: some, fields: personFields }),
    );
    return employments.map(toPerson);
  }

  return async ({ ids, keys }) => {
    const known = ids.filter((id) => !isWithoutId(id));
    const found = [
      ...(await readBy("employment_ids", known)),
      ...(await searchFor(
        "employee_number_list",
        keys.flatMap(({ employeeNo }) => employeeNo ?? []),
      )),
      ...(await searchFor(
        "email_address_list",
        keys.flatMap(({ email }) => email ?? []),
      )),
    ];
    const foundById = new Map(found.map((entry) => [entry.id, entry]));
    // The search is up to five minutes behind: whom it found is read anew, by person, as other employments count too.
    const employments = await readBy(
      "person_ids",
      found.flatMap(({ personId }) => personId ?? []),
    );
    for (const entry of employments) foundById.set(entry.id, entry);
    return [...foundById.values()];
  };
}
