import * as z from "zod";
import { faultOfBaseUrl, faultOfSecret, withoutSlash } from "./address.ts";
import { sourceGuardSchema } from "./policy-schema.ts";
import { positive, text, textLike, whole, words } from "./primitives.ts";

const secret = text(faultOfSecret);

const limit = z.strictObject({ calls: whole(1, "calls"), perMs: whole(1, "milliseconds") });

const common = {
  id: textLike(/^[a-z0-9-]{1,32}$/, "must be 1 to 32 lowercase letters, digits and hyphens"),
  baseUrl: text(faultOfBaseUrl).transform(withoutSlash),
  credentials: z.strictObject({ read: secret, write: secret }).optional(),
  pace: positive.default(1),
  limits: z.record(z.string(), limit).default({}),
  guard: sourceGuardSchema.prefault({}),
};

const coreHr = z.strictObject({ ...common, provider: z.literal("feishu-corehr") });

const functionalRole = z.strictObject({
  ...common,
  provider: z.literal("feishu-functional-role"),
  roles: z.array(z.strictObject({ id: words, name: words })).min(1),
  retire: z.array(words).default([]),
});

const identityCenter = z.strictObject({
  ...common,
  provider: z.literal("tencent-identity-center"),
  zoneId: textLike(
    /^z-[A-Za-z0-9]+$/,
    "must be a zone id such as z-1os7c9taugxs; leave it out to have it found",
  ).optional(),
  protectManagementAccount: z.boolean().default(true),
});

/** The options of each provider's sources. */
export const sourceSchemas = {
  "feishu-corehr": coreHr,
  "feishu-functional-role": functionalRole,
  "tencent-identity-center": identityCenter,
} as const;

/** The providers there are. */
export const providerIds = Object.keys(sourceSchemas) as (keyof typeof sourceSchemas)[];

/** What can be said of a source whose provider is not known. */
export const anySourceSchema = z.looseObject({ ...common, provider: z.enum(providerIds) });

/** The calls of each provider that `limits` may name; `null` where they are not settled yet. */
export const callsByProvider: Record<(typeof providerIds)[number], readonly string[] | null> = {
  "feishu-corehr": [
    "listSecurityGroups",
    "queryAuthorizations",
    "searchAssignedUsers",
    "batchGetEmployees",
    "searchEmployees",
    "batchGetDepartments",
    "batchGetCompanies",
    "batchGetLocations",
    "addRoleAssign",
    "removeRoleAssign",
  ],
  "feishu-functional-role": [
    "listMembers",
    "getMember",
    "batchGetUsers",
    "addMembers",
    "deleteMembers",
    "setMemberScopes",
    "deleteRole",
  ],
  "tencent-identity-center": [
    "DescribeIdentityCenter",
    "DescribeOrganization",
    "DescribeOrganizationMembers",
    "ListRoleConfigurations",
    "ListRoleAssignments",
    "ListUsers",
    "GetUser",
    "ListGroups",
    "ListGroupMembers",
    "ListTasks",
    "GetTaskStatus",
    "DeleteRoleAssignment",
    "CreateRoleAssignment",
  ],
};

/** The only hosts a provider's signed requests may go to, besides this very machine; `null` where tenants have their own. */
export const hostsByProvider: Record<(typeof providerIds)[number], readonly string[] | null> = {
  "feishu-corehr": null,
  "feishu-functional-role": null,
  "tencent-identity-center": ["organization.intl.tencentcloudapi.com", "organization.tencentcloudapi.com"],
};
