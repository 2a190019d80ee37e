import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../../../functions/basics/hash.ts";
import type { SourceStatus } from "../../../functions/report/sources-view.ts";
import type { Grant, Holder } from "../../../functions/review/grants/grant.ts";
import { grantId } from "../../../functions/review/grants/grant-comparison.ts";
import { reviewKeys, summaryKey } from "../../../functions/review/keys.ts";
import { buildPlan } from "../../../functions/review/plan/build-plan.ts";
import type { Plan } from "../../../functions/review/plan/plan.ts";
import type { Store } from "../../../functions/review/ports.ts";
import type { Stage } from "../../../functions/review/stage.ts";
import type { CurrentReport } from "../../../functions/stages/show/current-report.ts";
import { type SummarizedReview, summarizeSources } from "../../../functions/stages/show/summarize-sources.ts";
import { openDirectoryStore } from "../../../functions/store/directory-store.ts";
import { withLines } from "../../../functions/store/jsonl.ts";
import { createJumpingClock } from "../../providers/jumping-clock.ts";
import { inventContext, inventGrant, inventRule } from "../../review/grants/invented-grants.ts";

const review = "2026-06-01T000000Z";
let root: string;
let store: Store;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "summary-"));
  store = withLines(openDirectoryStore(root));
});
afterEach(() => rmSync(root, { recursive: true }));

const grantOf = (source: string, id: string, holder: Partial<Holder> = {}): Grant =>
  inventGrant({ id: grantId(source, id, "r1"), source, holder: { id, email: `${id}@example.com`, ...holder } });

/** Stores a snapshot of these grants in two parts, so that more than one is read. */
const storeSnapshot = async (source: string, grants: Grant[]): Promise<void> => {
  const keys = reviewKeys(source, review);
  const parts = [];
  for (const [number, some] of [grants.slice(0, 1), grants.slice(1)].entries()) {
    const body = await store.packLines(some);
    await store.create(keys.part(number), body);
    parts.push({ key: keys.part(number), sha256: sha256(body), grants: some.length });
  }
  const population = { grants: grants.length, holders: grants.length, roles: 1 };
  await store.createJson(keys.snapshot, { complete: true, population, parts, checks: [] });
};

const planOf = (source: string, stale: Grant[]): Plan =>
  buildPlan(
    stale.map((grant) => ({ grant, matched: [inventRule()], keep: null })),
    inventContext({ source }),
  );

const reviewed = (source: string, status: SourceStatus, plan: Plan | null = null): SummarizedReview => {
  const stage = { store, sourceId: source, review, mode: "enforce" } as Partial<Stage> as Stage;
  const summary = {
    ...{ grants: 1, holders: 1, roles: 1, findingsByRule: {}, expired: 0, heldByReason: {}, outcomesByKind: {} },
    waiting: { count: 0, notBefore: null },
  };
  const changes = { previousReview: null, removedByPrevious: [], appeared: 0, vanished: 0 };
  const htmlKey = status === "sealed" ? reviewKeys(source, review).html : `checkpoints/${source}/${review}/report.html`;
  const report: CurrentReport | null = plan && { summary, changes, plan, deciding: null, htmlKey };
  return { stage, status, error: null, report };
};

const writtenPage = async (): Promise<string> => new TextDecoder().decode((await store.get(summaryKey))!.body);

/** The English part of the summary over these reviews. */
const pageOf = async (reviews: SummarizedReview[], notBegun: string[] = []): Promise<string> => {
  const clock = createJumpingClock();
  const key = await summarizeSources({ reviews, notBegun, store, clock, language: "en", timezone: "Asia/Shanghai" });
  expect(key).toBe(summaryKey);
  const page = await writtenPage();
  return page.slice(page.lastIndexOf('<div class="in-en"'), page.lastIndexOf('<div class="in-zh"'));
};

