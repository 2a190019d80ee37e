import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { endLives } from "../review-life/open-life.ts";
import { holdGoldenReviews } from "./golden-reviews.ts";

afterAll(endLives);

const file = new URL("hashes.json", import.meta.url);
const renewal = "GOLDEN=write npx vitest run test/golden";

type Hashes = Record<string, string>;

/** What has another hash than it was kept with, is there no more, or is new. */
function differences(kept: Hashes, now: Hashes): string[] {
  const keys = [...new Set([...Object.keys(kept), ...Object.keys(now)])].sort();
  return keys.flatMap((key) => {
    if (!(key in now)) return [`${key} is gone`];
    if (!(key in kept)) return [`${key} is new`];
    return now[key] === kept[key] ? [] : [`${key} has changed`];
  });
}

describe("the golden evidence", () => {
  it("of two reviews of every source has the hashes that are kept in hashes.json", async () => {
    const { hashes, faults } = await holdGoldenReviews();
    expect(faults).toEqual([]);
    if (process.env.GOLDEN === "write") writeFileSync(file, `${JSON.stringify(hashes, null, 2)}\n`);
    const kept = JSON.parse(readFileSync(file, "utf8")) as Hashes;
    expect(differences(kept, hashes), `if this is meant: ${renewal}`).toEqual([]);
  });
});
