import type { Language } from "../review-view.ts";
import { auditEn } from "./audit-en.ts";
import { auditZh } from "./audit-zh.ts";

/** What verify says of a pack, in one language. */
export type AuditWords = typeof auditEn;

export function auditWords(language: Language): AuditWords {
  return language === "zh" ? auditZh : auditEn;
}
