import type { Department } from "../company/company.ts";
import { fromIdType, toIdType } from "../company/ids.ts";
import { departmentTypeOf } from "./functional-ids.ts";
import { queryList } from "./parameters.ts";
import { faulty, messageOf, Refusal } from "./refusal.ts";
import type { Call, Handler } from "./world.ts";

/** A department with the fields that the app's permissions open. */
function shapeOf(call: Call, { id, name }: Department): Record<string, unknown> {
  const isOpen = call.app.scopes.has("contact:department.base:readonly");
  return {
    open_department_id: toIdType(id, "open_department_id"),
    status: { is_deleted: false },
    ...(isOpen
      ? {
          department_id: toIdType(id, "department_id"),
          name: name.zh,
          i18n_name: { zh_cn: name.zh, ja_jp: "", en_us: name.en },
        }
      : {}),
  };
}

/** `GET contact/v3/departments/batch`: departments that the app may not see are silently left out. */
export const batchGetContactDepartments: Handler = ({ company, quirks }, call) => {
  const ids = queryList(call, "department_ids", 50);
  if (ids.length === 0) throw faulty(call.endpoint, "missing", "department_ids");
  const type = departmentTypeOf(call);
  const found = ids.map((id) => company.departmentById.get(fromIdType(id, type) ?? ""));
  const shown = found.filter(
    (department) => department !== undefined && !quirks.departmentsOutOfRange.includes(department.id),
  );
  if (quirks.contactBatchRefuses && shown.length < ids.length) throw new Refusal(403, 40004, messageOf(40004));
  return { items: shown.map((department) => shapeOf(call, department as Department)) };
};
