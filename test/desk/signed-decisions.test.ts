import { parse } from "csv-parse/sync";
import { afterEach, describe, expect, it } from "vitest";
import { isoInstant } from "../../functions/basics/time.ts";
import type { Config } from "../../functions/config/config.ts";
import type { RefusalModel, ReviewModel } from "../../functions/desk/model.ts";
import type { RecordedDecision } from "../../functions/ledger/decisions.ts";
import { writeSignedDecisions } from "../../functions/ledger/signed-decisions.ts";
import { reviewKeys, signedDecisionsPrefix } from "../../functions/review/keys.ts";
import type { WhoReviews } from "../../functions/review/people/who-reviews.ts";
import type { SignedDecisions } from "../../functions/review/rules/signed-decision.ts";
import { sourceStanding } from "../../functions/stages/show/source-state.ts";
import { endLives, type Life, openLife, sourceId, storedText } from "../review-life/open-life.ts";
import { planReview, stagesOf } from "../review-life/run-review.ts";
import { busiestReviewer, openDesk } from "./open-desk.ts";

afterEach(endLives);

/** A review that waits for decisions, with what it was configured by. */
type Waiting = Pick<Life, "config" | "objects"> & { review: string; nowMs: number };

const waiting = new Map<(config: Config) => void, Promise<Waiting>>();

async function waitForDecisions(configure: (config: Config) => void): Promise<Waiting> {
  const life = await openLife({ people: 200 });
  configure(life.config);
  const { review } = await planReview(life);
  return { config: life.config, objects: life.objects, review, nowMs: life.clock.now() };
}

/** A copy of the review that waits under such a configuration, which is taken once. Nobody asks its company about it any more. */
async function copyOfReview(configure: (config: Config) => void): Promise<{ life: Life; review: string }> {
  const taken = waiting.get(configure) ?? waitForDecisions(configure);
  waiting.set(configure, taken);
  const { config, objects, review, nowMs } = await taken;
  const life = await openLife({ people: 40 }, nowMs);
  life.config = structuredClone(config);
  for (const [key, body] of objects) life.objects.set(key, body);
  return { life, review };
}

function whereThereIsTime({ policy }: Config): void {
  policy.decideWithinDays = 14;
}

