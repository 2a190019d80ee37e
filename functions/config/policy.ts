import * as z from "zod";
import { type Fields, fieldsOf, listOf } from "../providers/setting-faults.ts";
import { words } from "../providers/settings.ts";
import { decisionsOf, defaultGuard, ruleReads } from "../review/rules/policy.ts";
import { checkExpression, checkKeepScope } from "../review/rules/rule-check.ts";
import { conflictsSchema } from "./conflicts.ts";
import { faultOfCron, shortestGapDays } from "./cron.ts";
import { type ConfigFault, faultAt, type Path, repeatFaults } from "./fault.ts";
import { controlWords, share, text, whole } from "./values.ts";

// The policy's keys. Above 300 lines, as the keys, their bounds and what contradicts them are read together.

/** Ids of findings that the review makes by itself, so no rule may have one of them. */
const reservedRuleIds = [
  "rule-error",
  "retired-role",
  "restored",
  "mover",
  "put-back",
  "revoked-before",
  "suspicious-certification",
];

const ruleId = text((id) => {
  if (reservedRuleIds.includes(id)) return `is a finding that the review makes by itself: choose another id than ${id}`;
  return /^[a-z0-9-]{1,64}$/.test(id) ? null : "must be 1 to 64 lowercase letters, digits and hyphens";
});

// YAML takes an unquoted true for a boolean. In CEL it is a condition.
const conditionBy = (faultOf: (expression: string) => string | null) =>
  z.preprocess((when) => (typeof when === "boolean" ? String(when) : when), text(faultOf));

/** One CEL condition of the policy, and what follows from it. */
const ruleSchema = z.strictObject({
  id: ruleId,
  when: conditionBy((expression) => checkExpression(expression)),
  then: z.enum(["narrow", "expire", "flag"]),
  keepScope: conditionBy(checkKeepScope).optional(),
  sources: z.array(words).min(1).optional(),
  noticeDays: whole(0, "days").default(0),
  reason: z.strictObject({ en: words, zh: words }),
  overridable: z.boolean().default(true),
  onNoDecision: z.enum(["keep", "flag", "expire"]).optional(),
  sweep: z.boolean().optional(),
  controls: controlWords,
});

/** The lists of the guard that a source may have as well, for itself alone. */
const guardLists = {
  protectedRoles: z.array(words).default([]),
  protectedHolders: z.array(words).default([]),
  canaries: z.array(z.strictObject({ holder: words, role: words })).default([]),
};

/** What a source protects beside what the policy protects everywhere. */
export const sourceGuardSchema = z.strictObject(guardLists);

/** Limits that hold items of a plan back, or stop a whole plan. */
export const guardSchema = z.strictObject({
  maxExpiries: whole(0, "grants").default(defaultGuard.maxExpiries),
  sweepMaxExpiries: whole(0, "grants").default(defaultGuard.sweepMaxExpiries ?? 10),
  maxShare: share.default(defaultGuard.maxShare),
  maxPopulationDrop: share.default(defaultGuard.maxPopulationDrop),
  maxRoleShare: share.default(defaultGuard.maxRoleShare),
  keepLastHolder: z.boolean().default(defaultGuard.keepLastHolder),
  minGrantAgeDays: whole(0, "days").default(defaultGuard.minGrantAgeDays),
  allowUnrestorable: z.boolean().default(defaultGuard.allowUnrestorable),
  ...guardLists,
  maxPlanAgeDays: whole(1, "days").default(defaultGuard.maxPlanAgeDays),
  maxUnknownShare: share.default(defaultGuard.maxUnknownShare),
  expectLeavers: z.boolean().default(defaultGuard.expectLeavers),
  maxKeepDays: whole(1, "days").default(defaultGuard.maxKeepDays),
  allowExpireUndecided: z.boolean().default(false),
  approvals: z
    .union([z.literal(1), z.literal(2)], { error: "must be 1 or 2: how many different approvers lift a brake" })
    .default(1),
});

/** The policy as the file has it. Its time zone is the schedule's. */
export const policySchema = z.strictObject({
  decideWithinDays: whole(0, "days").default(0),
  peers: z.strictObject({ by: z.enum(["department", "manager"]).default("department") }).optional(),
  decisions: z.enum(decisionsOf).default("any"),
  removeWithinHours: whole(1, "hours").default(24),
  rules: z.array(ruleSchema),
  conflicts: conflictsSchema.optional(),
  guard: guardSchema.prefault({}),
});

