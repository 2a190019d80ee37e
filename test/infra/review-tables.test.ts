import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isoInstant } from "../../functions/basics/time.ts";
import { recordDrift } from "../../functions/drift/record-drift.ts";
import { grantsOf, loadSnapshot } from "../../functions/ledger/grants.ts";
import { readReceipts } from "../../functions/ledger/receipts.ts";
import type { Grant } from "../../functions/review/grants/grant.ts";
import type { Outcome } from "../../functions/review/proof/receipt.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { valid } from "../config/valid.ts";
import { openCloudReview } from "../review-life/cloud-life.ts";
import { decide, someReviewer } from "../review-life/decide.ts";
import { daysPass, endLives, grantIdOf, type Life, openLife, sourceId } from "../review-life/open-life.ts";
import { newReviewId, planReview, stagesOf } from "../review-life/run-review.ts";
import { leave, runSweep } from "../review-life/swept-life.ts";
import { resourcesOf, synthesise } from "./synthesised.ts";
import { filesOf, linesOf, openTables, savedQuery, tablesIn } from "./tables-in-duckdb.ts";

const template = synthesise(valid.replace("id: people\n", `id: ${sourceId}\n`));
const tables = tablesIn(template);

type Reviewed = { review: string; grants: Grant[]; outcomes: Map<string, Outcome> };

let life: Life;
let database: Awaited<ReturnType<typeof openTables>>;
/** What three reviews over two quarters saw and did, oldest first, as the evidence has it; and two sweeps before the third. */
const reviewed: Reviewed[] = [];
const swept: Reviewed[] = [];

const all = async <T>(each: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = [];
  for await (const one of each) list.push(one);
  return list;
};

/** A whole review; what of the planted decisions there is to decide comes after its first assessment. */
const reviewAndSeal = async (): Promise<string> => {
  const { review } = await planReview(life);
  const [kept] = life.sandbox.planted.decisions.filter(({ purpose }) => purpose === "kept");
  if (reviewed.length === 0 && kept) {
    await decide(life, review, [kept]);
    await stagesOf(life, review).assess();
  }
  await expireGrants(life.stageOf(review));
  await sealEvidence(life.stageWith({ review, hasTables: true }));
  return review;
};

/** Somebody leaves and is swept; somebody's last day is entered late; somebody is given a role and loses it again. */
const passBetweenReviews = async (): Promise<void> => {
  for (const rule of life.config.policy.rules) if (rule.id === "leaver") rule.sweep = true;
  for (const daysAgo of [1, 5]) {
    await daysPass(life, 1);
    leave(life, 1, daysAgo);
    const review = await runSweep(life, { hasTables: true });
    swept.push(await evidenceOf(review));
  }
  const { roleId } = life.sandbox.grants()[0]!;
  for (const [event, holderIds] of [
    ["e1", ["69-passing"]],
    ["e2", []],
  ] as const) {
    await daysPass(life, 1);
    const at = isoInstant(life.clock.now());
    const told = { event, at, receivedAt: at, roleId, scopes: [{ dimension: "department", id: "od-1" }] };
    await recordDrift({ store: life.store, sourceId }, { ...told, holderIds: [...holderIds] });
  }
  await daysPass(life, 1);
};

const evidenceOf = async (review: string): Promise<Reviewed> => {
  const { snapshot } = (await loadSnapshot({ store: life.store, sourceId, review }))!;
  const grants = await all(grantsOf(life.store, snapshot));
  const { outcomes } = await readReceipts({ store: life.store, sourceId, review });
  return { review, grants, outcomes };
};

beforeAll(async () => {
  life = await openLife({ people: 400, onDisk: true });
  for (let quarter = 0; quarter < 3; quarter += 1) {
    if (quarter > 0) await daysPass(life, 91);
    if (quarter > 0) life.sandbox.liveOn();
    if (quarter === 2) await passBetweenReviews();
    reviewed.push(await evidenceOf(await reviewAndSeal()));
  }
  database = await openTables(life.store, template, sourceId);
});
afterAll(async () => {
  database.close();
  await endLives();
});

/** A value as Athena's SerDe has it: keys in small letters and in order, and nothing for what is null. */
const asRead = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(asRead);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null);
  const small = entries.map(([key, inner]): [string, unknown] => [key.toLowerCase(), asRead(inner)]);
  return Object.fromEntries(small.sort(([a], [b]) => (a < b ? -1 : 1)));
};

const sorted = (rows: unknown[]): string[] => rows.map((row) => JSON.stringify(asRead(row))).sort();

const everyColumn = (table: string): string => `SELECT * EXCLUDE (source, "$path") FROM ${table}`;

const withoutPartition = ({ source: _partition, ...line }: Record<string, unknown>) => line;

