import * as z from "zod/mini";
import { pageMarks } from "../feishu/call.ts";

// The schemas are strict where the review relies on a field. The vendor adds fields, and sends null or "" for unknown values.
const id = z.string().check(z.minLength(1));
const text = z.nullish(z.string());
const words = z.nullish(z.object({ zh_cn: text, en_us: text }));
const translations = z.nullish(z.array(z.object({ lang: z.string(), value: text })));

function listOf<Item extends z.ZodMiniType>(item: Item) {
  return z.nullish(z.array(item));
}

const role = z.object({
  id,
  code: text,
  name: words,
  description: words,
  active_status: z.nullish(z.number()),
  group_type: z.nullish(z.number()),
});

const organization = z.object({ org_key: id, org_id_list: z.nullish(z.array(id)) });

const grantorRule = z.object({
  rule_dimension: z.object({ entity_key: id }),
  rule_type: z.number(),
  expression: z.optional(z.unknown()),
});

const permission = z.object({
  role,
  assigned_organization_list: z.nullish(z.array(z.array(organization))),
  grantor_rule_list: z.nullish(z.array(grantorRule)),
  update_time: z.nullish(z.union([z.string(), z.number()])),
});

const employee = z.object({
  employment_id: text,
  employment_id_v2: text,
  employment_status: z.nullish(z.object({ enum_name: z.string() })),
  expiration_date: text,
  department_id_v2: text,
  work_location_id: text,
  direct_manager_id_v2: text,
  email_address: text,
  employee_number: text,
  person_info: z.nullish(z.object({ person_id: text, preferred_name: text })),
  rehire_employment_id: text,
});

// Some replies with code 0 have an employment id of "" (larksuite/oapi-sdk-go#177): the vendor could not convert the id.
const foundEmployee = z.object({ employment_id_v2: z.nullable(z.string()), effective_date: text });
const holding = z.object({ employment_id: z.nullable(z.string()), permission_detail_list: listOf(permission) });

/** https://open.feishu.cn/document/server-docs/corehr-v1/authorization/list */
export const securityGroupsReply = z.object({ items: listOf(role), ...pageMarks });

/** https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/corehr-v1/authorization/query */
export const authorizationsReply = z.object({ items: listOf(holding), ...pageMarks });

/** https://open.feishu.cn/document/server-docs/corehr-v1/authorization/search */
export const assignedUsersReply = z.object({ items: listOf(z.object({ employment_id: text })), ...pageMarks });

/** https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/employee/batch_get */
export const employeesReply = z.object({ items: listOf(employee) });

/** https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/employee/search */
export const foundEmployeesReply = z.pipe(
  z.object({ items: listOf(foundEmployee), ...pageMarks }),
  z.transform(({ items, ...marks }) => {
    const found = (items ?? []).flatMap(({ employment_id_v2: given, ...rest }) =>
      given ? [{ ...rest, employment_id_v2: given }] : [],
    );
    return { ...marks, items: found, withoutId: (items ?? []).length - found.length };
  }),
);

/** The same call, asked for everything that says who people are. Somebody without an id is somebody all the same. */
export const listedPeopleReply = z.object({ items: listOf(employee), ...pageMarks });

/** https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/corehr-v1/offboarding/search */
export const offboardingsReply = z.pipe(
  z.object({ items: listOf(z.object({ offboarding_info: z.object({ employment_id: text }) })), ...pageMarks }),
  z.transform(({ items, ...marks }) => {
    const ids = (items ?? []).flatMap(({ offboarding_info: { employment_id: given } }) => given || []);
    return { ...marks, ids, withoutId: (items ?? []).length - ids.length };
  }),
);

/** https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/department/batch_get */
export const departmentsReply = z.object({ items: listOf(z.object({ id, department_name: translations })) });

const hierarchy = z.nullish(z.object({ name: translations }));

/** https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/company/batch_get */
export const companiesReply = z.object({ items: listOf(z.object({ company_id: id, hiberarchy_common: hierarchy })) });

/** https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/location/batch_get */
export const locationsReply = z.object({ items: listOf(z.object({ location_id: id, hiberarchy_common: hierarchy })) });

/** https://open.feishu.cn/document/server-docs/corehr-v1/basic-infomation/common_data-id/convert */
export const convertedReply = z.object({ items: listOf(z.object({ id: text, target_id: text })) });

// Partner ids that the vendor could not convert are "" too. Nobody can be asked by such an id, so the id is dropped.
const ids = z.pipe(
  listOf(z.string()),
  z.transform((given) => (given ?? []).filter((one) => one !== "")),
);

/** https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/employees-bp/batch_get */
export const employeePartnersReply = z.object({
  employment_direct_bps: listOf(z.object({ employment_id: id, hrbp_ids: ids })),
});

/** https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/bp/list */
export const listedPartnersReply = z.object({
  items: listOf(z.object({ department_id: id, hrbp_id: text })),
  ...pageMarks,
});

/** https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/bp/get_by_department */
export const departmentPartnersReply = z.object({ items: listOf(z.object({ department_id: id, hrbp_ids: ids })) });

/** https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/corehr-v1/security_group/query */
export const locationPartnersReply = z.object({
  hrbp_list: listOf(z.object({ employment_id_list: ids, department_id: text, work_location_id: text })),
});

export type RoleReply = z.infer<typeof role>;
export type PermissionReply = z.infer<typeof permission>;
export type SecurityGroupsReply = z.infer<typeof securityGroupsReply>;
export type AuthorizationsReply = z.infer<typeof authorizationsReply>;
export type AssignedUsersReply = z.infer<typeof assignedUsersReply>;
export type OffboardingsReply = z.infer<typeof offboardingsReply>;
export type FoundEmployeesReply = z.infer<typeof foundEmployeesReply>;
export type ListedPartnersReply = z.infer<typeof listedPartnersReply>;
export type ListedPeopleReply = z.infer<typeof listedPeopleReply>;
export type FoundEmployee = FoundEmployeesReply["items"][number];
export type EmployeeReply = z.infer<typeof employee>;
export type Translations = z.infer<typeof translations>;
