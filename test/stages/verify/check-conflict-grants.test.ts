import { expect, it } from "vitest";
import type { Grant } from "../../../functions/review/grants/grant.ts";
import { sayFault } from "../../../functions/review/proof/faults.ts";
import { openConflictGrantsCheck } from "../../../functions/stages/verify/check-conflict-grants.ts";
import { openFakeStore } from "../../properties/fake-store.ts";
import { inventGrant } from "../../review/grants/invented-grants.ts";

const key = "reviews/people/2026-06-01T000000Z/conflict-grants.jsonl.gz";
const grants = ["h1", "h2", "h3", "h4"]
  .flatMap((id) => [inventGrant({ holder: { id } }), inventGrant({ holder: { id }, role: { id: "r2", code: null } })])
  .sort((a, b) => (a.id < b.id ? -1 : 1));
const named = grants.filter(({ role }) => role.id === "r1");

/** What is wrong with a file of these grants, which the snapshot says has those of role code-1. */
const faultsOf = async (aside: readonly Grant[]): Promise<string[]> => {
  const store = openFakeStore();
  const { sha256 } = await store.createLines(key, aside);
  const check = openConflictGrantsCheck(store, { key, sha256, grants: aside.length, roles: ["code-1"] });
  for (const at of [0, 3, 6]) await check.take(grants.slice(at, at + 3));
  return (await check.close()).map((each) => sayFault(each));
};

it.each<[string, (all: Grant[]) => Grant[], number, (all: Grant[]) => string]>([
  ["a grant that was left out", (all) => all.toSpliced(1, 1), 1, (all) => all[1]!.id],
  ["a grant of another role", () => grants.slice(0, 8), 4, () => grants.find(({ role }) => role.id === "r2")!.id],
  ["a grant that comes twice", (all) => [...all, all[3]!], 1, (all) => all[3]!.id],
  ["another date", (all) => all.with(2, { ...all[2]!, grantedAt: null }), 1, (all) => all[2]!.id],
])("what was put aside for conflicts is the grants of its roles: %s is found", async (_, change, count, first) => {
  expect(await faultsOf(named)).toEqual([]);
  const text = `${key} does not have the grants of its roles as the parts have them: ${count} differ, the first is ${first(named)}`;
  expect(await faultsOf(change(named))).toEqual([text]);
});
