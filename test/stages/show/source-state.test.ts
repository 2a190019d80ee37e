import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isoInstant } from "../../../functions/basics/time.ts";
import type { HomeModel, ReviewModel } from "../../../functions/desk/model.ts";
import { acknowledgeNarrowed, openEventActs } from "../../../functions/events/acts.ts";
import { setStopped } from "../../../functions/ledger/stop.ts";
import { signedDecisionsPrefix } from "../../../functions/review/keys.ts";
import { sourceStanding } from "../../../functions/stages/show/source-state.ts";
import { jsonOf, runCli } from "../../cli/cli-process.ts";
import { configText, leaverRule, makeFolder } from "../../cli/reviewed-company.ts";
import { openDesk } from "../../desk/open-desk.ts";
import { endLives, type Life, openLife, rootOf, sourceId } from "../../review-life/open-life.ts";
import { newReviewId, stagesOf } from "../../review-life/run-review.ts";
import { leave, runSweep } from "../../review-life/swept-life.ts";

let life: Life;
let review: string;
const due = "2027-01-01T02:00:00Z";
const next = { review: due, sweep: null };

beforeAll(async () => {
  life = await openLife({ people: 100, onDisk: true });
  life.config.policy.decideWithinDays = 10;
});
afterAll(endLives);

const standing = () => sourceStanding(life.stageOf("status"), next);
/** The life's source as the command line reads it, with a sweep every morning. */
const sweptConfig = {
  ...JSON.parse(configText({ source: { id: sourceId }, rules: [{ ...leaverRule, sweep: true }] })),
  sweep: { cron: "30 6 * * ? *", timezone: "Asia/Shanghai" },
} as object;
const act = { by: "Lin", reason: "looking", caller: { via: "lambda", requestId: "1" } as const };

