import { ApiError } from "../../http/errors.ts";
import type { FeishuCall } from "../feishu/call.ts";
import { DataRangeError, PermissionError } from "../feishu/errors.ts";
import { createScopeNamer, type ScopeNamer } from "../feishu/scope-names.ts";
import { batchGetDepartments, mostDepartments } from "./calls.ts";
import { departmentDimension } from "./members.ts";
import type { DepartmentReply } from "./replies.ts";

type Language = "zh" | "en";

const wholeNames: Record<string, Record<Language, string>> = {
  all: { zh: "全部", en: "everything" },
  none: { zh: "未设置", en: "not set" },
};

/**
 * Names departments as far as the app may know them: nothing is judged by a name, so that one which the app may not see is
 * null, and no failure. A read that fails for any other reason throws.
 */
export function createDepartmentNamer(call: FeishuCall, language: Language): ScopeNamer {
  const read = async (ids: string[]): Promise<Map<string, string | null>> => {
    const items = await readDepartments(call, ids);
    return new Map(
      items.flatMap((item) => (item.department_id ? [[item.department_id, nameOf(item, language)] as const] : [])),
    );
  };
  const lookups = new Map([[departmentDimension, { idsPerCall: mostDepartments, read }]]);
  return createScopeNamer(lookups, (_dimension, id) => wholeNames[id]?.[language] ?? null);
}

/** Departments that may not be shown are left out silently as a rule; should they have a batch refused, it is halved to find them. */
async function readDepartments(call: FeishuCall, ids: string[]): Promise<DepartmentReply[]> {
  try {
    return (await call(batchGetDepartments(ids))).data.items ?? [];
  } catch (error) {
    if (error instanceof PermissionError) return [];
    if (!isOfSomeDepartment(error)) throw error;
    if (ids.length === 1) return [];
    const half = ids.length >> 1;
    const parts = [ids.slice(0, half), ids.slice(half)].map((part) => readDepartments(call, part));
    return (await Promise.all(parts)).flat();
  }
}

/** Whether a call was refused for a department: 40004, outside the app's contact range; 40008, nothing to tell of it. */
export const isOfSomeDepartment = (error: unknown): boolean =>
  error instanceof DataRangeError || (error instanceof ApiError && ["40004", "40008"].includes(error.code));

function nameOf({ name, i18n_name: names }: DepartmentReply, language: Language): string | null {
  const translated = language === "zh" ? names?.zh_cn : names?.en_us;
  return translated || name || null;
}
