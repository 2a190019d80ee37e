/**
 * The type of a parameter. `uin` is a JSON number: whether the vendor takes a quoted one is not known, so it is
 * refused.
 */
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
function declareAction(required: Declaration["required"], optional: Declaration["optional"] = {}, perSecond = 20) {
  return {
    perSecond,
    required,
    optional,
  };
}

/** The declaration of every action of the sandbox, from the action's page of the vendor's documentation. */
const actions = {
  DescribeIdentityCenter: declareAction({}),
  DescribeOrganization: declareAction({}, { Lang: "string", Product: "string" }, 40),
  DescribeOrganizationMembers: declareAction(
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
  ListRoleConfigurations: declareAction(zone, {
    ...paged,
    Filter: "string",
    FilterTargets: "uins",
    PrincipalId: "string",
  }),
  ListRoleAssignments: declareAction(zone, { ...paged, ...assignment, Filter: "string" }),
  ListUsers: declareAction(zone, {
    ...paged,
    UserStatus: "string",
    UserType: "string",
    Filter: "string",
    FilterGroups: "strings",
    SortField: "string",
    SortType: "string",
    Offset: "integer",
  }),
  GetUser: declareAction({ ...zone, UserId: "string" }),
  ListGroups: declareAction(zone, {
    ...paged,
    Filter: "string",
    GroupType: "string",
    FilterUsers: "strings",
    SortField: "string",
    SortType: "string",
    Offset: "integer",
  }),
  ListGroupMembers: declareAction({ ...zone, GroupId: "string" }, { ...paged, UserType: "string" }),
  GetTaskStatus: declareAction({ ...zone, TaskId: "string" }, {}, 220),
  ListTasks: declareAction(zone, { ...paged, ...assignment, Status: "string", TaskType: "string" }),
  DeleteRoleAssignment: declareAction({ ...zone, ...assignment }, { DeprovisionStrategy: "string" }),
  CreateRoleAssignment: declareAction(zone, { RoleAssignmentInfo: "rows" }),
} as const satisfies Record<string, Declaration>;

/** The name of an action in `X-TC-Action`. */
export type Action = keyof typeof actions;

export function declarationOf(action: Action): Declaration {
  return actions[action];
}

export const actionNames = Object.keys(actions) as Action[];

export function isAction(name: string): name is Action {
  return Object.hasOwn(actions, name);
}