describe("sourceStanding()", () => {
  it("says that no review began, and when one will", async () => {
    expect(await standing()).toMatchObject({
      review: null,
      state: "none",
      nextEvent: { event: "review", at: due },
      lastSealed: null,
    });
  });

  it("names what the schedule begins first: the sweep where that comes sooner, else the review", async () => {
    const nextOf = async (sweep: string | null, at: string | null = due) => {
      const { nextEvent, nextDue, nextSweep } = await sourceStanding(life.stageOf("status"), { review: at, sweep });
      expect([nextDue, nextSweep]).toEqual([at, sweep]);
      return nextEvent;
    };
    const sooner = "2026-12-31T22:30:00Z";
    expect(await nextOf(sooner)).toEqual({ event: "sweep", at: sooner });
    expect(await nextOf(due)).toEqual({ event: "review", at: due });
    expect(await nextOf(sooner, null)).toEqual({ event: "sweep", at: sooner });
    expect(await nextOf(null, null)).toBeNull();
  });

  it("says until when people decide, who has not answered, and what is held with what lifts it", async () => {
    review = newReviewId(life);
    await stagesOf(life, review).snapshot();
    expect(await standing()).toMatchObject({ review, state: "not-assessed" });
    await stagesOf(life, review).assess();
    const { state, nextEvent, reviewers, holds, population, failedChecks } = await standing();
    expect([state, nextEvent?.event]).toEqual(["deciding", "window-ends"]);
    expect(population!.grants).toBeGreaterThan(10);
    expect(failedChecks).toEqual([]);
    expect(reviewers.length).toBeGreaterThan(0);
    expect(reviewers.every(({ decided }) => decided === 0)).toBe(true);
    expect(holds.length).toBeGreaterThan(0);
    for (const { by, grants, grantIds, lifts } of holds) {
      expect([by, grants]).toEqual([by, grantIds.length]);
      expect([by, lifts.length > 0]).toEqual([by, true]);
    }
    const role = holds.find(({ by }) => by === "protected-role");
    if (role)
      expect(role.lifts[0]).toMatchObject({ code: "unprotect-role", figures: { role: expect.any(String) as string } });
  });

  it("counts what was decided at the desk, and shows operators of the desk the same", async () => {
    const [first] = (await standing()).reviewers.filter(({ id }) => id !== null);
    const desk = openDesk(life, { nextDue: () => next });
    const browser = desk.as({ subject: "on_manager", people: { [sourceId]: [first!.id!] } });
    const { rows } = (await (await browser.get(`/reviews/${sourceId}/${review}`)).json()) as ReviewModel;
    const { grantId, seen } = rows.find(({ asksForDecision }) => asksForDecision)!;
    const decisions = [{ grantId, seen, decision: "revoke", reason: "not needed" }];
    await browser.post(`/reviews/${sourceId}/${review}/decisions`, { requestId: "request-1", decisions });
    const now = await standing();
    expect(now.reviewers.find(({ id }) => id === first!.id)).toMatchObject({ toDecide: first!.toDecide, decided: 1 });
    const home = (await (await desk.as({ subject: "on_operator" }).get("/")).json()) as HomeModel;
    expect(home.sources!.find(({ source }) => source === sourceId)).toEqual({ ...now, heldPlan: null });
  });

  it("says that the source is stopped since when, and that resuming lifts it", async () => {
    const { store, clock } = life;
    await setStopped(store, { sourceId, isStopped: true, nowMs: clock.now(), act });
    const stopped = await standing();
    expect(stopped.stoppedAt).not.toBeNull();
    expect(stopped.holds[0]).toMatchObject({
      by: "stopped",
      lifts: [{ code: "resume", figures: { source: sourceId } }],
    });
    await setStopped(store, { sourceId, isStopped: false, nowMs: clock.now() + 1_000, act });
    expect((await standing()).stoppedAt).toBeNull();
  });

  it("names files of decisions that cannot be understood", async () => {
    const key = `${signedDecisionsPrefix(sourceId, review)}2026-10-01T020000Z-0123456789abcdef.json`;
    await life.store.create(key, new TextEncoder().encode("no JSON"));
    await stagesOf(life, review).assess();
    expect((await standing()).badFiles.map(({ file }) => file)).toEqual([key]);
    rmSync(join(rootOf(life), key));
  });

  it("says what was sealed last, and what it came to", async () => {
    await life.clock.sleep(11 * 86_400_000);
    const stages = stagesOf(life, review);
    await stages.assess();
    await stages.expire();
    await stages.seal();
    const sealed = await standing();
    expect(sealed).toMatchObject({ state: "sealed", lastSealed: { review }, nextEvent: { event: "review", at: due } });
    expect(sealed.counts.removed).toBeGreaterThan(0);
    expect(sealed.lastSealed!.evidenceSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(sealed.sweep).toBeNull();
  });

  it("tells of the newest sweep: whom it looked at, what it removed, how long a leaver kept something", async () => {
    for (const rule of life.config.policy.rules) if (rule.id === "leaver") rule.sweep = true;
    leave(life);
    const id = await runSweep(life);
    const { sweep, state, lastSealed, review: newest } = await standing();
    expect([newest, state, lastSealed?.review]).toEqual([review, "sealed", id]);
    expect(sweep).toMatchObject({ sweep: id, state: "sealed", failedChecks: [], counts: { waiting: 0, refused: 0 } });
    const { counts, population, longestHours } = sweep!;
    expect(counts.removed).toBe(counts.items);
    expect(counts.removed).toBeGreaterThan(0);
    expect(population!.holders).toBeGreaterThan(0);
    expect(longestHours).toBeGreaterThanOrEqual(0);
    const place = makeFolder(JSON.stringify(sweptConfig));
    const { stdout } = await runCli(place, "status", "--store", rootOf(life));
    place.remove();
    const removed = `${counts.removed} of ${counts.items} removed, a leaver kept something for ${longestHours} h at most`;
    expect(stdout).toContain(`newest sweep ${id}: sealed, ${population!.holders} holders, ${removed}`);
    const [, at] = /^ {2}next +sweep at (\S+)$/m.exec(stdout)!;
    expect(stdout).toContain(`next sweep   ${at}`);
  });

  it("says that the app sees less than before, which is told once, until a complete review that began later", async () => {
    const told: object[] = [];
    const alarmNarrowed = async (removed: object) => void told.push(removed);
    const acts = openEventActs(life.store, { sweep: async () => {}, alarmNarrowed });
    let at = isoInstant(life.clock.now());
    const narrow = async (id: string, users: number): Promise<void> => {
      const ask = { asks: "narrowed" as const, removed: { departments: 1, users, groups: 0 } };
      await acts.recordNarrowed([sourceId], { id, type: "t", createdAt: at, receivedAt: at, ask });
    };
    for (const id of ["e1", "e1", "e2"]) await narrow(id, 2);
    expect(told).toHaveLength(2);
    const { narrowed } = await standing();
    expect(narrowed).toEqual({ since: at, removed: { departments: 2, users: 4, groups: 0 }, acknowledged: null });
    await life.clock.sleep(1_000);
    const acknowledging = () =>
      acknowledgeNarrowed(life.store, { sourceIds: [sourceId], nowMs: life.clock.now(), act });
    const acknowledgedAt = isoInstant(life.clock.now());
    expect([await acknowledging(), await acknowledging()]).toEqual([[sourceId], []]);
    const { by, reason } = act;
    expect((await standing()).narrowed).toEqual({ ...narrowed, acknowledged: { by, reason, at: acknowledgedAt } });
    // What came after that nobody has acknowledged.
    await life.clock.sleep(1_000);
    at = isoInstant(life.clock.now());
    await narrow("e3", 7);
    expect((await standing()).narrowed).toEqual({
      since: at,
      removed: { departments: 1, users: 7, groups: 0 },
      acknowledged: null,
    });
    await life.clock.sleep(1_000);
    await stagesOf(life, newReviewId(life)).snapshot();
    expect((await standing()).narrowed).toBeNull();
  });
});

describe("status", () => {
  it("prints every source, in words and as JSON, and names nobody", async () => {
    const place = makeFolder();
    const folder = join(place.folder, "store/drift/people/narrowed");
    const removed = { departments: 1, users: 2, groups: 0 };
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "2026-10-03T020000Z-e1.json"), JSON.stringify({ at: "2026-10-03T02:00:00Z", removed }));
    const [text, json] = [await runCli(place, "status"), await runCli(place, "status", "--json")];
    const acknowledging = ["acknowledge", "--source", "people", "--by", "Lin", "--reason", "the branch was sold"];
    const [first, second] = [await runCli(place, ...acknowledging), await runCli(place, ...acknowledging)];
    const after = await runCli(place, "status");
    const [key] = readdirSync(folder).filter((name) => name.endsWith("-acknowledged.json"));
    const record: unknown = JSON.parse(readFileSync(join(folder, key!), "utf8"));
    place.remove();
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining("the app sees less of people") as string });
    expect(second).toMatchObject({ code: 2, stderr: expect.stringContaining("Nothing to acknowledge") as string });
    expect(record).toMatchObject({
      ...{ kind: "acknowledged", source: "people", by: "Lin", reason: "the branch was sold" },
      caller: { via: "command-line" },
    });
    expect(after.stdout).toMatch(/narrowed +since 2026-10-03T02:00:00Z .*Acknowledged at 20/);
    expect(after.stdout).not.toMatch(/Lin|branch/);
    expect({ code: text.code, stderr: text.stderr }).toMatchObject({ code: 0 });
    expect(text.stdout).toMatch(/^people: no review yet[\s\S]+last sealed +never[\s\S]+next due +20/);
    expect(text.stdout).toMatch(/narrowed +since 2026-10-03T02:00:00Z .*1 departments, 2 people, 0 groups/);
    const [source] = jsonOf(json).sources;
    expect(jsonOf(json)).toMatchObject({ command: "status", exitCode: 0 });
    expect(source).toMatchObject({ source: "people", state: "none", reviewers: [] });
  });
});
