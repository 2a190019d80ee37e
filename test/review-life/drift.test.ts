import { afterEach, describe, expect, it } from "vitest";
import { isoInstant } from "../../functions/basics/time.ts";
import type { MessageConfig } from "../../functions/config/config.ts";
import type { ReviewModel } from "../../functions/desk/model.ts";
import { driftRecords } from "../../functions/drift/read-drift.ts";
import { recordDrift } from "../../functions/drift/record-drift.ts";
import { recordMove } from "../../functions/drift/record-move.ts";
import { openEventActs } from "../../functions/events/acts.ts";
import { askedBy, eventTypes } from "../../functions/events/asked.ts";
import { takeEvent } from "../../functions/events/event-book.ts";
import { workOffEvents } from "../../functions/events/work.ts";
import { createDiffPage } from "../../functions/report/diff-page.ts";
import type { DriftRecord } from "../../functions/review/grants/drift.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { Finding } from "../../functions/review/rules/finding.ts";
import { openMessenger } from "../../functions/runtime/open-messenger.ts";
import type { Grant as CompanyGrant } from "../../functions/sandbox/company/company.ts";
import { allGrants } from "../../functions/sandbox/company/company.ts";
import { toIdType } from "../../functions/sandbox/company/ids.ts";
import { sortedPairs } from "../../functions/sandbox/planted.ts";
import { sendMessages } from "../../functions/stages/send/send-messages.ts";
import { driftBetween } from "../../functions/stages/show/diff-reviews.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { deskConfig, openDesk } from "../desk/open-desk.ts";
import { daysPass, endLives, type Life, openLife, sourceId, storedText } from "./open-life.ts";
import { planReview, resultOf, runReview, stagesOf } from "./run-review.ts";

afterEach(endLives);

/** A role at one department, with everybody who holds it there in the company. */
const somewhere = (life: Life) => {
  const { company } = life.sandbox;
  const organisational = new Set(company.roles.filter(({ kind }) => kind === "organisational").map(({ id }) => id));
  const isPlain = ({ roleId, scopes }: CompanyGrant): boolean =>
    organisational.has(roleId) && scopes?.length === 1 && scopes[0]!.length === 1 && scopes[0]![0]!.ids.length === 1;
  const grant = allGrants(company).find(isPlain)!;
  const { dimension, ids } = grant.scopes![0]![0]!;
  const scopes = [{ dimension, id: ids[0]! }];
  const holderIds = allGrants(company)
    .filter(
      ({ roleId, scopes: held }) =>
        roleId === grant.roleId &&
        held?.some((parts) => parts.some((part) => part.dimension === dimension && part.ids.includes(ids[0]!))),
    )
    .map(({ holderId }) => holderId)
    .sort();
  return { roleId: grant.roleId, scopes, holderIds };
};

const place = ({ store }: Life) => ({ store, sourceId });
const now = ({ clock }: Life): string => isoInstant(clock.now());

const told = (life: Life, event: string, holderIds: string[], at = now(life)) => {
  const { roleId, scopes } = somewhere(life);
  return recordDrift(place(life), {
    event,
    at,
    receivedAt: now(life),
    roleId,
    scopes,
    holderIds: holderIds.toSorted(),
  });
};

const recordsOf = async (life: Life): Promise<Map<string, DriftRecord>> => {
  const all = await driftRecords(place(life), { after: "2000-01-01T00:00:00Z", until: "2999-01-01T00:00:00Z" });
  return new Map(all.filter((record) => record.kind === "drift").map((record) => [record.event, record]));
};

const needed = { decision: "keep", reason: "still needed", until: "2027-03-01T00:00:00Z" };

/** Whether somebody works here, and goes on to. */
const staysIn = ({ sandbox }: Life, id: string): boolean =>
  sandbox.company.employees.some((each) => each.id === id && each.lastDay === null);

/** An event of a job change comes, and is worked off. */
const workOff = async ({ store, clock }: Life, body: Record<string, unknown>): Promise<void> => {
  const [nowMs, type] = [clock.now(), eventTypes.mover];
  await takeEvent(store, { id: `m${nowMs}`, type, createdAtMs: nowMs, body }, { ask: askedBy({ type, body }), nowMs });
  const acts = openEventActs(store, { sweep: async () => {}, alarmNarrowed: async () => {} });
  const sources = [{ id: sourceId, idType: "people_corehr_id" as const }];
  expect((await workOffEvents({ store, clock, sources, acts, note: () => {} })).done).toBe(1);
};

