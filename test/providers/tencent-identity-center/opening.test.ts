import { afterEach, describe, expect, it } from "vitest";
import { actions } from "../../../functions/providers/tencent-identity-center/limits.ts";
import { provider } from "../../../functions/providers/tencent-identity-center/provider.ts";
import { closeAll, heldInZone, listZone, openZone } from "./open-zone.ts";

afterEach(closeAll);

describe("openIdentityCenter()", () => {
  it("finds the zone where none is configured, and sends nothing where one is", async () => {
    const { sandbox, source, open } = await openZone();
    const { zoneId } = sandbox.company.cloud;
    expect(source.origin).toEqual({ host: "sandbox", account: zoneId });
    expect(sandbox.cloud.calls.byAction.DescribeIdentityCenter.calls).toBe(0);
    const found = await open({ settings: { zoneId: null, protectManagementAccount: true } });
    expect(found.origin.account).toBe(zoneId);
  });

  it("fails where the configured zone is another one", async () => {
    const { open } = await openZone();
    const source = await open({ settings: { zoneId: "z-other", protectManagementAccount: true } });
    await expect(source.readRoles()).rejects.toMatchObject({ code: "FailedOperation.ZoneIdNotExist", concerns: "app" });
  });

  it.each([
    "https://example.com",
    "https://organization.tencentcloudapi.com.example.com",
    "https://organization.tencentcloudapi.com/path",
    "http://organization.tencentcloudapi.com",
    "https://organization.tencentcloudapi.com:8443",
  ])("refuses to sign for %s", async (baseUrl) => {
    const { open } = await openZone();
    await expect(open({ baseUrl })).rejects.toThrow("Tencent Cloud's addresses are");
  });

  it("sends the token of a temporary key", async () => {
    const { sandbox, open } = await openZone();
    const { token: _token, ...bare } = sandbox.cloud.keys.temporary;
    const source = await open({ credentials: sandbox.cloud.keys.temporary });
    expect((await listZone(source)).keys).toEqual(heldInZone(sandbox));
    await expect((await open({ credentials: bare })).readRoles()).rejects.toMatchObject({
      code: "AuthFailure.TokenFailure",
    });
  });

  it("names neither the key nor what the vendor's message quotes where it is refused", async () => {
    const { sandbox, open } = await openZone();
    const source = await open({ credentials: { ...sandbox.cloud.keys.read, secretKey: "wrong-secret" } });
    const error = await source.readRoles().catch((failure: Error) => failure);
    expect(error).toMatchObject({ code: "AuthFailure.SignatureFailure", requestId: expect.any(String) });
    expect(String((error as Error).message)).not.toMatch(/wrong-secret|AKID|could not be validated/);
  });

  it("opens exactly the hosts that the configuration takes", async () => {
    const { open } = await openZone();
    expect(provider.hosts?.length).toBeGreaterThan(0);
    for (const host of provider.hosts ?? []) await open({ baseUrl: `https://${host}` });
  });
});

describe("checkPermissions()", () => {
  it("passes for keys that may what they are for, and changes nothing in asking", async () => {
    const { sandbox, open } = await openZone();
    const source = await open({ writeCredentials: sandbox.cloud.keys.write });
    const checks = await source.checkPermissions();
    expect(checks.map(({ call }) => call)).toEqual(actions);
    expect(checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(sandbox.cloud.calls.writes).toEqual([]);
  });

  it.each(actions)("names the CAM action that is missing: %s", async (action) => {
    const { sandbox, open } = await openZone({ denied: [action] });
    const source = await open({ writeCredentials: sandbox.cloud.keys.write });
    const missing = (await source.checkPermissions()).filter(({ passed }) => !passed);
    expect(missing).toEqual([{ call: action, passed: false, missing: `organization:${action}` }]);
  });

  it("names a field that comes for none of the users", async () => {
    const { sandbox, open } = await openZone();
    for (const employee of sandbox.company.employees) employee.email = "";
    expect((await (await open({})).checkPermissions()).filter(({ passed }) => !passed)).toEqual([
      {
        call: "holder.email",
        field: "email",
        passed: false,
        missing: expect.stringMatching(/^Email came for none of \d+ users: fill it in/),
      },
    ]);
  });

  it("names what a key lacks that is to write, and may only read", async () => {
    const { sandbox, open } = await openZone();
    const source = await open({ writeCredentials: sandbox.cloud.keys.read });
    expect((await source.checkPermissions()).filter(({ passed }) => !passed)).toEqual([
      { call: "DeleteRoleAssignment", passed: false, missing: "organization:DeleteRoleAssignment" },
      { call: "CreateRoleAssignment", passed: false, missing: "organization:CreateRoleAssignment" },
    ]);
  });
});
