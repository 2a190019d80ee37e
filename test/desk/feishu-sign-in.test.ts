import { createServer } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { RefusalModel, ReviewModel } from "../../functions/desk/model.ts";
import type { DeskPorts } from "../../functions/desk/ports.ts";
import { openFeishuSignIn } from "../../functions/desk/sign-in/feishu.ts";
import { toIdType } from "../../functions/sandbox/company/ids.ts";
import { noQuirks } from "../../functions/sandbox/quirks.ts";
import { endLives, type Life, openLife, sourceId } from "../review-life/open-life.ts";
import { planReview } from "../review-life/run-review.ts";
import { busiestReviewer, deskUrl, openDesk } from "./open-desk.ts";

let life: Life;
let review: string;
let reviewer: string;

beforeAll(async () => {
  life = await openLife();
  life.config.policy.decideWithinDays = 14;
  ({ review } = await planReview(life));
  reviewer = await busiestReviewer(life, review);
});
beforeEach(() => {
  Object.assign(life.sandbox.quirks, noQuirks());
});
afterAll(endLives);

const openSigned = (
  more: Partial<DeskPorts> = {},
  tenant = life.sandbox.desk.tenant,
  timeoutMs = 5_000,
  baseUrl = life.sandbox.url,
) => {
  const { desk } = life.sandbox;
  const signIn = openFeishuSignIn({
    baseUrl,
    credentials: desk,
    tenant,
    sources: [
      { id: sourceId, idType: "people_corehr_id" },
      { id: "functional-roles", idType: "user_id" },
    ],
    clock: life.clock,
    provider: "sandbox",
    timeoutMs,
  });
  return openDesk(life, { signIn, ...more });
};

type Desk = ReturnType<typeof openSigned>;

const cookiesOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((line) => line.split(";")[0]!)
    .filter((pair) => !pair.endsWith("="))
    .join("; ");

const json = { accept: "application/json" };

/** Begins to sign in, and chooses who to be on the vendor's page; gives the way back, and the cookie that belongs to it. */
const choose = async ({ app }: Desk, person: string, to = "/") => {
  const begun = await app.request(`${deskUrl}/sign-in?to=${encodeURIComponent(to)}`);
  expect(begun.status).toBe(302);
  const page = new URL(begun.headers.get("location")!);
  page.searchParams.set("person", person);
  const chosen = await fetch(page, { redirect: "manual" });
  return { back: chosen.headers.get("location")!, cookie: cookiesOf(begun), page };
};

const comeBack = async ({ app }: Desk, { back, cookie }: { back: string; cookie: string }) =>
  await app.request(back, { headers: { ...json, cookie } });

const codeOf = async (response: Response): Promise<string> => ((await response.json()) as RefusalModel).code;

const without = (address: string, name: string): string => {
  const url = new URL(address);
  url.searchParams.delete(name);
  return url.href;
};

