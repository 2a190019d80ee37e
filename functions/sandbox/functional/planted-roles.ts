/** The functional roles that every company has; the last is one that nobody needs any more. */
export const plantedRoles = [
  { id: "7vrj3vk70xk7v5r", name: "财务审批" },
  { id: "7k2m9qd31xw8t4p", name: "用印审批" },
  { id: "7c5h8bn42zt6y1q", name: "采购审批" },
  { id: "7f9w4sx65pd2r8m", name: "访客接待" },
  { id: "7d3g6jz87ma5c2v", name: "旧版报销审批" },
] as const;

/** The role that a configuration can retire. */
export const retirableRoleId = plantedRoles[4].id;
