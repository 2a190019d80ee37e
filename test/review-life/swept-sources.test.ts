import { afterEach, describe, expect, it } from "vitest";
import { grantsOf, loadSnapshot } from "../../functions/ledger/grants.ts";
import { reviewIdOf } from "../../functions/review/keys.ts";
import type { Reader } from "../../functions/review/ports.ts";
import type { Stage } from "../../functions/review/stage.ts";
import type { StageOptions } from "../../functions/runtime/open-stage.ts";
import { dateAt, dayMs } from "../../functions/sandbox/company/company.ts";
import type { CompanyEvent } from "../../functions/sandbox/company/events.ts";
import type { SandboxOptions } from "../../functions/sandbox/sandbox.ts";
import { checkSource } from "../../functions/stages/check/check-access.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { daysPass, endLives, forgetKnownEntries, type Life, openLife, sourceId } from "./open-life.ts";
import { runSweep, sweepId } from "./swept-life.ts";

afterEach(endLives);

/** A company one of whose sources was reviewed a day ago, and whose rules on who is gone act in sweeps. */
async function reviewedSource(ofSource: string, moreOf: (life: Life) => Partial<StageOptions> = () => ({})) {
  const life = await openLife({ people: 600 });
  life.config.mode = "enforce";
  Object.assign(life.config.policy.guard, { maxExpiries: 100, sweepMaxExpiries: 100, maxShare: 1, maxRoleShare: 1 });
  for (const rule of life.config.policy.rules) {
    if (["leaver", "disabled"].includes(rule.id)) Object.assign(rule, { sweep: true, noticeDays: 0 });
  }
  const more = { sourceId: ofSource, ...moreOf(life) };
  const stageOf = (review: string) => life.stageWith({ review, ...more });
  expect(await takeSnapshot(stageOf(reviewIdOf(life.clock.now())))).toMatchObject({ status: "done" });
  const { checks } = await checkSource(stageOf("check"));
  expect(checks.find(({ call }) => call === "sweep")?.missing).toMatch(
    /^reads everything, .*: about [1-9]\d* calls, as many as review 20\S+Z$/,
  );
  await daysPass(life, 1);
  const sweep = async (): Promise<void> => {
    const review = await runSweep(life, more);
    const { store } = life;
    expect((await verifyEvidence({ store, source: ofSource, review }, null)).faults).toEqual([]);
    const { snapshot } = (await loadSnapshot({ store, sourceId: ofSource, review })) ?? expect.fail("no snapshot");
    // What was asked for is left out where everything was read.
    expect(snapshot).toMatchObject({ kind: "sweep", complete: true });
    expect(snapshot.sweep).toBeUndefined();
  };
  return { life, sweep };
}

describe("a sweep of a source that cannot ask for changed holders", () => {
  it("takes a leaver out of every functional role by reading all, and leaves whoever works here", async () => {
    const { life, sweep } = await reviewedSource("functional-roles");
    const { sandbox, clock } = life;
    const working = new Set(sandbox.company.employees.filter(({ lastDay }) => lastDay === null).map(({ id }) => id));
    const before = sandbox.functionalGrants().filter(({ holderId }) => working.has(holderId));
    const leaver = before[0]!.holderId;
    const lastDay = dateAt(clock.now() - dayMs);
    sandbox.happen([{ op: "leave", at: clock.now(), holderId: leaver, lastDay }]);
    await sweep();
    const after = sandbox.functionalGrants();
    expect(after.filter(({ holderId }) => holderId === leaver)).toEqual([]);
    expect(after.filter(({ holderId }) => working.has(holderId))).toEqual(
      before.filter(({ holderId }) => holderId !== leaver),
    );
  });

  it("takes everything from a user of the cloud who was disabled, and from nobody who is enabled", async () => {
    const { life, sweep } = await reviewedSource("cloud", ({ sandbox }) => ({
      endpoint: { baseUrl: sandbox.url, host: "sandbox", credentials: sandbox.cloud.keys },
    }));
    const { sandbox, clock } = life;
    const { usersById, managerUin } = sandbox.company.cloud;
    // The directory disables whoever left.
    const working = new Set(sandbox.company.employees.filter(({ lastDay }) => lastDay === null).map(({ id }) => id));
    const enabled = ({ holderId }: { holderId: string }): boolean => {
      const user = usersById.get(holderId);
      return user?.isDisabled === false && working.has(user.holderId);
    };
    const before = sandbox.cloud.grants().filter(enabled);
    const { holderId: userId } = before.find(({ roleId }) => !roleId.endsWith(`@${managerUin}`))!;
    const change = { kind: "disable", userId, isDisabled: true } as const;
    const disable: CompanyEvent = { op: "cloud", by: "company", at: clock.now(), secretId: null, change };
    sandbox.happen([disable]);
    await sweep();
    const removable = ({ roleId }: { roleId: string }): boolean => !roleId.endsWith(`@${managerUin}`);
    const after = sandbox.cloud.grants();
    expect(after.filter((grant) => grant.holderId === userId && removable(grant))).toEqual([]);
    expect(after.filter(enabled)).toEqual(before.filter(({ holderId }) => holderId !== userId));
  });
});