describe("createReviewTables()", () => {
  it.each(["grants", "findings", "decisions", "outcomes", "drift"])(
    "reads every field of every line of %s back from what the reviews wrote, with its type",
    async (name) => {
      const table = tables.get(name) ?? expect.fail(`the stack has no table ${name}`);
      const lines = (await filesOf(life.store, table, sourceId)).flatMap(linesOf);
      const keys = new Set(lines.flatMap(Object.keys).map((key) => key.toLowerCase()));
      expect([...keys].filter((key) => key !== "source").sort()).toEqual(Object.keys(table.columns).sort());
      const rows = await database.ask(everyColumn(name));
      expect(sorted(rows)).toEqual(sorted(lines.map(withoutPartition)));
    },
  );

  it("reads a cloud zone's grants as well: who is in a group, and which roles are protected", async () => {
    const { life: clouded, review, stages, stageWith } = await openCloudReview(0, true);
    await stages.snapshot();
    await stages.assess();
    await sealEvidence(stageWith({ review, hasTables: true }));
    const lines = (await filesOf(clouded.store, tables.get("grants")!, "cloud")).flatMap(linesOf);
    const cloud = await openTables(clouded.store, template, "cloud");
    const rows = await cloud.ask(everyColumn("grants"));
    cloud.close();
    expect(sorted(rows)).toEqual(sorted(lines.map(withoutPartition)));
    const text = JSON.stringify(lines);
    expect(text).toContain('"isProtected":true');
    expect(text).toContain('"members":[{');
  });

  it("lies over the prefix that a source's reviews are listed under, which a query names", () => {
    for (const [, { Properties }] of resourcesOf(template, "AWS::Glue::Table")) {
      const { PartitionKeys, Parameters } = Properties.TableInput as { PartitionKeys: unknown; Parameters: object };
      expect(PartitionKeys).toEqual([{ Name: "source", Type: "string" }]);
      expect(Parameters).toMatchObject({ "projection.enabled": "true", "projection.source.type": "injected" });
    }
  });
});

describe("addToTables()", () => {
  it("lists of every review what its manifest lists, and the last assessment alone", async () => {
    const listed = await filesOf(life.store, tables.get("findings")!, sourceId);
    expect(listed).toHaveLength(everything().length);
    expect(listed[0]).toContain(`${reviewed[0]!.review}/assessments/0002/`);
    const seen = await database.ask("SELECT count(*) AS grants FROM grants");
    expect(Number(seen[0]!.grants)).toBe(everything().reduce((sum, { grants }) => sum + grants.length, 0));
  });

  it("adds nothing of a review whose snapshot is not whole, nor where nobody asks", async () => {
    const other = await openLife({ onDisk: true });
    const listed = async () => await all(other.store.list("tables/"));
    const { review } = await planReview(other);
    await sealEvidence(other.stageOf(review));
    expect(await listed()).toEqual([]);
    await daysPass(other, 91);
    other.config.policy.guard.canaries = [{ holder: "nobody", role: "nothing" }];
    const partial = newReviewId(other);
    expect(await stagesOf(other, partial).snapshot()).toMatchObject({ status: "incomplete" });
    await sealEvidence(other.stageWith({ review: partial, hasTables: true }));
    expect(await listed()).toEqual([]);
  });

  it("makes up for a review that was sealed before there were tables, when it is sealed again", async () => {
    const other = await openLife({ onDisk: true });
    const { review } = await planReview(other);
    await sealEvidence(other.stageOf(review));
    await sealEvidence(other.stageWith({ review, hasTables: true }));
    expect(await all(other.store.list("tables/"))).toHaveLength(5);
    const { faults } = await verifyEvidence({ store: other.store, source: sourceId, review }, null);
    expect(faults).toEqual([]);
  });
});

/** Reviews and sweeps, oldest first. */
const everything = (): Reviewed[] => [...reviewed, ...swept].sort((a, b) => (a.review < b.review ? -1 : 1));

/** Grants of all reviews and sweeps, each with its review, oldest first. */
const everSeen = (): { review: string; grant: Grant; outcome: Outcome | null }[] =>
  everything().flatMap(({ review, grants, outcomes }) =>
    grants.map((grant) => ({ review, grant, outcome: outcomes.get(grant.id) ?? null })),
  );

const dayOf = (instant: string): number => Date.parse(instant.slice(0, 10)) / 86_400_000;

