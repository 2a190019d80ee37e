import { readFileSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { deskApp } from "../../functions/sandbox/feishu/apps.ts";
import { sandboxTenant } from "../../functions/sandbox/feishu/sign-in.ts";
import { type ServedSandbox, serveSandbox } from "../serve-sandbox.ts";
import { runCli } from "./cli-process.ts";
import { type ConfigParts, leaverRule, makeFolder } from "./reviewed-company.ts";

let sandbox: ServedSandbox;
beforeAll(async () => {
  sandbox = await serveSandbox({ people: 200, pace: 6_000 });
});
afterAll(() => sandbox.close());

const ends: (() => unknown)[] = [];
afterEach(async () => {
  await sandbox.setQuirks({ failFor: {}, withheldFields: {} });
  for (const end of ends.splice(0)) end();
});

const openFolder = (parts: ConfigParts = {}) => {
  const place = makeFolder({ baseUrl: sandbox.url, ...parts });
  ends.push(place.remove);
  return place;
};

describe("check of the fields that the configuration relies on", () => {
  const withheld = { email_address: ["*"], expiration_date: ["*"], "person_info.person_id": ["*"] };

  it("names each that comes for nobody, and the permission that shows it", async () => {
    const uses = { ...leaverRule, id: "uses", when: 'has(holder.lastDay) && holder.email == "x"', then: "flag" };
    const place = openFolder({ rules: [leaverRule, uses] });
    await sandbox.setQuirks({ withheldFields: withheld });
    const { code, stdout } = await runCli(place, "check");
    expect(code).toBe(1);
    for (const [field, key] of [
      ["email", "email_address"],
      ["lastDay", "expiration_date"],
      ["employedAgain", "person_info.person_id"],
    ]) {
      expect(stdout).toMatch(
        new RegExp(`missing people: holder\\.${field}: ${key} came for none of \\d+ people: .*corehr:employee:read`),
      );
    }
    expect(stdout).toMatch(/3 of \d+ checks failed \(people\)/);
  });

  it("names the status that comes for nobody, which every review asks for", async () => {
    await sandbox.setQuirks({ withheldFields: { employment_status: ["*"] } });
    const { code, stdout } = await runCli(openFolder(), "check");
    expect({ code, stdout }).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/missing people: holder\.status: employment_status came for none of \d+ people/),
    });
  });

  it("names each by which people.match finds people in other sources", async () => {
    const place = openFolder();
    const file = join(place.folder, "access-review.yaml");
    const config = JSON.parse(readFileSync(file, "utf8")) as object;
    writeFileSync(file, JSON.stringify({ ...config, people: { authority: "people", match: ["employeeNo", "email"] } }));
    await sandbox.setQuirks({ withheldFields: { employee_number: ["*"], email_address: ["*"] } });
    const { code, stdout } = await runCli(place, "check");
    expect(code).toBe(1);
    expect(stdout).toMatch(/missing people: people\.match employeeNo: employee_number came for none of \d+ people/);
    expect(stdout).toMatch(/missing people: people\.match email: email_address came for none of \d+ people/);
  });

  it("passes one that nothing uses, and says so", async () => {
    await sandbox.setQuirks({ withheldFields: { email_address: ["*"] } });
    const { code, stdout } = await runCli(openFolder(), "check");
    expect(code).toBe(0);
    expect(stdout).toMatch(/ok +people: holder\.email: email_address came .*; nothing in the configuration uses it/);
  });
});

