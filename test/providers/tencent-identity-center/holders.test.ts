import { afterEach, describe, expect, it } from "vitest";
import { IncompleteListingError } from "../../../functions/http/errors.ts";
import { closeAll, openZone } from "./open-zone.ts";

afterEach(closeAll);

describe("readHolders()", () => {
  it("says who may sign in and who may not, by name and e-mail", async () => {
    const { sandbox, source } = await openZone();
    const { usersById } = sandbox.company.cloud;
    const disabled = [...usersById.values()].find(({ isDisabled }) => isDisabled) ?? expect.fail("nobody");
    const employee = sandbox.company.employees.find(({ id }) => id === disabled.holderId);
    expect((await source.readHolders([disabled.id])).get(disabled.id)).toEqual({
      id: disabled.id,
      kind: "user",
      status: "disabled",
      name: employee?.name,
      email: employee?.email,
      departmentId: null,
      managerId: null,
      lastDay: null,
      employedAgain: null,
    });
  });

  it("gives the same facts one by one as from the whole directory", async () => {
    const { sandbox, source } = await openZone();
    const ids = [...sandbox.company.cloud.usersById.keys()];
    const listed = await source.readHolders(ids);
    const { calls: before } = sandbox.cloud.calls.byAction.GetUser;
    const single = await source.readHolders(ids.slice(0, 1));
    expect(before).toBe(0);
    expect(sandbox.cloud.calls.byAction.GetUser.calls).toBe(1);
    expect(listed.size).toBe(ids.length);
    expect(single.get(ids[0] ?? "")).toEqual(listed.get(ids[0] ?? ""));
  });

  it("leaves out a user and a group that are gone: they are unknown, not disabled", async () => {
    const { source } = await openZone();
    expect((await source.readHolders(["u-000000000404", "g-000000000404"])).size).toBe(0);
  });

  it("counts a group as disabled where it is empty or every member is, and as active where one is not", async () => {
    const { sandbox, source } = await openZone();
    const { groupsById } = sandbox.company.cloud;
    const facts = await source.readHolders([...groupsById.keys()]);
    const statuses = [...facts.values()].map(({ kind, name, status, email }) => ({ kind, name, status, email }));
    expect(statuses).toEqual([
      { kind: "group", name: "developers", status: "active", email: null },
      { kind: "group", name: "interns", status: "disabled", email: null },
      { kind: "group", name: "migration", status: "disabled", email: null },
    ]);
  });

  it("names the members of a group, and whether each of them may sign in", async () => {
    const { sandbox, source } = await openZone();
    const group = [...sandbox.company.cloud.groupsById.values()].find(({ name }) => name === "developers");
    if (!group) expect.fail("no such group");
    const { members } = (await source.readHolders([group.id])).get(group.id) ?? {};
    expect(members?.map(({ id }) => id)).toEqual(group.memberIds);
    const alone = await source.readHolders(group.memberIds);
    expect(members).toEqual([...alone.values()].map(({ id, status, name, email }) => ({ id, status, name, email })));
    expect(new Set(members?.map(({ status }) => status))).toEqual(new Set(["active", "disabled"]));
  });

  it("fails where the directory shows fewer than it says there are", async () => {
    const { sandbox, source } = await openZone();
    sandbox.cloud.quirks.failFor = { ListUsers: "FailedOperation.IdentityCenterNotOpen" };
    const ids = [...sandbox.company.cloud.usersById.keys()];
    await expect(source.readHolders(ids)).rejects.toMatchObject({ concerns: "app" });
    await expect(source.readHolders(ids)).rejects.not.toBeInstanceOf(IncompleteListingError);
  });

  it("keeps no password, though the vendor may send one", async () => {
    const { sandbox, source } = await openZone({ showsPasswords: true });
    const ids = [...sandbox.company.cloud.usersById.keys()];
    const kept = [
      [...(await source.readHolders(ids)).values()],
      [...(await source.readHolders(ids.slice(0, 2))).values()],
    ];
    expect(JSON.stringify([kept, source.takeReads()])).not.toMatch(/P4ssw0rd|Password/);
  });
});
