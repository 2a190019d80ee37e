import { dayMs, epochMs } from "../../functions/basics/time.ts";
import type { Grant, Holder, Scopes } from "../../functions/review/grants/grant.ts";
import {
  normalizeScopes,
  sameScopes,
  scopesGrew,
  scopesWithout,
  seenHash,
} from "../../functions/review/grants/grant-comparison.ts";
import type { Snapshot } from "../../functions/review/grants/snapshot.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { PlanItem } from "../../functions/review/plan/plan.ts";
import type { Intent } from "../../functions/review/proof/receipt.ts";
import type { Rule } from "../../functions/review/rules/policy.ts";
import { entriesOf, type Given, standingGrant } from "./company.ts";
import type { Objects } from "./fake-store.ts";
import { keptOf, narrowRuleId, withoutSome } from "./narrowing-scenario.ts";
import { staleDays } from "./scenario.ts";
import { leasesIn, newestPlanIn, readStored } from "./stored.ts";
import type { AtWork, Decided, Watch } from "./watch.ts";
import { idOf, sourceId, type World } from "./world.ts";

type Sending = { key: string } & AtWork;

/** Why a removal must not be sent now, by what is in the store and at the provider. Nothing stands: nothing can go wrong. */
export const removalFaults = (world: World, watch: Watch, sending: Sending): string[] => {
  const given = standingGrant(world.company, sending.key, world.clock.now());
  if (!given) return [];
  const faults = changeFaults(world, watch, { given, sending, isNarrowing: false });
  const item = itemOf(world, given, sending);
  return (item?.keep?.length ?? 0) > 0 ? [...faults, "whose plan leaves something of it"] : faults;
};

/** Why scopes must not be set to fewer now: as removals, and they are what stays by the rule, of what the provider shows. */
export const narrowingFaults = (world: World, watch: Watch, sending: Sending & { scopes: Scopes }): string[] => {
  const { company, objects, policy, clock } = world;
  const given = standingGrant(company, sending.key, clock.now());
  if (!given) return [];
  const faults = changeFaults(world, watch, { given, sending, isNarrowing: true });
  const holder = company.people.get(given.holderId);
  const stays = holder && keptOf(policy, given.scopes, holder);
  if (!stays || stays.length === 0) return [...faults, "though no rule leaves anything of it"];
  const isAs = (expected: Scopes | null | undefined): boolean => !!expected && sameScopes(sending.scopes, expected);
  if (!isAs(withoutGone(company, stays))) faults.push("to other scopes than its rule leaves");
  const item = itemOf(world, given, sending);
  if (item && !isAs(withoutGone(company, item.keep ?? []))) faults.push("to other scopes than its plan leaves");
  const intent = readStored<Intent>(objects, reviewKeys(sourceId, sending.review).intent(idOf(given)));
  if (intent && !isAs(intent.keep)) faults.push("to other scopes than its intent says");
  if (intent && !sameScopes(intent.grant.scopes, given.scopes)) faults.push("from other scopes than its intent says");
  return faults;
};

/** Whether scopes are given back: the review says what became of the grant. */
export const isWidening = ({ company, objects }: World, { key, review }: Sending): boolean => {
  const given = company.given.get(key);
  return given !== undefined && objects.has(reviewKeys(sourceId, review).outcome(idOf(given)));
};

/** Why scopes must not be set to more now: they are those that a review took away and no others. */
export const wideningFaults = (
  { company, objects, clock }: World,
  { key, scopes, review }: Sending & { scopes: Scopes },
): string[] => {
  const given = standingGrant(company, key, clock.now());
  const intent = given && readStored<Intent>(objects, reviewKeys(sourceId, review).intent(idOf(given)));
  if (!given || !intent?.keep) return ["that no review has narrowed"];
  const had = withoutGone(company, intent.grant.scopes ?? []);
  const isLess = scopesWithout(had, scopes).length > 0;
  const isMore = scopesWithout(scopes, [...had, ...(given.scopes ?? [])]).length > 0;
  return [...(isLess ? ["to less than it had"] : []), ...(isMore ? ["to more than it had"] : [])];
};

const withoutGone = ({ goneDepartments }: World["company"], scopes: Scopes): Scopes =>
  withoutSome(scopes, (id) => goneDepartments.has(id));

