import { hasLeft } from "../company/calendar.ts";
import { employeeOf } from "../company/company.ts";
import { toIdType, type UserIdType } from "../company/ids.ts";
import { bodyList, requiredQuery } from "./parameters.ts";
import { faulty } from "./refusal.ts";
import type { Handler } from "./world.ts";

const accountTypes: readonly string[] = ["open_id", "union_id", "user_id"] satisfies UserIdType[];

/** `POST corehr/v1/common_data/id/convert`, from employments to accounts alone; whoever has left has none any more. */
export const convertId: Handler = (world, call) => {
  const { endpoint } = call;
  if (requiredQuery(call, "id_transform_type") !== "1") throw faulty(endpoint, "range", "id_transform_type");
  if (requiredQuery(call, "id_type") !== "user_id") throw faulty(endpoint, "range", "id_type");
  const type = call.query.get("feishu_user_id_type") ?? "open_id";
  if (!accountTypes.includes(type)) throw faulty(endpoint, "range", "feishu_user_id_type");
  const ids = bodyList(call, "ids", 100);
  if (ids.length === 0) throw faulty(endpoint, "missing", "ids");
  const present = ids.filter((id) => {
    const employee = employeeOf(world.company, id);
    return employee !== undefined && !hasLeft(employee, world.now());
  });
  return { items: present.map((id) => ({ id, target_id: toIdType(id, type as UserIdType) })) };
};