/** A review that waits for decisions, and a reviewer at the desk who has some to make. */
async function openReview() {
  const { life, review } = await copyOfReview(whereThereIsTime);
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

  it("is stored where its reason ends with half an emoji, as a browser cuts a long text", async () => {
    const { life, review, browser, path, revoke } = await openReview();
    const decisions = [{ ...revoke, reason: "moved on \uD83D" }];
    const response = await browser.post(`${path}/decisions`, { requestId: "request-1", decisions });
    expect(response.status).toBe(201);
    expect(await recordedIn(life, review)).toMatchObject([{ fault: null, reason: "moved on \uFFFD" }]);
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
    const [key = ""] = [...life.objects.keys()].filter((each) => each.startsWith(prefix));
    const whole = storedText(life, key);
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

/** The fallback of the shipped configuration, whom the order below asks after the manager. */
const fallback = "6967000110000000370";

function whereManagersDecide({ policy, sources }: Config): void {
  policy.decideWithinDays = 14;
  policy.decisions = "signed-in";
  sources[0]!.reviewers = { order: ["manager", "fallback"], roleOwners: {}, fallback, delegates: [] };
}

/** A review in which the manager decides, then the fallback, and nobody who did not sign in. */
async function openHandOn() {
  const { life, review } = await copyOfReview(whereManagersDecide);
  const id = await busiestReviewer(life, review);
  const desk = openDesk(life);
  const path = `/reviews/${sourceId}/${review}`;
  /** Somebody at the desk: what they see of the review, and what they are answered. */
  const at = (who: string | string[], name = `name of ${who}`) => {
    const ids = [who].flat();
    const browser = desk.as({ subject: `on_${ids[0]}`, name, people: { [sourceId]: ids } });
    let requests = 0;
    return {
      model: async () => {
        const response = await browser.get(path);
        return response.status === 200 ? ((await response.json()) as ReviewModel) : null;
      },
      report: async () => (await browser.get(`${path}/report`)).text(),
      row: async () => {
        const { rows = [] } = (await (await browser.get(path)).json()) as Partial<ReviewModel>;
        return rows.find((row) => row.grantId === grantId);
      },
      decide: async (decision: object) => {
        await life.clock.sleep(1_000);
        requests += 1;
        const body = { requestId: `request-${requests}`, decisions: [{ ...common, until: null, ...decision }] };
        const response = await browser.post(`${path}/decisions`, body);
        const { faults = [] } = (await response.json()) as Partial<RefusalModel>;
        return { status: response.status, faults: faults.map(({ field, code }) => `${field}: ${code}`) };
      },
    };
  };
  const first = (await (
    await desk.as({ subject: `on_${id}`, people: { [sourceId]: [id] } }).get(path)
  ).json()) as ReviewModel;
  const shown = first.rows.find(
    ({ effects, holder }) => effects.revoke.works && holder.email && holder.id !== fallback,
  );
  const { grantId, seen, holder } = shown ?? expect.fail("nothing to revoke");
  const common = { grantId, seen };
  const others = first.rows.map((row) => row.holder).filter((other) => other.id !== holder.id && other.id !== fallback);
  const colleague = others.find(({ status, email }) => status === "active" && email !== null) ?? expect.fail("nobody");
  const leaver = others.find(({ status }) => status === "left");
  return { life, review, at, manager: at(id, "Wang Fang"), managerId: id, grantId, holder, colleague, leaver };
}

/** How many grants everybody has yet to decide on, by their id. */
async function askedIn(life: Life, review: string): Promise<Record<string, number>> {
  const { reviewers } = await sourceStanding(life.stageOf(review), { review: null, sweep: null });
  return Object.fromEntries(reviewers.map(({ id, toDecide, decided }) => [id ?? "", toDecide - decided]));
}

const handOn = (to: string | null) => ({ decision: "reassign", reason: "not my team", to });
const revoke = { decision: "revoke", reason: "moved on" };

describe("a grant that is not the reviewer's", () => {
  it("goes to the person named, who is told by whom and why, and whose decision counts", async () => {
    const { life, review, at, manager, managerId, grantId, colleague } = await openHandOn();
    const named = at(colleague.id);
    expect(await named.row()).toBeUndefined();
    expect(await manager.decide(handOn(colleague.email))).toEqual({ status: 201, faults: [] });
    const told = { grantId, to: { id: colleague.id, name: colleague.name }, reason: "not my team" };
    expect((await manager.model())!.handedOn).toMatchObject([{ ...told, isMine: true }]);
    expect((await manager.model())!.receipts[0]!.decisions).toMatchObject([
      { holder: expect.any(String), to: colleague.id },
    ]);
    expect(await manager.row()).toBeUndefined();
    expect((await named.model())!.handedOn).toMatchObject([{ ...told, from: { id: managerId }, isMine: false }]);
    expect((await named.row())?.insteadOf).toEqual({
      id: managerId,
      name: "Wang Fang",
      because: "reassigned",
      reason: "not my team",
    });
    expect(await manager.decide(revoke)).toMatchObject({ status: 403 });
    expect(await named.decide(revoke)).toMatchObject({ status: 201 });
    expect(await recordedIn(life, review)).toMatchObject([
      { grantId, reviewer: colleague.id, fault: null, decidedAs: [] },
    ]);
    expect(await stagesOf(life, review).assess()).toMatchObject({ findings: { "revoke-decision": 1 } });
  });

  it("is with whom it came to in the reports, the counts of reviewers and the state of the source as well", async () => {
    const { life, review, at, manager, managerId, grantId, colleague } = await openHandOn();
    const before = await askedIn(life, review);
    await manager.decide(handOn(colleague.id));
    await life.clock.sleep(1_000);
    const after = await askedIn(life, review);
    expect(after[managerId]).toEqual(before[managerId]! - 1);
    expect(after[colleague.id]).toEqual((before[colleague.id] ?? 0) + 1);
    const settings = /"population":(\d+),"onlyFor":"(\d+)"/.exec(await at(colleague.id).report());
    expect(settings?.slice(1)).toEqual([String((before[colleague.id] ?? 0) + 1), colleague.id]);
    const revoked = { decision: "revoke", reason: "moved on" };
    await at(colleague.id).decide(revoked);
    expect((await askedIn(life, review))[colleague.id]).toEqual(before[colleague.id] ?? 0);
    const { assessment } = await stagesOf(life, review).assess();
    const { reviewers, csv } = reviewKeys(sourceId, review).assessment(String(assessment));
    const who = (await life.store.getJson<WhoReviews>(reviewers))!.reviewers;
    expect(who.find(({ id }) => id === colleague.id)).toMatchObject({ name: colleague.name, email: colleague.email });
    const rows: Record<string, string>[] = parse(new TextDecoder().decode((await life.store.get(csv))!.body), {
      bom: true,
      columns: true,
    });
    expect(rows.find(({ grant_id }) => grant_id?.replace("'", "") === grantId)).toMatchObject({
      reviewer_id: expect.stringContaining(colleague.id),
      reviewer_by: "handed-on",
    });
  });

  it("is answered by the id that the routing names, where a reader has two in the source", async () => {
    const { life, review, at, manager, grantId, colleague } = await openHandOn();
    await manager.decide(handOn(colleague.id));
    const both = at([fallback, colleague.id]);
    const { rows } = (await both.model())!;
    const other = rows.find(({ reviewerId, effects }) => reviewerId === fallback && effects.revoke.works);
    expect(await both.decide(revoke)).toMatchObject({ status: 201 });
    expect(await recordedIn(life, review)).toMatchObject([{ grantId, reviewer: colleague.id, fault: null }]);
    if (!other) return;
    await both.decide({ ...revoke, grantId: other.grantId, seen: other.seen });
    expect((await recordedIn(life, review)).map(({ fault }) => fault)).toEqual([null, null]);
  });

  it("goes to the next in the order where nobody is named, as long as there is somebody", async () => {
    const { life, review, at, manager, managerId, grantId } = await openHandOn();
    expect(await manager.decide(handOn(null))).toMatchObject({ status: 201 });
    const next = at(fallback);
    expect((await manager.model())!.handedOn).toMatchObject([{ grantId, to: { id: fallback } }]);
    expect((await next.row())?.insteadOf).toMatchObject({ id: managerId, because: "reassigned" });
    expect(await next.decide(handOn(null))).toEqual({ status: 400, faults: ["decisions[0].to: nobody-next"] });
    expect(await next.decide(revoke)).toMatchObject({ status: 201 });
    expect(await recordedIn(life, review)).toMatchObject([{ reviewer: fallback, fault: null }]);
  });

  it("is handed on once by each reviewer, also where it comes back", async () => {
    const { at, manager, managerId, colleague } = await openHandOn();
    await manager.decide(handOn(colleague.id));
    const again = { status: 400, faults: ["decisions[0].decision: reassigned-once"] };
    expect(await manager.decide(handOn(fallback))).toEqual(again);
    expect(await at(colleague.id).decide(handOn(managerId))).toMatchObject({ status: 201 });
    expect((await manager.row())?.effects.reassign).toMatchObject({ works: false, code: "once" });
    expect(await manager.decide(handOn(fallback))).toEqual(again);
    expect(await manager.decide(revoke)).toMatchObject({ status: 201 });
  });

  it("is refused to oneself, to somebody unknown, to its holder, and to whoever left", async () => {
    const { manager, managerId, holder, leaver } = await openHandOn();
    const refused = (code: string) => ({ status: 400, faults: [`decisions[0].to: ${code}`] });
    expect(await manager.decide(handOn(managerId))).toEqual(refused("to-self"));
    expect(await manager.decide(handOn("nobody@example.com"))).toEqual(refused("to-unknown"));
    expect(await manager.decide(handOn(holder.id))).toEqual(refused("to-holder"));
    expect(await manager.decide(handOn(holder.email))).toEqual(refused("to-holder"));
    expect(await manager.decide(handOn(leaver!.id))).toEqual(refused("to-left"));
    expect((await manager.model())!.handedOn).toEqual([]);
  });

  it("leaves a decision in force that its reviewer made before handing it on", async () => {
    const { life, review, manager, colleague } = await openHandOn();
    await manager.decide(revoke);
    await manager.decide(handOn(colleague.id));
    expect(await recordedIn(life, review)).toMatchObject([{ decision: "revoke", fault: null }]);
  });
});
