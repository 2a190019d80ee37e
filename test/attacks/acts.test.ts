import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { type StopRecord, switchWrites } from "../../functions/ledger/stop.ts";
import { reviewKeys, stopKey } from "../../functions/review/keys.ts";
import type { Evidence } from "../../functions/review/proof/evidence.ts";
import type { Restored } from "../../functions/review/proof/receipt.ts";
import { restoreGrants } from "../../functions/stages/restore/restore-grants.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { jsonOf, runCli } from "../cli/cli-process.ts";
import { configText } from "../cli/reviewed-company.ts";
import { endLives, type Life, openLife, plant, sourceId } from "../review-life/open-life.ts";
import { planReview, runReview } from "../review-life/run-review.ts";

afterEach(endLives);

const reasons = { by: "Lin", reason: "an incident" };
const onCommandLine = { via: "command-line", user: expect.any(String) as string, host: hostname() };

const stopsOf = async ({ store }: Life): Promise<StopRecord[]> => {
  const records: StopRecord[] = [];
  for await (const key of store.list(`reviews/${sourceId}/stops/`))
    records.push((await store.getJson<StopRecord>(key))!);
  return records;
};

describe("what a person does", () => {
  it("is recorded of a stop and a resume with who, why and through what, and the next evidence lists it", async () => {
    const life = await openLife({ people: 100 });
    const { review } = await planReview(life);
    const stage = life.stageOf(review);
    await switchWrites(stage, true, reasons);
    await life.clock.sleep(1_000);
    await switchWrites(stage, false, { by: "Wang", reason: "all is well" });
    const [stop, resume] = await stopsOf(life);
    expect(stop).toMatchObject({ kind: "stop", source: sourceId, ...reasons, caller: onCommandLine });
    expect(resume).toMatchObject({ kind: "resume", by: "Wang", reason: "all is well", caller: onCommandLine });
    expect(await life.store.getJson(stopKey(sourceId))).toMatchObject({ isStopped: false, by: "Wang" });
    await sealEvidence(stage);
    const { stops } = (await life.store.getJson<Evidence>(reviewKeys(sourceId, review).evidence))!;
    expect(stops).toHaveLength(2);
    const verify = () => verifyEvidence({ store: life.store, source: sourceId, review }, null);
    expect((await verify()).faults).toEqual([]);
    plant(life, stops![0]!.key, "{}\n");
    expect((await verify()).faults).toEqual([expect.stringContaining(stops![0]!.key)]);
  });

  it("is recorded of a put-back", async () => {
    const life = await openLife({ people: 200 });
    const review = await runReview(life);
    const { add } = await restoreGrants(life.stageOf(review), {});
    await restoreGrants(life.stageOf(review), { grants: [add![0]!], ...reasons });
    const restored = await life.store.getJson<Restored>(reviewKeys(sourceId, review).restored(add![0]!));
    expect(restored?.asked).toMatchObject({ ...reasons, caller: onCommandLine });
  });
});

describe("stop, resume and restore", () => {
  const folder = mkdtempSync(join(tmpdir(), "acts-"));
  writeFileSync(join(folder, "access-review.yaml"), configText());
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([["stop"], ["stop", "--by", "Lin"], ["stop", "--by", " ", "--reason", "x"], ["resume", "--reason", "x"]])(
    "refuse to act for nobody or for no reason: %j",
    async (...args) => {
      const run = await runCli({ folder }, ...args);
      expect(run).toMatchObject({ code: 2, stdout: "" });
      expect(run.stderr).toMatch(/--by|--reason/);
    },
  );

  it("say in their answer who asked", async () => {
    const run = await runCli({ folder }, "stop", "--by", "Lin", "--reason", "an incident", "--json");
    expect(jsonOf(run)).toMatchObject({ exitCode: 0, sources: ["people"], ...reasons });
  });
});
