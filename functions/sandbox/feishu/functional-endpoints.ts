import type { Declaration } from "./endpoints.ts";

const roles = "/open-apis/contact/v3/functional_roles";
const members = `${roles}/:role_id/members`;
const limits = [{ calls: 100, perMs: 60_000 }];
const validation = {
  type: 99992402,
  range: 99992402,
  length: 99992402,
  missing: 99992402,
  parse: 99992402,
  enum: 99992402,
};
const common = { limits, faults: validation, internal: 40003 };
const write = { ...common, scopes: ["contact:functional_role"] } as const;
const read = {
  ...common,
  method: "GET",
  scopes: ["contact:functional_role", "contact:functional_role:readonly"],
} as const;

/** The endpoints of functional roles and of people and departments in them: reference/contact-v3/functional_role*, user/batch, department/batch. */
export const functionalEndpoints = {
  functionalRoleCreate: { ...write, method: "POST", path: roles },
  functionalRoleUpdate: { ...write, method: "PUT", path: `${roles}/:role_id` },
  functionalRoleDelete: { ...write, method: "DELETE", path: `${roles}/:role_id` },
  // Its page says 40001 for whatever is wrong with a parameter.
  functionalMembers: { ...read, path: members, faults: { missing: 40001 } },
  functionalMember: { ...read, path: `${members}/:member_id` },
  functionalMembersBatchCreate: { ...write, method: "POST", path: `${members}/batch_create` },
  functionalMembersBatchDelete: { ...write, method: "PATCH", path: `${members}/batch_delete` },
  functionalMembersScopes: { ...write, method: "PATCH", path: `${members}/scopes` },
  contactUsersBatch: {
    method: "GET",
    path: "/open-apis/contact/v3/users/batch",
    scopes: ["contact:contact.base:readonly"],
    limits: [
      { calls: 1000, perMs: 60_000 },
      { calls: 50, perMs: 1000 },
    ],
    faults: { missing: 40001 },
    internal: 40003,
  },
  contactDepartmentsBatch: {
    method: "GET",
    path: "/open-apis/contact/v3/departments/batch",
    scopes: ["contact:contact.base:readonly"],
    limits: [
      { calls: 1000, perMs: 60_000 },
      { calls: 50, perMs: 1000 },
    ],
    faults: { missing: 40001 },
    internal: 40003,
  },
} as const satisfies Record<string, Declaration>;

/** The name of an endpoint of functional roles. */
export type FunctionalEndpoint = keyof typeof functionalEndpoints;
