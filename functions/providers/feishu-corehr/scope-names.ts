import type { Scopes } from "../../review/grant.ts";
import type { FeishuCall } from "../feishu/call.ts";
import { chunked } from "../feishu/chunks.ts";
import { DataRangeError } from "../feishu/errors.ts";
import { batchGetCompanies, batchGetDepartments, batchGetLocations } from "./calls.ts";
import type { Translations } from "./replies.ts";

type Language = "zh" | "en";
type Named = { id: string; name: Translations };
type Lookup = (call: FeishuCall, ids: string[]) => Promise<Named[]>;

// Nothing was found to name the objects of the other dimensions (pay groups, social security cities, talent pools).
const lookupByDimension: Record<string, Lookup> = {
  department: async (call, ids) =>
    ((await call(batchGetDepartments(ids))).data.items ?? []).map(({ id, department_name: name }) => ({ id, name })),
  company: async (call, ids) =>
    ((await call(batchGetCompanies(ids))).data.items ?? []).map((item) => ({
      id: item.company_id,
      name: item.hiberarchy_common?.name,
    })),
  work_location: async (call, ids) =>
    ((await call(batchGetLocations(ids))).data.items ?? []).map((item) => ({
      id: item.location_id,
      name: item.hiberarchy_common?.name,
    })),
};

const ruleNames: Record<string, Record<Language, string>> = {
  none: { zh: "无数据权限", en: "no data" },
  all: { zh: "全部数据", en: "all data" },
  self: { zh: "仅本人", en: "only oneself" },
};

/** Fills names in; each object is asked for once. What the provider has no name for is null, a failed read throws. */
export type ScopeNamer = (scopes: Scopes[]) => Promise<Scopes[]>;

export function createScopeNamer(call: FeishuCall, language: Language): ScopeNamer {
  const namesByDimension = new Map<string, Map<string, string | null>>();
  const namesOf = (dimension: string): Map<string, string | null> => {
    const names = namesByDimension.get(dimension) ?? new Map<string, string | null>();
    namesByDimension.set(dimension, names);
    return names;
  };

  async function learn(dimension: string, ids: string[]): Promise<void> {
    const named = (await lookupByDimension[dimension]?.(call, ids).catch(noneInRange)) ?? [];
    const names = namesOf(dimension);
    for (const id of ids) names.set(id, null);
    for (const { id, name } of named) names.set(id, pickName(name, language));
  }

  const nameOf = (dimension: string, id: string): string | null =>
    namesOf(dimension).get(id) ?? (dimension in lookupByDimension ? null : (ruleNames[id]?.[language] ?? null));

  return async (scopes) => {
    const missing = missingIds(
      scopes,
      (dimension, id) => dimension in lookupByDimension && !namesOf(dimension).has(id),
    );
    await Promise.all(
      [...missing].flatMap(([dimension, ids]) => chunked([...ids], 100).map((chunk) => learn(dimension, chunk))),
    );
    return scopes.map((combinations) =>
      combinations.map((parts) =>
        parts.map(({ dimension, ids }) => ({ dimension, ids, names: ids.map((id) => nameOf(dimension, id)) })),
      ),
    );
  };
}

function missingIds(scopes: Scopes[], isMissing: (dimension: string, id: string) => boolean): Map<string, Set<string>> {
  const idsByDimension = new Map<string, Set<string>>();
  for (const { dimension, ids } of scopes.flat(2)) {
    const missing = idsByDimension.get(dimension) ?? new Set<string>();
    idsByDimension.set(dimension, missing);
    for (const id of ids) if (isMissing(dimension, id)) missing.add(id);
  }
  return idsByDimension;
}

// A name outside the app's data range is a name that cannot be had; every other failure is a failed read.
function noneInRange(error: unknown): Named[] {
  if (error instanceof DataRangeError) return [];
  throw error;
}

function pickName(translations: Translations, language: Language): string | null {
  const wanted = language === "zh" ? ["zh-CN", "en-US"] : ["en-US", "zh-CN"];
  const found = wanted.map((lang) => translations?.find((entry) => entry.lang === lang)?.value);
  return found.find((value) => value) || translations?.find(({ value }) => value)?.value || null;
}