describe("recordDrift()", () => {
  it("writes the difference from the newest review, then from event to event; null of a set is nobody", async () => {
    const life = await openLife();
    const review = await runReview(life);
    const before = somewhere(life).holderIds;
    await daysPass(life, 1);
    await told(life, "e1", [...before, "69-new"]);
    await daysPass(life, 1);
    await told(life, "e2", []);
    const records = await recordsOf(life);
    expect(records.get("e1")).toMatchObject({
      granted: ["69-new"],
      gone: [],
      since: { review },
      holders: before.length + 1,
    });
    expect(records.get("e2")).toMatchObject({
      granted: [],
      gone: [...before, "69-new"].sort(),
      since: { event: "e1" },
      holders: 0,
    });
  });

  it("writes an event once, however often it was begun", async () => {
    const life = await openLife();
    await runReview(life);
    await daysPass(life, 1);
    const { holderIds } = somewhere(life);
    const at = now(life);
    await told(life, "e1", [...holderIds, "69-new"], at);
    const { store } = life;
    const [key] = [...(await recordsOf(life)).values()].map(
      ({ event }) => `drift/${sourceId}/${at.slice(0, 7)}/${event}.json`,
    );
    const body = (await store.get(key!))!.body;
    await told(life, "e1", [...holderIds, "69-new"], at);
    expect((await store.get(key!))!.body).toEqual(body);
  });

  it("says of an event that comes late who came and went, and changes nothing that is known", async () => {
    const life = await openLife();
    await runReview(life);
    const { holderIds } = somewhere(life);
    await daysPass(life, 1);
    const early = now(life);
    await daysPass(life, 1);
    await told(life, "second", [...holderIds, "69-stays"]);
    await told(life, "first", [...holderIds, "69-stays", "69-passes"], early);
    await daysPass(life, 1);
    await told(life, "third", holderIds);
    const records = await recordsOf(life);
    expect(records.get("first")).toMatchObject({
      granted: [],
      gone: [],
      late: { cameAndWent: ["69-passes"], wentAndCame: [] },
    });
    expect(records.get("third")).toMatchObject({ granted: [], gone: ["69-stays"], since: { event: "second" } });
  });

  it("believes no checkpoint that its record does not bear out", async () => {
    const life = await openLife();
    const review = await runReview(life);
    const { holderIds } = somewhere(life);
    await daysPass(life, 1);
    await told(life, "e1", [...holderIds, "69-new"]);
    const { store } = life;
    for await (const key of store.list(`checkpoints/${sourceId}/drift/`)) {
      const { body, etag } = (await store.get(key))!;
      const forged = new TextDecoder().decode(body).replace("69-new", "69-forged");
      await store.replace(key, new TextEncoder().encode(forged), etag);
    }
    await told(life, "e2", [...holderIds, "69-new"]);
    expect((await recordsOf(life)).get("e2")).toMatchObject({ granted: ["69-new"], since: { review } });
  });
});

describe("the report's part between the reviews", () => {
  it("tells who came and went, whom nobody reviewed, what stayed, and who moved", async () => {
    const life = await openLife();
    await runReview(life);
    const { holderIds, roleId } = somewhere(life);
    await daysPass(life, 1);
    await told(life, "e1", [...holderIds, "69-passing", "69-staying"]);
    await daysPass(life, 1);
    await told(life, "e2", [...holderIds, "69-staying"]);
    const moved = {
      event: "m1",
      at: now(life),
      receivedAt: now(life),
      holderId: "69-moving",
      effectiveDate: "2026-10-01",
    };
    await recordMove(place(life), moved);
    await daysPass(life, 88);
    const review = await runReview(life);
    const html = storedText(life, reviewKeys(sourceId, review).html);
    const partOf = (id: string): string => html.split(`id="${id}-en"`)[1]?.split("</details>")[0] ?? "";
    expect(partOf("between-came-and-went")).toMatch(/69-passing/);
    expect(partOf("between-came-and-went")).not.toMatch(/69-staying/);
    expect(partOf("between-granted")).toMatch(/69-staying/);
    expect(partOf("between-granted")).toContain(`#role=${roleId}`);
    expect(partOf("between-moved")).toMatch(/69-moving.*2026-10-01/s);
    expect(html).toContain("两次复核之间");
  });

  it("is not there where no event came", async () => {
    const life = await openLife();
    await runReview(life);
    await daysPass(life, 90);
    const review = await runReview(life);
    expect(storedText(life, reviewKeys(sourceId, review).html)).not.toContain('id="between');
  });
});