describe("signing in with Feishu", () => {
  it("leads to the vendor by PKCE, and back as the person of each source who one is", async () => {
    const desk = openSigned();
    const to = `/reviews/${sourceId}/${review}`;
    const chosen = await choose(desk, reviewer, to);
    expect(chosen.page.searchParams.get("code_challenge_method")).toBe("S256");
    expect(chosen.page.searchParams.get("state")).toMatch(/^[0-9a-f]{32}$/);
    const signed = await comeBack(desk, chosen);
    expect(signed.status).toBe(302);
    expect(signed.headers.get("location")).toBe(to);
    const session = signed.headers.getSetCookie().find((line) => line.startsWith("desk="))!;
    expect(session).toMatch(/HttpOnly/);
    expect(session).toMatch(/SameSite=Lax/);
    const mine = await desk.app.request(`${deskUrl}${to}`, { headers: { ...json, cookie: cookiesOf(signed) } });
    const { rows } = (await mine.json()) as ReviewModel;
    expect(rows.length).toBeGreaterThan(0);
  });

  it("takes each way back once: a code that was used, a state of nobody, a cookie that is gone", async () => {
    const desk = openSigned();
    const chosen = await choose(desk, reviewer);
    expect((await comeBack(desk, chosen)).status).toBe(302);
    const again = await comeBack(desk, chosen);
    expect([again.status, await codeOf(again)]).toEqual([400, "sign-in-expired"]);
    const stateless = await choose(desk, reviewer);
    expect(await codeOf(await comeBack(desk, { ...stateless, back: without(stateless.back, "state") }))).toBe(
      "sign-in-expired",
    );
    expect(await codeOf(await comeBack(desk, { ...stateless, cookie: "" }))).toBe("sign-in-expired");
    const other = await choose(desk, reviewer);
    expect(await codeOf(await comeBack(desk, { ...stateless, cookie: other.cookie }))).toBe("sign-in-expired");
  });

  it("gives ten minutes for it", async () => {
    const desk = openSigned();
    const chosen = await choose(desk, reviewer);
    await life.clock.sleep(10 * 60_000);
    expect(await codeOf(await comeBack(desk, chosen))).toBe("sign-in-expired");
  });

  it("signs in people of one tenant only", async () => {
    const desk = openSigned({}, "another-tenant");
    const response = await comeBack(desk, await choose(desk, reviewer));
    expect([response.status, await codeOf(response)]).toEqual([403, "wrong-tenant"]);
    expect(response.headers.getSetCookie().some((line) => line.startsWith("desk="))).toBe(false);
    life.sandbox.quirks.signInTenant = "stranger";
    expect(await codeOf(await comeBack(openSigned(), await choose(openSigned(), reviewer)))).toBe("wrong-tenant");
  });

  it("says so where the person refused, the vendor fails, or answers what is no JSON", async () => {
    const desk = openSigned();
    expect(await codeOf(await comeBack(desk, await choose(desk, "")))).toBe("sign-in-refused");
    const chosen = await choose(desk, reviewer);
    life.sandbox.quirks.failFor = { oauthToken: { status: 500, code: 20050 } };
    const failed = await comeBack(desk, chosen);
    expect([failed.status, await codeOf(failed)]).toEqual([502, "sign-in-unavailable"]);
    life.sandbox.quirks.failFor = { userInfo: { status: 502, code: 0 } };
    expect(await codeOf(await comeBack(desk, await choose(desk, reviewer)))).toBe("sign-in-unavailable");
  });

  it("blanks the app's secret, the code and the verifier where an answer has them, and cuts what it quotes", async () => {
    const attempt = {
      state: "s",
      verifier: "verifier-of-somebody",
      redirectUri: "https://desk.example/back",
      nonce: "n",
    };
    const [secret, code] = ["secret/of+the=app", "code-of-somebody"];
    const echo = `${secret} ${code} ${attempt.verifier} ${"x".repeat(10_000)}`;
    const replies = [
      { headers: {}, body: JSON.stringify({ code: echo }) },
      { headers: { "content-type": echo.slice(0, 300) }, body: "no JSON" },
    ];
    for (const { headers, body } of replies) {
      const server = createServer((_, response) => response.writeHead(400, headers).end(body));
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      const signIn = openFeishuSignIn({
        baseUrl: `http://127.0.0.1:${port}`,
        credentials: { appId: "cli_1", appSecret: secret },
        tenant: "t",
        sources: [],
        clock: life.clock,
        provider: "feishu",
      });
      const failed = signIn.finish(attempt, new URLSearchParams({ code }));
      const { message } = (await failed.catch((error: Error) => error)) as Error;
      server.closeAllConnections();
      server.close();
      expect(message).toContain("[secret] [secret] [secret] xxx");
      expect(message).not.toContain("x".repeat(201));
    }
  });

  it("waits for no answer that comes too late", async () => {
    const desk = openSigned({}, life.sandbox.desk.tenant, 50);
    const chosen = await choose(desk, reviewer);
    life.sandbox.quirks.withheld = { call: "oauthToken", when: "after" };
    const late = await comeBack(desk, chosen);
    expect([late.status, await codeOf(late)]).toEqual([502, "sign-in-unavailable"]);
    life.sandbox.quirks.withheld = null;
    life.sandbox.calls.withheld.release();
  });

  it("shows whoever the provider names, be it another than who was chosen, what is theirs alone", async () => {
    const stranger = life.sandbox.company.employees.find(({ id }) => id !== reviewer && !/[^\d]/.test(id))!;
    life.sandbox.quirks.signInAs = stranger.id;
    const desk = openSigned();
    const signed = await comeBack(desk, await choose(desk, reviewer));
    const headers = { ...json, cookie: cookiesOf(signed) };
    const response = await desk.app.request(`${deskUrl}/reviews/${sourceId}/${review}`, { headers });
    const model = (await response.json()) as Partial<ReviewModel>;
    expect(model.rows?.some(({ holder }) => holder.id === stranger.id) ?? false).toBe(false);
    expect(response.status === 403 || model.rows!.length > 0).toBe(true);
  });

  it("knows nobody of CoreHR whom the vendor's conversion leaves out, or gives no id", async () => {
    const { employees } = life.sandbox.company;
    const unreviewed = employees.find(({ lastDay }) => lastDay === null)!;
    life.sandbox.quirks.failFor = {};
    life.sandbox.quirks.emptyConversions = true;
    const desk = openSigned();
    const signed = await comeBack(desk, await choose(desk, unreviewed.id));
    expect(signed.status).toBe(302);
  });

  it("refuses people who have left, at the sign-in and before what they decided is stored", async () => {
    const { company } = life.sandbox;
    const left = company.employees.find(({ lastDay }) => lastDay !== null && lastDay < "2026-01-01")!;
    const desk = openSigned();
    const refusedAtOnce = await comeBack(desk, await choose(desk, left.id));
    expect([refusedAtOnce.status, await codeOf(refusedAtOnce)]).toEqual([403, "left"]);

    const manager = desk.as({ subject: toIdType(reviewer, "union_id"), people: { [sourceId]: [reviewer] } });
    const { rows } = (await (await manager.get(`/reviews/${sourceId}/${review}`)).json()) as ReviewModel;
    const row = rows.find(({ effects }) => effects.keep.works)!;
    const decisions = [
      { grantId: row.grantId, seen: row.seen, decision: "keep", until: "2027-01-31", reason: "needed" },
    ];
    const body = { requestId: "a-request-of-mine", decisions };
    company.employees.find(({ id }) => id === reviewer)!.lastDay = "2020-01-01";
    const refused = await manager.post(`/reviews/${sourceId}/${review}/decisions`, body);
    expect([refused.status, await codeOf(refused)]).toEqual([403, "left"]);
    company.employees.find(({ id }) => id === reviewer)!.lastDay = null;
    expect((await manager.post(`/reviews/${sourceId}/${review}/decisions`, body)).status).toBe(201);
  });

  it("leads to no other site after the sign-in, whatever it was asked for", async () => {
    const desk = openSigned();
    for (const to of [
      "https://evil.example",
      "//evil.example",
      "/\\evil.example",
      "/%0d%0aSet-Cookie:x",
      "javascript:1",
      "/sign-out",
    ]) {
      const signed = await comeBack(desk, await choose(desk, reviewer, to));
      expect(new URL(signed.headers.get("location")!, deskUrl).origin).toBe(deskUrl);
    }
  });
});

