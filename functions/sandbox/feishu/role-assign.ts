import { DroppedConnection } from "../calls.ts";
import { type Company, employeeOf, type Grant, grantOf, type Pair, pairKey, type Scopes } from "../company/company.ts";
import type { WriteCall } from "../company/events.ts";
import { fromIdType } from "../company/ids.ts";
import { namesGrant } from "../quirks.ts";
import { requiredQuery, userIdType } from "./parameters.ts";
import { faulty } from "./refusal.ts";
import type { Call, World } from "./world.ts";

const customDimensions = ["custom_org_01", "custom_org_02", "custom_org_03", "custom_org_04", "custom_org_05"];
const dimensions = [
  ...["department", "work_location", "company", "organization_id_strand", "social_security_location"],
  ...["onboarding_location", "pay_group", "talent_pool"],
  ...customDimensions,
];
const mostCombinations = 300;

/** The vendor's `assign_id`, which follows from holder, role and time of a grant. */
function assignId(company: Company, pair: { holderId: string; roleId: string }): string {
  const at = grantOf(company, pair)?.grantedAtS ?? 0;
  return `${pair.holderId.slice(-8)}${pair.roleId.slice(-5)}${String(at).slice(-4).padStart(4, "0")}`;
}

function pairIn(world: World, call: Call): Pair {
  const asked = requiredQuery(call, "employment_id");
  const roleId = requiredQuery(call, "role_id");
  const holderId = fromIdType(asked, userIdType(call, "people_corehr_id"));
  if (holderId === null || employeeOf(world.company, holderId) === undefined) {
    throw faulty(call.endpoint, "missing", "employment_id");
  }
  if (!world.company.roleById.has(roleId)) throw faulty(call.endpoint, "missing", "role_id");
  return { holderId, roleId };
}

function objectsOf(world: World, dimension: string): readonly { id: string; code: string }[] | null {
  if (dimension === "department") return world.company.departments;
  if (dimension === "company") return world.company.companies;
  return dimension === "work_location" ? world.company.locations : null;
}

function objectIds(
  world: World,
  call: Call,
  part: { org_key: string; org_ids?: unknown; org_codes?: unknown },
): string[] {
  const objects = objectsOf(world, part.org_key);
  const isByCode = Array.isArray(part.org_codes) && part.org_codes.length > 0;
  const values = (isByCode ? part.org_codes : part.org_ids) as unknown;
  if (!Array.isArray(values) || values.length === 0) throw faulty(call.endpoint, "missing", "org_ids");
  return values.map((value: unknown) => {
    if (typeof value !== "string") throw faulty(call.endpoint, "type", "org_ids");
    if (objects === null) return value;
    const found = objects.find((object) => (isByCode ? object.code : object.id) === value);
    if (found === undefined || world.quirks.goneDepartments.includes(found.id)) {
      throw faulty(call.endpoint, "missing", "org_ids");
    }
    return found.id;
  });
}

function scopesIn(world: World, call: Call): Scopes {
  const items = call.body.assigned_organization_items;
  if (items === undefined || items === null) throw faulty(call.endpoint, "missing", "assigned_organization_items");
  if (!Array.isArray(items) || items.some((combination) => !Array.isArray(combination))) {
    throw faulty(call.endpoint, "parse", "assigned_organization_items");
  }
  if (items.length > mostCombinations) throw faulty(call.endpoint, "length", "assigned_organization_items");
  return (items as { org_key: string }[][]).map((combination) =>
    combination.map((part) => {
      if (!dimensions.includes(part.org_key)) throw faulty(call.endpoint, "enum", "org_key");
      return { dimension: part.org_key, ids: objectIds(world, call, part) };
    }),
  );
}

function joined(held: Scopes, more: Scopes): Scopes {
  const known = new Set(held.map((combination) => JSON.stringify(combination)));
  return [...held, ...more.filter((combination) => !known.has(JSON.stringify(combination)))];
}

function organisationalPair(world: World, call: Call): Pair {
  const pair = pairIn(world, call);
  // Both calls take organisational roles only.
  if (world.company.roleById.get(pair.roleId)?.kind !== "organisational") {
    throw faulty(call.endpoint, "missing", "role_id");
  }
  return pair;
}

function givenNow(world: World, pair: Pair, scopes: Scopes): Grant {
  return {
    ...pair,
    scopes,
    ruleType: null,
    grantedAtS: Math.floor(world.now() / 1000),
    isByRule: false,
    isGivenAgain: false,
    refusedInLife: null,
  };
}

function recordGrant(world: World, call: Call, grant: Grant): unknown {
  const done: WriteCall = call.endpoint === "addRoleAssign" ? "addRoleAssign" : "updateRoleAssign";
  world.record([{ op: "grant", by: "api", at: world.now(), appId: call.app.appId, call: done, grant }]);
  return { assign_id: assignId(world.company, grant) };
}

