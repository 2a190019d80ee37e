import type { Grant, Holder } from "../../functions/review/grant.ts";
import { normalizeScopes, seenHash } from "../../functions/review/grant-identity.ts";
import { dayMs, epochMs } from "../../functions/review/instant.ts";
import { checkpointKey, reviewKeys, stopKey } from "../../functions/review/keys.ts";
import type { Plan, PlanItem } from "../../functions/review/plan.ts";
import type { Rule } from "../../functions/review/policy.ts";
import type { Intent } from "../../functions/review/receipt.ts";
import type { Snapshot } from "../../functions/review/snapshot.ts";
import type { ExpireState } from "../../functions/stages/expire-state.ts";
import { entriesOf, type Given, isStanding } from "./company.ts";
import type { Watcher } from "./fake-source.ts";
import type { Objects } from "./fake-store.ts";
import { staleDays } from "./scenario.ts";
import { idOf, sourceId, type World } from "./world.ts";

/** A decision as the operator's files hold it. `isGood`: nothing is wrong with it. */
export type Decided = {
  review: string;
  grantId: string;
  decision: "keep" | "revoke";
  untilAt: string | null;
  isGood: boolean;
  decidedAtMs: number;
};

/** One removal as the provider carried it out. */
export type Removal = AtWork & { key: string; grantId: string } & Pick<Given, "temper" | "givenAtMs">;

/** Who is at work for which review, under which configuration. */
export type AtWork = { invocation: string; review: string };

/** What one life did, and everything in it that must never happen. */
export type Watch = {
  violations: string[];
  removals: Removal[];
  decided: Decided[];
  everRemoved: Set<string>;
  /** `review grantId` of every removal that was asked for, whatever came of it. */
  asked: Set<string>;
  /** Every grant that a removal was sent for, as it is at the provider. */
  tried: Given[];
  /** Keys of what was put back where nothing stood. */
  restored: Set<string>;
  /** What stood when each review's snapshot was begun, by review and grant id. */
  standingAt: Map<string, Map<string, Given>>;
  /** Whether somebody has tampered with what the plan rests on: nothing may be removed. */
  isTampered: boolean;
  /** Whether a page that is safely kept must not be read again: no token was forgotten, and nobody stood still meanwhile. */
  isReadOnce: boolean;
  watcherOf(atWork: AtWork): Watcher;
};

const parse = <T>(objects: Objects, key: string): T | null => {
  const body = objects.get(key);
  return body ? (JSON.parse(new TextDecoder().decode(body)) as T) : null;
};

/** Which invocations the leases name. */
const leasesIn = (objects: Objects): string[] =>
  [...objects.keys()]
    .filter((key) => key.startsWith("checkpoints/_leases/"))
    .map((key) => parse<{ invocation: string }>(objects, key)!.invocation);

/** The newest plan of a review, as it lies in the store. */
export const newestPlanIn = (objects: Objects, review: string): Plan | null => {
  const root = reviewKeys(sourceId, review).assessments;
  const key = [...objects.keys()]
    .filter((each) => each.startsWith(root) && each.endsWith("/plan.json"))
    .sort()
    .at(-1);
  return key === undefined ? null : parse<Plan>(objects, key);
};

const isStoppedIn = (objects: Objects): boolean =>
  parse<{ isStopped: boolean }>(objects, stopKey(sourceId))?.isStopped === true;

/** The removals, of whichever review, of which it is written down that they have begun, and not that they have ended. */
const tasksWrittenDown = (objects: Objects): { review: string; grantId: string; task: string }[] => {
  const written: { review: string; grantId: string; task: string }[] = [];
  for (const key of objects.keys()) {
    const [, review] = /^checkpoints\/[^/]+\/([^/]+)\/expire\.json$/.exec(key) ?? [];
    if (review === undefined) continue;
    const { tasks = {} } = parse<Partial<ExpireState>>(objects, key)!;
    for (const [grantId, { task }] of Object.entries(tasks)) written.push({ review, grantId, task });
  }
  return written;
};

type OpenListings = { open: { listing: { id: string }; token: string | null }[] };

const offsetOf = (token: string | null): number => (token === null ? 0 : Number(token.slice(1)));

/** Which pages the checkpoint of a snapshot counts as read. */
const openKeptPages = (objects: Objects) => {
  const everOpen = new Set<string>();
  return {
    has(review: string, listingId: string, token: string | null): boolean {
      const state = parse<OpenListings>(objects, checkpointKey(sourceId, review, "snapshot.json"));
      for (const { listing } of state?.open ?? []) everOpen.add(`${review} ${listing.id}`);
      const open = state?.open.find(({ listing }) => listing.id === listingId);
      if (open) return offsetOf(token) < offsetOf(open.token);
      return everOpen.has(`${review} ${listingId}`);
    },
  };
};

