import type { Given } from "./company.ts";
import type { Watcher } from "./fake-source.ts";
import { isWidening, narrowingFaults, removalFaults, wideningFaults } from "./removal-faults.ts";
import { deletionFaults } from "./retirement-faults.ts";
import { isStoppedIn, openKeptPages, tasksWrittenDown } from "./stored.ts";
import { idOf, type World } from "./world.ts";

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
  /** Grants as the provider narrowed them. */
  narrowings: Removal[];
  /** How often a narrowed grant got its scopes back. */
  widened: number;
  /** Roles as the provider deleted them. */
  deletions: (AtWork & { roleId: string; atMs: number })[];
  /** How many removals were sent in one call, at the most. */
  largestBatch: number;
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

/** Watches a life. Every rule it knows is stated here anew, and none is taken from the stages. */
export const openWatch = (world: World): Watch => {
  const { objects, company } = world;
  const kept = openKeptPages(objects);
  let step = 0;
  const lastSentByKey = new Map<string, number>();
  const lastDeletingByRole = new Map<string, number>();
  const watch: Watch = {
    violations: [],
    removals: [],
    narrowings: [],
    widened: 0,
    deletions: [],
    largestBatch: 0,
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
      const roleReads = new Map<string, number>();
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
          let batch = 0;
          const change = (key: string, done: string, faults: readonly string[]): void => {
            const blame = (why: string): void => {
              watch.violations.push(`${atWork.invocation} ${done} ${key.replace("\n", " of ")} ${why}`);
            };
            const sentBefore = lastSentByKey.get(key) ?? 0;
            if ((grantReads.get(key) ?? -1) <= sentBefore) blame("without a read in between");
            // What repeats a change that got no answer is a read of the grant; its holder was read before the first.
            if (!holderReads.has(key.split("\n")[0]!)) blame("without reading its holder");
            lastSentByKey.set(key, ++step);
            const given = company.given.get(key);
            if (given) watch.tried.push(given);
            const [holderId = "", roleId = ""] = key.split("\n");
            watch.asked.add(`${atWork.review} ${idOf({ holderId, roleId })}`);
            if (wasStopped) blame("while stopped");
            if (watch.isTampered) blame("although somebody has tampered with what its plan rests on");
            const begun = tasksWrittenDown(objects).filter(({ review }) => review === atWork.review);
            if (begun.some(({ grantId }) => grantId === idOf({ holderId, roleId }))) blame("while its task is awaited");
            for (const fault of faults) blame(fault);
          };
          return {
            sent(key) {
              batch++;
              watch.largestBatch = Math.max(watch.largestBatch, batch);
              change(key, "revoked", removalFaults(world, watch, { key, ...atWork }));
            },
            scopesSent(key, scopes) {
              const isWider = isWidening(world, { key, ...atWork });
              const faults = isWider ? wideningFaults(world, { key, scopes, ...atWork }) : [];
              watch.violations.push(
                ...faults.map((fault) => `${atWork.invocation} widened ${key.replace("\n", " of ")} ${fault}`),
              );
              if (!isWider) change(key, "narrowed", narrowingFaults(world, watch, { key, scopes, ...atWork }));
              return { isWider };
            },
          };
        },
        scopesSet(key, isWider) {
          const given = company.given.get(key)!;
          const { temper, givenAtMs } = given;
          if (isWider) watch.widened++;
          else watch.narrowings.push({ key, grantId: idOf(given), temper, givenAtMs, ...atWork });
          watch.everRemoved.add(idOf(given));
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
        roleRead(roleId) {
          roleReads.set(roleId, ++step);
        },
        deleting(roleId) {
          const blame = (why: string): void => {
            watch.violations.push(`${atWork.invocation} deleted ${roleId} ${why}`);
          };
          if ((roleReads.get(roleId) ?? -1) <= (lastDeletingByRole.get(roleId) ?? 0))
            blame("without a read in between");
          lastDeletingByRole.set(roleId, ++step);
          if (watch.isTampered) blame("although somebody has tampered with what its plan rests on");
          for (const fault of deletionFaults(world, { roleId, ...atWork })) blame(fault);
        },
        deleted(roleId) {
          watch.deletions.push({ roleId, atMs: world.clock.now(), ...atWork });
        },
        removed(key) {
          const given = company.given.get(key)!;
          watch.everRemoved.add(idOf(given));
          watch.restored.delete(key);
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
  return watch;
};
