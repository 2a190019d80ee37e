import type { Quirks } from "./quirks.ts";
import type { Sandbox } from "./sandbox.ts";

type Served = { status: number; body: unknown };

const stateOf = (sandbox: Sandbox): Served => ({
  status: 200,
  body: {
    calls: sandbox.calls.byEndpoint,
    refusals: Object.values(sandbox.calls.byEndpoint).reduce((sum, { refusals }) => sum + refusals, 0),
    writes: sandbox.calls.writes,
    functionalWrites: sandbox.calls.functionalWrites,
    withheld: sandbox.calls.withheld.count(),
    repeatedBlindly: sandbox.repeatedBlindly,
    grants: sandbox.grants().length,
    quirks: sandbox.quirks,
  },
});

/**
 * The door for tests in other processes: `GET /_sandbox/state`, `GET /_sandbox/grants`, `GET /_sandbox/functional`, `GET /_sandbox/planted`,
 * `GET /_sandbox/cloud`, `GET /_sandbox/messages`, `POST /_sandbox/quirks` with some of the quirks, `POST /_sandbox/live-on`,
 * `GET /_sandbox/withheld/3`, which answers once three calls were withheld. Any other path is not its business: null.
 */
export function serveAdmin(
  sandbox: Sandbox,
  path: string,
  method: string | undefined,
  body: string,
): Promise<Served> | null {
  return path.startsWith("/_sandbox/")
    ? answerDoor(sandbox, `${method} ${path.slice("/_sandbox/".length)}`, body)
    : null;
}

async function answerDoor(sandbox: Sandbox, door: string, body: string): Promise<Served> {
  const { cloud } = sandbox;
  if (door === "GET state") return stateOf(sandbox);
  if (door === "GET grants") return { status: 200, body: sandbox.grants() };
  if (door === "GET functional") return { status: 200, body: sandbox.functionalGrants() };
  if (door === "GET cloud") return { status: 200, body: { grants: cloud.grants(), ...cloud.calls } };
  if (door === "GET messages") return { status: 200, body: sandbox.chat.messages };
  if (door === "GET planted") return { status: 200, body: { ...sandbox.planted } };
  if (door === "POST quirks") {
    Object.assign(sandbox.quirks, JSON.parse(body) as Partial<Quirks>);
    if (sandbox.quirks.withheld === null) sandbox.calls.withheld.release();
    return { status: 200, body: sandbox.quirks };
  }
  if (door === "POST live-on") {
    sandbox.liveOn();
    return stateOf(sandbox);
  }
  const [, awaited] = /^GET withheld\/(\d+)$/.exec(door) ?? [];
  if (awaited !== undefined) {
    await sandbox.calls.withheld.reached(Number(awaited));
    return stateOf(sandbox);
  }
  return { status: 404, body: { error: "no such door" } };
}
