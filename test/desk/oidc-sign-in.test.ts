import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { HomeModel, RefusalModel, ReviewModel } from "../../functions/desk/model.ts";
import { openOidcSignIn } from "../../functions/desk/sign-in/oidc.ts";
import { peopleByEmail } from "../../functions/ledger/grants.ts";
import { employeeOf } from "../../functions/sandbox/company/company.ts";
import { endLives, type Life, openLife, sourceId } from "../review-life/open-life.ts";
import { planReview } from "../review-life/run-review.ts";
import { type Issuer, openIssuer } from "./issuer.ts";
import { busiestReviewer, deskUrl, openDesk } from "./open-desk.ts";

let life: Life;
let issuer: Issuer;
let review: string;
let reviewer: string;
let email: string;

beforeAll(async () => {
  [life, issuer] = await Promise.all([openLife(), openIssuer()]);
  ({ review } = await planReview(life));
  reviewer = await busiestReviewer(life, review);
  email = employeeOf(life.sandbox.company, reviewer)!.email;
});
beforeEach(() => {
  issuer.accounts.clear();
  issuer.accounts.set("manager", { sub: "manager", name: "Wang Fang", email, email_verified: true });
  Object.assign(issuer.faults, { token: null, userInfoSub: null, closesIdle: false });
});
afterAll(async () => {
  await issuer.close();
  await endLives();
});

const openSigned = (more: Partial<Parameters<typeof openOidcSignIn>[0]> = {}, desk = {}) => {
  const { url, credentials } = issuer;
  const signIn = openOidcSignIn({
    issuer: url,
    credentials,
    clock: life.clock,
    peopleByEmail: (of) => peopleByEmail({ store: life.store, sourceIds: [sourceId] }, of),
    ...more,
  });
  return openDesk(life, { signIn, desk: { signIn: oidc, ...desk } });
};

const oidc = { provider: "oidc", baseUrl: "https://issuer.example", credentials: "env:DESK", tenant: null } as const;

type Desk = ReturnType<typeof openSigned>;

const json = { accept: "application/json" };

const cookiesOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((line) => line.split(";")[0]!)
    .filter((pair) => !pair.endsWith("="))
    .join("; ");

/** Begins at the desk and signs in at the issuer; gives the way back, and the cookie that belongs to it. */
const choose = async ({ app }: Desk, sub: string | null) => {
  const begun = await app.request(`${deskUrl}/sign-in`, { headers: json });
  const page = begun.headers.get("location")!;
  return { page: new URL(page), back: await issuer.signIn(page, sub), cookie: cookiesOf(begun) };
};

const comeBack = async ({ app }: Desk, { back, cookie }: { back: string; cookie: string }) =>
  await app.request(back, { headers: { ...json, cookie } });

const see = async ({ app }: Desk, signed: Response, path: string) =>
  await app.request(`${deskUrl}${path}`, { headers: { ...json, cookie: cookiesOf(signed) } });

const refusalOf = async (response: Response): Promise<[number, string]> => [
  response.status,
  ((await response.json()) as RefusalModel).code,
];

describe("what goes wrong when signing in", () => {
  it("is noted without the client's secret, though the token endpoint echoes it, as it is and in base64", async () => {
    issuer.faults.token = "echo";
    const desk = openSigned();
    const answer = await comeBack(desk, await choose(desk, "manager"));
    const told = [await answer.text(), ...desk.notes].join("\n");
    expect(desk.notes.join()).toContain("[secret]");
    const { clientId, clientSecret } = issuer.credentials;
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString("base64");
    for (const form of [clientSecret, basic, basic.slice(-24)]) expect(told).not.toContain(form);
  });
});