/** Watches a life. Every rule it knows is stated here anew, and none is taken from the stages. */
export const openWatch = (world: World): Watch => {
  const { objects, company, clock } = world;
  const kept = openKeptPages(objects);
  let step = 0;
  const lastSentByKey = new Map<string, number>();
  const watch: Watch = {
    violations: [],
    removals: [],
    decided: [],
    everRemoved: new Set(),
    asked: new Set(),
    tried: [],
    restored: new Set(),
    standingAt: new Map(),
    isTampered: false,
    isReadOnce: true,
    watcherOf(atWork) {
      const grantReads = new Map<string, number>();
      const holderReads = new Map<string, number>();
      const found = new Set<string>();
      return {
        pageRead(listingId, token) {
          if (watch.isReadOnce && kept.has(atWork.review, listingId, token))
            watch.violations.push(`${atWork.invocation} read ${listingId} ${token} again, which is safely kept`);
        },
        grantsRead(keys) {
          step++;
          for (const key of keys) grantReads.set(key, step);
        },
        holdersRead(ids) {
          step++;
          for (const id of ids) holderReads.set(id, step);
        },
        writing() {
          const wasStopped = isStoppedIn(objects);
          return {
            sent(key) {
              const blame = (why: string): void => {
                watch.violations.push(`${atWork.invocation} revoked ${key.replace("\n", " of ")} ${why}`);
              };
              const sentBefore = lastSentByKey.get(key) ?? 0;
              if ((grantReads.get(key) ?? -1) <= sentBefore) blame("without a read in between");
              // What repeats a removal that got no answer is a read of the grant; its holder was read before the first.
              if (!holderReads.has(key.split("\n")[0]!)) blame("without reading its holder");
              lastSentByKey.set(key, ++step);
              const given = company.given.get(key);
              if (given) watch.tried.push(given);
              const [holderId = "", roleId = ""] = key.split("\n");
              watch.asked.add(`${atWork.review} ${idOf({ holderId, roleId })}`);
              if (wasStopped) blame("while stopped");
              if (watch.isTampered) blame("although somebody has tampered with what its plan rests on");
              const begun = tasksWrittenDown(objects).filter(({ review }) => review === atWork.review);
              if (begun.some(({ grantId }) => grantId === idOf({ holderId, roleId })))
                blame("while its task is awaited");
              for (const fault of removalFaults(world, watch, { key, ...atWork })) blame(fault);
            },
          };
        },
        taskFound(task) {
          found.add(task);
        },
        taskRead(task) {
          // A snapshot seals the review before it, and looks after what that one has begun.
          const isKnown = found.has(task) || tasksWrittenDown(objects).some((each) => each.task === task);
          // Whoever stood still meanwhile may ask for one that another has seen end, and changes nothing by it.
          if (!isKnown && watch.isReadOnce)
            watch.violations.push(`${atWork.invocation} asked for a task before it was written down`);
        },
        removed(key) {
          const given = company.given.get(key)!;
          watch.everRemoved.add(idOf(given));
          const { temper, givenAtMs } = given;
          watch.removals.push({ key, grantId: idOf(given), temper, givenAtMs, ...atWork });
        },
        restored(key, wasThere) {
          if (wasThere) watch.restored.delete(key);
          else watch.restored.add(key);
        },
      };
    },
  };
  const removalFaults = (at: World, seen: Watch, sending: { key: string } & AtWork): string[] => {
    const given = company.given.get(sending.key);
    if (!given || !isStanding(given, clock.now())) return [];
    return [...planFaults(at, given, sending), ...factFaults(at, seen, { given, review: sending.review })];
  };
  return watch;
};

