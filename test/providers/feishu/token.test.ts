import { describe, expect, it } from "vitest";
import { ApiError, UnexpectedReplyError } from "../../../functions/http/errors.ts";
import { createTenantToken, tokenCall } from "../../../functions/providers/feishu/token.ts";
import { createJumpingClock } from "../jumping-clock.ts";

const minuteMs = 60_000;

function scriptedToken(lifetimesSeconds: number[]) {
  const clock = createJumpingClock();
  let asked = 0;
  const ask = async () => ({ token: `t-${++asked}`, expireSeconds: lifetimesSeconds.shift() ?? 7200 });
  return { clock, token: createTenantToken(ask, clock), countAsked: () => asked };
}

describe("createTenantToken()", () => {
  it("keeps a token until three minutes before the end that the reply named", async () => {
    const { clock, token } = scriptedToken([4567]);
    expect(await token.get()).toBe("t-1");
    await clock.sleep(4567_000 - 3 * minuteMs - 1);
    expect(await token.get()).toBe("t-1");
    await clock.sleep(1);
    expect(await token.get()).toBe("t-2");
  });

  it("asks once for all who need a token at the same time", async () => {
    const { token, countAsked } = scriptedToken([]);
    expect(await Promise.all([token.get(), token.get(), token.get()])).toEqual(["t-1", "t-1", "t-1"]);
    expect(countAsked()).toBe(1);
  });

  it("discards only the token that was refused", async () => {
    const { token, countAsked } = scriptedToken([]);
    await token.get();
    token.discard("t-0");
    expect(await token.get()).toBe("t-1");
    token.discard("t-1");
    expect(await token.get()).toBe("t-2");
    expect(countAsked()).toBe(2);
  });

  it("asks again after a failure", async () => {
    const answers = [new Error("down"), { token: "t-9", expireSeconds: 7200 }];
    const ask = async () => {
      const answer = answers.shift();
      if (!answer || answer instanceof Error) throw answer;
      return answer;
    };
    const token = createTenantToken(ask, createJumpingClock());
    await expect(token.get()).rejects.toThrow("down");
    expect(await token.get()).toBe("t-9");
  });
});

describe("tokenCall()", () => {
  const ask = (json: unknown) => tokenCall(async () => ({ status: 200, headers: {}, sha256: "", json }));
  const credentials = { appId: "cli_app", appSecret: "s3cret" };

  it("reads a reply that is not wrapped in data", async () => {
    const json = { code: 0, msg: "ok", tenant_access_token: "t-7f1bcd13fc57d46bac21793a18e560", expire: 7140 };
    expect(await ask(json)(credentials)).toEqual({ token: "t-7f1bcd13fc57d46bac21793a18e560", expireSeconds: 7140 });
  });

  it("reports a wrong secret as the app's trouble, without the secret", async () => {
    const error = await ask({ code: 10014, msg: "app secret invalid" })(credentials).catch(
      (failure: ApiError) => failure,
    );
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ concerns: "app", code: "10014" });
    expect(String(error)).not.toContain("s3cret");
  });

  it("refuses a reply without token or lifetime", async () => {
    await expect(ask({ code: 0, tenant_access_token: "t-1" })(credentials)).rejects.toThrow(UnexpectedReplyError);
    await expect(ask({ code: 0, expire: 7200 })(credentials)).rejects.toThrow(UnexpectedReplyError);
  });
});