describe("check of the subscriptions to events", () => {
  const place = () => {
    const opened = openFolder();
    const file = join(opened.folder, "access-review.yaml");
    const config = JSON.parse(readFileSync(file, "utf8")) as object;
    const received = { baseUrl: sandbox.url, credentials: "env:EVENTS", tenant: sandboxTenant };
    writeFileSync(file, JSON.stringify({ ...config, events: received }));
    const { appId, appSecret } = deskApp;
    return { ...opened, env: { EVENTS: JSON.stringify({ appId, appSecret }) } };
  };
  const linesOf = async (quirks: object): Promise<{ code: number | null; lines: string[] }> => {
    await sandbox.setQuirks({ unsubscribedEvents: [], deniedScopes: [], ...quirks });
    const { code, stdout } = await runCli(place(), "check");
    await sandbox.setQuirks({ unsubscribedEvents: [], deniedScopes: [] });
    return { code, lines: stdout.split("\n").filter((line) => line.includes(" events: ")) };
  };
  const leaver = "corehr.offboarding.status_updated_v2";

  it("passes where the published version subscribes to each, and says that only an event shows whether they arrive", async () => {
    const { code, lines } = await linesOf({});
    expect(code).toBe(0);
    expect(lines).toHaveLength(6);
    expect(lines.at(-1)).toMatch(/ok +people: events: events: whether events arrive .* let somebody leave/);
  });

  it("names what the published version does not subscribe to, though a later one will", async () => {
    const { code, lines } = await linesOf({ unsubscribedEvents: [leaver] });
    expect(code).toBe(1);
    expect(lines.filter((line) => line.startsWith("missing"))).toEqual([
      expect.stringMatching(new RegExp(`${leaver}: the app's published version does not subscribe to it`)),
    ]);
  });

  it("says so in Chinese where language is zh, and in English with --json", async () => {
    const opened = place();
    const file = join(opened.folder, "access-review.yaml");
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), language: "zh" }));
    await sandbox.setQuirks({ unsubscribedEvents: [leaver], deniedScopes: [] });
    const { stdout } = await runCli(opened, "check");
    const json = await runCli(opened, "check", "--json");
    await sandbox.setQuirks({ unsubscribedEvents: [], deniedScopes: [] });
    expect(stdout).toMatch(new RegExp(`缺少 people：events: ${leaver}：应用已发布的版本没有订阅该事件`));
    expect(stdout).toMatch(/通过 people：events: events：事件能否送达，只有真实事件才能证明/);
    expect(json.stdout).toMatch(/does not subscribe to it/);
    expect(json.stdout).not.toMatch(/"said"|订阅/);
  });

  it("names the permission without which an event does not come, and what it may not look at itself", async () => {
    const { code, lines } = await linesOf({
      deniedScopes: ["corehr:offboarding:read", "application:application.app_version:readonly"],
    });
    expect(code).toBe(1);
    expect(lines[0]).toMatch(new RegExp(`missing people: events: ${leaver}: corehr:offboarding:read \\| `));
    expect(lines.at(-1)).toMatch(
      /ok +people: events: events: not looked at \(.*application:application\.app_version:readonly/,
    );
  });

  it("says that the app is refused where its secret is another's", async () => {
    const opened = place();
    const EVENTS = JSON.stringify({ appId: deskApp.appId, appSecret: "another" });
    const { code, stdout } = await runCli({ ...opened, env: { EVENTS } }, "check");
    expect([code, stdout]).toEqual([1, expect.stringMatching(/missing people: events: /)]);
  });
});

describe("check of what a sweep costs", () => {
  const swept = { ...leaverRule, sweep: true };
  const lineOf = async (parts: ConfigParts): Promise<string[]> => {
    const place = openFolder(parts);
    const { code, stdout } = await runCli(place, "check");
    expect(code).toBe(0);
    return stdout.split("\n").filter((line) => line.includes(": sweep: "));
  };

  it("says some ten calls of a source that asks for those alone who left, and nothing where no rule acts in sweeps", async () => {
    expect(await lineOf({ rules: [swept] })).toEqual([
      expect.stringMatching(/^ok +people: sweep: asks for those alone who left: about 10 calls$/),
    ]);
    expect(await lineOf({ rules: [leaverRule] })).toEqual([]);
  });

  it("says of a source that has to be read whole that its first review will show the calls", async () => {
    const roles = {
      provider: "feishu-functional-role",
      roles: [{ id: "7vrj3vk70xk7v5r", name: "approvers" }],
      baseUrl: "sandbox",
    };
    const parts = { baseUrl: "sandbox", rules: [swept], source: roles };
    expect(await lineOf(parts)).toEqual([
      expect.stringMatching(/sweep: reads everything, .*: how many calls that takes the first review shows$/),
    ]);
  });
});

