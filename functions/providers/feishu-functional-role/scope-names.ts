import type { FeishuCall } from "../feishu/call.ts";
import { createScopeNamer, type ScopeNamer } from "../feishu/scope-names.ts";
import { isDataRangeRefused, readVisible } from "../feishu/visible-ids.ts";
import { hasCode } from "../provider-call.ts";
import { batchGetDepartments, type DepartmentReply, maxDepartments } from "./calls.ts";
import { departmentDimension } from "./grants.ts";

type Language = "zh" | "en";

const wholeNames: Record<string, Record<Language, string>> = {
  all: { zh: "全部", en: "everything" },
  none: { zh: "未设置", en: "not set" },
};

/** Names departments as far as the app may read their names. */
export function createDepartmentNamer(call: FeishuCall, language: Language): ScopeNamer {
  const read = async (ids: string[]): Promise<Map<string, string | null>> => {
    const items = await readDepartments(call, ids);
    return new Map(
      items.flatMap((item) => (item.department_id ? [[item.department_id, nameOf(item, language)] as const] : [])),
    );
  };
  const lookups = new Map([[departmentDimension, { idsPerCall: maxDepartments, read }]]);
  return createScopeNamer(lookups, (_dimension, id) => wholeNames[id]?.[language] ?? null);
}

// The vendor leaves hidden departments out of the reply as a rule. A refusal of the whole batch does not name them.
function readDepartments(call: FeishuCall, departmentIds: string[]): Promise<DepartmentReply[]> {
  return readVisible(
    departmentIds,
    async (some) => (await call(batchGetDepartments(some))).data.items ?? [],
    (error) => (isDepartmentRefused(error) ? [] : null),
  );
}

/** Whether a call was refused for a department: 40004, outside the app's contact range; 40008, nothing to show of it. */
export function isDepartmentRefused(error: unknown): boolean {
  return isDataRangeRefused(error) || hasCode(error, "40004", "40008");
}

function nameOf({ name, i18n_name: names }: DepartmentReply, language: Language): string | null {
  const translated = language === "zh" ? names?.zh_cn : names?.en_us;
  return translated || name || null;
}
