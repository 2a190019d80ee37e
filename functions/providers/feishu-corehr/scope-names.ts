import type { FeishuCall, FeishuRequest } from "../feishu/call.ts";
import {
  createScopeNamer,
  type NameLookup,
  openGoneFilter,
  type ScopeNamer,
  type WithoutGone,
} from "../feishu/scope-names.ts";
import { isDataRangeRefused } from "../feishu/visible-ids.ts";
import { batchGetCompanies, batchGetDepartments, batchGetLocations } from "./calls.ts";
import type { Translations } from "./replies.ts";

type Language = "zh" | "en";
type NamedObject = { id: string; name: Translations };

const ruleNames: Record<string, Record<Language, string>> = {
  none: { zh: "无数据权限", en: "no data" },
  all: { zh: "全部数据", en: "all data" },
  self: { zh: "仅本人", en: "only oneself" },
};

/** Names departments, companies and work locations, and the rules of non-organisational grants; tells which of them are gone. */
export function createCoreHrScopeNamer(
  call: FeishuCall,
  language: Language,
): { namer: ScopeNamer; withoutGone: WithoutGone } {
  const lookup = <Item>(
    request: (ids: string[]) => FeishuRequest<{ items?: Item[] | null | undefined }>,
    toNamed: (item: Item) => NamedObject,
  ): NameLookup => ({
    idsPerCall: 100,
    read: async (ids) => {
      const items = await call(request(ids)).then(({ data }) => data.items ?? [], noneInRange);
      return new Map(items.map(toNamed).map(({ id, name }) => [id, pickName(name, language)]));
    },
  });
  // The vendor has no call that names objects of other dimensions: pay groups, social security cities, talent pools.
  const lookups = new Map([
    ["department", lookup(batchGetDepartments, ({ id, department_name: name }) => ({ id, name }))],
    ["company", lookup(batchGetCompanies, (item) => ({ id: item.company_id, name: item.hiberarchy_common?.name }))],
    [
      "work_location",
      lookup(batchGetLocations, (item) => ({ id: item.location_id, name: item.hiberarchy_common?.name })),
    ],
  ]);
  return {
    namer: createScopeNamer(lookups, (_dimension, id) => ruleNames[id]?.[language] ?? null),
    withoutGone: openGoneFilter(lookups),
  };
}

// Outside the app's data range there are no names.
function noneInRange(error: unknown): never[] {
  if (isDataRangeRefused(error)) return [];
  throw error;
}

function pickName(translations: Translations, language: Language): string | null {
  const wanted = language === "zh" ? ["zh-CN", "en-US"] : ["en-US", "zh-CN"];
  const found = wanted.map((lang) => translations?.find((entry) => entry.lang === lang)?.value);
  return found.find((value) => value) || translations?.find(({ value }) => value)?.value || null;
}
