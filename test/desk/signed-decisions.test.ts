import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterEach, describe, expect, it } from "vitest";
import { isoInstant } from "../../functions/basics/time.ts";
import type { ReviewModel } from "../../functions/desk/model.ts";
import type { RecordedDecision } from "../../functions/ledger/decisions.ts";
import { writeSignedDecisions } from "../../functions/ledger/signed-decisions.ts";
import { reviewKeys, signedDecisionsPrefix } from "../../functions/review/keys.ts";
import type { SignedDecisions } from "../../functions/review/rules/signed-decision.ts";
import { endLives, type Life, openLife, sourceId } from "../review-life/open-life.ts";
import { planReview, stagesOf } from "../review-life/run-review.ts";
import { busiestReviewer, openDesk } from "./open-desk.ts";

afterEach(endLives);

/** A review that waits for decisions, and a reviewer at the desk who has some to make. */
async function openReview() {
  const life = await openLife({ people: 200 });
  life.config.policy.decideWithinDays = 14;
  const { review } = await planReview(life);
  const id = await busiestReviewer(life, review);
  const browser = openDesk(life).as({ subject: "on_manager", people: { [sourceId]: [id] } });
  const path = `/reviews/${sourceId}/${review}`;
  const model = (await (await browser.get(path)).json()) as ReviewModel;
  const row = model.rows.find(({ effects }) => effects.revoke.works) ?? expect.fail("nothing to revoke");
  const revoke = { grantId: row.grantId, seen: row.seen, decision: "revoke" as const, reason: "moved on", until: null };
  return { life, review, reviewer: id, browser, path, revoke };
}

/** The decisions as the newest assessment took them. */
async function recordedIn(life: Life, review: string): Promise<RecordedDecision[]> {
  const { assessment } = await stagesOf(life, review).assess();
  const stored = await life.store.get(reviewKeys(sourceId, review).assessment(String(assessment)).decisions);
  const lines = new TextDecoder().decode(stored!.body).split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as RecordedDecision);
}

describe("a decision that was signed at the desk", () => {
  it("counts in the next assessment, which records who proved to have made it", async () => {
    const { life, review, reviewer, browser, path, revoke } = await openReview();
    const response = await browser.post(`${path}/decisions`, { requestId: "request-1", decisions: [revoke] });
    expect(response.status).toBe(201);
    const [recorded, ...others] = await recordedIn(life, review);
    expect(others).toEqual([]);
    expect(recorded).toMatchObject({
      fault: null,
      grantId: revoke.grantId,
      decision: "revoke",
      reviewer,
      reason: "moved on",
      provenBy: { provider: "sandbox", subject: "on_manager" },
      file: expect.stringContaining(signedDecisionsPrefix(sourceId, review)),
    });
    const again = await stagesOf(life, review).assess();
    expect(again).toMatchObject({ findings: { "revoke-decision": 1 } });
    const { csv, html } = reviewKeys(sourceId, review).assessment(String(again.assessment));
    const rows: Record<string, string>[] = parse(new TextDecoder().decode((await life.store.get(csv))!.body), {
      bom: true,
      columns: true,
    });
    const line = rows.find(({ grant_id }) => grant_id?.replace("'", "") === revoke.grantId);
    expect(line).toMatchObject({ decision: "revoke", decider: reviewer, proven_by: "signed in", reason: "moved on" });
    expect(new TextDecoder().decode((await life.store.get(html))!.body)).toContain(revoke.seen);
  });

  it("is taken back by a newer one", async () => {
    const { life, review, browser, path, revoke } = await openReview();
    await browser.post(`${path}/decisions`, { requestId: "request-1", decisions: [revoke] });
    await life.clock.sleep(1_000);
    const keep = { ...revoke, decision: "keep", until: "2027-01-31", reason: "a mistake" };
    const response = await browser.post(`${path}/decisions`, { requestId: "request-2", decisions: [keep] });
    expect(response.status).toBe(201);
    expect((await stagesOf(life, review).assess()).findings).not.toHaveProperty("revoke-decision");
  });

  it("hands a grant on once by each reviewer, who goes on seeing to whom and why", async () => {
    const { browser, path, revoke } = await openReview();
    const handOn = { ...revoke, decision: "reassign", to: "6900000000000000009", reason: "not my team" };
    const first = await browser.post(`${path}/decisions`, { requestId: "request-1", decisions: [handOn] });
    expect(first.status).toBe(201);
    const model = (await (await browser.get(path)).json()) as ReviewModel;
    const { grantId } = revoke;
    expect(model.handedOn).toMatchObject([{ grantId, to: { id: handOn.to }, reason: "not my team", isMine: true }]);
    expect(model.rows.find((row) => row.grantId === grantId)!.effects.reassign).toMatchObject({
      works: false,
      code: "once",
    });
    const again = await browser.post(`${path}/decisions`, { requestId: "request-2", decisions: [handOn] });
    expect(again.status).toBe(400);
  });

  it("does not count where the grant was shown otherwise than the review has it", async () => {
    const { life, review, reviewer, revoke } = await openReview();
    const decidedAt = isoInstant(life.clock.now());
    const decisions: SignedDecisions = {
      formatVersion: 1,
      review,
      reviewer: { id: reviewer, name: null },
      provenBy: { provider: "sandbox", subject: "on_manager", tenant: null, signedInAt: decidedAt, session: "5e55" },
      snapshotSha256: "0".repeat(64),
      decisions: [{ ...revoke, seen: "f".repeat(64), to: null }],
      oneAct: false,
      decidedAt,
    };
    await writeSignedDecisions({ store: life.store, sourceId, review }, { request: "0123456789abcdef", decisions });
    const [recorded] = await recordedIn(life, review);
    expect(recorded?.fault).toContain("shown otherwise");
    expect((await stagesOf(life, review).assess()).findings).not.toHaveProperty("revoke-decision");
  });

  it("holds its grants back where its file is not what the desk writes", async () => {
    const { life, review, browser, path, revoke } = await openReview();
    await browser.post(`${path}/decisions`, { requestId: "request-1", decisions: [revoke] });
    const prefix = signedDecisionsPrefix(sourceId, review);
    const whole = readFileSync(join(life.root, prefix, readdirSync(join(life.root, prefix))[0]!), "utf8");
    const spoilt = [
      whole.slice(1),
      whole.replace(/"review": "[^"]*"/, '"review": "2026-01-01T000000Z"'),
      whole.replace(/"subject": "[^"]*"/, '"subject": ""'),
      whole.replace(/"seen": "[^"]*"/, '"seen": ""'),
      whole.replace(/"decidedAt": "[^"]*"/, '"decidedAt": "yesterday"'),
    ];
    for (const [at, text] of spoilt.entries())
      await life.store.create(
        `${prefix}2026-10-01T020${at}00Z-00000000000000${at}0.json`,
        new TextEncoder().encode(text),
      );
    const assessed = await stagesOf(life, review).assess();
    expect(assessed).toMatchObject({ badDecisionFiles: spoilt.length });
    for (const fault of assessed.decisionFaults ?? []) expect(fault).toContain("not what the desk writes");
  });
});
