import { createHash } from "node:crypto";
import { Client, DefaultCache, withUserAccessToken } from "@larksuiteoapi/node-sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toIdType } from "../../functions/sandbox/company/ids.ts";
import { sandboxTenant } from "../../functions/sandbox/feishu/sign-in.ts";
import { type Sandbox, startSandbox } from "../../functions/sandbox/sandbox.ts";

const ignore = (): void => {};
const silent = { error: ignore, warn: ignore, info: ignore, debug: ignore, trace: ignore };

type Token = { code: number; access_token?: string; token_type?: string; expires_in?: number };

describe("the official SDK, signing somebody in", () => {
  let sandbox: Sandbox;
  let client: Client;
  let person: string;

  beforeAll(async () => {
    sandbox = await startSandbox({ people: 60, pace: 1e6 });
    const { appId, appSecret } = sandbox.desk;
    client = new Client({ appId, appSecret, domain: sandbox.url, logger: silent, cache: new DefaultCache() });
    person = sandbox.company.employees.find(({ lastDay }) => lastDay === null)!.id;
  });
  afterAll(() => sandbox.close());

  const redirectUri = "http://127.0.0.1:8443/signed-in";
  const verifier = "a-verifier-of-forty-three-characters-or-more-1234";

  const codeFor = async (asked: Record<string, string>): Promise<string> => {
    const page = new URL("/open-apis/authen/v1/authorize", sandbox.url);
    const query = {
      client_id: sandbox.desk.appId,
      response_type: "code",
      redirect_uri: redirectUri,
      state: "some-state",
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      code_challenge_method: "S256",
      ...asked,
    };
    for (const [name, value] of Object.entries(query)) page.searchParams.set(name, value);
    const answer = await fetch(page, { redirect: "manual" });
    const back = new URL(answer.headers.get("location")!);
    expect(back.searchParams.get("state")).toBe("some-state");
    return back.searchParams.get("code")!;
  };

  const exchange = (code: string, more: Record<string, string> = {}): Promise<Token> =>
    client
      .request<Token>({
        method: "POST",
        url: "/open-apis/authen/v2/oauth/token",
        data: {
          grant_type: "authorization_code",
          client_id: sandbox.desk.appId,
          client_secret: sandbox.desk.appSecret,
          code,
          redirect_uri: redirectUri,
          code_verifier: verifier,
          ...more,
        },
      })
      .catch((error: { response?: { data?: Token } }) => error.response?.data ?? { code: -1 });

  it("takes a code for a token, once, with its verifier alone", async () => {
    expect((await exchange(await codeFor({ person }), { code_verifier: "another" })).code).toBe(20049);
    const code = await codeFor({ person });
    expect(await exchange(code)).toMatchObject({ code: 0, token_type: "Bearer", expires_in: 7200 });
    expect((await exchange(code)).code).toBe(20065);
    expect((await exchange("never-given")).code).toBe(20003);
    expect((await exchange(await codeFor({ person }), { client_secret: "wrong" })).code).toBe(20002);
    expect((await exchange(await codeFor({ person }), { redirect_uri: `${redirectUri}/x` })).code).toBe(20071);
  });

  it("asks who signed in, and converts the account to the employment", async () => {
    const { access_token = "" } = await exchange(await codeFor({ person }));
    const { data } = await client.authen.v1.userInfo.get({}, withUserAccessToken(access_token));
    expect(data).toMatchObject({ union_id: toIdType(person, "union_id"), tenant_key: sandboxTenant });
    expect(data?.email).toBeUndefined();
    const converted = await client.corehr.v1.commonDataId.convert({
      params: { id_transform_type: 2, id_type: "user_id", feishu_user_id_type: "union_id" },
      data: { ids: [data!.union_id!, "on_nobody"] },
    });
    expect(converted.data?.items).toEqual([{ id: data!.union_id, target_id: person }]);
    const refused = await client.authen.v1.userInfo.get({}, withUserAccessToken("u-invented"));
    expect(refused.code).toBe(20005);
  });

  it("shows a page of people to choose from, each of whom is here", async () => {
    const page = new URL("/open-apis/authen/v1/authorize", sandbox.url);
    page.search = new URLSearchParams({
      client_id: sandbox.desk.appId,
      response_type: "code",
      redirect_uri: redirectUri,
    }).toString();
    const html = await (await fetch(page)).text();
    const offered = [...html.matchAll(/name="person" value="(\d+)"/g)].map(([, id]) => id);
    expect(offered.length).toBeGreaterThan(3);
    expect((await fetch(`${page.href}&redirect_uri=x`)).status).toBe(200);
    page.searchParams.set("redirect_uri", "https://evil.example/");
    expect((await fetch(page)).status).toBe(400);
  });
});