describe("signing in over connections that the other side gives up", () => {
  /** The vendor behind something that closes each connection as a further call is sent over it: `destroy`, or with a reset. */
  const openClosing = async (closeBy: "destroy" | "resetAndDestroy") => {
    let closed = 0;
    const server = createTcpServer((socket) => {
      const vendor = connect(Number(new URL(life.sandbox.url).port), "127.0.0.1");
      let calls = 0;
      socket.on("data", (piece) => {
        if (/^(GET|POST) /.test(piece.toString("latin1"))) calls += 1;
        if (calls < 2) return void vendor.write(piece);
        closed += 1;
        socket[closeBy]();
      });
      vendor.on("data", (piece) => socket.write(piece));
      for (const each of [socket, vendor])
        each
          .on("error", () => {})
          .on("close", () => {
            socket.destroy();
            vendor.destroy();
          });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, closed: () => closed };
  };

  it.each(["destroy", "resetAndDestroy"] as const)(
    "succeeds, as a call that met the closing is sent again (%s)",
    async (by) => {
      const closing = await openClosing(by);
      const desk = openSigned({}, life.sandbox.desk.tenant, 5_000, closing.url);
      const signed = await comeBack(desk, await choose(desk, reviewer));
      expect({ status: signed.status, body: await signed.text() }).toMatchObject({ status: 302 });
      expect(closing.closed()).toBeGreaterThan(1);
    },
  );

  it("succeeds for several people at once, whose calls leave several idle connections", async () => {
    const closing = await openClosing("destroy");
    const desk = openSigned({}, life.sandbox.desk.tenant, 5_000, closing.url);
    const chosen = await Promise.all([1, 2, 3, 4, 5, 6].map(() => choose(desk, reviewer)));
    const signed = await Promise.all(chosen.map((back) => comeBack(desk, back)));
    expect(signed.map(({ status }) => status)).toEqual(chosen.map(() => 302));
    expect(closing.closed()).toBeGreaterThan(4);
  });
});
