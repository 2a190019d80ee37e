import { createHash } from "node:crypto";
import { readApp, writeApp } from "../apps.ts";
import { employeeOf } from "../company/company.ts";
import { type DepartmentIdType, fromIdType, toIdType, type UserIdType } from "../company/ids.ts";
import { departmentIdType, userIdType } from "./parameters.ts";
import { faulty, messageOf, Refusal } from "./refusal.ts";
import type { Call, World } from "./world.ts";

const tagLength = 12;
const tagOf = (appId: string): string => createHash("sha256").update(appId).digest("hex").slice(0, tagLength);
const tags = new Set([readApp, writeApp].map(({ appId }) => tagOf(appId)));

/** An app's own open_id of an employment: no other app knows it. */
const openIdOf = (appId: string, holderId: string): string =>
  `ou_${tagOf(appId)}${toIdType(holderId, "open_id").slice("ou_".length + tagLength)}`;

function fromOpenId(appId: string, openId: string): string | null {
  const tag = openId.slice("ou_".length, "ou_".length + tagLength);
  if (tag !== tagOf(appId)) {
    const code = tags.has(tag) ? 99992361 : 99992351;
    throw new Refusal(400, code, messageOf(code));
  }
  return fromIdType(`ou_${"a".repeat(tagLength)}${openId.slice("ou_".length + tagLength)}`, "open_id");
}

/** The `user_id_type` of a call; functional roles know none of CoreHR's own. */
function typeOf(call: Call): UserIdType {
  const type = userIdType(call, "open_id");
  if (type === "people_corehr_id") throw faulty(call.endpoint, "enum", "user_id_type");
  return type;
}

/** An employment id in the call's own `user_id_type`; undefined where the app may not know user ids. */
export function userIdFor(call: Call, holderId: string): string | undefined {
  const type = typeOf(call);
  if (type === "open_id") return openIdOf(call.app.appId, holderId);
  return type === "user_id" && !call.app.scopes.has("contact:user.employee_id:readonly")
    ? undefined
    : toIdType(holderId, type);
}

/** The employment id behind an id of the call; null where there is nobody of that id. */
export function holderIn(world: World, call: Call, id: string): string | null {
  const type = typeOf(call);
  const holderId = type === "open_id" ? fromOpenId(call.app.appId, id) : fromIdType(id, type);
  return holderId !== null && employeeOf(world.company, holderId) !== undefined ? holderId : null;
}

/** The `department_id_type` of a call; CoreHR's own is unknown here. */
export function departmentTypeOf(call: Call): DepartmentIdType {
  const type = departmentIdType(call);
  if (type === "people_corehr_department_id") throw faulty(call.endpoint, "enum", "department_id_type");
  return type;
}