function noticeFaults(rules: readonly Fields[], maxPlanAgeDays: number): ConfigFault[] {
  return rules.flatMap(({ noticeDays, then, onNoDecision }, index) => {
    if (typeof noticeDays !== "number") return [];
    const path = ["policy", "rules", index, "noticeDays"];
    if (then === "flag" && noticeDays > 0 && onNoDecision !== "expire")
      return [faultAt(path, "is for expire rules: a flag removes nothing, take it out")];
    if (noticeDays < maxPlanAgeDays) return [];
    const why = `must be smaller than policy.guard.maxPlanAgeDays (${maxPlanAgeDays}), or the plan is too old before it is due`;
    return [faultAt(path, why)];
  });
}

/** `onNoDecision` needs a time to decide in. To expire what nobody decided on needs a second key as well. */
function silenceFaults({ decideWithinDays }: Fields, rules: readonly Fields[], guard: Fields): ConfigFault[] {
  const hasWindow = typeof decideWithinDays === "number" && decideWithinDays > 0;
  return rules.flatMap(({ then, onNoDecision, overridable }, index) => {
    const faultOf = (key: string, message: string): ConfigFault => faultAt(["policy", "rules", index, key], message);
    if (onNoDecision === undefined) return [];
    if (then === "expire" || then === "narrow")
      return [faultOf("onNoDecision", `is for flag rules: a rule that says ${then} asks nobody, take it out`)];
    const faults: ConfigFault[] = [];
    if (onNoDecision === "expire" && guard.allowExpireUndecided !== true) {
      faults.push(
        faultOf("onNoDecision", "needs a second key: write policy.guard.allowExpireUndecided: true, or flag here"),
      );
    }
    if (onNoDecision !== "flag" && !hasWindow) {
      faults.push(
        faultOf("onNoDecision", "needs a time to decide in: write policy.decideWithinDays: 14, or flag here"),
      );
    }
    if (onNoDecision === "expire" && overridable === false) {
      faults.push(faultOf("overridable", "contradicts onNoDecision: expire, as a keep is a decision: take it out"));
    }
    return faults;
  });
}

/** A sweep removes at once and asks nobody: a rule that flags, or gives a notice, has no part in one. */
function sweepRuleFaults(rules: readonly Fields[]): ConfigFault[] {
  return rules.flatMap(({ sweep, then, noticeDays }, index) => {
    if (sweep !== true) return [];
    const path = ["policy", "rules", index, "sweep"];
    if (then === "flag" || then === "narrow")
      return [
        faultAt(path, "is for expire rules: a sweep asks nobody to decide, and reads leavers alone, take it out"),
      ];
    return typeof noticeDays === "number" && noticeDays > 0
      ? [faultAt(path, "contradicts noticeDays: a sweep removes at once, take one of them out")]
      : [];
  });
}

/** A sweep by no rule would read every day, and never remove anything. */
export function sweepFaults(sweep: unknown, policy: Fields): ConfigFault[] {
  const rules = listOf(policy.rules).map(fieldsOf);
  if (sweep === undefined || sweep === null || rules.some((rule) => rule.sweep === true)) return [];
  return [faultAt(["sweep"], "sweeps for no rule: write sweep: true on a rule of policy.rules, or take it out")];
}

/** Only where somebody is asked to decide can others be left out. */
export function routedFaults({ decisions }: Fields, sources: readonly Fields[]): ConfigFault[] {
  if (decisions !== "routed" && decisions !== "signed-in") return [];
  const unasked = sources.flatMap(({ id, reviewers }) => (reviewers ? [] : [String(id)]));
  if (unasked.length === 0) return [];
  const why = `needs somebody to be asked: write sources[].reviewers of ${unasked.join(", ")}, or any here`;
  return [faultAt(["policy", "decisions"], why)];
}

/** A plan has to outlive the window for decisions. */
function windowFaults({ decideWithinDays }: Fields, maxPlanAgeDays: number): ConfigFault[] {
  if (typeof decideWithinDays !== "number" || decideWithinDays < maxPlanAgeDays) return [];
  const why = `must be smaller than policy.guard.maxPlanAgeDays (${maxPlanAgeDays}), or the plan is too old before the window ends`;
  return [faultAt(["policy", "decideWithinDays"], why)];
}