describe("check of a schedule whose years are over", () => {
  it("fails, as no review begins by itself any more", async () => {
    const place = openFolder();
    const file = join(place.folder, "access-review.yaml");
    const config = JSON.parse(readFileSync(file, "utf8")) as { schedule: object };
    const cron = "0 2 1 1,4,7,10 ? 2024-2025";
    writeFileSync(file, JSON.stringify({ ...config, schedule: { ...config.schedule, cron } }));
    const { code, stdout } = await runCli(place, "check");
    expect(code).toBe(1);
    expect(stdout).toContain(`missing schedule: cron: ${cron} begins nothing any more, as its years are over`);
  });
});

describe("check of a tenant that refuses", () => {
  it("fails where every read is refused as a bad parameter", async () => {
    const refusal = { status: 400, code: 1161402 };
    const failFor = { securityGroups: refusal, authorizationsQuery: refusal, employeesSearch: refusal };
    await sandbox.setQuirks({ failFor: { ...failFor, employeesBatchGet: refusal, companiesBatchGet: refusal } });
    const { code, stdout } = await runCli(openFolder(), "check");
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /missing people: listSecurityGroups: Cannot list the roles \(listSecurityGroups\) of people at \S+ by credentials\.read as the provider answered 1161402/,
    );
  });

  it.each([
    ["companiesBatchGet", "batchGetCompanies", "corehr:company:read"],
    ["locationsBatchGet", "batchGetLocations", "corehr:locations:read"],
    ["departmentsBatchGet", "batchGetDepartments", "corehr:department:read"],
  ] as const)("names the permission for names that may not be read: %s", async (endpoint, call, scope) => {
    await sandbox.setQuirks({ failFor: { [endpoint]: { status: 403, code: 1160103 } } });
    const { code, stdout } = await runCli(openFolder(), "check");
    expect(code).toBe(1);
    expect(stdout).toMatch(new RegExp(`missing people: ${call}: no permission for this data: ${scope}`));
    expect(stdout).toMatch(/1 of \d+ checks failed/);
  });

  it("goes on with the other calls where one fails inside the provider for good", async () => {
    await sandbox.setQuirks({ failFor: { companiesBatchGet: { status: 500, code: 1161501 } } });
    const { code, stdout } = await runCli(openFolder(), "check");
    expect(code).toBe(1);
    expect(stdout).toMatch(/missing people: batchGetCompanies: Cannot read the names of companies .* 1161501/);
    expect(stdout).toMatch(/1 of \d+ checks failed/);
  });
});

describe("check of a host that takes connections and never answers", () => {
  it("answers within ten seconds for all its sources and ways to tell people, with the next step", async () => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    ends.push(() => silent.close());
    const baseUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const place = openFolder({ baseUrl, pace: 1 });
    const file = join(place.folder, "access-review.yaml");
    const config = JSON.parse(readFileSync(file, "utf8")) as { sources: object[] };
    const [people] = config.sources;
    const messages = [{ to: "feishu-chat", chatId: "oc_a", baseUrl, credentials: "env:READ_APP" }];
    writeFileSync(file, JSON.stringify({ ...config, messages, sources: [people, { ...people, id: "again" }] }));
    const startedAt = performance.now();
    const { code, stdout, stderr } = await runCli(place, "check");
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(code).toBe(1);
    expect(stderr).toContain("people: checking");
    const host = new URL(baseUrl).host;
    expect(stdout).toContain(`missing people: open: Cannot check people as ${host} did not answer within 7 s`);
    expect(stdout).toContain("missing again: open: ");
    expect(stdout).toContain("missing people: feishu-chat oc_a");
    expect(stdout).toMatch(/3 of 3 checks failed \(people, again\)\. Mend what is missing, then check again: npx/);
  }, 20_000);
});