/** A review that read nothing: what a tenant of 60,000 people takes to be read whole is no part of what a sweep takes. */
const readingNothing = (stage: Stage): Stage => ({
  ...stage,
  reviewers: null,
  openReader: async (...args) => {
    const planListings: Reader["planListings"] = async () => ({ way: "none", why: "nothing is read", listings: [] });
    return { ...(await stage.openReader(...args)), planListings, changeListings: () => null, prove: async () => [] };
  },
});

/** A tenant whose newest review is a day old, and its sweeps' snapshots. */
async function openTenant(options: SandboxOptions) {
  const life = await openLife(options);
  forgetKnownEntries(life);
  for (const rule of life.config.policy.rules) if (rule.id === "leaver") rule.sweep = true;
  const { sandbox, clock } = life;
  const reading = readingNothing(life.stageOf(reviewIdOf(clock.now())));
  expect(await takeSnapshot(reading)).toMatchObject({ status: "done" });
  const holding = [...sandbox.company.backgroundHolders];
  const holders = new Set(sandbox.grants().map(({ holderId }) => holderId));
  const others = sandbox.company.employees.flatMap(({ id, lastDay }) =>
    lastDay !== null || holders.has(id) ? [] : [id],
  );
  const leaveOf = (ids: string[], daysAgo: number): string[] => {
    const leavers = ids.splice(0, 20);
    const lastDay = dateAt(clock.now() - daysAgo * dayMs);
    sandbox.happen(leavers.map((holderId) => ({ op: "leave" as const, at: clock.now(), holderId, lastDay })));
    return leavers;
  };
  const sweep = async () => {
    await daysPass(life, 1);
    const review = sweepId(life);
    expect(await takeSnapshot(life.stageOf(review))).toMatchObject({ status: "done" });
    const { snapshot } = (await loadSnapshot({ store: life.store, sourceId, review })) ?? expect.fail("no snapshot");
    const swept = new Set<string>();
    for await (const { holder } of grantsOf(life.store, snapshot)) swept.add(holder.id);
    return { swept: [...swept], calls: snapshot.reads.reduce((sum, { calls }) => sum + calls, 0) };
  };
  return {
    holdersLeave: (daysAgo: number) => leaveOf(holding, daysAgo),
    othersLeave: (daysAgo: number) => leaveOf(others, daysAgo),
    sweep,
  };
}

describe("a sweep that searches for departures", () => {
  it("takes at most 12 calls for its snapshot where 20 of 60,000 people, and of 8,000 holders, leave a day", async () => {
    const { holdersLeave, othersLeave, sweep } = await openTenant({ people: 60_000, holders: 8_000 });
    // A sweep looks back for a week beyond the last one: whoever left then holds nothing any more.
    for (const daysAgo of [1, 2, 3, 4, 5, 6, 7]) othersLeave(daysAgo);
    await sweep();
    const left = holdersLeave(0);
    const { swept, calls } = await sweep();
    expect(swept).toEqual(expect.arrayContaining(left));
    expect(calls).toBeLessThanOrEqual(12);
  });

  it("reads once what both the search and the last sweep show, be it many pages", async () => {
    const { holdersLeave, sweep } = await openTenant({ people: 1_500 });
    const before = [1, 2, 3, 4, 5, 6, 7].flatMap(holdersLeave);
    const first = await sweep();
    expect(first.swept).toEqual(expect.arrayContaining(before));
    const again = await sweep();
    expect(again.swept.toSorted()).toEqual(first.swept.toSorted());
  });
});
