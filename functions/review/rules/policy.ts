import { dayMs, epochMs, isoInstant } from "../../basics/time.ts";

/** Whose decisions count: whoever is known, only whom the routing names (and delegates), or those once the desk has proven them. */
export const decisionsOf = ["any", "routed", "signed-in"] as const;

export type DecisionsOf = (typeof decisionsOf)[number];

/** What happens to a flagged grant if nobody decides before the window for decisions ends. */
export type NoDecision = "keep" | "flag" | "expire";

/** What follows from a rule that matches: the grant is removed, some of its scopes are, or people are told. */
export type RuleEffect = "expire" | "narrow" | "flag";

/** A rule of the policy: a CEL condition, and what follows from a match. */
export type Rule = {
  id: string;
  when: string;
  then: RuleEffect;
  /** Whole days of 24 h between the first plan with a grant and the grant's removal. */
  noticeDays: number;
  reason: { en: string; zh: string };
  /** Whether a reviewer's keep, minGrantAgeDays and keepLastHolder can prevent the removal. */
  overridable: boolean;
  /**
   * A CEL condition on one object of a scope: the scopes that stay. `narrow` needs it; of a flag it says what a narrowing would
   * leave.
   */
  keepScope?: string | undefined;
  /** The sources that the rule is for; left out: all. In the configuration alone: a source's policy.json has its own rules. */
  sources?: string[] | undefined;
  /** For flags only. Left out: `flag`, the grant stays flagged. */
  onNoDecision?: NoDecision | undefined;
  /** Which demands the rule serves, in the words of whoever wrote it: it changes no judgement. */
  controls?: string[] | undefined;
  /** Whether the rule also acts in sweeps: expire rules without a notice alone. */
  sweep?: boolean | undefined;
};

/** Roles of one source, each by its id or its code. */
export type SourceRoles = { source: string; roles: string[] };

/** Roles that one person must not hold together: whoever has a role of each side of `between` holds too much. */
export type Conflict = {
  id: string;
  /** Two sides or more, each a list of roles of one source or of several. */
  between: SourceRoles[][];
  reason: { en: string; zh: string };
  /** As those of a rule. */
  controls?: string[] | undefined;
};

/** Limits that hold items of a plan, or stop a whole plan (docs/contract.md describes each). */
export type Guard = {
  maxExpiries: number;
  /** `maxExpiries` of a sweep; a policy.json of an earlier version lacks it. */
  sweepMaxExpiries?: number;
  maxShare: number;
  maxPopulationDrop: number;
  maxRoleShare: number;
  keepLastHolder: boolean;
  minGrantAgeDays: number;
  allowUnrestorable: boolean;
  protectedRoles: string[];
  protectedHolders: string[];
  canaries: { holder: string; role: string }[];
  maxPlanAgeDays: number;
  maxUnknownShare: number;
  expectLeavers: boolean;
  maxKeepDays: number;
  /**
   * Must be true for `onNoDecision: expire` to remove anything. A policy.json of an earlier version lacks this field.
   */
  allowExpireUndecided?: boolean;
  /** How many different approvers lift a brake; a policy.json of an earlier version lacks it: one does. */
  approvals?: number;
};

/** `policy.json`: rules and guards with defaults filled in, and the time zone of calendar dates. */
export type Policy = {
  formatVersion: 1;
  timezone: string;
  /**
   * The length of the window for decisions, in days of 24 h from when people were first asked. A policy.json of an earlier version
   * lacks this field.
   */
  decideWithinDays?: number;
  /** Who a holder's peers are: the active holders of the same department, unless of the same manager. */
  peers?: { by: "department" | "manager" } | undefined;
  /** Whose decisions count; a policy.json of an earlier version lacks it, and anybody's did. */
  decisions?: DecisionsOf;
  /**
   * The promise that is measured: hours from the end of a leaver's last day to the verified removal. A policy.json of an earlier
   * version lacks it.
   */
  removeWithinHours?: number;
  rules: Rule[];
  /** Left out: none. */
  conflicts?: Conflict[] | undefined;
  guard: Guard;
};

export const defaultGuard: Guard = {
  maxExpiries: 20,
  sweepMaxExpiries: 10,
  maxShare: 0.05,
  maxPopulationDrop: 0.2,
  maxRoleShare: 0.5,
  keepLastHolder: true,
  minGrantAgeDays: 14,
  allowUnrestorable: false,
  protectedRoles: [],
  protectedHolders: [],
  canaries: [],
  maxPlanAgeDays: 30,
  maxUnknownShare: 0.01,
  expectLeavers: true,
  maxKeepDays: 400,
  allowExpireUndecided: false,
  approvals: 1,
};

