import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { codeOfAnswer } from "../../functions/cli/exit-code.ts";
import { grantId } from "../../functions/review/grants/grant-comparison.ts";
import { reviewIdOf, reviewKeys } from "../../functions/review/keys.ts";
import type { Finding } from "../../functions/review/rules/finding.ts";
import type { CloudQuirks } from "../../functions/sandbox/tencent/cloud-quirks.ts";
import { assessGrants } from "../../functions/stages/assess/assess-grants.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { type CloudReview, heldInCloud, openCloudReview, openDueReview, outcomesOf } from "./cloud-life.ts";
import { daysPass, endLives } from "./open-life.ts";

afterEach(endLives);

const kindsOf = async (opened: CloudReview): Promise<Record<string, string>> =>
  Object.fromEntries(Object.entries(await outcomesOf(opened)).map(([key, { outcome }]) => [key, outcome]));

const all = (keys: string[], kind: string): Record<string, string> =>
  Object.fromEntries(keys.map((key) => [key, kind]));

const removalsOf = ({ sandbox }: CloudReview): string[] => sandbox.cloud.calls.writes.map(({ key }) => key).sort();

describe("a review of the cloud", () => {
  it("gives whoever is disabled a week, then removes exactly what they hold, and the management account stays as it is", async () => {
    const opened = await openCloudReview();
    const { stages, sandbox } = opened;
    const before = heldInCloud(opened);
    expect(await stages.snapshot()).toMatchObject({ status: "done", grants: before.length });
    expect(await stages.assess()).toMatchObject({ findings: { disabled: 5 } });
    expect(await stages.expire()).toMatchObject({ status: "waiting", pending: 4, held: 1 });
    expect(removalsOf(opened)).toEqual([]);
    await opened.life.clock.sleep(7 * 86_400_000);
    expect(await stages.expire()).toMatchObject({ status: "done", revoked: 4 });
    expect(await stages.seal()).toMatchObject({ balanced: true, revoked: 4, held: 1 });
    const gone = before.filter((key) => !heldInCloud(opened).includes(key));
    expect(await kindsOf(opened)).toEqual(all(gone, "revoked"));
    const { usersById, groupsById, managerUin } = sandbox.company.cloud;
    expect(gone.some((key) => key.endsWith(`@${managerUin}`))).toBe(false);
    expect(
      gone.map((key) => key.split(":")[0] ?? "").filter((id) => !usersById.has(id) && !groupsById.has(id)),
    ).toEqual([]);
  });

  it.each<[string, Partial<CloudQuirks>, string]>([
    ["there are more than are shown", { totalIsOff: 1 }, "grants-as-announced"],
    ["there are fewer than are shown", { totalIsOff: -1 }, "grants-as-announced"],
  ])("is incomplete where the vendor says that %s", async (_what, quirks, check) => {
    const { sandbox, stages } = await openCloudReview();
    Object.assign(sandbox.cloud.quirks, quirks);
    const snapshot = await stages.snapshot();
    expect(snapshot).toMatchObject({ status: "incomplete", failedChecks: [{ name: check, passed: false }] });
    await expect(stages.assess()).resolves.toMatchObject({ status: "incomplete" });
  });

  it("is incomplete where the listing hides somebody whose grants are shown when asked for", async () => {
    const { sandbox, stages } = await openCloudReview();
    const byHolder = [...Map.groupBy(sandbox.cloud.grants(), ({ holderId }) => holderId).values()];
    const hidden = byHolder.find(({ length }) => length > 1)?.[0] ?? expect.fail("nobody holds two");
    sandbox.cloud.quirks.listingMisses = [`${hidden.holderId}:${hidden.roleId}`];
    expect(await stages.snapshot()).toMatchObject({
      status: "incomplete",
      failedChecks: [{ name: "sample-by-holder" }],
    });
  });

  it("lets rules see which accounts have left the organisation", async () => {
    const { life, stages, sandbox, review } = await openCloudReview();
    const { accountsByUin, managerUin } = sandbox.company.cloud;
    const isLeft = ({ roleId }: { roleId: string }): boolean => {
      const uin = Number(roleId.split("@")[1]);
      return uin !== managerUin && !accountsByUin.has(uin);
    };
    const left = sandbox.cloud.grants().filter(isLeft);
    const reason = { en: "Its account has left the organisation", zh: "账号已退出组织" };
    const rule = { id: "left-account", when: 'role.status == "inactive"', noticeDays: 0, reason, overridable: true };
    life.config.policy.rules = [{ ...rule, then: "flag" }];
    await stages.snapshot();
    expect(left.length).toBeGreaterThan(0);
    expect(await stages.assess()).toMatchObject({ findings: { "left-account": left.length } });
    const key = reviewKeys("cloud", review).assessment("0001").findings;
    const found: string[] = [];
    for await (const { rule: id, grantId: grant } of life.store.readLines<Finding>(key)) {
      if (id === "left-account") found.push(grant);
    }
    expect(found.sort()).toEqual(left.map(({ holderId, roleId }) => grantId("cloud", holderId, roleId)).sort());
  });

  it("keeps no password anywhere, though the vendor may send one with each person", async () => {
    const { life, stages, sandbox } = await openCloudReview();
    sandbox.cloud.quirks.showsPasswords = true;
    await stages.snapshot();
    await stages.assess();
    await stages.seal();
    const kept: string[] = [];
    for (const prefix of ["reviews/", "checkpoints/"]) {
      for await (const key of life.store.list(prefix)) {
        const { body } = (await life.store.get(key)) ?? expect.fail(key);
        kept.push(key.endsWith(".gz") ? gunzipSync(body).toString() : Buffer.from(body).toString());
      }
    }
    expect(kept.length).toBeGreaterThan(10);
    expect(kept.filter((text) => /P4ssw0rd|"Password"/.test(text))).toEqual([]);
  });

  it.each(["ListRoleAssignments", "ListUsers", "ListGroups", "ListGroupMembers", "ListRoleConfigurations"] as const)(
    "leaves no snapshot where %s fails for good",
    async (action) => {
      const { sandbox, stages } = await openCloudReview();
      sandbox.cloud.quirks.failFor = { [action]: "AuthFailure.UnauthorizedOperation" };
      await expect(stages.snapshot()).rejects.toThrow(`organization:${action}`);
    },
  );
});

