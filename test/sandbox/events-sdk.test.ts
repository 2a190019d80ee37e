import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { adaptDefault, EventDispatcher, WSClient } from "@larksuiteoapi/node-sdk";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { allGrants } from "../../functions/sandbox/company/company.ts";
import { toIdType } from "../../functions/sandbox/company/ids.ts";
import { type Sandbox, startSandbox } from "../../functions/sandbox/sandbox.ts";

const ignore = (): void => {};
const silent = { error: ignore, warn: ignore, info: ignore, debug: ignore, trace: ignore };

const leaver = "corehr.offboarding.status_updated_v2";
const drift = "corehr.org_role_authorization.updated_v1";

type Event = { event_id: string; employment_id: string; status: number; employment_id_list: string[] | null };

let sandbox: Sandbox;
let seen: [type: string, event: Event][];
let server: Server | null;

beforeEach(async () => {
  sandbox = await startSandbox({ people: 60, pace: 1e6 });
  seen = [];
  server = null;
});
afterEach(async () => {
  await sandbox.close();
  server?.closeAllConnections();
  server?.close();
});

const dispatcher = (): EventDispatcher => {
  const { encryptKey, verificationToken } = sandbox.events;
  const handle = (type: string) => (event: unknown) => {
    seen.push([type, event as Event]);
  };
  const options = { encryptKey, verificationToken, logger: silent };
  return new EventDispatcher(options).register(
    Object.fromEntries([leaver, drift].map((type) => [type, handle(type)])) as never,
  );
};

/** The official SDK's server, at which the company's events arrive. */
const listening = async (handler: EventDispatcher): Promise<string> => {
  const adapted = adaptDefault("/events", handler, { autoChallenge: true });
  server = createServer((request, response) => void adapted(request, response));
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`;
};

const someGrant = () =>
  allGrants(sandbox.company).find(({ roleId, scopes }) => {
    const role = sandbox.company.roles.find(({ id }) => id === roleId);
    return role?.kind === "organisational" && scopes !== null && scopes.length > 0;
  })!;

describe("the official SDK, receiving the company's events", () => {
  it("gives the challenge back, decrypts, and verifies the signature", async () => {
    await sandbox.events.subscribe(await listening(dispatcher()));
    const { holderId } = someGrant();
    sandbox.happen([{ op: "leave", at: sandbox.now(), holderId, lastDay: "2026-01-01" }]);
    await sandbox.events.settled();
    expect(seen).toMatchObject([
      [leaver, { employment_id: holderId, status: 3, target_user_id: { user_id: toIdType(holderId, "user_id") } }],
    ]);
    expect(sandbox.events.tries.map(({ answer }) => answer)).toEqual([200, 200]);
  });

  it("is told the whole new set of who holds a role at some objects; null where the last one went", async () => {
    await sandbox.events.subscribe(await listening(dispatcher()));
    const grant = someGrant();
    sandbox.happen([{ op: "remove", by: "company", at: sandbox.now(), appId: null, ...grant }]);
    sandbox.happen([{ op: "grant", by: "company", at: sandbox.now(), appId: null, call: null, grant }]);
    await sandbox.events.settled();
    const sets = seen.map(([, event]) => event.employment_id_list?.join(",").split(",") ?? []);
    const half = sets.length / 2;
    expect(half).toBeGreaterThanOrEqual(1);
    expect(sets.slice(0, half).flat()).not.toContain(grant.holderId);
    for (const set of sets.slice(half)) expect(set).toContain(grant.holderId);
  });

  it("is asked again where it failed, with the same event", async () => {
    const adapted = adaptDefault("/events", dispatcher(), { autoChallenge: true });
    let asked = 0;
    server = createServer((request, response) => {
      asked += 1;
      if (asked === 1 || asked > 3) void adapted(request, response);
      else response.writeHead(500).end();
    });
    await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
    await sandbox.events.subscribe(`http://127.0.0.1:${(server.address() as AddressInfo).port}/events`);
    sandbox.happen([{ op: "leave", at: sandbox.now(), holderId: someGrant().holderId, lastDay: "2026-01-01" }]);
    await expect.poll(() => seen.length).toBe(1);
    const sent = sandbox.events.tries
      .filter(({ event }) => event.header.event_type === leaver)
      .map(({ event }) => event);
    expect(new Set(sent.map(({ header }) => header.event_id)).size).toBe(1);
  });

  it("connects for long, and answers what comes", async () => {
    const ready = Promise.withResolvers<void>();
    const { appId, appSecret } = sandbox.desk;
    const client = new WSClient({ appId, appSecret, domain: sandbox.url, logger: silent, onReady: ready.resolve });
    await client.start({ eventDispatcher: dispatcher() });
    await ready.promise;
    const { holderId } = someGrant();
    sandbox.happen([{ op: "leave", at: sandbox.now(), holderId, lastDay: "2026-01-01" }]);
    await sandbox.events.settled();
    expect(seen).toMatchObject([[leaver, { employment_id: holderId }]]);
    expect(sandbox.events.tries.map(({ answer }) => answer)).toContain(200);
    client.close();
  });

  it("connects with no other secret than the app's", async () => {
    const refused = Promise.withResolvers<Error>();
    const { appId } = sandbox.desk;
    const options = { appId, appSecret: "wrong", domain: sandbox.url, logger: silent, onError: refused.resolve };
    await new WSClient(options).start({ eventDispatcher: dispatcher() });
    expect((await refused.promise).message).toMatch(/app secret is wrong/);
  });
});