/** A rule that looks at a name or e-mail never matches under `people: ids`, and nobody would notice; nor does one that asks for a person whom no source tells. */
function peopleFaults(rules: readonly Fields[], people: unknown): ConfigFault[] {
  return [...namelessFaults(rules, people), ...personFaults(rules, people)];
}

/** The conditions of a rule, by their keys. */
const conditionKeys = ["when", "keepScope"];

/** A fault for each condition of a rule of which this is true. */
function conditionFaults(rules: readonly Fields[], why: string, isWrong: (text: string) => boolean): ConfigFault[] {
  return rules.flatMap((rule, index) =>
    conditionKeys.flatMap((key) => {
      const text = rule[key];
      return typeof text === "string" && isWrong(text) ? [faultAt(["policy", "rules", index, key], why)] : [];
    }),
  );
}

function personFaults(rules: readonly Fields[], people: unknown): ConfigFault[] {
  if (typeof people === "object" && people !== null) return [];
  const why =
    "asks for person, and no source says who people are: write people: { authority: ID, match: [employeeNo, email] }";
  return conditionFaults(rules, why, (when) => ruleReads([{ when }], "person"));
}

function namelessFaults(rules: readonly Fields[], people: unknown): ConfigFault[] {
  if (people !== "ids" && fieldsOf(people).stored !== "ids") return [];
  const why = "looks at a name or e-mail, which people: ids leaves out";
  return conditionFaults(rules, why, (when) =>
    ["name", "email"].some((field) => ruleReads([{ when }], "holder", field)),
  );
}

/** A rule that narrows needs to say what stays; of a flag that is what it would leave; an expire rule leaves nothing. */
function keepScopeFaults(rules: readonly Fields[]): ConfigFault[] {
  return rules.flatMap(({ then, keepScope }, index) => {
    const path = ["policy", "rules", index, "keepScope"];
    if (then === "narrow" && keepScope === undefined) {
      const example = 'scope.dimension != "department" || scope.id == holder.departmentId';
      return [faultAt(path, `is missing: narrow needs to know which scopes stay, such as ${example}`)];
    }
    if (then !== "expire" || keepScope === undefined) return [];
    return [faultAt(path, "is for rules that narrow or flag: an expire rule takes the whole grant, take it out")];
  });
}

/** A rule by which something is removed, be it where nobody decides. */
function mayRemove({ then, onNoDecision }: Fields): boolean {
  return then !== "flag" || onNoDecision === "expire";
}

/**
 * When somebody was last active is context for people: it says nothing of the grant, and comes from a report that may lack somebody.
 * A rule may flag by it, where a source reads it, and never remove anything.
 */
export function signalFaults({ rules }: Fields, sources: readonly Fields[]): ConfigFault[] {
  const reading = sources.filter(({ signals }) => listOf(signals).includes("feishu-activity")).map(({ id }) => id);
  return listOf(rules)
    .map(fieldsOf)
    .flatMap((rule, index) => {
      const asking = conditionKeys.filter((key) => {
        const text = rule[key];
        return typeof text === "string" && ruleReads([{ when: text }], "holder", "lastActiveAt");
      });
      const named = rule.sources === undefined ? sources.map(({ id }) => id) : listOf(rule.sources);
      const why = mayRemove(rule)
        ? "asks for holder.lastActiveAt, by which nothing is removed, as it is no fact about the grant: write then: flag, without onNoDecision: expire"
        : named.some((id) => reading.includes(id))
          ? null
          : "asks for holder.lastActiveAt, and no source of this rule reads it: write signals: [feishu-activity] in a Feishu source";
      return why === null ? [] : asking.map((key) => faultAt(["policy", "rules", index, key], why));
    });
}

/** A source as the file has it, and whether its provider can take some scopes of a grant and leave others. */
export type NarrowedSource = { id: unknown; provider: unknown; canNarrow: boolean };