describe("removals that the provider carries out later", () => {
  it("are waited for together, beside each other", async () => {
    const opened = await openDueReview(12);
    const { life, stages, sandbox, due } = opened;
    const minuteMs = 60_000;
    sandbox.cloud.quirks.taskMs = minuteMs * 60;
    const startedAt = life.clock.now();
    expect(due.length).toBeGreaterThan(14);
    expect(await stages.expire()).toMatchObject({ status: "done", revoked: due.length });
    expect(life.clock.now() - startedAt).toBeLessThan(2 * minuteMs);
    expect(removalsOf(opened)).toEqual(due);
    expect(Object.values(sandbox.cloud.calls.byAction).filter(({ refusals }) => refusals > 0)).toEqual([]);
  });

  it("go on over as many invocations as it takes, and none is begun twice", async () => {
    const opened = await openDueReview(12);
    const { life, stages, sandbox, due } = opened;
    sandbox.cloud.quirks.taskMs = 60_000 * 60;
    let invocations = 0;
    for (let status = "continue"; status === "continue"; invocations += 1) {
      let looks = 3;
      const shouldStop = (): boolean => {
        looks -= 1;
        return looks < 0;
      };
      // Throttles are shared by clock: another object stands for another process.
      const { now, sleep } = life.clock;
      ({ status } = await stages.expire({ shouldStop, clock: { now, sleep } }));
    }
    expect(invocations).toBeGreaterThan(3);
    expect(await kindsOf(opened)).toEqual(all(due, "revoked"));
    expect(removalsOf(opened)).toEqual(due);
  });

  it("are not begun again where the invocation was killed while it waited", async () => {
    const opened = await openDueReview(3);
    const { stages, sandbox, due } = opened;
    sandbox.cloud.quirks.taskMs = 60_000 * 60;
    sandbox.cloud.quirks.failFor = { GetTaskStatus: "AuthFailure.SignatureFailure" };
    await expect(stages.expire()).rejects.toThrow("AuthFailure.SignatureFailure");
    expect(removalsOf(opened)).toEqual(due);
    sandbox.cloud.quirks.failFor = {};
    expect(await stages.expire()).toMatchObject({ status: "done", revoked: due.length });
    expect(removalsOf(opened)).toEqual(due);
    expect(await stages.seal()).toMatchObject({ balanced: true, revoked: due.length });
  });

  it.each<[string, keyof CloudQuirks & ("failTask" | "failAtOnce")]>([
    ["the task fails", "failTask"],
    ["the first answer has failed already", "failAtOnce"],
  ])("are refused where %s, and the others go on", async (_what, quirk) => {
    const opened = await openDueReview();
    const [first = "", ...others] = opened.due;
    opened.sandbox.cloud.quirks[quirk] = [first];
    expect(await opened.stages.expire()).toMatchObject({ refused: 1, revoked: others.length });
    expect(await kindsOf(opened)).toEqual({ [first]: "refused", ...all(others, "revoked") });
    expect(heldInCloud(opened)).toContain(first);
  });

  it.each([1, 2])("are tried again after a pause where the task fails %i times and gives no reason", async (times) => {
    const opened = await openDueReview();
    const { life, stages, sandbox, due } = opened;
    const [first = "", ...others] = due;
    sandbox.cloud.quirks.failWithoutReason = { [first]: times };
    const startedAt = life.clock.now();
    expect(await stages.expire()).toMatchObject({ status: "done", revoked: due.length });
    expect(life.clock.now() - startedAt).toBeGreaterThan(times * 10_000);
    expect(removalsOf(opened)).toEqual([...others, ...new Array<string>(times + 1).fill(first)].sort());
    expect(sandbox.cloud.calls.writes.filter(({ isDoubled }) => isDoubled)).toEqual([]);
  });

  it.each<[string, Partial<CloudQuirks>]>([
    ["no reason", { failTaskSilently: ["*"] }],
    ["blanks for a reason", { failTask: ["*"], failureReason: " " }],
    ["trouble of the vendor's own", { failTask: ["*"], failureReason: "Internal error. Try again later" }],
    ["a timeout, in the first answer", { failAtOnce: ["*"], failureReason: "任务执行超时" }],
    ["a general code", { failTask: ["*"], failureReason: "FailedOperation" }],
  ])("are refused after three tasks that fail with %s", async (_what, quirks) => {
    const opened = await openDueReview();
    Object.assign(opened.sandbox.cloud.quirks, quirks);
    expect(await opened.stages.expire()).toMatchObject({ status: "done", refused: opened.due.length });
    expect(removalsOf(opened)).toHaveLength(3 * opened.due.length);
    const outcomes = Object.values(await outcomesOf(opened));
    expect(outcomes.map(({ because }) => because)).toEqual(
      opened.due.map(() => ({ code: "task-failed", figures: { times: 3 } })),
    );
  });

  it("are begun three times where the vendor will not begin them and says no more than that the operation failed", async () => {
    const opened = await openDueReview();
    const { sandbox, stages, due } = opened;
    const [first = "", ...others] = due;
    sandbox.cloud.quirks.refuseRemoval = [first];
    expect(await stages.expire()).toMatchObject({ status: "done", refused: 1, revoked: others.length });
    expect(sandbox.cloud.calls.byAction.DeleteRoleAssignment.calls).toBe(3 + others.length);
    expect((await outcomesOf(opened))[first]).toMatchObject({ outcome: "refused", because: { code: "task-failed" } });
  });

  it("are judged again before each further try: somebody who may sign in again keeps the grant", async () => {
    const opened = await openDueReview(12);
    const { life, sandbox, stages } = opened;
    const userIdOf = (key: string): string => key.split(":")[0] ?? "";
    const isBlocked = (key: string): boolean => sandbox.company.cloud.usersById.get(userIdOf(key))?.isDisabled ?? false;
    const first = opened.due.find(isBlocked) ?? expect.fail("nobody is blocked");
    const userId = userIdOf(first);
    sandbox.cloud.quirks.failWithoutReason = { [first]: 1 };
    const { now, sleep } = life.clock;
    const change = { kind: "disable", userId, isDisabled: false } as const;
    let isEnabled = false;
    const clock = {
      now,
      async sleep(ms: number, signal?: AbortSignal): Promise<void> {
        const hasFailed = sandbox.cloud.quirks.failWithoutReason[first] === 0;
        if (hasFailed && !isEnabled) {
          isEnabled = true;
          sandbox.happen([{ op: "cloud", by: "company", at: now(), secretId: null, change }]);
        }
        await sleep(ms, signal);
      },
    };
    await stages.expire({ clock });
    expect((await kindsOf(opened))[first]).toBe("changed");
    expect(removalsOf(opened).filter((key) => key === first)).toHaveLength(1);
  });

  it("go on with their count of failed tasks where the deadline came in the pause", async () => {
    const opened = await openDueReview();
    const { life, stages, sandbox, due } = opened;
    sandbox.cloud.quirks.failTaskSilently = ["*"];
    const { now, sleep } = life.clock;
    const failed = (): boolean =>
      removalsOf(opened).length === due.length && sandbox.cloud.calls.byAction.GetTaskStatus.calls >= due.length;
    expect(await stages.expire({ shouldStop: failed, clock: { now, sleep } })).toMatchObject({ status: "continue" });
    expect(await stages.expire({ clock: { now, sleep } })).toMatchObject({ status: "done", refused: due.length });
    expect(removalsOf(opened)).toHaveLength(3 * due.length);
  });

  it("are refused at the seal where the deadline came after a task had failed, and the next review tries again", async () => {
    const opened = await openDueReview();
    const { life, stages, sandbox, due } = opened;
    sandbox.cloud.quirks.failTaskSilently = ["*"];
    const { now, sleep } = life.clock;
    const failed = (): boolean =>
      removalsOf(opened).length === due.length && sandbox.cloud.calls.byAction.GetTaskStatus.calls >= due.length;
    await stages.expire({ shouldStop: failed, clock: { now, sleep } });
    expect(await stages.seal()).toMatchObject({ balanced: true, refused: due.length });
    expect(Object.values(await outcomesOf(opened)).map(({ because }) => because?.code)).toEqual(
      due.map(() => "task-failed"),
    );
  });

  it.each<[string, keyof CloudQuirks & ("stuckTask" | "ignoreRemoval")]>([
    ["the task has not ended after six minutes", "stuckTask"],
    ["the task ended well and the grant is still there", "ignoreRemoval"],
  ])("are unverified where %s", async (_what, quirk) => {
    const opened = await openDueReview();
    const [first = "", ...others] = opened.due;
    opened.sandbox.cloud.quirks[quirk] = [first];
    const startedAt = opened.life.clock.now();
    expect(await opened.stages.expire()).toMatchObject({ status: "done", revoked: others.length, unsettled: 1 });
    expect(opened.life.clock.now() - startedAt).toBeLessThan(7 * 60_000);
    expect(await opened.stages.seal()).toMatchObject({ balanced: true, unverified: 1, revoked: others.length });
    expect((await kindsOf(opened))[first]).toBe("unverified");
    expect(removalsOf(opened)).toEqual(opened.due);
  });

  it("are revoked where a task is carried out after all, though it took longer than anybody waits", async () => {
    const opened = await openDueReview();
    const { stages, sandbox, due, life } = opened;
    sandbox.cloud.quirks.taskMs = 60 * 10 * 60_000;
    expect(await stages.expire()).toMatchObject({ unsettled: due.length });
    await life.clock.sleep(5 * 60_000);
    expect(await stages.expire()).toMatchObject({ revoked: due.length });
    expect(removalsOf(opened)).toEqual(due);
  });

  it("are refused at the seal where the task has failed after the waiting was over", async () => {
    const opened = await openDueReview();
    const { stages, sandbox, due, life } = opened;
    Object.assign(sandbox.cloud.quirks, { taskMs: 60 * 10 * 60_000, failTask: ["*"] });
    expect(await stages.expire()).toMatchObject({ unsettled: due.length });
    await life.clock.sleep(5 * 60_000);
    expect(await stages.seal()).toMatchObject({ refused: due.length, balanced: true });
  });

  it.each<[string, Partial<CloudQuirks>]>([
    ["the answers are lost after they were begun", { loseRemovalAnswer: ["*"] }],
    ["the connection drops before, once", { loseRemovalBefore: ["*"] }],
    ["the vendor knows no task any more", { forgetsTasks: true, taskMs: 0 }],
    ["the answers have no task", { withoutTask: ["*"] }],
    ["everything fails now and then", { internalErrors: 4, rateLimit: 3, badGateway: 7, droppedConnection: 9 }],
  ])("come to the same where %s", async (_what, quirks) => {
    const opened = await openDueReview();
    Object.assign(opened.sandbox.cloud.quirks, quirks);
    await opened.stages.expire();
    await opened.stages.seal();
    expect(await kindsOf(opened)).toEqual(all(opened.due, "revoked"));
    expect(opened.sandbox.cloud.calls.writes.filter(({ isDoubled }) => isDoubled)).toEqual([]);
  });

  it("are put back by tasks, each waited for and read back", async () => {
    const opened = await openDueReview();
    const { stages, sandbox, due } = opened;
    const before = heldInCloud(opened);
    await stages.expire();
    await stages.seal();
    expect(await stages.restore({})).toMatchObject({ add: expect.any(Array), unrestorable: [] });
    expect(await stages.restore({ all: true })).toMatchObject({ restored: due.length, notRestored: [] });
    expect(heldInCloud(opened).sort()).toEqual(before.sort());
    const writes = sandbox.cloud.calls.writes.length;
    expect(await stages.restore({ all: true })).toMatchObject({ restored: 0, notRestored: [] });
    expect(sandbox.cloud.calls.writes).toHaveLength(writes);
  });

  it("say what is not put back, and why, and go on with the others", async () => {
    const opened = await openDueReview();
    const { stages, sandbox, due } = opened;
    await stages.expire();
    const [first = ""] = due.filter((key) => key.startsWith("u-"));
    sandbox.company.cloud.usersById.delete(first.split(":")[0] ?? "");
    const answer = await stages.restore({ all: true });
    expect(answer).toMatchObject({ restored: due.length - 1, leftSince: [expect.any(String)], notRestored: [] });
    // Who was disabled when the grant was removed, and is gone since, is given nothing unless named.
    const named = await stages.restore({ grants: answer.leftSince! });
    expect(JSON.stringify(named.notRestored)).toContain("ResourceNotFound.UserNotExist");
  });
});

