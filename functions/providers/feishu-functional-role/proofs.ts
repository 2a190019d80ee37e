import type { Check } from "../../review/grants/snapshot.ts";
import type { Sample } from "../../review/ports.ts";
import type { FeishuCall } from "../feishu/call.ts";
import { listWhole, readMember } from "./grants-now.ts";

type Pair = { holderId: string; roleId: string; isListed: boolean };

/** So many calls of `getMember` fit into the limit's minute beside others. */
const mostPairs = 60;

/** Asks of sampled people one by one whether they are in a role: in those they were listed with, and in no other. */
export async function proveOneByOne(call: FeishuCall, sample: Sample, roleIds: string[]): Promise<Check> {
  const name = "second-read-path";
  const pairs = pairsOf(sample, roleIds);
  if (pairs.length === 0) return { name, passed: true, detail: "no holder was sampled: nothing to compare" };
  const faults = (await Promise.all(pairs.map((pair) => differs(call, pair)))).filter((fault) => fault !== null);
  const compared = `${pairs.length} memberships asked for one by one`;
  return faults.length === 0
    ? { name, passed: true, detail: `${compared}, are as they were listed` }
    : { name, passed: false, detail: `${compared}; ${faults.join(", ")}` };
}

/** First what was listed, then what was not: a membership that the listing missed is among the latter. */
function pairsOf({ rolesByHolder }: Sample, roleIds: string[]): Pair[] {
  const all = Object.entries(rolesByHolder).flatMap(([holderId, listed]) =>
    roleIds.map((roleId) => ({ holderId, roleId, isListed: listed.includes(roleId) })),
  );
  const listed = all.filter(({ isListed }) => isListed).slice(0, mostPairs / 2);
  return [...listed, ...all.filter(({ isListed }) => !isListed)].slice(0, mostPairs);
}

/** Members come and go while they are listed: what a new listing shows as the single read does has changed since. */
async function differs(call: FeishuCall, { holderId, roleId, isListed }: Pair): Promise<string | null> {
  const single = await readMember(call, roleId, holderId);
  if (single === "unclear" || (single !== null) === isListed) return null;
  const isListedNow = (await listWhole(call, roleId)).some(({ user_id: id }) => id === holderId);
  if (isListedNow === (single !== null)) return null;
  return `${holderId} with ${roleId} is ${isListed ? "listed alone" : "missing from the listing"}`;
}