/** `POST corehr/v1/authorizations/add_role_assign`: adds scopes to the employee's scopes of the role. */
export function addRoleAssign(world: World, call: Call): unknown {
  const pair = organisationalPair(world, call);
  const held = grantOf(world.company, pair)?.scopes ?? [];
  return recordGrant(world, call, givenNow(world, pair, joined(held, scopesIn(world, call))));
}

/** Somebody else adds scopes at the same time, as the quirk says. */
function actAsOtherHand(world: World, pair: Pair, when: "before" | "after"): void {
  const { otherHand } = world.quirks;
  if (otherHand?.grant !== pairKey(pair) || otherHand.when !== when) return;
  world.quirks.otherHand = null;
  const held = grantOf(world.company, pair)?.scopes ?? [];
  const grant = givenNow(world, pair, joined(held, otherHand.scopes));
  world.record([{ op: "grant", by: "company", at: world.now(), appId: null, call: null, grant }]);
}

function loseFirstUpdate(world: World, pair: Pair): void {
  if (!namesGrant(world.quirks.loseUpdateBefore, pair.holderId, pair.roleId)) return;
  if (world.lostUpdates.has(pairKey(pair))) return;
  world.lostUpdates.add(pairKey(pair));
  throw new DroppedConnection("lost before it was carried out");
}

/** `POST corehr/v1/authorizations/update_role_assign`: replaces the scopes, whoever added some meanwhile. */
export function updateRoleAssign(world: World, call: Call): unknown {
  const { quirks } = world;
  const pair = organisationalPair(world, call);
  const asked = scopesIn(world, call);
  const { holderId, roleId } = pair;
  world.repeats.asked(pairKey(pair));
  loseFirstUpdate(world, pair);
  const held = grantOf(world.company, pair);
  if (namesGrant(quirks.refuseUpdate, holderId, roleId) || held?.isByRule) {
    throw faulty(call.endpoint, "missing", "role_id");
  }
  actAsOtherHand(world, pair, "before");
  if (namesGrant(quirks.ignoreUpdate, holderId, roleId)) return { assign_id: assignId(world.company, pair) };
  const former = grantOf(world.company, pair);
  const scopes = namesGrant(quirks.shortenUpdate, holderId, roleId) ? asked.slice(0, -1) : asked;
  const answer = recordGrant(world, call, givenNow(world, pair, scopes));
  if (former !== undefined && quirks.delayedUpdate > 0) {
    const ghosts = world.ghostsByHolder.get(holderId) ?? [];
    const ghost = { grant: former, readsLeft: quirks.delayedUpdate, isFormer: true as const };
    world.ghostsByHolder.set(holderId, [...ghosts, ghost]);
  }
  actAsOtherHand(world, pair, "after");
  if (namesGrant(quirks.loseUpdateAnswer, holderId, roleId)) {
    throw new DroppedConnection("lost after it was carried out");
  }
  return answer;
}

function refuseIfNotRemovable(world: World, call: Call, pair: Pair, grant: Grant | undefined): void {
  const { quirks } = world;
  if (grant === undefined && quirks.removeUnheld === "1161404") throw faulty(call.endpoint, "missing", "role_id");
  if (grant === undefined || !(grant.isByRule || namesGrant(quirks.refuseRemoval, pair.holderId, pair.roleId))) return;
  world.record([{ op: "refuse", at: world.now(), ...pair }]);
  throw faulty(call.endpoint, "missing", "role_id");
}

function loseFirstRemoval(world: World, pair: Pair): void {
  if (!namesGrant(world.quirks.loseRemovalBefore, pair.holderId, pair.roleId)) return;
  if (world.lostRemovals.has(pairKey(pair))) return;
  world.lostRemovals.add(pairKey(pair));
  throw new DroppedConnection("lost before it was carried out");
}

function keepShowing(world: World, grant: Grant): void {
  if (world.quirks.delayedRemoval <= 0) return;
  const ghosts = world.ghostsByHolder.get(grant.holderId) ?? [];
  world.ghostsByHolder.set(grant.holderId, [...ghosts, { grant, readsLeft: world.quirks.delayedRemoval }]);
}

/**
 * `POST corehr/v1/authorizations/remove_role_assign`: removes the role with all its scopes. Its parameters are in the
 * query.
 */
export function removeRoleAssign(world: World, call: Call): unknown {
  const pair = pairIn(world, call);
  const grant = grantOf(world.company, pair);
  world.repeats.asked(pairKey(pair));
  loseFirstRemoval(world, pair);
  refuseIfNotRemovable(world, call, pair, grant);
  const answer = { assign_id: assignId(world.company, pair) };
  if (grant === undefined || namesGrant(world.quirks.ignoreRemoval, pair.holderId, pair.roleId)) return answer;
  world.record([{ op: "remove", by: "api", at: world.now(), appId: call.app.appId, ...pair }]);
  keepShowing(world, grant);
  if (namesGrant(world.quirks.loseRemovalAnswer, pair.holderId, pair.roleId)) {
    throw new DroppedConnection("lost after it was carried out");
  }
  return answer;
}
