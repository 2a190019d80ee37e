import { sha256 } from "../../functions/basics/hash.ts";
import { epochMs } from "../../functions/basics/time.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { RetirementOutcome } from "../../functions/review/plan/retirement.ts";
import type { Outcome } from "../../functions/review/proof/receipt.ts";
import { reviewFaults } from "./removal-faults.ts";
import type { LifeRecord } from "./run-stage.ts";
import { readStored } from "./stored.ts";
import { shownIds } from "./tampering.ts";
import type { AtWork } from "./watch.ts";
import { sourceId, type World } from "./world.ts";

const nameOf = (roleId: string): string => sha256(`${sourceId}\n${roleId}`).slice(0, 16);

/** Why a role must not be deleted now. */
export function* deletionFaults(world: World, { roleId, ...atWork }: { roleId: string } & AtWork): Generator<string> {
  const { objects, company } = world;
  const keys = reviewKeys(sourceId, atWork.review);
  const role = company.roles.find(({ id }) => id === roleId);
  if (!role) return;
  yield* reviewFaults(world, atWork);
  if (role.status !== "retiring") yield "that is not to be retired";
  if (!objects.has(keys.retirementIntent(nameOf(roleId)))) yield "without an intent";
  if (objects.has(keys.retirementOutcome(nameOf(roleId)))) yield "after its outcome was written";
  for (const { id } of shownIds(objects, atWork.review).filter((shown) => shown.roleId === roleId)) {
    const outcome = readStored<Outcome>(objects, keys.outcome(id));
    const isGone = outcome?.outcome === "revoked" || outcome?.outcome === "already-gone";
    if (!isGone || outcome.verifiedAt === null) yield `although nothing proves that ${id} was removed`;
  }
}

/** What a review says of the roles it retired, and was not so when it said it. */
export function* retirementFaults({ world, watch }: LifeRecord, review: string): Generator<string> {
  const keys = reviewKeys(sourceId, review);
  const { objects, company } = world;
  const isSealed = objects.has(keys.evidence);
  for (const { roleId, review: by } of watch.deletions) {
    if (by !== review) continue;
    const outcome = readStored<RetirementOutcome>(objects, keys.retirementOutcome(nameOf(roleId)));
    if (!objects.has(keys.retirementIntent(nameOf(roleId)))) yield `${roleId} was deleted and has no intent`;
    if (isSealed && outcome?.outcome !== "deleted")
      yield `${roleId} was deleted and is called ${outcome?.outcome ?? "nothing"}`;
  }
  for (const key of objects.keys()) {
    if (!key.startsWith(keys.retirements) || !key.endsWith(".outcome.json")) continue;
    const { roleId, outcome, at } = readStored<RetirementOutcome>(objects, key)!;
    // What one review left there, a later one may have deleted.
    const isDeletedSince = watch.deletions.some((each) => each.roleId === roleId && each.atMs > epochMs(at));
    const isThere = isDeletedSince || company.roles.some(({ id }) => id === roleId);
    const isCalledGone = outcome === "deleted" || outcome === "already-gone";
    if (isCalledGone === isThere) yield `${roleId} is called ${outcome} and was ${isThere ? "there" : "gone"}`;
  }
}