/** Why the store does not allow this removal: the plan, its brake, its snapshot, the intent, the leases. */
function* planFaults(
  { objects, clock, mode, policy, company }: World,
  given: Given,
  { review, invocation }: AtWork,
): Generator<string> {
  const keys = reviewKeys(sourceId, review);
  const id = idOf(given);
  const plan = newestPlanIn(objects, review);
  const item = plan?.items.find(({ grantId }) => grantId === id);
  if (mode !== "enforce") yield "in report mode";
  if (parse<Snapshot>(objects, keys.snapshot)?.complete !== true) yield "from an incomplete snapshot";
  if (!company.isWhole) yield "from a listing that is not whole";
  if (objects.has(keys.evidence)) yield "after its review was sealed";
  if (!plan || !item) return yield "off the plan";
  if (item.hold) yield `although the plan holds it: ${item.hold.by}`;
  if (epochMs(item.notBefore) > clock.now()) yield "before its notice ran out";
  if (clock.now() - epochMs(plan.createdAt) > policy.guard.maxPlanAgeDays * dayMs) yield "by an old plan";
  const expiries = plan.items.filter(({ hold }) => hold === null).length;
  const isBraked = plan.brake.tripped || expiries > policy.guard.maxExpiries;
  if (isBraked && !objects.has(keys.approval(plan.planHash))) yield "although the brake stops its plan";
  const intent = parse<Intent>(objects, keys.intent(id));
  if (!intent) yield "without an intent";
  if (objects.has(keys.outcome(id))) yield "after its outcome was written";
  const held = leasesIn(objects);
  if (held.length === 0 || held.some((holder) => holder !== invocation)) yield "without the lease";
}

type Judged = { given: Given; review: string };

/** Why the facts do not allow this removal, as they are now. */
function* factFaults(world: World, watch: Watch, { given, review }: Judged): Generator<string> {
  const { company, policy, clock } = world;
  const { guard } = policy;
  const holder = company.people.get(given.holderId);
  const item = newestPlanIn(world.objects, review)?.items.find(({ grantId }) => grantId === idOf(given));
  if (!holder || holder.status === "unknown") return yield "of an unknown holder";
  if (given.scopes === null) return yield "with unknown scopes";
  if (!item) return;
  if (item.seen !== seenNow(world, given, holder)) yield "that is not what the plan saw";
  const rules = matchingRules(world, watch, { given, item });
  if (rules.length === 0) yield "though no rule matches";
  const isOverridable = rules.every(({ overridable }) => overridable);
  if (guard.protectedRoles.some((entry) => entry === given.roleId || entry === given.roleId.replace("r", "code-")))
    yield "of a protected role";
  if (guard.protectedHolders.includes(given.holderId)) yield "of a protected holder";
  if (guard.canaries.some(({ holder: id, role }) => id === given.holderId && role === given.roleId))
    yield "that is a canary";
  if (!given.removable) yield "that cannot be removed";
  if (!given.restorable && !guard.allowUnrestorable && isOverridable) yield "that cannot be given back";
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

/** The plan's rules that match by today's facts and configuration. Generous where only the past could tell. */
const matchingRules = (world: World, watch: Watch, { given, item }: { given: Given; item: PlanItem }): Rule[] => {
  const holder = world.company.people.get(given.holderId)!;
  const newest = newestDecision(watch, idOf(given));
  const isMatch: Record<string, boolean> = {
    leaver: holder.status === "left",
    revoke: newest?.decision === "revoke" && isStillSpoken(watch, newest, { given, nowMs: world.clock.now() }),
    returned: wasRevoked(world.objects, idOf(given)),
    stale: given.grantedAt !== null && world.clock.now() - epochMs(given.grantedAt) > staleDays * dayMs,
  };
  return world.policy.rules.filter(({ id }) => item.rules.includes(id) && isMatch[id] === true);
};

const wasRevoked = (objects: Objects, id: string): boolean =>
  [...objects.keys()].some(
    (key) => key.endsWith(`/${id}.outcome.json`) && parse<{ outcome: string }>(objects, key)?.outcome === "revoked",
  );

const revokeIsGoodForMs = 90 * dayMs;

/** Whether a decision to revoke is not too old, and speaks of the grant as it is: not given anew, and holding nowhere else since. */
const isStillSpoken = (
  { standingAt }: Watch,
  { review, grantId, decidedAtMs }: Decided,
  { given, nowMs }: { given: Given; nowMs: number },
): boolean => {
  const then = standingAt.get(review)?.get(grantId);
  const isSame = then?.grantedAt === given.grantedAt && then.scopes?.length === given.scopes?.length;
  return isSame && nowMs - decidedAtMs <= revokeIsGoodForMs;
};

const newestDecision = (watch: Watch, id: string): Decided | undefined =>
  watch.decided.filter(({ grantId, isGood }) => grantId === id && isGood).at(-1);

/** A good keep of this very review, that is not over: what it speaks of is what the plan saw. */
const isKept = ({ clock }: World, watch: Watch, given: Given, review: string): boolean => {
  const newest = newestDecision(watch, idOf(given));
  return newest?.decision === "keep" && newest.review === review && epochMs(newest.untilAt!) >= clock.now();
};