const itemOf = ({ objects }: World, given: Given, { review }: AtWork): PlanItem | undefined =>
  newestPlanIn(objects, review)?.items.find(({ grantId }) => grantId === idOf(given));

type Changing = { given: Given; sending: Sending; isNarrowing: boolean };

const changeFaults = (world: World, watch: Watch, { given, sending, isNarrowing }: Changing): string[] => [
  ...reviewFaults(world, sending),
  ...itemFaults(world, given, sending),
  ...factFaults(world, watch, { given, review: sending.review, isNarrowing }),
];

/** Why the store allows nothing of a review now: the mode, the snapshot, the plan, its brake, the leases. */
export function* reviewFaults(
  { objects, clock, mode, policy, company }: World,
  { review, invocation }: AtWork,
): Generator<string> {
  const keys = reviewKeys(sourceId, review);
  const plan = newestPlanIn(objects, review);
  if (mode !== "enforce") yield "in report mode";
  if (readStored<Snapshot>(objects, keys.snapshot)?.complete !== true) yield "from an incomplete snapshot";
  if (!company.isWhole) yield "from a listing that is not whole";
  if (objects.has(keys.evidence)) yield "after its review was sealed";
  if (!plan) return yield "without a plan";
  if (clock.now() - epochMs(plan.createdAt) > policy.guard.maxPlanAgeDays * dayMs) yield "by an old plan";
  // A question that is still open is no removal yet.
  const isOpen = ({ ifUndecided, notBefore }: PlanItem): boolean => !!ifUndecided && epochMs(notBefore) > clock.now();
  const expiries = plan.items.filter((item) => item.hold === null && !isOpen(item));
  const mostExpiries = review.endsWith("-sweep") ? policy.guard.sweepMaxExpiries! : policy.guard.maxExpiries;
  const isBraked = plan.brake.tripped || expiries.length > mostExpiries;
  if (isBraked && !objects.has(keys.approval(plan.planHash))) yield "although the brake stops its plan";
  const held = leasesIn(objects);
  if (held.length === 0 || held.some((holder) => holder !== invocation)) yield "without the lease";
}

/** Why the store does not allow this removal: its item of the plan, its receipts. */
function* itemFaults({ objects, clock }: World, given: Given, { review }: AtWork): Generator<string> {
  const keys = reviewKeys(sourceId, review);
  const id = idOf(given);
  const item = newestPlanIn(objects, review)?.items.find(({ grantId }) => grantId === id);
  if (!item) return yield "off the plan";
  if (item.hold) yield `although the plan holds it: ${item.hold.by}`;
  if (epochMs(item.notBefore) > clock.now()) yield "before its notice ran out";
  const intent = readStored<Intent>(objects, keys.intent(id));
  if (!intent) yield "without an intent";
  if (objects.has(keys.outcome(id))) yield "after its outcome was written";
}

type Judged = { given: Given; review: string; isNarrowing: boolean };

/** Why the facts do not allow this removal, as they are now. */
function* factFaults(world: World, watch: Watch, { given, review, isNarrowing }: Judged): Generator<string> {
  const { company, policy, clock } = world;
  const { guard } = policy;
  const holder = company.people.get(given.holderId);
  const item = newestPlanIn(world.objects, review)?.items.find(({ grantId }) => grantId === idOf(given));
  if (!holder || holder.status === "unknown") return yield "of an unknown holder";
  if (given.scopes === null) return yield "with unknown scopes";
  if (!item) return;
  if (item.seen !== seenNow(world, given, holder)) yield "that is not what the plan saw";
  const rules = matchingRules(world, watch, { given, review, isNarrowing, item });
  if (rules.length === 0) yield "though no rule matches";
  const isOverridable = rules.every(({ overridable }) => overridable);
  if (guard.protectedRoles.some((entry) => entry === given.roleId || entry === given.roleId.replace("r", "code-")))
    yield "of a protected role";
  if (guard.protectedHolders.includes(given.holderId)) yield "of a protected holder";
  if (guard.canaries.some(({ holder: id, role }) => id === given.holderId && role === given.roleId))
    yield "that is a canary";
  if (!given.removable) yield "that cannot be removed";
  if (!given.restorable && ((!guard.allowUnrestorable && isOverridable) || isNarrowing))
    yield "that cannot be given back";
  // Of an undated grant nobody can tell that it was taken and given again between two snapshots.
  const isDated = given.grantedAt !== null;
  if (isOverridable && isDated && clock.now() - given.givenAtMs < guard.minGrantAgeDays * dayMs)
    yield "that is too new";
  if (isOverridable && isKept(world, watch, given, review)) yield "although a decision keeps it";
}

