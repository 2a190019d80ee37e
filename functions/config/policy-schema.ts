import * as z from "zod";
import { words } from "../providers/settings.ts";
import { defaultGuard } from "../review/rules/policy.ts";
import { checkExpression } from "../review/rules/rule-check.ts";
import { share, text, whole } from "./primitives.ts";

/** Names of findings that the review makes by itself, so no rule may have them. */
export const reservedRuleIds = [
  "rule-error",
  "retired-role",
  "restored",
  "put-back",
  "revoked-before",
  "suspicious-certification",
];

const ruleId = text((id) => {
  if (reservedRuleIds.includes(id)) return `is a finding that the review makes by itself: choose another id than ${id}`;
  return /^[a-z0-9-]{1,64}$/.test(id) ? null : "must be 1 to 64 lowercase letters, digits and hyphens";
});

// YAML takes an unquoted true for a boolean, where CEL has a condition.
const condition = z.preprocess((when) => (typeof when === "boolean" ? String(when) : when), text(checkExpression));

/** One CEL condition of the policy, and what follows from it. */
export const ruleSchema = z.strictObject({
  id: ruleId,
  when: condition,
  then: z.enum(["expire", "flag"]),
  noticeDays: whole(0, "days").default(0),
  reason: z.strictObject({ en: words, zh: words }),
  overridable: z.boolean().default(true),
  onNoDecision: z.enum(["keep", "flag", "expire"]).optional(),
});

const id = words;

/** What can be said of one source alone. */
const entries = {
  protectedRoles: z.array(id).default([]),
  protectedHolders: z.array(id).default([]),
  canaries: z.array(z.strictObject({ holder: id, role: id })).default([]),
};

/** What a source protects beside what the policy protects everywhere. */
export const sourceGuardSchema = z.strictObject(entries);

/** Limits that hold items of a plan back, or stop a whole plan. */
export const guardSchema = z.strictObject({
  maxExpiries: whole(0, "grants").default(defaultGuard.maxExpiries),
  maxShare: share.default(defaultGuard.maxShare),
  maxPopulationDrop: share.default(defaultGuard.maxPopulationDrop),
  maxRoleShare: share.default(defaultGuard.maxRoleShare),
  keepLastHolder: z.boolean().default(defaultGuard.keepLastHolder),
  minGrantAgeDays: whole(0, "days").default(defaultGuard.minGrantAgeDays),
  allowUnrestorable: z.boolean().default(defaultGuard.allowUnrestorable),
  ...entries,
  maxPlanAgeDays: whole(1, "days").default(defaultGuard.maxPlanAgeDays),
  maxUnknownShare: share.default(defaultGuard.maxUnknownShare),
  expectLeavers: z.boolean().default(defaultGuard.expectLeavers),
  maxKeepDays: whole(1, "days").default(defaultGuard.maxKeepDays),
  allowExpireUndecided: z.boolean().default(false),
});

/** The policy as it is written; its time zone is the schedule's. */
export const policySchema = z.strictObject({
  decideWithinDays: whole(0, "days").default(0),
  rules: z.array(ruleSchema),
  guard: guardSchema.prefault({}),
});