describe("somebody whom an event calls a mover", () => {
  it("is flagged to decide on, in report and desk, and the new manager is told, though the department is the same", async () => {
    const life = await openLife({ people: 100 });
    const { config, sandbox, store, clock } = life;
    const { company } = sandbox;
    const toReviewers: MessageConfig = {
      ...{ to: "feishu-reviewers", idType: "people_corehr_id", baseUrl: "sandbox" },
      occasions: ["plan"],
    };
    Object.assign(config, { messages: [toReviewers], language: "en", desk: deskConfig });
    config.sources[0]!.reviewers = { order: ["manager"], roleOwners: {}, fallback: null, delegates: [] };
    await runReview(life);
    await daysPass(life, 1);
    const [holderId, newManager] = company.backgroundHolders.filter((id) => staysIn(life, id)) as [string, string];
    const mover = company.employees.find(({ id }) => id === holderId)!;
    mover.managerId = newManager;
    sandbox.happen([{ op: "move", at: clock.now(), holderId, departmentId: mover.departmentId }]);
    await workOff(life, { employment_id: holderId, status: 5, effective_date: "2026-10-02" });
    await daysPass(life, 89);
    config.policy.decideWithinDays = 10;
    const { review } = await planReview(life);
    const held = sandbox.grants().filter((grant) => grant.holderId === holderId);
    const { findings } = await resultOf(life, review);
    expect(findings.mover).toEqual(sortedPairs(held));
    expect(findings["moved-department"] ?? []).not.toContainEqual(sortedPairs(held)[0]);
    const html = storedText(life, reviewKeys(sourceId, review).assessment("0001").html);
    expect(html).toMatch(/<a href="#rule=mover">What they hold, to decide on: \d+ grants?</);
    const endpoint = { baseUrl: sandbox.url, bot: sandbox.bot, webhook: sandbox.webhook };
    const messenger = openMessenger(config, sourceId, { clock, env: {}, endpoint, approveCommands: () => [] });
    await sendMessages(life.stageWith({ review, messenger }));
    const receivers = sandbox.chat.messages.map(({ receiver }) => receiver);
    expect(receivers).toContain(toIdType(newManager, "user_id"));
    const browser = openDesk(life).as({ subject: "on_manager", people: { [sourceId]: [newManager] } });
    const path = `/reviews/${sourceId}/${review}`;
    const theirs = ((await (await browser.get(path)).json()) as ReviewModel).rows.filter(
      ({ holder }) => holder.id === holderId,
    );
    expect(theirs.map(({ asksForDecision }) => asksForDecision)).toEqual(held.map(() => true));
    await clock.sleep(1_000);
    const decisions = theirs.map(({ grantId, seen }) => ({ grantId, seen, ...needed }));
    expect((await browser.post(`${path}/decisions`, { requestId: "request-1", decisions })).status).toBe(201);
    await stagesOf(life, review).seal();
    expect((await verifyEvidence({ store, source: sourceId, review }, null)).faults).toEqual([]);
    // A keep says nothing of a move that nobody knew of when it was made.
    await daysPass(life, 1);
    await workOff(life, { employment_id: holderId, status: 5, effective_date: null });
    await daysPass(life, 1);
    const next = await planReview(life);
    const flagged: (string | null)[] = [];
    const { findings: key } = reviewKeys(sourceId, next.review).assessment("0001");
    for await (const { rule, suppressedBy } of store.readLines<Finding>(key))
      if (rule === "mover") flagged.push(suppressedBy?.by ?? null);
    expect(flagged).toEqual(held.map(() => null));
  });
});

describe("driftBetween()", () => {
  it("tells diff what came and went between two reviews, though neither of them shows it", async () => {
    const life = await openLife();
    const from = await runReview(life);
    const { holderIds } = somewhere(life);
    for (const held of [[...holderIds, "69-passing"], holderIds]) {
      await daysPass(life, 1);
      await told(life, `e${held.length}`, held);
    }
    await daysPass(life, 88);
    const to = await runReview(life);
    const between = (await driftBetween(place(life), { from, to }))!;
    expect(between.drifted).toMatchObject([{ holderId: "69-passing", fate: "came-and-went" }]);
    const view = {
      source: sourceId,
      from,
      to,
      language: "en" as const,
      timezone: "Asia/Shanghai",
      departmentNames: {},
    };
    expect(createDiffPage({ ...view, changed: [], between })).toMatch(/Came and went[\s\S]*69-passing/);
    expect(await driftBetween(place(life), { from: to, to })).toBeNull();
  });
});