/** A leaver of `people` who holds one grant in `cloud`, which is stale there by its own rules. */
const openLeaver = async () => {
  const held = grantOf("cloud", "lin");
  await storeSnapshot("people", [
    grantOf("people", "wu"),
    grantOf("people", "lin", { status: "left", email: "LIN@example.com", lastDay: "2026-05-31" }),
  ]);
  await storeSnapshot("cloud", [grantOf("cloud", "zhao"), held]);
  return { held, people: reviewed("people", "sealed", planOf("people", [])), plan: planOf("cloud", [held]) };
};

describe("summarizeSources()", () => {
  it("names who left one source and holds something in another, and nobody else", async () => {
    const { people } = await openLeaver();
    const page = await pageOf([people, reviewed("cloud", "sealed", planOf("cloud", []))]);
    for (const text of ["lin@example.com", "last day 2026-05-31", "Stays: its source does not ask"]) {
      expect(page).toContain(text);
    }
    expect(page).not.toMatch(/wu@example|zhao@example/);
  });

  it("says what became of the grant in its own review: due, stopped, taken away, put back", async () => {
    const { people, plan, held } = await openLeaver();
    const keys = reviewKeys("cloud", review);
    expect(await pageOf([people, reviewed("cloud", "waiting", plan)])).toContain(">To be expired<");
    const stopped = { ...plan, brake: { tripped: true, limits: [] } };
    expect(await pageOf([people, reviewed("cloud", "held", stopped)])).toContain(">Stopped by the brake");
    await store.createJson(keys.approval(plan.planHash), { by: "Chen", at: "2026-06-02T00:00:00Z" });
    expect(await pageOf([people, reviewed("cloud", "waiting", stopped)])).toContain(">To be expired<");
    await store.createJson(keys.outcome(held.id), { outcome: "revoked", at: "2026-06-08T00:00:00Z" });
    expect(await pageOf([people, reviewed("cloud", "waiting", plan)])).toContain(">Revoked<");
    await store.createJson(keys.restored(held.id), { at: "2026-06-09T00:00:00Z" });
    expect(await pageOf([people, reviewed("cloud", "waiting", plan)])).toContain(">Revoked, and put back 2026-06-09");
  });

  it("takes the mode and the evidence of a sealed review from what was sealed", async () => {
    const { people, plan } = await openLeaver();
    const { sha256: evidence } = await store.createJson(reviewKeys("cloud", review).evidence, { mode: "report" });
    const page = await pageOf([people, reviewed("cloud", "sealed", plan)]);
    expect(page).toContain(">Report mode: nothing is removed<");
    expect(page).toContain(evidence);
  });

  it("leads to each report from where the summary is, be its review open or sealed", async () => {
    const { people, plan } = await openLeaver();
    const page = await pageOf([people, reviewed("cloud", "waiting", plan)]);
    expect(page).toContain(`href="../reviews/people/${review}/report.html"`);
    expect(page).toContain(`href="cloud/${review}/report.html"`);
  });

  it("throws where a part is not what was written, and writes nothing over the summary that stands", async () => {
    const { people, plan } = await openLeaver();
    const cloud = reviewed("cloud", "waiting", plan);
    await pageOf([people, cloud]);
    const before = await writtenPage();
    const key = reviewKeys("cloud", review).part(0);
    writeFileSync(join(root, key), await store.packLines([]));
    await expect(pageOf([people, cloud])).rejects.toThrow("not what was written");
    expect(await writtenPage()).toBe(before);
  });

  it("has a row for sources that have no snapshot or were not begun, and says that leavers may be missing", async () => {
    const { people } = await openLeaver();
    const page = await pageOf([people, reviewed("badges", "failed")], ["roles"]);
    expect(page).toMatch(/may be missing here: badges, roles</);
    expect(page).toMatch(/>failed<[\s\S]+>not begun</);
    expect(page).toContain("Nobody was found.");
  });

  it("does not take a grant that was never judged for one that may stay", async () => {
    const { people } = await openLeaver();
    expect(await pageOf([people, reviewed("cloud", "failed")])).toContain(">Not judged: ");
  });
});
