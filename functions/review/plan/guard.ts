import { dayMs, epochMs } from "../../basics/time.ts";
import { type Said, sayBecause } from "../because.ts";
import { type Grant, worksHere } from "../grants/grant.ts";
import { grantedSince } from "../grants/grant-comparison.ts";
import { sayNotRemoved } from "../proof/receipt.ts";
import { retiredRole } from "../rules/built-in-rules.ts";
import type { Guard, Rule } from "../rules/policy.ts";
import { type Hold, type HoldBy, isNarrowing, type PlanContext, type PlanItem } from "./plan.ts";

/** An item of the plan with its grant and its counting rules. `item.hold` is null, or a hold by a decision. */
export type JudgedItem = { item: PlanItem; grant: Grant; rules: readonly Rule[] };

/**
 * Whether a keep, the grant's age or the last-holder guard may hold an item: only if all of the item's rules are
 * overridable.
 */
export function isOverridable(rules: readonly Rule[]): boolean {
  return rules.every(({ overridable }) => overridable);
}

type Subject = { grant: Grant; isOverridable: boolean; isNarrowing: boolean; guard: Guard; now: string };

function isRoleNamed({ role }: Grant, idOrCode: string): boolean {
  return idOrCode === role.id || idOrCode === role.code;
}

function isCanary({ grant, guard }: Subject): boolean {
  return guard.canaries.some(({ holder, role }) => holder === grant.holder.id && isRoleNamed(grant, role));
}

function tooNew({ grant, isOverridable, guard, now }: Subject): Said | null {
  const since = grantedSince(grant);
  const ageMs = epochMs(now) - epochMs(since ?? grant.firstSeenAt);
  if (!isOverridable || ageMs >= guard.minGrantAgeDays * dayMs) return null;
  const code = since === null ? "seen-lately" : "granted-lately";
  return sayBecause(code, { days: Math.floor(ageMs / dayMs), minGrantAgeDays: guard.minGrantAgeDays });
}

function unknown({ holder, role, scopes }: Grant): Said | null {
  if (holder.status === "unknown") return sayBecause("holder-unread");
  if (scopes === null) return sayBecause("scopes-unread");
  // Of a role that is missing from the role list, a listing gives only the id.
  const said = [role.code, role.name.en, role.name.zh, role.kind, role.status];
  return said.every((text) => text === null) ? sayBecause("role-unread") : null;
}

/** Why the provider does not remove the grant. The provider's own words have no code. */
function unremovable({ unremovableReason, notRemoved, holder }: Grant): Said {
  if (notRemoved) return sayNotRemoved(notRemoved, holder.status);
  return unremovableReason === null ? sayBecause("unremovable") : { detail: unremovableReason };
}

/**
 * The guards that judge a grant by itself, in the contract's order. Each gives the reason for holding the grant, or
 * null.
 */
const individualGuards: [HoldBy, (subject: Subject) => Said | null][] = [
  [
    "protected-role",
    ({ grant, guard }) =>
      grant.role.isProtected || guard.protectedRoles.some((entry) => isRoleNamed(grant, entry))
        ? sayBecause("protected-role", { role: grant.role.id })
        : null,
  ],
  [
    "protected-holder",
    ({ grant, guard }) => (guard.protectedHolders.includes(grant.holder.id) ? sayBecause("protected-holder") : null),
  ],
  ["canary", (subject) => (isCanary(subject) ? sayBecause("canary") : null)],
  ["too-new", tooNew],
  ["unremovable", ({ grant }) => (grant.removable ? null : unremovable(grant))],
  // What cannot be given back as it was cannot be set to other scopes either, whatever the policy allows.
  ["unremovable", ({ grant, isNarrowing }) => (isNarrowing && !grant.restorable ? sayBecause("unnarrowable") : null)],
  [
    "unrestorable",
    ({ grant, isOverridable, guard }) =>
      grant.restorable || guard.allowUnrestorable || !isOverridable ? null : sayBecause("unrestorable"),
  ],
  ["unknown", ({ grant }) => unknown(grant)],
];

/** The names of the guards that judge a grant by itself. */
export const guardsOfGrants: ReadonlySet<HoldBy> = new Set(individualGuards.map(([by]) => by));

/**
 * The first guard that holds a grant by itself; null if none does. Asked when planning, and again right before the
 * removal: then with today's guards, the grant as re-read, and the rules that still match.
 */
