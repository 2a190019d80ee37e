import { sayCheck } from "../../review/grants/say-check.ts";
import type { Check } from "../../review/grants/snapshot.ts";
import type { Sample } from "../../review/ports.ts";
import type { FeishuCall } from "../feishu/call.ts";
import { listAllMembers, readMember } from "./grants.ts";

type Pair = { holderId: string; roleId: string; isListed: boolean };

/** How many pairs are read: so many calls of `getMember` fit into the limit's minute, beside other calls. */
const maxPairs = 60;

/** Reads sampled people and roles pair by pair: a person has to be in the listed roles, and in no other role. */
export async function provePairByPair(call: FeishuCall, sample: Sample, roleIds: string[]): Promise<Check> {
  const name = "second-read-path";
  const pairs = pairsOf(sample, roleIds);
  if (pairs.length === 0) return sayCheck(name, true, "no-holder-sampled");
  const areFaults = await Promise.all(pairs.map((pair) => isFault(call, pair)));
  const faults = pairs.filter((_, at) => areFaults[at]);
  const memberships = pairs.length;
  if (faults.length === 0) return sayCheck(name, true, "memberships-agree", { memberships });
  const said = (isListed: boolean): string =>
    faults
      .filter((fault) => fault.isListed === isListed)
      .map(({ holderId, roleId }) => `${holderId} with ${roleId}`)
      .join(", ") || "none";
  return sayCheck(name, false, "memberships-differ", { memberships, listed: said(true), found: said(false) });
}

/** At most half of the pairs are listed ones: a membership that the listing missed is among the others. */
function pairsOf({ rolesByHolder }: Sample, roleIds: string[]): Pair[] {
  const all = Object.entries(rolesByHolder).flatMap(([holderId, listed]) =>
    roleIds.map((roleId) => ({ holderId, roleId, isListed: listed.includes(roleId) })),
  );
  const listed = all.filter(({ isListed }) => isListed).slice(0, maxPairs / 2);
  return [...listed, ...all.filter(({ isListed }) => !isListed)].slice(0, maxPairs);
}

/** Members change while they are listed: where a new listing agrees with the single read, the member has changed since. */
async function isFault(call: FeishuCall, { holderId, roleId, isListed }: Pair): Promise<boolean> {
  const single = await readMember(call, roleId, holderId);
  if (single === "unclear" || (single !== null) === isListed) return false;
  const members = await listAllMembers(call, roleId);
  // A member without an id may be this one.
  if (single !== null && members.some(({ user_id: id }) => id === "")) return false;
  const isListedNow = members.some(({ user_id: id }) => id === holderId);
  return isListedNow !== (single !== null);
}
