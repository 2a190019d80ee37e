import { eachPage } from "../../http/pages.ts";
import type { GrantEntry } from "../../review/grants/grant.ts";
import type { Check } from "../../review/grants/snapshot.ts";
import type { Sample } from "../../review/ports.ts";
import type { FeishuCall } from "../feishu/call.ts";
import { searchAssignedUsers } from "./calls.ts";

type SampledScope = Sample["scopes"][number];
type ReadGrantsOf = (employmentIds: Iterable<string>) => Promise<GrantEntry[]>;

// The only ones that assigned_users/search takes.
const searchable = new Set(["department", "work_location", "company", "social_security_location"]);

/** Reads sampled holders again by id, without role filter: they hold nothing that the listing did not show. */
export async function proveWithoutRoleFilter(readGrantsOf: ReadGrantsOf, sample: Sample): Promise<Check> {
  const name = "sample-without-role-filter";
  const holderIds = Object.keys(sample.rolesByHolder);
  if (holderIds.length === 0) return { name, passed: true, detail: "no holder was sampled: nothing to compare" };
  const entries = await readGrantsOf(holderIds);
  const missed = entries.filter(
    (entry) => !sample.rolesByHolder[entry.holderId]?.includes(entry.role.id) && !isGivenSince(entry, sample.startedAt),
  );
  const compared = `${holderIds.length} holders read again by id show ${entries.length} grants`;
  return missed.length === 0
    ? { name, passed: true, detail: `${compared}, none of them missed` }
    : { name, passed: false, detail: `${compared}; the listing missed ${namesOf(missed)}` };
}

/** Asks for the holders of sampled roles at sampled objects by another call: both ways name the same people. */
export async function proveSecondReadPath(
  call: FeishuCall,
  readGrantsOf: ReadGrantsOf,
  sample: Sample,
): Promise<Check> {
  const name = "second-read-path";
  const scopes = sample.scopes.filter(({ dimension }) => searchable.has(dimension));
  if (scopes.length === 0)
    return { name, passed: true, detail: "no organisational scope was sampled: nothing to compare" };
  const differences = (await Promise.all(scopes.map((scope) => compare(call, scope)))).flat();
  const entries = await readGrantsOf(differences.map(({ holderId }) => holderId));
  const faults = differences.filter((difference) => !isExplained(difference, entries, sample.startedAt));
  const compared = `${scopes.length} roles at single objects, asked for by assigned_users/search`;
  return faults.length === 0
    ? { name, passed: true, detail: `${compared}, have the holders that were listed` }
    : { name, passed: false, detail: `${compared}; ${faults.map(describe).join(", ")}` };
}

type Difference = { holderId: string; scope: SampledScope; seenBy: "listing" | "search" };

async function compare(call: FeishuCall, scope: SampledScope): Promise<Difference[]> {
  const listed = new Set(scope.holderIds);
  const found = await searchHolders(call, scope);
  return [
    ...[...listed].filter((id) => !found.has(id)).map((holderId) => ({ holderId, scope, seenBy: "listing" as const })),
    ...[...found].filter((id) => !listed.has(id)).map((holderId) => ({ holderId, scope, seenBy: "search" as const })),
  ];
}

async function searchHolders(call: FeishuCall, scope: SampledScope): Promise<Set<string>> {
  const holderIds = new Set<string>();
  const fetchPage = async (token: string | null) => {
    const { items, has_more, page_token } = (await call(searchAssignedUsers(scope, token))).data;
    return { ids: (items ?? []).map((item) => item.employment_id), hasMore: has_more, pageToken: page_token ?? null };
  };
  for await (const page of eachPage("the holders of a role at an object", fetchPage)) {
    for (const id of page.ids) holderIds.add(id);
  }
  return holderIds;
}

/** Grants change while they are listed: what a third reading shows to have been given, narrowed or removed since is no fault. */
function isExplained({ holderId, scope, seenBy }: Difference, entries: GrantEntry[], startedAt: string): boolean {
  const now = entries.filter((entry) => entry.holderId === holderId && entry.role.id === scope.roleId);
  if (now.some((entry) => isGivenSince(entry, startedAt))) return true;
  return seenBy === "listing" && !now.some((entry) => holdsAt(entry, scope));
}

const holdsAt = ({ scopes }: GrantEntry, { dimension, objectId }: SampledScope): boolean =>
  scopes === null ||
  scopes.some(
    ([part, ...others]) => others.length === 0 && part?.dimension === dimension && part.ids.includes(objectId),
  );

// The provider's dates have whole seconds.
const isGivenSince = ({ grantedAt }: GrantEntry, startedAt: string): boolean =>
  grantedAt !== null && Date.parse(grantedAt) + 1000 > Date.parse(startedAt);

const namesOf = (entries: GrantEntry[]): string =>
  entries.map((entry) => `${entry.holderId} with ${entry.role.id}`).join(", ");

const describe = ({ holderId, scope, seenBy }: Difference): string =>
  `${holderId} with ${scope.roleId} at ${scope.dimension} ${scope.objectId} is shown by the ${seenBy} alone`;