const seenNow = ({ company }: World, given: Given, holder: Holder): string => {
  const scopes = entriesOf(company, given).flatMap((entry) => entry.scopes ?? []);
  const named = scopes.map((parts) =>
    parts.map((part) => ({ ...part, names: part.ids.map((id) => company.departmentNames.get(id) ?? null) })),
  );
  const { grantedAt } = given;
  return seenHash({ scopes: normalizeScopes(named), grantedAt, holder } as Grant);
};

/** What takes members out of a role that is to be deleted. */
const retiredRole = { overridable: false };

/** The plan's rules that match by today's facts and configuration. Generous where only the past could tell. */
const matchingRules = (
  world: World,
  watch: Watch,
  { given, review, isNarrowing, item }: Judged & { item: PlanItem },
): Pick<Rule, "overridable">[] => {
  const holder = world.company.people.get(given.holderId)!;
  const newest = newestDecision(watch, idOf(given));
  const isMatch: Record<string, boolean> = {
    leaver: holder.status === "left",
    revoke: newest?.decision === "revoke" && isStillSpoken(watch, newest, { given, nowMs: world.clock.now() }),
    returned: wasRevoked(world.objects, idOf(given)),
    // A narrowing moves the date that the provider shows, and makes nothing younger.
    stale: given.grantedAt !== null && world.clock.now() - given.givenAtMs > staleDays * dayMs,
    [narrowRuleId]: isMeant(keptOf(world.policy, given.scopes, holder), isNarrowing),
  };
  const isSilent = isMatch.revoke === false && isSilenceOver(world, review);
  const role = world.company.roles.find(({ id }) => id === given.roleId);
  const builtIn = role?.status === "retiring" && item.rules.includes("retired-role") ? [retiredRole] : [];
  const matching = world.policy.rules.filter(
    ({ id, then }) => item.rules.includes(id) && isMatch[id] === true && (then !== "flag" || isSilent),
  );
  return [...builtIn, ...matching];
};

/** Whether a rule leaves something, where the grant is to be narrowed, and nothing where it is to go. */
const isMeant = (stays: Scopes | null, isNarrowing: boolean): boolean =>
  stays !== null && stays.length > 0 === isNarrowing;

/** Whether silence may be taken for an answer: by the second key, and once there was time to decide, by today's configuration. */
const isSilenceOver = ({ objects, policy, clock }: World, review: string): boolean => {
  const { takenAt } = readStored<Snapshot>(objects, reviewKeys(sourceId, review).snapshot)!;
  const { decideWithinDays = 0, guard } = policy;
  return guard.allowExpireUndecided === true && clock.now() >= epochMs(takenAt) + decideWithinDays * dayMs;
};

const wasRevoked = (objects: Objects, id: string): boolean =>
  [...objects.keys()].some(
    (key) =>
      key.endsWith(`/${id}.outcome.json`) && readStored<{ outcome: string }>(objects, key)?.outcome === "revoked",
  );

const revokeIsGoodForMs = 90 * dayMs;

/** Whether a decision to revoke is not too old, and speaks of the grant as it is: not given anew, and holding nowhere else since. */
const isStillSpoken = (
  { standingAt }: Watch,
  { review, grantId, decidedAtMs }: Decided,
  { given, nowMs }: { given: Given; nowMs: number },
): boolean => {
  const then = standingAt.get(review)?.get(grantId);
  const isSameDate = given.grantedAt === null ? then?.grantedAt === null : then?.givenAtMs === given.givenAtMs;
  const isSame = isSameDate && !scopesGrew(then?.scopes ?? null, given.scopes);
  return isSame && nowMs - decidedAtMs <= revokeIsGoodForMs;
};

const newestDecision = (watch: Watch, id: string): Decided | undefined =>
  watch.decided.filter(({ grantId, isGood }) => grantId === id && isGood).at(-1);

/** A good keep of this very review, that is not over: what it speaks of is what the plan saw. */
const isKept = ({ clock }: World, watch: Watch, given: Given, review: string): boolean => {
  const newest = newestDecision(watch, idOf(given));
  return newest?.decision === "keep" && newest.review === review && epochMs(newest.untilAt!) >= clock.now();
};