describe("savedQueries()", () => {
  const ask = (name: string, parameters: string[] = []) => database.ask(savedQuery(template, name), parameters);

  it("shows what one person held over time, by e-mail and by id alike", async () => {
    const gone = everSeen().find(({ outcome, grant }) => outcome?.outcome === "revoked" && grant.holder.email);
    const { email, id } = gone!.grant.holder;
    const wanted = everSeen().filter(({ grant }) => grant.holder.id === id);
    const rows = await ask("grants-of-one-person", [email!.toUpperCase()]);
    expect(rows).toHaveLength(wanted.length);
    for (const { review, grant, outcome } of wanted) {
      expect(rows).toContainEqual(
        expect.objectContaining({
          source: sourceId,
          review,
          role_id: grant.role.id,
          status: grant.holder.status,
          granted_at: grant.grantedAt,
          outcome: outcome?.outcome ?? null,
          outcome_at: outcome?.at ?? null,
        }),
      );
    }
    expect(await ask("grants-of-one-person", [id])).toEqual(rows);
    expect(await ask("grants-of-one-person", ["nobody"])).toEqual([]);
  });

  it("names the roles that never lost a holder and won some", async () => {
    const countsByRole = new Map<string, number[]>();
    for (const roleId of new Set(everSeen().map(({ grant }) => grant.role.id))) {
      const counts = reviewed.map(({ grants }) => grants.filter(({ role }) => role.id === roleId).length);
      countsByRole.set(roleId, counts.slice(counts.findIndex((count) => count > 0)));
    }
    const growing = [...countsByRole].filter(
      ([, counts]) => counts.at(-1)! > counts[0]! && counts.every((count, at) => at === 0 || count >= counts[at - 1]!),
    );
    expect(growing.length).toBeGreaterThan(0);
    const rows = await ask("roles-that-only-grow");
    expect(
      rows
        .map(({ role_id, holders_first, holders_last }) => [role_id, Number(holders_first), Number(holders_last)])
        .sort(),
    ).toEqual(growing.map(([roleId, counts]) => [roleId, counts[0], counts.at(-1)]).sort());
  });

  it("says for how many days leavers kept each grant, and who has it still", async () => {
    const ofLeavers = everSeen().filter(
      ({ grant: { holder } }) => holder.status === "left" && holder.lastDay && !holder.employedAgain,
    );
    const wanted = [...Map.groupBy(ofLeavers, ({ grant }) => grant.id).values()].map((seen) => {
      const { review, grant, outcome } = seen.at(-1)!;
      const removedAt = outcome && ["revoked", "already-gone"].includes(outcome.outcome) ? outcome.at : null;
      const isStillThere = removedAt === null && review >= reviewed.at(-1)!.review;
      const days = dayOf(removedAt ?? review) - dayOf(grant.holder.lastDay!);
      return [grant.holder.id, grant.role.id, removedAt, isStillThere, days];
    });
    expect(wanted.some(([, , removedAt]) => removedAt)).toBe(true);
    const rows = await ask("how-long-leavers-kept-access");
    const bySweeps = rows.filter((row) => String(row.removed_by).endsWith("-sweep"));
    expect(bySweeps.length).toBeGreaterThan(1);
    for (const { hours } of bySweeps) expect(Number(hours)).toBeGreaterThan(0);
    const told = rows.map((row) => [row.holder_id, row.role_id, row.removed_at, row.is_still_there, Number(row.days)]);
    expect(sorted(told)).toEqual(sorted(wanted));
    expect(rows.map(({ days }) => Number(days))).toEqual(
      wanted.map(([, , , , days]) => Number(days)).sort((a, b) => b - a),
    );
  });

  it("says what came and went between two reviews", async () => {
    expect(await ask("came-and-went")).toEqual([
      expect.objectContaining({
        source: sourceId,
        review: reviewed.at(-1)!.review,
        holder_id: "69-passing",
        role_name: expect.stringMatching(/./) as string,
      }),
    ]);
  });

  it("says who kept what, each decision once however many reviews know of it", async () => {
    const [kept] = life.sandbox.planted.decisions.filter(({ purpose }) => purpose === "kept");
    const rows = await ask("who-kept-what");
    expect(rows).toEqual([
      expect.objectContaining({
        source: sourceId,
        review: reviewed[0]!.review,
        grant_id: grantIdOf(kept!),
        holder_id: kept!.holderId,
        reviewer: someReviewer(life, kept!.holderId),
        proven_by: "file",
        reason: "looked at it",
      }),
    ]);
  });

  it("counts the people and grants of a conflict in each review, and those that nobody decided on", async () => {
    const other = await openLife({ people: 200, onDisk: true });
    const byHolder = Map.groupBy(other.sandbox.grants(), ({ holderId }) => holderId);
    const several = [...byHolder.values()].find((grants) => grants.length > 1)!.map(({ roleId }) => roleId);
    const side = (role: string) => [{ source: sourceId, roles: [role] }];
    const between = [side(several[0]!), side(several[1]!)];
    other.config.policy.conflicts = [{ id: "pay", between, reason: { en: "Too much", zh: "职责冲突" } }];
    const { review } = await planReview(other);
    await sealEvidence(other.stageWith({ review, hasTables: true }));
    const holders = [...byHolder.values()].filter((grants) =>
      several.slice(0, 2).every((role) => grants.some(({ roleId }) => roleId === role)),
    ).length;
    const conflicting = await openTables(other.store, template, sourceId);
    const rows = await conflicting.ask(savedQuery(template, "conflicts-over-time"));
    conflicting.close();
    expect(rows.map((row) => ({ ...row, holders: Number(row.holders), grants: Number(row.grants) }))).toEqual([
      expect.objectContaining({ source: sourceId, conflict: "pay", review, holders, grants: 2 * holders }),
    ]);
    expect(Number(rows[0]?.undecided)).toBe(2 * holders);
  });
});
