import { afterEach, describe, expect, it } from "vitest";
import { type Grant, type GrantEntry, unknownHolder } from "../../../functions/review/grants/grant.ts";
import type { Remover, TaskState } from "../../../functions/review/ports.ts";
import type { CloudQuirks } from "../../../functions/sandbox/tencent/cloud-quirks.ts";
import { closeAll, heldInZone, listZone, openZone } from "./open-zone.ts";

afterEach(closeAll);

const atOnce = async (): Promise<void> => {};

const toGrant = (entry: GrantEntry): Grant => ({
  ...entry,
  id: "0123456789abcdef",
  source: "cloud",
  provider: "tencent-identity-center",
  holder: unknownHolder(entry.holderId),
  firstSeenAt: "2026-01-10T02:00:00Z",
});

/** A source with the write key, a grant that can be put back, and the key that quirks call it by. */
async function openWriter(quirksOf: (key: string) => Partial<CloudQuirks> = () => ({})) {
  const { sandbox, source: reader, open, clock } = await openZone();
  const source = await open({ writeCredentials: sandbox.cloud.keys.write });
  const { entries } = await listZone(reader);
  const free = entries.filter(({ holderId, role }) => holderId.startsWith("u-") && role.status === "active");
  const grants = free.map(toGrant);
  const [grant] = grants;
  if (!grant) expect.fail("no such grant");
  const key = `${grant.holder.id}:${grant.role.id}`;
  Object.assign(sandbox.cloud.quirks, quirksOf(key));
  return { sandbox, source, open, clock, grant, grants, key, isHeld: () => heldInZone(sandbox).includes(key) };
}

const revokeOne = async (source: Remover, grant: Grant) => (await source.revoke([grant], atOnce))[0];

async function untilEnded(source: Remover, task: string, wait: (ms: number) => Promise<void>): Promise<TaskState> {
  for (;;) {
    const state = await source.readTask(task);
    if (state.kind !== "running") return state;
    await wait(500);
  }
}

