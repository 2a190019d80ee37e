import { afterEach, describe, expect, it } from "vitest";
import type { Snapshot } from "../../functions/review/grants/snapshot.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { CloudQuirks } from "../../functions/sandbox/tencent/cloud-quirks.ts";
import { heldInCloud, openCloudReview } from "./cloud-life.ts";
import { endLives } from "./open-life.ts";

afterEach(endLives);

const always = 1_000_000;

const wrongTotals: [string, string, Partial<CloudQuirks>][] = [
  ["all assignments, too high", "grants-as-announced", { totalIsOff: 3 }],
  ["all assignments, too low", "grants-as-announced", { totalIsOff: -3 }],
  [
    // The listing of everybody has two pages. The next is that of one holder, read again for the proofs.
    "one holder's assignments, too high",
    "listings-settled",
    { contradictoryPage: { call: "ListRoleAssignments", at: 3, as: "total-high", times: always } },
  ],
  [
    "one holder's assignments, too low",
    "listings-settled",
    { contradictoryPage: { call: "ListRoleAssignments", at: 3, as: "total-low", times: always } },
  ],
  ["users", "listings-settled", { contradictoryPage: { call: "ListUsers", at: 1, as: "total-high", times: always } }],
  ["groups", "listings-settled", { contradictoryPage: { call: "ListGroups", at: 1, as: "total-low", times: always } }],
  [
    "configurations",
    "listings-settled",
    { contradictoryPage: { call: "ListRoleConfigurations", at: 1, as: "total-high", times: always } },
  ],
  [
    "accounts",
    "listings-settled",
    { contradictoryPage: { call: "DescribeOrganizationMembers", at: 1, as: "total-high", times: always } },
  ],
];

describe("a listing whose total is wrong for good", () => {
  it.each(wrongTotals)("makes the snapshot incomplete, and nothing is removed: %s", async (_name, check, quirks) => {
    const cloud = await openCloudReview();
    const before = heldInCloud(cloud);
    Object.assign(cloud.sandbox.cloud.quirks, quirks);
    expect(await cloud.stages.snapshot()).toMatchObject({ status: "incomplete" });
    const snapshot = await cloud.life.store.getJson<Snapshot>(reviewKeys("cloud", cloud.review).snapshot);
    const failed = snapshot?.checks.filter(({ passed }) => !passed) ?? [];
    expect(failed.map(({ name }) => name)).toContain(check);
    expect(failed.find(({ name }) => name === check)?.detail).toMatch(/(List|Describe)\w+.* pages/);
    expect(await cloud.stages.assess()).toMatchObject({ status: "incomplete" });
    expect(await cloud.stages.expire()).toMatchObject({ status: "incomplete" });
    expect(heldInCloud(cloud)).toEqual(before);
  });
});