/** A rule names sources that are there, and narrows only in sources whose provider can. */
export function ruleSourceFaults({ rules }: Fields, sources: readonly NarrowedSource[]): ConfigFault[] {
  return listOf(rules)
    .map(fieldsOf)
    .flatMap(({ then, sources: named }, index) => {
      const path = ["policy", "rules", index];
      const known = sources.map(({ id }) => id);
      const unknown = listOf(named).flatMap((id, at) =>
        known.includes(id) ? [] : [faultAt([...path, "sources", at], `is no source: write one of ${known.join(", ")}`)],
      );
      const applies = ({ id }: NarrowedSource): boolean => named === undefined || listOf(named).includes(id);
      const unable = then === "narrow" ? sources.filter((source) => applies(source) && !source.canNarrow) : [];
      const able = sources.filter(({ canNarrow }) => canNarrow).map(({ id }) => id);
      const instead =
        able.length > 0 ? `write sources: [${able.join(", ")}] in this rule, or flag here` : "write flag here";
      const why = unable.map(({ id, provider }) => `${id} (${provider})`).join(", ");
      return unable.length > 0
        ? [
            ...unknown,
            faultAt([...path, "then"], `is nothing that ${why} can do, which takes grants whole: ${instead}`),
          ]
        : unknown;
    });
}

/** Entries that stand twice in a list of a guard; `path` leads to the guard. */
export function guardFaults(guard: Fields, path: Path): ConfigFault[] {
  return Object.keys(guardLists).flatMap((name) =>
    repeatFaults(listOf(guard[name]), (index) => [...path, name, index], "take one out"),
  );
}

/** Entries of a source's guard that the policy has for every source. */
export function sharedGuardFaults(ofSource: Fields, path: Path, ofPolicy: Fields): ConfigFault[] {
  return Object.keys(guardLists).flatMap((name) => {
    const everywhere = listOf(ofPolicy[name]).map((entry) => JSON.stringify(entry));
    return listOf(ofSource[name]).flatMap((entry, index) =>
      everywhere.includes(JSON.stringify(entry))
        ? [faultAt([...path, name, index], `repeats one of policy.guard.${name}: take one out`)]
        : [],
    );
  });
}

/**
 * A review that begins seals the one before. Where that is still waiting for decisions or a notice then, what it waits for never
 * ends, and nothing is ever removed.
 */
function gapFaults({ decideWithinDays }: Fields, rules: readonly Fields[], schedule: Fields): ConfigFault[] {
  const { cron, enabled } = schedule;
  if (typeof cron !== "string" || faultOfCron(cron) !== null || enabled === false) return [];
  const gap = shortestGapDays(cron);
  if (gap === null) return [];
  const gapDays = Math.floor(gap * 100) / 100;
  const tooLong = (days: unknown): days is number => typeof days === "number" && days > 0 && days >= gap;
  const why = (days: number, what: string): string => {
    const most = Math.ceil(gap) - 1;
    const remedy =
      most > 0
        ? `write at most ${most}, or a schedule.cron with longer gaps`
        : "write a schedule.cron with longer gaps";
    return `is ${days} days, and by schedule.cron the next review may begin after ${gapDays}, and seals this one before ${what} has ended: ${remedy}`;
  };
  return [
    ...(tooLong(decideWithinDays)
      ? [faultAt(["policy", "decideWithinDays"], why(decideWithinDays, "the time to decide"))]
      : []),
    ...rules.flatMap(({ noticeDays }, index) =>
      tooLong(noticeDays) ? [faultAt(["policy", "rules", index, "noticeDays"], why(noticeDays, "the notice"))] : [],
    ),
  ];
}

type Beside = { people: unknown; schedule: unknown };

/** Settings of the policy that contradict each other. All of the file is as it was written, unchecked. */
export function policyFaults(policy: Fields, { people, schedule }: Beside): ConfigFault[] {
  const guard = fieldsOf(policy.guard);
  const rules = listOf(policy.rules).map(fieldsOf);
  const maxPlanAgeDays = typeof guard.maxPlanAgeDays === "number" ? guard.maxPlanAgeDays : defaultGuard.maxPlanAgeDays;
  return [
    ...repeatFaults(
      rules.map(({ id }) => id),
      (index) => ["policy", "rules", index, "id"],
      "give each rule its own id",
    ),
    ...noticeFaults(rules, maxPlanAgeDays),
    ...silenceFaults(policy, rules, guard),
    ...sweepRuleFaults(rules),
    ...keepScopeFaults(rules),
    ...windowFaults(policy, maxPlanAgeDays),
    ...gapFaults(policy, rules, fieldsOf(schedule)),
    ...peopleFaults(rules, people),
    ...guardFaults(guard, ["policy", "guard"]),
  ];
}