describe("revoke()", () => {
  it("begins a task, after which the grant is gone", async () => {
    const { source, grant, isHeld, clock, sandbox } = await openWriter();
    const reply = await revokeOne(source, grant);
    expect(reply).toEqual({ kind: "started", task: expect.stringMatching(/^t-/), requestId: expect.any(String) });
    expect(isHeld()).toBe(true);
    const task = reply?.kind === "started" ? reply.task : "";
    expect(await source.readTask(task)).toEqual({ kind: "running" });
    expect(await untilEnded(source, task, clock.sleep)).toEqual({ kind: "done" });
    expect(isHeld()).toBe(false);
    expect(sandbox.cloud.calls.writes).toMatchObject([{ call: "DeleteRoleAssignment", isDoubled: false }]);
  });

  it("says why a task failed, and that one of which the vendor knows nothing any more has ended", async () => {
    const { sandbox, source, grant, isHeld, clock } = await openWriter((key) => ({ failTask: [key] }));
    const reply = await revokeOne(source, grant);
    const task = reply?.kind === "started" ? reply.task : "";
    expect(await untilEnded(source, task, clock.sleep)).toEqual({
      kind: "failed",
      detail: "the task ended as Failed: The role is in use by a service of the target account",
    });
    expect(isHeld()).toBe(true);
    sandbox.cloud.quirks.forgetsTasks = true;
    expect(await source.readTask(task)).toEqual({ kind: "done" });
  });

  it.each([
    ...[
      "FAILED",
      "error",
      "The task failed.",
      "Operation failed",
      "null",
      "N/A",
      "-",
      "操作失败",
      "任务执行失败。",
      "……",
    ],
    ...["SystemError", "Server error (502)", "ServiceUnavailable", "Throttling", "rate limit reached", "InternalError"],
    ...["Unknown", "Concurrent operation", "系统开小差了", "触发限流", "服务异常", "服务器忙，请稍候", "并发操作冲突"],
    // The vendor's general codes, which any call may get.
    ...[
      "FailedOperation",
      "InternalError",
      "InvalidParameter",
      "ResourceNotFound",
      "UnsupportedOperation",
      "ResourceInUse",
    ],
    ...["LimitExceeded", "UnauthorizedOperation", "FailedOperation.DBOperationError", "InvalidParameter.ParamError"],
    ...['{"Code":"FailedOperation","Message":"Operation failed."}', "FAILED_OPERATION", "failedoperation"],
    // The act alone, and codes that nobody can read.
    ...["Failed to delete role assignment of user zhang.san", "DeleteRoleAssignment failed", "移除授权失败"],
    ...[
      "The role of the target account could not be updated",
      "-1",
      "0",
      "{}",
      "[]",
      "false",
      "E10086",
      "0x80004005",
      "ご",
    ],
    // Trouble of the caller's.
    ...[
      "No permission",
      "User is not authorized to delete the role",
      "用户无权限删除角色",
      "the account's quota is used up",
    ],
    ...["Another task of this role assignment is in progress", "该用户存在进行中的任务"],
  ])("takes no word on the grant from a task that failed with %s", async (failureReason) => {
    const { source, grant } = await openWriter((key) => ({ failAtOnce: [key], failureReason }));
    expect(await revokeOne(source, grant)).toMatchObject({ kind: "refused", isPassing: true });
  });

  it.each([
    ...["The role is in use by a service", "User has no such assignment", "The member account has left"],
    ...[
      "ResourceNotFound.UserNotExist",
      "FailedOperation.SynchronizedGroupNotRemoveUser",
      "ROLE_IN_USE",
      "系统角色不可删除",
    ],
    ...["操作失败：成员账号已被冻结", "角色被其他服务引用，无法删除", "Delete failed: the role is protected"],
  ])("is told why where a task failed with %s", async (failureReason) => {
    const { source, grant } = await openWriter((key) => ({ failAtOnce: [key], failureReason }));
    const reply = await revokeOne(source, grant);
    expect(reply).toMatchObject({ kind: "refused", detail: expect.stringContaining(failureReason) as string });
    expect(reply).not.toHaveProperty("isPassing");
  });

  it.each([
    ...[
      "FailedOperation",
      "InvalidParameter",
      "InvalidParameter.ParamError",
      "ResourceNotFound",
      "UnsupportedOperation",
    ],
    ...["LimitExceeded.TaskLimitExceeded", "FailedOperation.OperateBillingPermissionErr", "FailedOperation.Timeout"],
  ])("takes no word on the grant from a refusal with the general code %s", async (code) => {
    const { source, grant } = await openWriter(() => ({ failFor: { DeleteRoleAssignment: code } }));
    expect(await revokeOne(source, grant)).toMatchObject({ kind: "refused", isPassing: true });
  });

  it.each([
    ...["ResourceNotFound.UserNotExist", "InvalidParameter.GroupNotExist", "FailedOperation.RoleConfigurationInUse"],
    ...["UnsupportedOperation.RoleIsProtected"],
  ])("is refused for this grant by %s", async (code) => {
    const { source, grant } = await openWriter(() => ({ failFor: { DeleteRoleAssignment: code } }));
    expect(await revokeOne(source, grant)).not.toHaveProperty("isPassing");
  });

  it.each<[string, (key: string) => Partial<CloudQuirks>, object]>([
    ["refused where the first answer has failed already", (key) => ({ failAtOnce: [key] }), { kind: "refused" }],
    [
      "refused where the vendor will not",
      (key) => ({ refuseRemoval: [key] }),
      { kind: "refused", detail: "FailedOperation the operation failed", isPassing: true },
    ],
    ["accepted where the answer has no task", (key) => ({ withoutTask: [key] }), { kind: "accepted" }],
    [
      "unanswered where the answer is lost after it was begun",
      (key) => ({ loseRemovalAnswer: [key] }),
      { kind: "no-answer" },
    ],
    ["unanswered where the connection drops before", (key) => ({ loseRemovalBefore: [key] }), { kind: "no-answer" }],
    [
      "unanswered where the vendor fails inside",
      () => ({ failFor: { DeleteRoleAssignment: "InternalError" } }),
      { kind: "no-answer" },
    ],
    [
      "unanswered where the database fails",
      () => ({ failFor: { DeleteRoleAssignment: "FailedOperation.DBOperationError" } }),
      { kind: "no-answer" },
    ],
    [
      "unanswered where a gateway answers",
      () => ({ failFor: { DeleteRoleAssignment: "gateway" } }),
      { kind: "no-answer" },
    ],
  ])("is %s, and is not sent again", async (_what, quirksOf, expected) => {
    const { sandbox, source, grant } = await openWriter(quirksOf);
    expect(await revokeOne(source, grant)).toMatchObject(expected);
    expect(sandbox.cloud.calls.byAction.DeleteRoleAssignment.calls).toBe(1);
  });

  it("is already gone where there is no such assignment", async () => {
    const { source, grant } = await openWriter();
    const elsewhere = { ...grant, holder: unknownHolder("u-000000000404") };
    expect(await revokeOne(source, elsewhere)).toMatchObject({ kind: "already-gone", requestId: expect.any(String) });
  });

  it("is sent again, signed anew, where it was throttled or its time stamp was refused", async () => {
    const { sandbox, source, grants } = await openWriter(() => ({
      rateLimit: 2,
      staleTimestampOnce: "DeleteRoleAssignment",
    }));
    for (const grant of grants.slice(0, 2)) expect(await revokeOne(source, grant)).toMatchObject({ kind: "started" });
    expect(sandbox.cloud.calls.byAction.DeleteRoleAssignment.calls).toBe(4);
  });

  it("is not begun a second time while it is under way: the task is found again", async () => {
    const { sandbox, source, grant } = await openWriter((key) => ({ loseRemovalAnswer: [key] }));
    expect(await revokeOne(source, grant)).toMatchObject({ kind: "no-answer" });
    const again = await revokeOne(source, grant);
    expect(again).toMatchObject({ kind: "started", requestId: null });
    expect(sandbox.cloud.calls.byAction.DeleteRoleAssignment.calls).toBe(1);
    const stopped = new Error("stopped meanwhile");
    await expect(source.revoke([grant], () => Promise.reject(stopped))).rejects.toBe(stopped);
  });

  it.each([
    ["AuthFailure.SignatureFailure"],
    ["AuthFailure.UnauthorizedOperation"],
    ["FailedOperation.IdentityCenterNotOpen"],
    ["IpNotInWhitelist"],
    ["SomethingNew"],
  ])("stops everything at %s: it concerns every call alike", async (code) => {
    const { source, grant, isHeld } = await openWriter(() => ({ failFor: { DeleteRoleAssignment: code } }));
    await expect(revokeOne(source, grant)).rejects.toMatchObject({ concerns: "app", code });
    expect(isHeld()).toBe(true);
  });

  it("stops everything where this machine's clock is wrong", async () => {
    const { source, grant } = await openWriter(() => ({ clockAheadS: 900 }));
    await expect(revokeOne(source, grant)).rejects.toMatchObject({ code: "AuthFailure.SignatureExpire" });
  });

  it("asks right before sending whether it still may, and sends nothing where it may not", async () => {
    const { sandbox, source, grant } = await openWriter();
    const stopped = new Error("stopped meanwhile");
    await expect(source.revoke([grant], () => Promise.reject(stopped))).rejects.toBe(stopped);
    expect(sandbox.cloud.calls.byAction.DeleteRoleAssignment.calls).toBe(0);
  });

  it("is not possible where the source was opened for reading alone", async () => {
    const { open, grant } = await openWriter();
    await expect((await open({})).revoke([grant], atOnce)).rejects.toThrow("opened for reading alone");
  });

  it("goes ten times a second, and says how long the next must wait", async () => {
    const { source, grants } = await openWriter();
    for (const grant of grants.slice(0, 10)) {
      expect(source.revokeDelay()).toBe(0);
      await revokeOne(source, grant);
    }
    expect(source.revokeDelay()).toBeGreaterThan(900);
  });
});

