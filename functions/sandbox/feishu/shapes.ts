import { type Company, type Grant, grantOf, type Role, type Scopes } from "../company/company.ts";
import { toIdType, type UserIdType } from "../company/ids.ts";
import type { Quirks } from "../quirks.ts";

const dimensionNames: Record<string, { zh_cn: string; en_us: string }> = {
  department: { zh_cn: "部门", en_us: "department" },
  work_location: { zh_cn: "工作地点", en_us: "work location" },
  company: { zh_cn: "公司", en_us: "company" },
};

/** `active_status`: the list page says 1 inactive, 2 active; the query page says 1 enabled, 2 disabled. */
function activeStatus(role: Role, page: "listPage" | "queryPage", meaning: Quirks["activeStatusMeaning"]): number {
  const rule = meaning === "asDocumented" ? page : meaning;
  return role.isActive === (rule === "listPage") ? 2 : 1;
}

const briefRole = (role: Role) => ({
  id: role.id,
  code: role.code,
  name: { zh_cn: role.name.zh, en_us: role.name.en },
  description: { zh_cn: `${role.name.zh}的权限`, en_us: `What a ${role.name.en} may do` },
  org_truncation: role.dimensions.map((dimension) => ({ org_key: dimension, type: 0, depth: 0 })),
});

/** A role as `security_groups` and `authorizations/query` show it. */
export function roleShape(company: Company, role: Role, page: "listPage" | "queryPage", quirks: Quirks) {
  const { org_truncation, ...brief } = briefRole(role);
  return {
    ...brief,
    active_status: activeStatus(role, page, quirks.activeStatusMeaning),
    group_type: role.kind === "organisational" ? 3 : 7,
    created_by: role.updatedAtS % 2 === 0 ? "sys" : (company.employees[0]?.id ?? "sys"),
    update_time: String(role.updatedAtS),
    org_truncation,
  };
}

/** Scopes as the read side names them. */
const organisations = (scopes: Scopes) =>
  scopes.map((combination) =>
    combination.map(({ dimension, ids }) => ({
      org_key: dimension,
      org_name: dimensionNames[dimension] ?? { zh_cn: dimension, en_us: dimension },
      org_id_list: ids,
    })),
  );

const ruleValue = (type: number, value: string) => ({ type, value, lookup_value: "1", lookup_type: "user" });

const grantorRules = (ruleType: number) => [
  {
    rule_dimension: { entity_key: "user", entity_name: { zh_cn: "员工", en_us: "User" } },
    rule_type: ruleType,
    expression: {
      conditions: [
        { left: ruleValue(0, "employee_type"), right: ruleValue(0, "regular"), operator: 1, right_value_type: 1 },
      ],
      logic_expression: "1",
    },
  },
];

/** A grant as both read calls show it; only `authorizations/query` shows all of the role. */
export function detailShape(company: Company, grant: Grant, quirks: Quirks | null) {
  const role = company.roleById.get(grant.roleId);
  if (role === undefined) throw new Error("Cannot show a grant as its role does not exist");
  return {
    role: quirks === null ? briefRole(role) : roleShape(company, role, "queryPage", quirks),
    assigned_organization_list: grant.scopes === null ? null : organisations(grant.scopes),
    grantor_rule_list: grant.ruleType === null ? null : grantorRules(grant.ruleType),
    ...(grant.grantedAtS === null ? {} : { update_time: String(grant.grantedAtS) }),
  };
}

/** An employment id in the id type of the call. */
export const shownId = (id: string, type: UserIdType): string => toIdType(id, type);

/** The vendor's `assign_id` of a grant: the same as long as it is the same holder and role. */
export function assignId(company: Company, pair: { holderId: string; roleId: string }): string {
  const at = grantOf(company, pair)?.grantedAtS ?? 0;
  return `${pair.holderId.slice(-8)}${pair.roleId.slice(-5)}${String(at).slice(-4).padStart(4, "0")}`;
}
