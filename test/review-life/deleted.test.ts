import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dayMs } from "../../functions/basics/time.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { Evidence } from "../../functions/review/proof/evidence.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { copyReviews, removeCopies, type SealedReviews, sealReviews } from "../attacks/sealed-reviews.ts";
import { jsonOf, runCli } from "../cli/cli-process.ts";
import { configText, makeFolder } from "../cli/reviewed-company.ts";
import { endLives, openLife, sourceId } from "./open-life.ts";
import { planReview, stagesOf } from "./run-review.ts";

// The first review is 950 days old, the second 860.
const keptDays = 900;
let reviews: SealedReviews;
beforeAll(async () => {
  reviews = await sealReviews([null, null], Date.now() - 950 * dayMs);
});
afterAll(async () => {
  removeCopies();
  await endLives();
});

const rootOf = (review: string): string => reviewKeys(sourceId, review).root;

const saysDays = (evidence: Evidence): void => {
  evidence.deleteAfterDays = keptDays;
};

/** A copy of the store in which the bucket's lifecycle has deleted the first review. */
const withoutFirst = () => {
  const copy = copyReviews(reviews);
  copy.remove(rootOf(reviews.first));
  return copy;
};

describe("verifyEvidence() after deleteAfterDays", () => {
  const nowMs = Date.now();

  it("says where the chain begins, and finds no fault, where the earlier review was old enough to be deleted", async () => {
    const verified = await withoutFirst().verify(reviews.second, { nowMs, deleteAfterDays: keptDays });
    expect(verified).toMatchObject({ found: [], chain: 0, deleted: reviews.first });
  });

  it.each([
    ["nothing may be deleted", undefined],
    ["the earlier review was not old enough", 960],
  ])("takes it for a broken chain where %s", async (_, deleteAfterDays) => {
    const { found, deleted } = await withoutFirst().verify(reviews.second, { nowMs, deleteAfterDays });
    expect(found.map(({ code }) => code)).toEqual(["chain-missing"]);
    expect(deleted).toBeNull();
  });

  it("goes by the evidence's own word where no configuration is at hand, as an auditor has none", async () => {
    const copy = withoutFirst();
    copy.change(reviewKeys(sourceId, reviews.second).evidence, saysDays);
    expect(await copy.verify(reviews.second, { nowMs })).toMatchObject({ found: [], deleted: reviews.first });
  });

  it("tells once that a review which is being deleted cannot be checked as a whole any more", async () => {
    const copy = copyReviews(reviews);
    const { parts } = copy.read(reviewKeys(sourceId, reviews.first).snapshot);
    copy.remove(parts[0].key);
    copy.remove(reviewKeys(sourceId, reviews.first).roles);
    const { found } = await copy.verify(reviews.first, { nowMs, deleteAfterDays: keptDays });
    expect(found).toEqual([{ code: "deleted", figures: { review: reviews.first, count: 2 } }]);
    const younger = await copy.verify(reviews.first, { nowMs, deleteAfterDays: 960 });
    expect(younger.found.map(({ code }) => code)).toEqual(["missing", "missing"]);
  });

  it("still finds what was changed: an evidence that is there and is another, and an object of a younger review that is gone", async () => {
    const copy = copyReviews(reviews);
    copy.change(reviewKeys(sourceId, reviews.first).evidence, (evidence: Evidence) => {
      evidence.balance.kept += 1;
    });
    copy.remove(reviewKeys(sourceId, reviews.second).roles);
    const { found, deleted } = await copy.verify(reviews.second, { nowMs, deleteAfterDays: keptDays });
    expect(found.map(({ code }) => code)).toEqual(["missing", "chain-altered"]);
    expect(deleted).toBeNull();
  });
});

describe("verify and export", () => {
  it("go by aws.deleteAfterDays of the configuration, and the exported pack says the same without one", async () => {
    const copy = withoutFirst();
    copy.change(reviewKeys(sourceId, reviews.second).evidence, saysDays);
    const place = makeFolder();
    const config = JSON.parse(configText({ source: { id: sourceId } })) as object;
    writeFileSync(
      join(place.folder, "access-review.yaml"),
      JSON.stringify({ ...config, store: copy.root, aws: { deleteAfterDays: keptDays } }),
    );
    const said = await runCli(place, "verify", "--review", reviews.second);
    expect({ code: said.code, stderr: said.stderr }).toEqual({ code: 0, stderr: "" });
    expect(said.stdout).toContain(`the chain begins here on purpose: ${reviews.first} and what was before it`);
    expect(jsonOf(await runCli(place, "verify", "--review", reviews.second, "--json"))).toMatchObject({
      exitCode: 0,
      chain: 0,
      deleted: reviews.first,
    });
    expect(await runCli(place, "export", "--review", reviews.second, "pack.zip")).toMatchObject({ code: 0 });
    writeFileSync(join(place.folder, "access-review.yaml"), "");
    const handedOver = await runCli(place, "verify", "pack.zip", "--language", "zh");
    expect(handedOver).toMatchObject({ code: 0, stderr: "" });
    expect(handedOver.stdout).toContain(`更早的复核 ${reviews.first} 及其之前的证据已按 deleteAfterDays 有意删除`);
    place.remove();
  });
});

describe("sealEvidence()", () => {
  it("writes down after how many days the configuration lets it be deleted, and nothing where it does not", async () => {
    const life = await openLife({ people: 60 });
    const { review } = await planReview(life);
    await stagesOf(life, review).expire();
    await sealEvidence({ ...life.stageOf(review), deleteAfterDays: keptDays });
    const evidence = await life.store.getJson<Evidence>(reviewKeys(sourceId, review).evidence);
    expect(evidence?.deleteAfterDays).toBe(keptDays);
    const before = await reviews.life.store.getJson<Evidence>(reviewKeys(sourceId, reviews.first).evidence);
    expect(before).not.toHaveProperty("deleteAfterDays");
  });
});