describe("restore()", () => {
  it("gives a removed grant back by a task", async () => {
    const { sandbox, source, grant, key, isHeld, clock } = await openWriter((named) => ({ withoutTask: [named] }));
    await revokeOne(source, grant);
    expect(isHeld()).toBe(false);
    sandbox.cloud.quirks.withoutTask = [];
    const { task = "", ...reply } = await source.restore(grant, atOnce);
    expect(reply).toEqual({ requestId: expect.any(String) });
    expect(await untilEnded(source, task, clock.sleep)).toEqual({ kind: "done" });
    expect(heldInZone(sandbox)).toContain(key);
  });

  it("takes what is there already for given", async () => {
    const { source, grant } = await openWriter();
    expect(await source.restore(grant, atOnce)).toEqual({ requestId: expect.any(String) });
  });

  it("says that the vendor gives this one back no more, and why", async () => {
    const { source, grant } = await openWriter();
    const [configuration = ""] = grant.role.id.split("@");
    const elsewhere = { ...grant, role: { ...grant.role, id: `${configuration}@100040009999` } };
    expect(await source.restore(elsewhere, atOnce)).toMatchObject({
      refusal: expect.stringContaining("FailedOperation.OrganizationMemberNotExist"),
    });
    const nobody = { ...grant, holder: unknownHolder("u-000000000404") };
    expect(await source.restore(nobody, atOnce)).toMatchObject({
      refusal: expect.stringContaining("ResourceNotFound.UserNotExist"),
    });
  });
});

describe("readGrants()", () => {
  it("takes rows whose id comes empty for those of whoever was asked for, and none of another's", async () => {
    const { sandbox, source } = await openZone();
    const one = sandbox.cloud.grants().find(({ holderId }) => holderId.startsWith("u-"))!;
    sandbox.cloud.quirks.emptyIds = [one.holderId];
    expect(await source.readGrants([one])).toMatchObject([{ holderId: one.holderId, role: { id: one.roleId } }]);
    sandbox.cloud.quirks.filterIgnored = true;
    await expect(source.readGrants([one])).rejects.toThrow("was not asked for");
  });

  it("gives those of the asked-for grants that exist, and no other of their holders", async () => {
    const { sandbox, source } = await openZone();
    const [one, ...others] = sandbox.cloud.grants();
    if (!one) expect.fail("no grant");
    const wanted = [one, ...others.slice(0, 8)];
    const entries = await source.readGrants([...wanted, { holderId: one.holderId, roleId: "rc-none@1" }]);
    expect(entries.map(({ holderId, role }) => `${holderId}:${role.id}`).sort()).toEqual(
      wanted.map(({ holderId, roleId }) => `${holderId}:${roleId}`).sort(),
    );
  });
});
