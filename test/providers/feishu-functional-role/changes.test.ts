import { afterEach, describe, expect, it } from "vitest";
import { ApiError } from "../../../functions/http/errors.ts";
import { deleteMembers } from "../../../functions/providers/feishu-functional-role/calls.ts";
import type { GrantEntry } from "../../../functions/review/grants/grant.ts";
import type { Remover } from "../../../functions/review/ports.ts";
import { retirableRoleId } from "../../../functions/sandbox/company/functional-roles.ts";
import { readApp } from "../../../functions/sandbox/feishu/apps.ts";
import type { Quirks } from "../../../functions/sandbox/quirks.ts";
import { closeAll, grantOf, listAll, membersIn, openRoles, roles } from "./open-roles.ts";

afterEach(closeAll);

const retirementOf = (source: Remover) => source.retirement ?? expect.fail("no role can be retired");

const nothing = async (): Promise<void> => {};

const openWithGrants = async (quirks: Partial<Quirks> = {}, people = 400) => {
  const opened = await openRoles(quirks, { people });
  const entries = await listAll(opened.source);
  const grants = entries.map(grantOf);
  const holderIdOf = new Map(opened.sandbox.functionalGrants().map(({ userId, holderId }) => [userId, holderId]));
  const quirkKey = ({ holderId, role }: GrantEntry): string => `${holderIdOf.get(holderId)}:${role.id}`;
  return { ...opened, entries, grants, quirkKey };
};

