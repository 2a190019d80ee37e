/** What a parameter must be; `uin` is a JSON number, and a quoted one is refused as nobody knows whether the vendor takes it. */
export type ParameterType = "string" | "integer" | "uin" | "strings" | "uins" | "rows";

type Declaration = {
  perSecond: number;
  required: Record<string, ParameterType>;
  optional: Record<string, ParameterType>;
};

const zone = { ZoneId: "string" } as const;
const paged = { MaxResults: "integer", NextToken: "string" } as const;
const assignment = {
  RoleConfigurationId: "string",
  TargetType: "string",
  TargetUin: "uin",
  PrincipalType: "string",
  PrincipalId: "string",
} as const;
function declare(required: Declaration["required"], optional: Declaration["optional"] = {}, perSecond = 20) {
  return {
    perSecond,
    required,
    optional,
  };
}

/** Every action of the sandbox, as its page of the vendor's documentation declares it. */
const actions = {
  DescribeIdentityCenter: declare({}),
  DescribeOrganization: declare({}, { Lang: "string", Product: "string" }, 40),
  DescribeOrganizationMembers: declare(
    { Offset: "integer", Limit: "integer" },
    {
      Lang: "string",
      SearchKey: "string",
      AuthName: "string",
      Product: "string",
      NodeId: "integer",
      NodeName: "string",
    },
  ),
  ListRoleConfigurations: declare(zone, { ...paged, Filter: "string", FilterTargets: "uins", PrincipalId: "string" }),
  ListRoleAssignments: declare(zone, { ...paged, ...assignment, Filter: "string" }),
  ListUsers: declare(zone, {
    ...paged,
    UserStatus: "string",
    UserType: "string",
    Filter: "string",
    FilterGroups: "strings",
    SortField: "string",
    SortType: "string",
    Offset: "integer",
  }),
  GetUser: declare({ ...zone, UserId: "string" }),
  ListGroups: declare(zone, {
    ...paged,
    Filter: "string",
    GroupType: "string",
    FilterUsers: "strings",
    SortField: "string",
    SortType: "string",
    Offset: "integer",
  }),
  ListGroupMembers: declare({ ...zone, GroupId: "string" }, { ...paged, UserType: "string" }),
  GetTaskStatus: declare({ ...zone, TaskId: "string" }, {}, 220),
  ListTasks: declare(zone, { ...paged, ...assignment, Status: "string", TaskType: "string" }),
  DeleteRoleAssignment: declare({ ...zone, ...assignment }, { DeprovisionStrategy: "string" }),
  CreateRoleAssignment: declare(zone, { RoleAssignmentInfo: "rows" }),
} as const satisfies Record<string, Declaration>;

/** The name of an action, as `X-TC-Action` has it. */
export type Action = keyof typeof actions;

export function declarationOf(action: Action): Declaration {
  return actions[action];
}

export const actionNames = Object.keys(actions) as Action[];

export function isAction(name: string): name is Action {
  return Object.hasOwn(actions, name);
}
