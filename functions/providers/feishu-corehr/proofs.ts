import { type GrantEntry, isWithoutId } from "../../review/grants/grant.ts";
import { sayCheck } from "../../review/grants/say-check.ts";
import type { Check } from "../../review/grants/snapshot.ts";
import type { Sample } from "../../review/ports.ts";
import { eachReply, type FeishuCall } from "../feishu/call.ts";
import { isGivenSince, proveByHolder, type ReadGrantsOf } from "../provider-source.ts";
import { searchAssignedUsers } from "./calls.ts";

/** The two checks that a listing is whole: sampled holders read by id, and sampled scope objects read by another call. */
export async function proveListing(call: FeishuCall, readGrantsOf: ReadGrantsOf, sample: Sample): Promise<Check[]> {
  return await Promise.all([
    proveByHolder("sample-without-role-filter", readGrantsOf, sample),
    proveByScopeObject(call, readGrantsOf, sample),
  ]);
}

type SampledScope = Sample["scopes"][number];

// The dimensions that assigned_users/search takes.
const searchable = new Set(["department", "work_location", "company", "social_security_location"]);

/** Searches the holders of sampled roles at sampled objects: the search and the listing have to show the same people. */
async function proveByScopeObject(
  call: FeishuCall,
  readGrantsOf: ReadGrantsOf,
  { scopes: sampled, startedAt }: Sample,
): Promise<Check> {
  const name = "second-read-path";
  const scopes = sampled.filter(({ dimension }) => searchable.has(dimension));
  if (scopes.length === 0) return sayCheck(name, true, "no-scope-sampled");
  const differences = (await Promise.all(scopes.map((scope) => findDifferences(call, scope)))).flat();
  const entries = await readGrantsOf(differences.map(({ holderId }) => holderId));
  const faults = differences.filter((difference) => !isExplained(difference, entries, startedAt));
  const figures = { roles: scopes.length, call: "assigned_users/search" };
  if (faults.length === 0) return sayCheck(name, true, "second-path-agrees", figures);
  const shownBy = (path: Difference["seenBy"]): string =>
    faults
      .filter(({ seenBy }) => seenBy === path)
      .map(describe)
      .join(", ") || "none";
  return sayCheck(name, false, "second-path-differs", {
    ...figures,
    listed: shownBy("listing"),
    found: shownBy("search"),
  });
}

type Difference = { holderId: string; scope: SampledScope; seenBy: "listing" | "search" };

async function findDifferences(call: FeishuCall, scope: SampledScope): Promise<Difference[]> {
  const listed = new Set(scope.holderIds.filter((id) => !isWithoutId(id)));
  const found = await searchHolders(call, scope);
  return [
    ...[...listed].filter((id) => !found.has(id)).map((holderId) => ({ holderId, scope, seenBy: "listing" as const })),
    ...[...found].filter((id) => !listed.has(id)).map((holderId) => ({ holderId, scope, seenBy: "search" as const })),
  ];
}

async function searchHolders(call: FeishuCall, scope: SampledScope): Promise<Set<string>> {
  const holderIds = new Set<string>();
  for await (const { items } of eachReply((token) => searchAssignedUsers(scope, token), call)) {
    for (const { employment_id: id } of items ?? []) if (id) holderIds.add(id);
  }
  return holderIds;
}

/** Grants change while they are listed. A difference is explained where a third read shows a grant that changed since. */
function isExplained({ holderId, scope, seenBy }: Difference, entries: GrantEntry[], startedAt: string): boolean {
  const now = entries.filter((entry) => entry.holderId === holderId && entry.role.id === scope.roleId);
  if (now.some((entry) => isGivenSince(entry, startedAt))) return true;
  return seenBy === "listing" && !now.some((entry) => holdsAt(entry, scope));
}

function holdsAt({ scopes }: GrantEntry, { dimension, objectId }: SampledScope): boolean {
  return (
    scopes === null ||
    scopes.some(
      ([part, ...others]) => others.length === 0 && part?.dimension === dimension && part.ids.includes(objectId),
    )
  );
}

function describe({ holderId, scope }: Difference): string {
  return `${holderId} with ${scope.roleId} at ${scope.dimension} ${scope.objectId}`;
}
