import { afterEach, describe, expect, it } from "vitest";
import type { ReadLine, Snapshot } from "../../functions/review/grants/snapshot.ts";
import { reviewIdOf, reviewKeys } from "../../functions/review/keys.ts";
import type { Stage } from "../../functions/review/stage.ts";
import { dropGrant } from "../../functions/sandbox/company/company.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { endLives, forgetKnownEntries, grantIdOf, type Life, openLife, sourceId } from "./open-life.ts";

afterEach(endLives);

const beginReview = (life: Life): Stage => life.stageOf(reviewIdOf(life.clock.now()));

async function snapshotOf(life: Life, { review }: Stage): Promise<Snapshot> {
  const snapshot = await life.store.getJson<Snapshot>(reviewKeys(sourceId, review).snapshot);
  if (!snapshot) throw new Error("Cannot test as there is no snapshot");
  return snapshot;
}

async function listedIds(life: Life, snapshot: Snapshot): Promise<string[]> {
  const ids: string[] = [];
  for (const { key } of snapshot.parts) {
    for await (const { id } of life.store.readLines<{ id: string }>(key)) ids.push(id);
  }
  return ids.sort();
}

const heldIds = ({ sandbox }: Life): string[] => sandbox.grants().map(grantIdOf).sort();

/** The first 120 people hold something, and nearly nobody after them: the sample of the first people is deceptive. */
async function openDeceptiveCompany(): Promise<Life> {
  const life = await openLife({ people: 2_800, holders: 2_500, roles: 723, grants: 6_000, longTail: true });
  forgetKnownEntries(life);
  const { company } = life.sandbox;
  for (const { id } of company.employees.slice(120)) {
    const roleIds = [...(company.grantsByHolder.get(id)?.keys() ?? [])];
    for (const roleId of roleIds.slice(Number(id.endsWith("1")))) dropGrant(company, { holderId: id, roleId });
  }
  return life;
}

describe("a way to list that the first hundred pages show to be wrong", () => {
  it("is changed once for the cheapest, and nothing is missed by it", async () => {
    const life = await openDeceptiveCompany();
    const stage = beginReview(life);
    expect(await takeSnapshot(stage)).toMatchObject({ status: "done" });
    const snapshot = await snapshotOf(life, stage);
    expect(snapshot.listing.way).toBe("by-roles");
    expect(snapshot.listing.why).toMatch(/^changed over from unfiltered after the first pages: the fewest calls/);
    expect(snapshot.listing.because).toMatchObject({ code: "listing-changed", figures: { taken: "unfiltered" } });
    expect(await listedIds(life, snapshot)).toEqual(heldIds(life));
    expect(snapshot.checks.find(({ name }) => name === "listings-ended")?.detail).toMatch(/; 0 did not$/);
    const unfiltered = await countUnfilteredPages(life, stage);
    expect(unfiltered).toBeGreaterThanOrEqual(100);
    expect(unfiltered).toBeLessThan(110);
  });

  it("stays changed for whoever goes on with a snapshot that was cut off", async () => {
    const life = await openDeceptiveCompany();
    const review = reviewIdOf(life.clock.now());
    for (let status = "continue", round = 1; status === "continue"; round += 1) {
      let pages = 0;
      const stage = { ...life.stageOf(review), shouldStop: () => ++pages > 200 };
      ({ status } = await takeSnapshot(stage));
      expect(round).toBeLessThan(50);
    }
    const snapshot = await snapshotOf(life, life.stageOf(review));
    expect(snapshot.complete).toBe(true);
    expect(await listedIds(life, snapshot)).toEqual(heldIds(life));
  });
});

async function countUnfilteredPages({ store }: Life, { review }: Stage): Promise<number> {
  let pages = 0;
  for await (const { call, parameters } of store.readLines<ReadLine>(reviewKeys(sourceId, review).reads)) {
    const isFiltered = "employment_id_list" in parameters || "role_id_list" in parameters;
    if (call === "queryAuthorizations" && !isFiltered) pages += 1;
  }
  return pages;
}