/**
 * The policy of a sweep: the rules with `sweep: true` alone. No window for decisions and no conflicts, as nobody is asked to
 * decide between reviews.
 */
export function sweepPolicyOf({ conflicts: _conflicts, ...policy }: Policy): Policy {
  return { ...policy, decideWithinDays: 0, rules: policy.rules.filter(({ sweep }) => sweep === true) };
}

/** How many hours after a last day everything is to be gone. */
export function promisedHours({ removeWithinHours = 24 }: Policy): number {
  return removeWithinHours;
}

/** The end of the window for decisions that began at `askedAt` (ISO 8601 both); null if the policy has no window. */
export function windowEndOf({ decideWithinDays = 0 }: Policy, askedAt: string): string | null {
  return decideWithinDays > 0 ? isoInstant(epochMs(askedAt) + decideWithinDays * dayMs) : null;
}

/** Whether the window for decisions that began at `askedAt` is open. `nowMs` is epoch milliseconds. */
export function isWindowOpen(policy: Policy, askedAt: string, nowMs: number): boolean {
  const endsAt = windowEndOf(policy, askedAt);
  return endsAt !== null && nowMs < epochMs(endsAt);
}

/**
 * Whether a flag removes grants that nobody decided on: only with `onNoDecision: expire`, `allowExpireUndecided`, and a
 * window for decisions.
 */
export function expiresUndecided({ then, onNoDecision }: Rule, { decideWithinDays = 0, guard }: Policy): boolean {
  return then === "flag" && onNoDecision === "expire" && guard.allowExpireUndecided === true && decideWithinDays > 0;
}

/** What a rule sees; `scope` in `keepScope` alone. rule-vocabulary.ts has the fields of each. */
const variables = ["grant", "holder", "role", "previous", "decision", "person", "peers", "scope", "now"] as const;

type Variable = (typeof variables)[number];

/** Texts of CEL, as cel-js reads them, comments, names, and single characters. */
const tokens =
  /(?:(?<!\w)[bBrR])?(?:"""(?:\\[\s\S]|[^\\])*?"""|'''(?:\\[\s\S]|[^\\])*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|\/\/.*|[A-Za-z_]\w*|\S/g;

function isName(token = ""): boolean {
  return /^[A-Za-z_]/.test(token) && !/["']$/.test(token);
}

/** Whether `["x"]` after it is a field of it, and no list. */
function isOwner(token = ""): boolean {
  return token !== "in" && /[\w)\]]$/.test(token);
}

/**
 * Whether any of these rules reads a variable, or a field of it, `has()` included. Found by the names in the expressions, which
 * were checked when the configuration was read: a snapshot does without the language of rules. A field of something that has no
 * name (`(a ? person : holder).status`) counts as any variable's that the expression names.
 */
export function ruleReads(
  rules: readonly Pick<Rule, "when" | "keepScope">[],
  variable: Variable,
  field?: string,
): boolean {
  return rules
    .flatMap(({ when, keepScope = "" }) => [namesIn(when), namesIn(keepScope)])
    .some(
      ({ named, fields }) =>
        named.has(variable) &&
        (field === undefined || fields.some(({ name, of }) => name === field && (of === null || of === variable))),
    );
}

/** The names that stand by themselves, and the fields with the variable that they are of; null: of something else. */
function namesIn(expression: string): { named: Set<string>; fields: { name: string; of: Variable | null }[] } {
  const found = [...expression.matchAll(tokens)].map(([token]) => token).filter((token) => !token.startsWith("//"));
  const named = new Set<string>();
  const fields: { name: string; of: Variable | null }[] = [];
  const ownerAt = (at: number): Variable | null => {
    const isOwn = found[at - 1] !== ".";
    return (isOwn && variables.find((variable) => variable === found[at])) || null;
  };
  for (const [at, token] of found.entries()) {
    const before = found[at - 1];
    if (isName(token) && before === ".") fields.push({ name: token, of: ownerAt(at - 2) });
    else if (isName(token)) named.add(token);
    else if (/["']$/.test(token) && before === "[" && found[at + 1] === "]" && isOwner(found[at - 2]))
      fields.push({ name: token.replace(/^\w*["']+|["']+$/g, ""), of: ownerAt(at - 2) });
  }
  return { named, fields };
}
