import { Client, DefaultCache } from "@larksuiteoapi/node-sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plantedRoles, userIdOf } from "../../functions/sandbox/company/functional-roles.ts";
import { type Sandbox, startSandbox } from "../../functions/sandbox/sandbox.ts";

const ignore = (): void => {};
const silent = { error: ignore, warn: ignore, info: ignore, debug: ignore, trace: ignore };
const types = { user_id_type: "user_id", department_id_type: "department_id" } as const;

describe("the official SDK against the sandbox's functional roles", () => {
  let sandbox: Sandbox;
  let reader: Client;
  let writer: Client;
  const role_id = plantedRoles[0].id;

  beforeAll(async () => {
    sandbox = await startSandbox({ people: 400, pace: 1e6 });
    const clientFor = (app: "read" | "write"): Client =>
      new Client({ ...sandbox.apps[app], domain: sandbox.url, logger: silent, cache: new DefaultCache() });
    reader = clientFor("read");
    writer = clientFor("write");
  });
  afterAll(() => sandbox.close());

  const membersOf = (roleId: string) => sandbox.functionalGrants().filter((grant) => grant.roleId === roleId);

  it("pages through the members of every role, with what they manage", async () => {
    for (const { id } of plantedRoles) {
      const found: {
        user_id?: string | undefined;
        scope_type?: string | undefined;
        department_ids?: string[] | undefined;
      }[] = [];
      let page_token: string | undefined;
      do {
        const { data } = await reader.contact.functionalRoleMember.list({
          path: { role_id: id },
          params: { page_size: 5, ...types, ...(page_token ? { page_token } : {}) },
        });
        found.push(...(data?.members ?? []));
        page_token = data?.has_more ? data.page_token : undefined;
      } while (page_token);
      expect(found.map(({ user_id, scope_type }) => [user_id, scope_type])).toEqual(
        membersOf(id).map(({ userId, scope }) => [userId, scope.type]),
      );
      expect(found.every(({ scope_type, department_ids }) => (scope_type === "Part") === Boolean(department_ids))).toBe(
        true,
      );
    }
  });

  it("shows who left, who is frozen, and leaves out whom the app may not see", async () => {
    const holders = sandbox.functionalGrants().map(({ userId }) => userId);
    const { outOfRange } = sandbox.company.functional;
    const hidden = userIdOf([...outOfRange][0] ?? sandbox.company.employees[0]?.id ?? "");
    const { data } = await reader.contact.user.batch({
      params: { user_ids: [...holders.slice(-12), hidden], ...types },
    });
    const items = data?.items ?? [];
    expect(items.map(({ user_id }) => user_id)).toEqual(holders.slice(-12));
    expect(items.filter(({ status }) => status?.is_frozen)).toHaveLength(2);
    expect(items.some(({ status }) => status?.is_unjoin)).toBe(true);
  });

  it("removes members in one call, says of each what became of it, and gives one back with its departments", async () => {
    const members = membersOf(role_id);
    const part = members.find(({ scope }) => scope.type === "Part") ?? expect.fail("nobody manages departments");
    const none = members.find(({ scope }) => scope.type === "None") ?? expect.fail("nobody manages nothing");
    const stranger = userIdOf(
      sandbox.company.employees.find(({ id }) => members.every((m) => m.holderId !== id))?.id ?? "",
    );
    const removed = await writer.contact.functionalRoleMember.batchDelete({
      path: { role_id },
      params: { user_id_type: "user_id" },
      data: { members: [part.userId, stranger, none.userId, "nobody"] },
    });
    expect(removed.data?.result).toEqual([
      { user_id: part.userId, reason: 1 },
      { user_id: stranger, reason: 5 },
      { user_id: none.userId, reason: 1 },
      { user_id: "nobody", reason: 2 },
    ]);
    const got = { path: { role_id, member_id: part.userId }, params: types };
    await expect(reader.contact.functionalRoleMember.get(got)).rejects.toMatchObject({
      response: { status: 404, data: { code: 41203 } },
    });

    const added = await writer.contact.functionalRoleMember.batchCreate({
      path: { role_id },
      params: { user_id_type: "user_id" },
      data: { members: [part.userId] },
    });
    expect(added.data?.results).toEqual([{ user_id: part.userId, reason: 1 }]);
    const departments = part.scope.type === "Part" ? part.scope.departmentIds : [];
    const before = await reader.contact.functionalRoleMember.get(got);
    expect(before.data?.member?.scope_type).toBe("None");
    await writer.contact.functionalRoleMember.scopes({
      path: { role_id },
      params: { ...types, department_id_type: "department_id" },
      data: {
        members: [part.userId],
        departments: departments.map((id) => `d${BigInt(id).toString(16).padStart(32, "a")}`),
      },
    });
    expect(membersOf(role_id).find(({ userId }) => userId === part.userId)?.scope).toEqual(part.scope);
    expect(sandbox.calls.functionalWrites.map(({ call, holderIds }) => [call, holderIds.length])).toEqual([
      ["remove", 2],
      ["add", 1],
      ["scope", 1],
    ]);
  });

  it("deletes a role only once it is empty", async () => {
    const created = await writer.contact.functionalRole.create({ data: { role_name: "临时" } });
    const path = { role_id: created.data?.role_id ?? "" };
    const member = { members: [membersOf(role_id)[0]?.userId ?? ""] };
    await writer.contact.functionalRole.update({ path, data: { role_name: "临时二" } });
    await writer.contact.functionalRoleMember.batchCreate({ path, params: { user_id_type: "user_id" }, data: member });
    await expect(writer.contact.functionalRole.delete({ path })).rejects.toMatchObject({
      response: { status: 400, data: { code: 41206 } },
    });
    await writer.contact.functionalRoleMember.batchDelete({ path, params: { user_id_type: "user_id" }, data: member });
    expect((await writer.contact.functionalRole.delete({ path })).code).toBe(0);
    await expect(writer.contact.functionalRole.delete({ path })).rejects.toMatchObject({
      response: { status: 404, data: { code: 41202 } },
    });
  });

  it("knows each app's open_ids from the other's", async () => {
    const listed = async (client: Client) =>
      (await client.contact.functionalRoleMember.list({ path: { role_id }, params: { page_size: 1 } })).data
        ?.members?.[0]?.user_id ?? "";
    const [ours, theirs] = [await listed(reader), await listed(writer)];
    expect(ours).toMatch(/^ou_[0-9a-f]{32}$/);
    expect(theirs).not.toBe(ours);
    await expect(
      writer.contact.functionalRoleMember.batchDelete({ path: { role_id }, data: { members: [ours] } }),
    ).rejects.toMatchObject({ response: { data: { code: 99992361 } } });
  });
});
