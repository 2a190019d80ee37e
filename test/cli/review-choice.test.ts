import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sourcesOfReview } from "../../functions/cli/review-choice.ts";
import { openStore } from "../../functions/runtime/open-stage.ts";

const root = mkdtempSync(join(tmpdir(), "sources-of-review-"));
let store: Awaited<ReturnType<typeof openStore>>;
beforeAll(async () => {
  store = await openStore(root);
  await store.createJson("reviews/people/2026-10-01T020000Z/snapshot.json", {});
  await store.createJson("checkpoints/cloud/2026-10-01T020001Z/snapshot.json", {});
});
afterAll(() => rmSync(root, { recursive: true }));

const both = ["people", "cloud"];

describe("sourcesOfReview()", () => {
  it("gives the source that has the review, be it that it has only been begun", async () => {
    expect(await sourcesOfReview(store, both, "2026-10-01T020000Z")).toEqual(["people"]);
    expect(await sourcesOfReview(store, both, "2026-10-01T020001Z")).toEqual(["cloud"]);
  });

  it("gives all where none has it, and where it only begins like one", async () => {
    expect(await sourcesOfReview(store, both, "2026-10-01T020000Z-again")).toEqual(both);
  });

  it("gives the only source whether it has the review or not", async () => {
    expect(await sourcesOfReview(store, ["cloud"], "2026-10-01T020000Z")).toEqual(["cloud"]);
  });
});