describe("revokeGroups()", () => {
  it("puts up to 100 members of one role together, each grant once", async () => {
    const { source, grants } = await openWithGrants({}, 5000);
    const groups = source.revokeGroups(grants);
    expect(
      groups
        .flat()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(grants.map(({ id }) => id).sort());
    expect(groups.every((group) => new Set(group.map(({ role }) => role.id)).size === 1)).toBe(true);
    expect(Math.max(...groups.map(({ length }) => length))).toBe(100);
    expect(source.revokeGroups([])).toEqual([]);
  });
});

describe("revoke()", () => {
  it("takes out whom it names in one call, and nobody else", async () => {
    const { sandbox, source, grants } = await openWithGrants();
    const before = sandbox.functionalGrants().length;
    const group = grants.filter(({ role }) => role.id === roles[0]?.id).slice(0, 4);
    const replies = await source.revoke(group, nothing);
    expect(replies.map(({ kind }) => kind)).toEqual(["accepted", "accepted", "accepted", "accepted"]);
    expect(sandbox.calls.functionalWrites.map(({ holderIds }) => holderIds.length)).toEqual([4]);
    expect(sandbox.functionalGrants().length).toBe(before - 4);
  });

  it("gives each member the reply that its own reason stands for", async () => {
    const { sandbox, source, entries, quirkKey } = await openWithGrants();
    const ofRole = entries.filter(({ role }) => role.id === roles[0]?.id).slice(0, 5);
    const [, third, sixth, unheard] = ofRole.map(quirkKey);
    sandbox.quirks.memberReasons = { [third ?? ""]: 3, [sixth ?? ""]: 6 };
    sandbox.quirks.memberResultMissing = [unheard ?? ""];
    const group = ofRole.map(grantOf);
    group.push({ ...grantOf(ofRole[0]!), id: "stranger", holder: { ...grantOf(ofRole[0]!).holder, id: "u1" } });
    await source.revoke([group[4]!], nothing);
    const replies = await source.revoke(group, nothing);
    expect(replies.map(({ kind }) => kind)).toEqual([
      "accepted",
      "refused",
      "refused",
      "no-answer",
      "already-gone",
      "refused",
    ]);
    expect(replies[1]).toMatchObject({ detail: "reason 3 (the app may not act on this user)" });
    expect(replies[1]).not.toHaveProperty("isPassing");
    // A reason that the vendor does not document says nothing of the member: the removal is tried again.
    sandbox.quirks.memberReasons = { [third ?? ""]: 99 };
    expect((await source.revoke([group[1]!], nothing))[0]).toMatchObject({ kind: "refused", isPassing: true });
  });

  it("says of nobody more than it knows where the answer is lost", async () => {
    const { sandbox, source, entries, quirkKey } = await openWithGrants();
    const ofRole = entries.filter(({ role }) => role.id === roles[0]?.id).slice(0, 3);
    sandbox.quirks.loseRemovalAnswer = [quirkKey(ofRole[0]!)];
    const replies = await source.revoke(ofRole.map(grantOf), nothing);
    expect(replies.map(({ kind }) => kind)).toEqual(["no-answer", "no-answer", "no-answer"]);
    expect(sandbox.calls.functionalWrites).toHaveLength(1);
  });

  it("finds whose id has a whole call refused, and takes the others out", async () => {
    const { sandbox, source, grants } = await openWithGrants();
    const group = grants.filter(({ role }) => role.id === roles[0]?.id).slice(0, 4);
    const sent: number[] = [];
    sandbox.quirks.failFor = { functionalMembersBatchDelete: { status: 400, code: 99992402 } };
    const replies = await source.revoke(group, async () => {
      sent.push(1);
    });
    expect(replies.map(({ kind }) => kind)).toEqual(["refused", "refused", "refused", "refused"]);
    expect(sent).toHaveLength(7);
  });

  it("throws what concerns the app, and names no secret", async () => {
    const { sandbox, source, grants } = await openWithGrants();
    sandbox.quirks.failFor = { functionalMembersBatchDelete: { status: 400, code: 99991672 } };
    const failure = await source.revoke(grants.slice(0, 1), nothing).catch((error) => error);
    expect(failure).toBeInstanceOf(ApiError);
    expect(String(failure)).not.toContain(sandbox.apps.write.appSecret);
  });

  it("asks for no removal of nobody: what that would mean is not documented", async () => {
    const { sandbox, source } = await openWithGrants();
    expect(await source.revoke([], nothing)).toEqual([]);
    expect(() => deleteMembers(retirableRoleId, [])).toThrow("none are named");
    expect(sandbox.calls.byEndpoint.functionalMembersBatchDelete.calls).toBe(0);
  });

  it("takes a role that is gone for nobody in it", async () => {
    const { source, grants } = await openWithGrants();
    const gone = { ...grants[0]!, role: { ...grants[0]!.role, id: "7none" } };
    expect((await source.revoke([gone], nothing))[0]?.kind).toBe("already-gone");
  });
});

describe("restore()", () => {
  it("puts a member back with the departments that they managed", async () => {
    const { sandbox, source, entries } = await openWithGrants();
    const entry = entries.find(({ scopes }) => scopes?.[0]?.[0]?.dimension === "department")!;
    const before = sandbox.functionalGrants();
    await source.revoke([grantOf(entry)], nothing);
    expect((await source.restore(grantOf(entry), nothing)).refusal).toBeUndefined();
    expect(new Set(sandbox.functionalGrants().map((grant) => JSON.stringify(grant)))).toEqual(
      new Set(before.map((grant) => JSON.stringify(grant))),
    );
  });

  it("says why not where the provider refuses the member, or the role is gone", async () => {
    const { sandbox, source, entries } = await openWithGrants();
    const grant = grantOf(entries[0]!);
    const stranger = { ...grant, holder: { ...grant.holder, id: "u1" } };
    expect((await source.restore(stranger, nothing)).refusal).toBe("reason 2 (the user id is invalid)");
    const gone = { ...grant, role: { ...grant.role, id: "7none" } };
    expect((await source.restore(gone, nothing)).refusal).toBe("41202 there is no such role");
    expect(sandbox.calls.functionalWrites).toEqual([]);
  });
});

describe("deleteRole()", () => {
  const empty = async (quirks: Partial<Quirks> = {}) => {
    const opened = await openWithGrants(quirks);
    const members = opened.grants.filter(({ role }) => role.id === retirableRoleId);
    await opened.source.revoke(members, nothing);
    return opened;
  };

  it("deletes a role that nobody is in, and finds it gone after that", async () => {
    const { sandbox, source } = await empty();
    expect((await retirementOf(source).deleteRole(retirableRoleId, nothing)).kind).toBe("accepted");
    expect(sandbox.company.functional.rolesById.has(retirableRoleId)).toBe(false);
    expect((await retirementOf(source).deleteRole(retirableRoleId, nothing)).kind).toBe("already-gone");
  });

  it("leaves a role alone that somebody is in again", async () => {
    const { sandbox, source } = await empty({ memberJoinsBeforeDelete: [retirableRoleId] });
    const reply = await retirementOf(source).deleteRole(retirableRoleId, nothing);
    expect(reply).toMatchObject({ kind: "refused", detail: "41206 the role has members" });
    expect(membersIn(sandbox, retirableRoleId)).toHaveLength(1);
  });

  it.each(["before", "after"] as const)("does not know where the connection drops %s it", async (when) => {
    const { sandbox, source } = await empty({ loseRoleDeletion: when });
    expect((await retirementOf(source).deleteRole(retirableRoleId, nothing)).kind).toBe("no-answer");
    expect(sandbox.calls.byEndpoint.functionalRoleDelete.calls).toBe(1);
  });
});

describe("checkPermissions()", () => {
  it("passes with what the sandbox's apps have, and changes nothing", async () => {
    const { sandbox, source } = await openWithGrants();
    const checks = await source.checkPermissions();
    expect(checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(checks.map(({ call }) => call)).toEqual(
      expect.arrayContaining([
        "listMembers",
        "getMember",
        "batchGetUsers",
        "deleteMembers",
        "addMembers",
        "deleteRole",
      ]),
    );
    expect(sandbox.calls.functionalWrites).toEqual([]);
  });

  it("names the permission that a call or a field lacks", async () => {
    const { sandbox, open } = await openWithGrants();
    // The write app may read roles, but not people.
    const source = await open({ credentials: sandbox.apps.write, writeCredentials: sandbox.apps.read });
    const missing = new Map((await source.checkPermissions()).map(({ call, missing: lacks }) => [call, lacks]));
    expect(missing.get("listMembers")).toBeNull();
    expect(missing.get("batchGetUsers")).toBe("contact:contact.base:readonly");
    expect(missing.get("deleteMembers")).toBe("contact:functional_role");
  });

  it.each([...readApp.scopes].filter((scope) => scope.startsWith("contact:")))(
    "names %s where the app that reads lacks it",
    async (scope) => {
      const { sandbox, source } = await openWithGrants();
      sandbox.quirks.deniedScopes = [scope];
      const missing = (await source.checkPermissions()).flatMap(({ missing: lacks }) => lacks ?? []);
      expect(missing.join()).toContain(scope);
    },
  );
});
