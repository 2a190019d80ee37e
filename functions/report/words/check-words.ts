import type { Language } from "../review-view.ts";

/** What each check of completeness proves, by its name in snapshot.json; the provider's own included. */
const provenBy: Record<string, Record<Language, string>> = {
  "listings-ended": { en: "Every listing was read to its last page", zh: "每份清单都读到了最后一页" },
  "grants-as-announced": { en: "As many grants as the provider says there are", zh: "授权数与平台所报一致" },
  "roles-known": { en: "Every grant names a role that is listed", zh: "每项授权的角色都在角色清单中" },
  "unknown-holders-few": { en: "Few holders could not be read", zh: "读不到的持有人足够少" },
  "leavers-visible": { en: "People who left are visible", zh: "能看到已离职人员" },
  "canaries-present": { en: "Grants known to exist were found", zh: "已知存在的授权都读到了" },
  "protected-entries-exist": { en: "Whatever is protected is there", zh: "受保护的角色和持有人都存在" },
  "role-owners-exist": { en: "Roles that have an owner are there", zh: "指定了负责人的角色都存在" },
  "population-not-empty": { en: "There are grants, where there were some", zh: "上次有授权的，这次也有" },
  "sample-without-role-filter": {
    en: "Read again by holder, no grant of a sample was missed",
    zh: "按持有人抽样重读，没有遗漏",
  },
  "second-read-path": { en: "Another way to read shows the same holders", zh: "换一种读取方式，结果一致" },
  "sample-by-holder": { en: "Read again by holder, a sample is the same", zh: "按持有人抽样重读，结果一致" },
};

/** What a check proves, in a sentence; its name where this version knows no such check. */
export const checkText = (name: string, language: Language): string => provenBy[name]?.[language] ?? name;
