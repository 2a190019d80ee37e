import { Agent } from "node:http";
import { createConnection } from "node:net";
import { CommonClient } from "tencentcloud-sdk-nodejs-common";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../functions/sandbox/sandbox.ts";
import { createJumpingClock } from "../providers/jumping-clock.ts";

type Reply = Record<string, unknown>;
type Row = {
  RoleConfigurationId: string;
  TargetUin: number;
  TargetType: string;
  PrincipalId: string;
  PrincipalType: string;
};

/** Connects wherever the sandbox is, so that the client signs for the vendor's real host. */
const agentTo = (port: number): Agent =>
  Object.assign(new Agent(), { createConnection: () => createConnection(port, "127.0.0.1") });

describe("Tencent's own client against the sandbox", () => {
  let sandbox: Sandbox;
  let reader: CommonClient;
  let writer: CommonClient;
  let ZoneId: string;
  const agents: Agent[] = [];

  const clientFor = (credential: { secretId: string; secretKey: string; token?: string }): CommonClient => {
    const agent = agentTo(Number(new URL(sandbox.url).port));
    agents.push(agent);
    return new CommonClient("organization.intl.tencentcloudapi.com", "2021-03-31", {
      credential,
      region: "",
      profile: { httpProfile: { protocol: "http://", agent } },
    });
  };
  const codeOf = (asking: Promise<unknown>): Promise<string> =>
    asking.then(
      () => "answered",
      (error: { code?: string }) => error.code ?? "no code",
    );

  beforeAll(async () => {
    sandbox = await startSandbox({ people: 300, pace: 1000 });
    reader = clientFor(sandbox.cloud.keys.read);
    writer = clientFor(sandbox.cloud.keys.write);
    ZoneId = ((await reader.request("DescribeIdentityCenter", {})) as { ZoneId: string }).ZoneId;
  });
  afterAll(async () => {
    for (const agent of agents) agent.destroy();
    await sandbox.close();
  });

  const listAll = async (action: string, name: string): Promise<Reply[]> => {
    const items: Reply[] = [];
    let NextToken: string | undefined;
    do {
      const page: Reply = await reader.request(action, { ZoneId, MaxResults: 20, ...(NextToken ? { NextToken } : {}) });
      items.push(...(page[name] as Reply[]));
      expect(page.IsTruncated).toBe(items.length < (page.TotalCounts as number));
      NextToken = page.NextToken as string | undefined;
    } while (NextToken);
    return items;
  };
  const roleOf = (row: Reply): string => `${row.PrincipalId}:${row.RoleConfigurationId}@${row.TargetUin}`;
  const held = (): string[] => sandbox.cloud.grants().map(({ holderId, roleId }) => `${holderId}:${roleId}`);

  it("pages through every assignment", async () => {
    const rows = await listAll("ListRoleAssignments", "RoleAssignments");
    expect(rows.map(roleOf).sort()).toEqual(held().sort());
  });

  it("reads accounts, configurations, users, groups and members", async () => {
    const { cloud } = sandbox.company;
    const members = await reader.request("DescribeOrganizationMembers", { Offset: 0, Limit: 50 });
    expect(members.Total).toBe(cloud.accountsByUin.size + 1);
    expect((await reader.request("DescribeOrganization", {})).HostUin).toBe(cloud.managerUin);
    const configurations = await listAll("ListRoleConfigurations", "RoleConfigurations");
    expect(configurations).toHaveLength(cloud.configurationsById.size);
    const users = await listAll("ListUsers", "Users");
    expect(users.map(({ UserId }) => UserId).sort()).toEqual([...cloud.usersById.keys()].sort());
    const one = await reader.request("GetUser", { ZoneId, UserId: users[0]?.UserId });
    expect(one.UserInfo).toEqual(users[0]);
    const groups = await listAll("ListGroups", "Groups");
    const listed = await reader.request("ListGroupMembers", { ZoneId, GroupId: groups[0]?.GroupId, MaxResults: 100 });
    expect(listed.TotalCounts).toBe(groups[0]?.MemberCount);
  });

  it("removes an assignment and gives it back, each by a task that ends", async () => {
    const [row] = (await listAll("ListRoleAssignments", "RoleAssignments")) as (Reply & Row)[];
    if (!row) expect.fail("no assignment");
    const { RoleConfigurationId, TargetUin, TargetType, PrincipalId, PrincipalType } = row;
    const key = { RoleConfigurationId, TargetUin, TargetType, PrincipalId, PrincipalType };
    const ended = async (task: Reply): Promise<unknown> => {
      for (;;) {
        const { TaskStatus } = await reader.request("GetTaskStatus", { ZoneId, TaskId: task.TaskId });
        if ((TaskStatus as Reply).Status !== "InProgress") return (TaskStatus as Reply).Status;
      }
    };
    const removed = await writer.request("DeleteRoleAssignment", { ZoneId, ...key, DeprovisionStrategy: "None" });
    expect(await ended(removed.Task as Reply)).toBe("Success");
    expect(held()).not.toContain(roleOf(row));
    const again = writer.request("DeleteRoleAssignment", { ZoneId, ...key });
    expect(await codeOf(again)).toBe("ResourceNotFound.RoleConfigurationAuthorizationNotFound");
    const given = await writer.request("CreateRoleAssignment", { ZoneId, RoleAssignmentInfo: [key] });
    expect(await ended((given.Tasks as Reply[])[0] ?? {})).toBe("Success");
    expect(held()).toContain(roleOf(row));
    const twice = writer.request("CreateRoleAssignment", { ZoneId, RoleAssignmentInfo: [key] });
    expect(await codeOf(twice)).toBe("FailedOperation.RoleConfigurationAuthorizationAlreadyExist");
    const tasks = await reader.request("ListTasks", { ZoneId, Status: "Success" });
    expect(tasks.TotalCounts).toBe(2);
  });

  it("is let in with a temporary key and its token, and not without", async () => {
    const { temporary } = sandbox.cloud.keys;
    const { token: _token, ...bare } = temporary;
    expect(await codeOf(clientFor(temporary).request("DescribeOrganization", {}))).toBe("answered");
    expect(await codeOf(clientFor(bare).request("DescribeOrganization", {}))).toBe("AuthFailure.TokenFailure");
  });

  it("is refused with another secret, an unknown id, an action it may not make, and parameters that are not documented", async () => {
    const { read } = sandbox.cloud.keys;
    const ask = (client: CommonClient, action: string, parameters: Reply): Promise<string> =>
      codeOf(client.request(action, parameters));
    expect(await ask(clientFor({ ...read, secretKey: "other" }), "DescribeOrganization", {})).toBe(
      "AuthFailure.SignatureFailure",
    );
    expect(await ask(clientFor({ ...read, secretId: "AKIDnobody" }), "DescribeOrganization", {})).toBe(
      "AuthFailure.SecretIdNotFound",
    );
    expect(await ask(writer, "ListUsers", { ZoneId })).toBe("AuthFailure.UnauthorizedOperation");
    expect(await ask(reader, "ListUsers", {})).toBe("MissingParameter");
    expect(await ask(reader, "ListUsers", { ZoneId, Page: 1 })).toBe("UnknownParameter");
    expect(await ask(reader, "ListUsers", { ZoneId, MaxResults: 101 })).toBe("InvalidParameterValue");
    expect(await ask(reader, "ListUsers", { ZoneId: "z-other" })).toBe("FailedOperation.ZoneIdNotExist");
    expect(await ask(reader, "GetZoneStatus", { ZoneId })).toBe("InvalidAction");
  });
});

describe("the sandbox's limits and clock", () => {
  it("lets twenty calls a second through, and refuses what is signed five minutes ago", async () => {
    const clock = createJumpingClock(Date.now());
    const sandbox = await startSandbox({ people: 60, now: clock.now });
    const agent = agentTo(Number(new URL(sandbox.url).port));
    const client = new CommonClient("organization.intl.tencentcloudapi.com", "2021-03-31", {
      credential: sandbox.cloud.keys.read,
      region: "ap-guangzhou",
      profile: { httpProfile: { protocol: "http://", agent } },
    });
    const ask = (): Promise<string> =>
      client.request("DescribeIdentityCenter", {}).then(
        () => "answered",
        (error: { code?: string }) => error.code ?? "",
      );
    for (let call = 0; call < 20; call += 1) expect(await ask()).toBe("answered");
    expect(await ask()).toBe("RequestLimitExceeded");
    expect(sandbox.cloud.calls.byAction.DescribeIdentityCenter).toEqual({ calls: 21, refusals: 1 });
    await clock.sleep(310_000);
    expect(await ask()).toBe("AuthFailure.SignatureExpire");
    agent.destroy();
    await sandbox.close();
  });
});
