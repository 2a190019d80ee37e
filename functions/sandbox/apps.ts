import type { App } from "./feishu/tokens.ts";

/** The least that reading takes; `get_by_param` and names by law are not among it. */
const readScopes = [
  "corehr:security_group:read",
  "corehr:authorization:read",
  "corehr:employee:read",
  "corehr:department:read",
  "corehr:company:read",
  "corehr:locations:read",
  "corehr:employee.bp:read",
  "corehr:bp.list:read",
  "corehr:bp.get_by_department:read",
  "contact:functional_role:readonly",
  "contact:contact.base:readonly",
  "contact:department.base:readonly",
  "contact:user.base:readonly",
  "contact:user.department:readonly",
  "contact:user.email:readonly",
  "contact:user.employee:readonly",
  "contact:user.employee_id:readonly",
];

/** The app that may only read. */
export const readApp: App = {
  appId: "cli_sandbox_read",
  appSecret: "sandbox-read-secret",
  scopes: new Set(readScopes),
};

/** The app whose bot writes to people, and can do nothing else. */
export const botApp: App = {
  appId: "cli_sandbox_bot",
  appSecret: "sandbox-bot-secret",
  scopes: new Set(["im:message:send_as_bot", "im:chat:readonly", "corehr:common_data.id.convert:read"]),
};

/** The app that may give and take grants, and read them, but nothing about people. */
export const writeApp: App = {
  appId: "cli_sandbox_write",
  appSecret: "sandbox-write-secret",
  scopes: new Set(["corehr:authorization:write", "contact:functional_role", "contact:user.employee_id:readonly"]),
};
