import { afterEach, describe, expect, it } from "vitest";
import type { Snapshot } from "../../functions/review/grants/snapshot.ts";
import { reviewIdOf, reviewKeys } from "../../functions/review/keys.ts";
import type { Page, Reader } from "../../functions/review/ports.ts";
import type { Stage } from "../../functions/review/stage.ts";
import { dropGrant, type Pair } from "../../functions/sandbox/company/company.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { daysPass, endLives, forgetKnownEntries, type Life, openLife } from "./open-life.ts";

afterEach(endLives);

type Listed = { snapshot: Snapshot; pairs: string[] };

const pairOf = ({ holderId, roleId }: Pair): string => `${holderId}:${roleId}`;

async function listedBy({ store }: Life, { sourceId, review }: Stage): Promise<Listed> {
  const snapshot = await store.getJson<Snapshot>(reviewKeys(sourceId, review).snapshot);
  if (!snapshot) throw new Error("Cannot test as there is no snapshot");
  const pairs: string[] = [];
  for (const { key } of snapshot.parts) {
    for await (const { holder, role } of store.readLines<{ holder: { id: string }; role: { id: string } }>(key))
      pairs.push(pairOf({ holderId: holder.id, roleId: role.id }));
  }
  return { snapshot, pairs };
}

const stageNow = (life: Life, sourceId: string): Stage =>
  life.stageWith({ review: reviewIdOf(life.clock.now()), sourceId });

/** A life after its first snapshot of the source, 90 days later. */
async function openSecondReview(sourceId: string, people: number): Promise<Life> {
  const life = await openLife({ people });
  forgetKnownEntries(life);
  const first = stageNow(life, sourceId);
  expect(await takeSnapshot(first)).toMatchObject({ status: "done" });
  await sealEvidence(first);
  await daysPass(life, 90);
  return life;
}

const checkIn = ({ checks }: Snapshot) => checks.find(({ name }) => name === "vanished-read-by-id");

/** The stage, whose source does something before each page after a listing's first. */
function beforeLaterPages(
  stage: Stage,
  act: (listing: Parameters<Reader["readPage"]>[0], earlier: Page) => void,
): Stage {
  const openReader = async (): Promise<Reader> => {
    const source = await stage.openReader();
    return {
      ...source,
      async readPage(listing, token) {
        const page = await source.readPage(listing, token);
        if (page.next !== null) act(listing, page);
        return page;
      },
    };
  };
  return { ...stage, openReader };
}

describe("a holder whose page shifted, as another holder ahead was removed meanwhile", () => {
  it("is read by id after the listing has ended, and is in the snapshot", async () => {
    const sourceId = "functional-roles";
    const life = await openSecondReview(sourceId, 4_000);
    const books = life.sandbox.company.functional.rolesById;
    let removed: string | null = null;
    const stage = beforeLaterPages(stageNow(life, sourceId), ({ parameters }) => {
      const members = books.get(String(parameters.roleId))?.membersByHolder;
      if (removed !== null || !members) return;
      removed = [...members.keys()][0] ?? "";
      members.delete(removed);
    });
    expect(await takeSnapshot(stage)).toMatchObject({ status: "done" });
    expect(removed).not.toBeNull();
    const { snapshot, pairs } = await listedBy(life, stage);
    const held = life.sandbox.functionalGrants().map(({ userId: holderId, roleId }) => pairOf({ holderId, roleId }));
    expect(held.filter((pair) => !pairs.includes(pair))).toEqual([]);
    // The member who was removed had been listed by then.
    expect(pairs).toHaveLength(held.length + 1);
    expect(checkIn(snapshot)).toMatchObject({
      passed: true,
      because: { code: "vanished-asked", figures: { asked: 1, gone: 0, found: 1 } },
    });
  });

  it("is asked for once where the snapshot is cut off again and again", async () => {
    const life = await openSecondReview("people-hq", 300);
    const { sandbox } = life;
    const [missed, ...gone] = sandbox.grants().filter(({ holderId }) => holderId !== sandbox.grants()[0]?.holderId);
    for (const pair of gone.slice(0, 60)) dropGrant(sandbox.company, pair);
    sandbox.quirks.listingMissesGrant = [pairOf(missed!)];
    const review = reviewIdOf(life.clock.now());
    let [status, rounds] = ["continue", 0];
    while (status === "continue" && rounds++ < 60) {
      let asked = 0;
      ({ status } = await takeSnapshot({ ...life.stageOf(review), shouldStop: () => ++asked > 12 }));
    }
    const { snapshot, pairs } = await listedBy(life, life.stageOf(review));
    expect(rounds).toBeGreaterThan(1);
    expect(pairs.sort()).toEqual(sandbox.grants().map(pairOf).sort());
    expect(checkIn(snapshot)?.because?.figures).toMatchObject({ asked: 61, gone: 60, found: 1 });
  });

  it("leaves the snapshot incomplete where more are missing than shifted pages explain: the listing hides them", async () => {
    const life = await openSecondReview("people-hq", 300);
    const { sandbox } = life;
    sandbox.quirks.listingMissesGrant = [...new Set(sandbox.grants().map(({ holderId }) => holderId))].slice(0, 10);
    const stage = stageNow(life, "people-hq");
    expect(await takeSnapshot(stage)).toMatchObject({ status: "incomplete" });
    const { snapshot } = await listedBy(life, stage);
    expect(checkIn(snapshot)).toMatchObject({ passed: false, because: { code: "listing-hides" } });
    expect(checkIn(snapshot)?.detail).toMatch(/0 are gone, and \d+ of \d holders are there/);
  });

  it("costs no call, and makes no check, where nothing has vanished", async () => {
    const life = await openSecondReview("people-hq", 300);
    const stage = stageNow(life, "people-hq");
    expect(await takeSnapshot(stage)).toMatchObject({ status: "done" });
    expect(checkIn((await listedBy(life, stage)).snapshot)).toBeUndefined();
  });

  it("does not lose the snapshot to a person whom the provider refuses to read by id", async () => {
    const life = await openSecondReview("people-hq", 300);
    const [one, two, three] = [...Map.groupBy(life.sandbox.grants(), ({ holderId }) => holderId).values()].map(
      ([first]) => first,
    );
    for (const pair of [one!, two!]) dropGrant(life.sandbox.company, pair);
    life.sandbox.quirks.listingMissesGrant = [pairOf(three!)];
    const stage = stageNow(life, "people-hq");
    const openReader = async (): Promise<Reader> => {
      const source = await stage.openReader();
      const refused = new Error("refused");
      const readGrants: Reader["readGrants"] = async (keys) => {
        if (keys.some(({ holderId }) => holderId === one!.holderId)) throw refused;
        return await source.readGrants(keys);
      };
      return { ...source, readGrants, isRefused: (error) => error === refused };
    };
    expect(await takeSnapshot({ ...stage, openReader })).toMatchObject({ status: "done" });
    const { pairs } = await listedBy(life, stage);
    expect(pairs).toContain(pairOf(three!));
  });
});