describe("the review after a removal that failed", () => {
  const cases: [string, Partial<CloudQuirks>, boolean][] = [
    ["is made again where the task gave no reason", { failTaskSilently: ["*"] }, true],
    ["is made again where the vendor refused with a general code", { refuseRemoval: ["*"] }, true],
    ["is skipped, and says so, where the task gave a reason", { failTask: ["*"] }, false],
  ];

  it.each(cases)("%s", async (_what, quirks, isMadeAgain) => {
    const { life, sandbox, stages, stageWith, due } = await openDueReview();
    Object.assign(sandbox.cloud.quirks, quirks);
    expect(await stages.expire()).toMatchObject({ refused: due.length });
    expect(await stages.seal()).toMatchObject({ balanced: true, refused: due.length });
    Object.assign(sandbox.cloud.quirks, { failTask: [], failTaskSilently: [], refuseRemoval: [] });
    await daysPass(life, 90);
    const stage = stageWith({ review: reviewIdOf(life.clock.now()) });
    await takeSnapshot(stage);
    await assessGrants(stage);
    const expired = await expireGrants(stage);
    const sealed = await sealEvidence(stage);
    const left = due.filter((key) => heldInCloud({ life, sandbox } as CloudReview).includes(key));
    expect(left).toEqual(isMadeAgain ? [] : due);
    const figures = isMadeAgain ? { revoked: due.length } : { skipped: due.length };
    expect(expired).toMatchObject(figures);
    expect(sealed).toMatchObject({ balanced: true, ...figures });
    expect([codeOfAnswer(expired), codeOfAnswer(sealed)]).toEqual(isMadeAgain ? [0, 0] : [1, 1]);
  });
});