export function holdsToday(
  item: { rules: readonly Rule[]; keep?: PlanItem["keep"] },
  grant: Grant,
  guard: Guard,
  now: string,
): Hold | null {
  const isNarrowed = item.keep ? isNarrowing({ keep: item.keep }) : false;
  const subject: Subject = { grant, isOverridable: isOverridable(item.rules), isNarrowing: isNarrowed, guard, now };
  for (const [by, sayWhyHeld] of individualGuards) {
    const said = sayWhyHeld(subject);
    if (said !== null) return { by, ...said };
  }
  return null;
}

/** The hold of an item by this guard, for the reason of a code. */
export function holdBy(by: HoldBy, ...reason: Parameters<typeof sayBecause>): Hold {
  return { by, ...sayBecause(...reason) };
}

/** The hold of a grant whose role the role list lacks. */
export const roleUnlisted: Hold = holdBy("unknown", "role-unlisted");

function held(judged: JudgedItem, hold: Hold): JudgedItem {
  return { ...judged, item: { ...judged.item, hold } };
}

function holdAlone(judged: JudgedItem, { policy, roleHolders, now }: PlanContext): JudgedItem {
  const { grant } = judged;
  const { rules, item } = judged;
  const hold = holdsToday({ rules, ...(item.keep ? { keep: item.keep } : {}) }, grant, policy.guard, now);
  if (hold) return held(judged, hold);
  return roleHolders.has(grant.role.id) ? judged : held(judged, roleUnlisted);
}

/** From so many holders on, a role keeps a share of them. */
export const roleShareFrom = 10;

/** Holds all items of a role if the items not held are too large a share of the role's holders. */
function holdRoleShare(ofRole: JudgedItem[], { policy, roleHolders }: PlanContext): JudgedItem[] {
  // A role that is to be retired is meant to lose all of its holders.
  if (ofRole.some(({ rules }) => rules.some(({ id }) => id === retiredRole.id))) return ofRole;
  const holders = roleHolders.get(ofRole[0]?.item.roleId ?? "")?.holders ?? 0;
  const free = ofRole.filter(({ item }) => !item.hold).length;
  if (holders < roleShareFrom || free / holders <= policy.guard.maxRoleShare) return ofRole;
  const said = sayBecause("role-share", { items: free, holders, maxRoleShare: policy.guard.maxRoleShare });
  return ofRole.map((one) => (one.item.hold ? one : held(one, { by: "role-share", ...said })));
}

function isActive({ grant }: JudgedItem): boolean {
  return worksHere(grant.holder);
}

/** Holds a role's overridable items if the items not held would take the role's last active holder. */
function holdLastHolder(ofRole: JudgedItem[], { policy, roleHolders }: PlanContext): JudgedItem[] {
  const active = roleHolders.get(ofRole[0]?.item.roleId ?? "")?.active ?? 0;
  // Whoever is narrowed still holds the role.
  const takes = ({ item }: JudgedItem) => !item.hold && !isNarrowing(item);
  const taken = ofRole.filter((one) => takes(one) && isActive(one)).length;
  if (!policy.guard.keepLastHolder || active === 0 || taken < active) return ofRole;
  const said = sayBecause("last-holder", { items: taken, active });
  const isHeldNow = (one: JudgedItem) => takes(one) && isOverridable(one.rules);
  return ofRole.map((one) => (isHeldNow(one) ? held(one, { by: "last-holder", ...said }) : one));
}

/**
 * The items with their holds, in the order given. Three steps: the guards that judge an item by itself; then the role's
 * share; then the role's last holder. Each step counts only items that no earlier step and no decision holds, because
 * held items leave their holders in place.
 */
export function holdItems(judged: readonly JudgedItem[], context: PlanContext): PlanItem[] {
  const byRole = Map.groupBy(
    judged.map((one) => holdAlone(one, context)),
    ({ item }) => item.roleId,
  );
  const itemByGrant = new Map<string, PlanItem>();
  for (const ofRole of byRole.values()) {
    for (const { item } of holdLastHolder(holdRoleShare(ofRole, context), context)) itemByGrant.set(item.grantId, item);
  }
  return judged.map(({ item }) => itemByGrant.get(item.grantId) ?? item);
}