describe("signing in by OpenID Connect", () => {
  it("reads no more of an answer than an issuer has to say, and says so", async () => {
    issuer.faults.token = "endless";
    const desk = openSigned();
    expect((await refusalOf(await comeBack(desk, await choose(desk, "manager")))).at(0)).toBeGreaterThanOrEqual(500);
    expect(desk.notes.join()).toContain("the answer has more than 262144 bytes");
    issuer.faults.token = null;
  });

  it("leads to the issuer by PKCE, state and nonce, and back as the person who has that verified e-mail", async () => {
    const desk = openSigned();
    const chosen = await choose(desk, "manager");
    const { searchParams } = chosen.page;
    expect(searchParams.get("code_challenge_method")).toBe("S256");
    expect(searchParams.get("nonce")).not.toBe(searchParams.get("state"));
    const signed = await comeBack(desk, chosen);
    expect([signed.status, signed.headers.get("location")]).toEqual([302, "/"]);
    const home = (await (await see(desk, signed, "/")).json()) as HomeModel;
    expect(home.tasks.map(({ path }) => path)).toEqual([`/reviews/${sourceId}/${review}`]);
    const { rows } = (await (await see(desk, signed, home.tasks[0]!.path)).json()) as ReviewModel;
    expect(rows.length).toBeGreaterThan(0);
  });

  it("asks the issuer again after an hour, though sessions may be longer", async () => {
    const desk = openSigned();
    const signed = await comeBack(desk, await choose(desk, "manager"));
    await life.clock.sleep(59 * 60_000);
    expect((await see(desk, signed, "/")).status).toBe(200);
    await life.clock.sleep(2 * 60_000);
    expect(await refusalOf(await see(desk, signed, "/"))).toEqual([401, "signed-out"]);
    const short = openSigned({}, { sessionHours: 0.25 });
    const soon = await comeBack(short, await choose(short, "manager"));
    await life.clock.sleep(16 * 60_000);
    expect(await refusalOf(await see(short, soon, "/"))).toEqual([401, "signed-out"]);
  });

  it("stores nothing of whom the newest snapshot shows as gone since they signed in", async () => {
    let isGone = false;
    const people = (of: string) =>
      isGone ? Promise.resolve({}) : peopleByEmail({ store: life.store, sourceIds: [sourceId] }, of);
    const desk = openSigned({ peopleByEmail: people });
    const signed = await comeBack(desk, await choose(desk, "manager"));
    const page = await see(desk, signed, `/reviews/${sourceId}/${review}`);
    const row = ((await page.json()) as ReviewModel).rows.find(({ effects }) => effects.revoke.works)!;
    isGone = true;
    const answer = await desk.app.request(`${deskUrl}/reviews/${sourceId}/${review}/decisions`, {
      method: "POST",
      body: JSON.stringify({
        requestId: "after-leaving",
        decisions: [{ grantId: row.grantId, seen: row.seen, decision: "revoke", reason: "moved" }],
      }),
      headers: {
        ...json,
        "content-type": "application/json",
        origin: deskUrl,
        cookie: cookiesOf(signed),
        "x-csrf-token": page.headers.get("x-csrf-token")!,
      },
    });
    expect(await refusalOf(answer)).toEqual([403, "left"]);
  });

  it("believes no e-mail that the issuer has not verified, and shows the subject to put into desk.people", async () => {
    issuer.accounts.set("manager", { sub: "manager", name: "Wang Fang", email, email_verified: false });
    const desk = openSigned();
    const refused = await see(desk, await comeBack(desk, await choose(desk, "manager")), "/");
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({
      code: "unknown-person",
      figures: { subject: "manager", provider: "oidc" },
    });
    const named = openSigned({}, { people: [{ subject: "manager", source: sourceId, id: reviewer }] });
    const home = await see(named, await comeBack(named, await choose(named, "manager")), "/");
    expect(((await home.json()) as HomeModel).tasks).toHaveLength(1);
  });

  it("takes each way back once, with the cookie and the state that began it", async () => {
    const desk = openSigned();
    const chosen = await choose(desk, "manager");
    expect((await comeBack(desk, chosen)).status).toBe(302);
    expect(await refusalOf(await comeBack(desk, chosen))).toEqual([400, "sign-in-expired"]);
    const [one, other] = [await choose(desk, "manager"), await choose(desk, "manager")];
    expect(await refusalOf(await comeBack(desk, { ...one, cookie: other.cookie }))).toEqual([400, "sign-in-expired"]);
    // The state of one sign-in with the code of another: the code is good with the verifier of its own alone.
    const swapped = new URL(one.back);
    swapped.searchParams.set("code", new URL(other.back).searchParams.get("code")!);
    expect(await refusalOf(await comeBack(desk, { ...one, back: swapped.href }))).toEqual([400, "sign-in-expired"]);
    const late = await choose(desk, "manager");
    await life.clock.sleep(10 * 60_000);
    expect(await refusalOf(await comeBack(desk, late))).toEqual([400, "sign-in-expired"]);
  });

  it("signs nobody in who refused, and says so", async () => {
    const desk = openSigned();
    expect(await refusalOf(await comeBack(desk, await choose(desk, null)))).toEqual([403, "sign-in-refused"]);
  });

  it.each(["500", "html", "late"] as const)(
    "signs nobody in where the token endpoint is %s, and does once it works again",
    async (fault) => {
      const desk = openSigned({ timeoutMs: 300 });
      issuer.faults.token = fault;
      expect(await refusalOf(await comeBack(desk, await choose(desk, "manager")))).toEqual([
        502,
        "sign-in-unavailable",
      ]);
      expect(desk.notes.join()).toMatch(/^Cannot sign somebody in at 127\.0\.0\.1:\d+/);
      issuer.faults.token = null;
      expect((await comeBack(desk, await choose(desk, "manager"))).status).toBe(302);
    },
  );

  it("signs people in although the issuer gives idle connections up as a further call is sent over them", async () => {
    const desk = openSigned();
    const chosen = await Promise.all([choose(desk, "manager"), choose(desk, "manager"), choose(desk, "manager")]);
    issuer.faults.closesIdle = true;
    const signed = await Promise.all(chosen.map((back) => comeBack(desk, back)));
    expect(signed.map(({ status }) => status)).toEqual([302, 302, 302]);
    expect(issuer.closed()).toBeGreaterThan(1);
  });

  it("signs nobody in where two answers of the issuer name two people", async () => {
    const desk = openSigned();
    issuer.faults.userInfoSub = "somebody-else";
    expect(await refusalOf(await comeBack(desk, await choose(desk, "manager")))).toEqual([403, "sign-in-refused"]);
  });

  it("signs nobody in with a wrong secret, at another issuer than was configured, or at none", async () => {
    const wrong = openSigned({ credentials: { ...issuer.credentials, clientSecret: "another" } });
    expect(await refusalOf(await comeBack(wrong, await choose(wrong, "manager")))).toEqual([
      502,
      "sign-in-unavailable",
    ]);
    expect(wrong.notes.join()).toContain("refuses the desk's clientId and clientSecret");
    for (const url of [`${issuer.url}/other-tenant`, "http://127.0.0.1:9"]) {
      const begun = await openSigned({ issuer: url }).app.request(`${deskUrl}/sign-in`, { headers: json });
      expect(await refusalOf(begun)).toEqual([502, "sign-in-unavailable"]);
    }
  });

  it("calls the issuer by way of the proxy that the environment names", async () => {
    const tunnelled: string[] = [];
    const proxy = createServer();
    proxy.on("connect", (request, client) => {
      tunnelled.push(request.url!);
      const { hostname, port } = new URL(`http://${request.url}`);
      const onward = connect(Number(port), hostname, () => {
        client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        onward.pipe(client).pipe(onward);
      });
      client.on("error", () => onward.destroy());
      onward.on("error", () => client.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const desk = openSigned({ proxies: { HTTP_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` } });
    const signed = await comeBack(desk, await choose(desk, "manager"));
    proxy.close();
    proxy.closeAllConnections();
    expect(signed.status).toBe(302);
    expect(new Set(tunnelled)).toEqual(new Set([new URL(issuer.url).host]));
  });
});
