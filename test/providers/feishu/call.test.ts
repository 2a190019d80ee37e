import { describe, expect, it } from "vitest";
import { type ApiError, NoReplyError, ThrottledError, UnexpectedReplyError } from "../../../functions/http/errors.ts";
import type { JsonReply, JsonRequest } from "../../../functions/http/json-call.ts";
import { createThrottle } from "../../../functions/http/throttle.ts";
import { createFeishuCall, type FeishuRequest } from "../../../functions/providers/feishu/call.ts";
import { DataRangeError, StaleTokenError } from "../../../functions/providers/feishu/envelope.ts";
import { createTenantToken } from "../../../functions/providers/feishu/token.ts";
import { PermissionError } from "../../../functions/providers/provider-call.ts";
import type { ReadLine } from "../../../functions/review/grants/snapshot.ts";
import { createJumpingClock } from "../jumping-clock.ts";

type Scripted = { status?: number; headers?: Record<string, string>; json: unknown } | Error;

const good = { json: { code: 0, msg: "success", data: { items: [1, 2] } } };
const refusal = (code: number, status = 400, rest: object = {}): Scripted => ({
  status,
  headers: { "x-tt-logid": `log-${code}` },
  json: { code, msg: "do not rely on me", ...rest },
});

/** A client over scripted replies; `sent` are the requests that went out, `tokens` how many tokens were asked for. */
function scriptedClient(replies: Scripted[]) {
  const clock = createJumpingClock();
  const sent: JsonRequest[] = [];
  const reads: ReadLine[] = [];
  let tokens = 0;
  const call = async (request: JsonRequest): Promise<JsonReply> => {
    sent.push(request);
    const reply = replies.shift();
    if (!reply || reply instanceof Error) throw reply ?? new Error("asked too often");
    return { status: 200, headers: {}, sha256: "hash", ...reply };
  };
  const throttle = createThrottle([{ calls: 100, perMs: 60_000 }], clock);
  const feishuCall = createFeishuCall({
    call,
    token: createTenantToken(async () => ({ token: `t-${++tokens}`, expireSeconds: 7200 }), clock),
    throttleOf: () => throttle,
    onRead: (line) => reads.push(line),
    timer: clock,
    random: () => 0.5,
    pace: 60,
  });
  return { feishuCall, sent, reads, clock, countTokens: () => tokens };
}

const request = (repeatable: "always" | "if-not-executed"): FeishuRequest<unknown> => ({
  name: "doThing",
  words: "do the thing",
  method: "POST",
  path: "/open-apis/thing",
  query: [
    ["id", "7"],
    ["id", "8"],
    ["page_token", "p2"],
  ],
  body: { page_size: "100" },
  repeatable,
  decode: (data) => data,
});
const read = request("always");
const write = request("if-not-executed");

const failureOf = async (reply: Scripted): Promise<ApiError> => {
  const { feishuCall } = scriptedClient([reply]);
  return feishuCall(write).then(
    () => expect.fail("no error"),
    (error) => error,
  );
};

describe("createFeishuCall()", () => {
  it("gives the data, sends the token, and keeps a line of what was read", async () => {
    const { feishuCall, sent, reads } = scriptedClient([{ ...good, headers: { "x-tt-logid": "log-1" } }]);
    expect(await feishuCall(read)).toEqual({ data: { items: [1, 2] }, requestId: "log-1" });
    expect(sent[0]?.headers).toEqual({ authorization: "Bearer t-1" });
    expect(reads).toEqual([
      {
        call: "doThing",
        parameters: { id: ["7", "8"], page_size: "100" },
        page: "p2",
        status: 200,
        items: 2,
        sha256: "hash",
        logId: "log-1",
        retries: 0,
        at: "2026-10-01T02:00:00.000Z",
      },
    ]);
  });

  it("asks for one new token when the old one is refused, whatever the status, for writes too", async () => {
    const { feishuCall, sent, countTokens } = scriptedClient([refusal(99991663, 200), good]);
    await feishuCall(write);
    expect(sent.map(({ headers }) => headers?.authorization)).toEqual(["Bearer t-1", "Bearer t-2"]);
    expect(countTokens()).toBe(2);
  });

  it("fails when the new token is refused as well", async () => {
    const { feishuCall, countTokens } = scriptedClient([refusal(99991663), refusal(99991671)]);
    await expect(feishuCall(read)).rejects.toThrow(StaleTokenError);
    expect(countTokens()).toBe(2);
  });

  it.each([
    ["a 429", refusal(99991400, 429)],
    ["a 400 of the old calls", refusal(99991400, 400)],
    ["CoreHR's own limiter", refusal(1161604, 429)],
  ])("repeats even a write after %s, and says how often", async (_what, reply) => {
    const { feishuCall, reads } = scriptedClient([reply, reply, good]);
    await feishuCall(write);
    expect(reads.map(({ status, retries }) => [status, retries])).toEqual([
      [(reply as { status: number }).status, 0],
      [(reply as { status: number }).status, 0],
      [200, 2],
    ]);
  });

  it("waits as long as x-ogw-ratelimit-reset says", async () => {
    const limited = { status: 429, headers: { "x-ogw-ratelimit-reset": "12.5" }, json: { code: 99991400, msg: "" } };
    const { feishuCall, clock } = scriptedClient([limited, good]);
    const startedAt = clock.now();
    await feishuCall(write);
    expect(clock.now() - startedAt).toBe(12_500);
  });

  it.each([
    ["no answer", new NoReplyError("doThing", null)],
    ["HTML", new UnexpectedReplyError("doThing", 502, "HTML")],
    ["1161501", refusal(1161501, 500)],
    ["2200", refusal(2200, 400)],
    ["1161204", refusal(1161204, 503)],
    ["an unknown code with a server error", refusal(424242, 500)],
  ])("repeats a read after %s, and never a write", async (_what, reply) => {
    expect(await scriptedClient([reply, good]).feishuCall(read)).toMatchObject({ data: { items: [1, 2] } });
    const writer = scriptedClient([reply, good]);
    await expect(writer.feishuCall(write)).rejects.toThrow("Cannot do the thing (doThing) as ");
    expect(writer.sent).toHaveLength(1);
  });

  it("takes a gateway's own code for an outage, and the vendor's code for what the vendor says", async () => {
    for (const status of [502, 503, 504])
      expect(await failureOf(refusal(99999, status))).toMatchObject({ isTransient: true, isOutage: true });
    for (const [code, status] of [
      [99999, 500],
      [1161204, 503],
    ] as const)
      expect(await failureOf(refusal(code, status))).toMatchObject({ isTransient: true, isOutage: false });
  });

  it("takes a refusal with HTTP 200 for a refusal", async () => {
    expect(await failureOf(refusal(1161404, 200))).toMatchObject({ code: "1161404", concerns: "request" });
  });

  it("refuses success with a failing status, and JSON without a code", async () => {
    const mixed = scriptedClient([{ status: 500, json: { code: 0 } }]);
    await expect(mixed.feishuCall(write)).rejects.toThrow(UnexpectedReplyError);
    const bare = scriptedClient([{ json: { items: [] } }]);
    await expect(bare.feishuCall(write)).rejects.toThrow(UnexpectedReplyError);
  });

  it.each([
    ["documented", { permission_violations: [{ scope: "corehr:employee:read", url: "https://x" }] }],
    ["seen", { permission_violations: [{ type: "action_scope_required", subject: "corehr:employee:read" }] }],
  ])("names the missing permission in the %s form", async (_form, error) => {
    const failure = await failureOf(refusal(99991672, 400, { error }));
    expect(failure).toBeInstanceOf(PermissionError);
    expect(failure).toMatchObject({ permissions: ["corehr:employee:read"], concerns: "app" });
    expect(failure.message).toContain("corehr:employee:read");
  });

  it("finds the missing permission in the message where nothing else names it", async () => {
    const msg =
      "Access denied. One of the following scopes is required: [corehr:authorization:write]. https://open.feishu.cn/app";
    expect(await failureOf(refusal(99991672, 400, { msg }))).toMatchObject({
      permissions: ["corehr:authorization:write"],
    });
  });

  it.each([99991661, 99991401, 99991403, 99991543, 99991662, 10014, 424242])(
    "takes %i for a refusal of the whole app",
    async (code) => {
      expect(await failureOf(refusal(code))).toMatchObject({ concerns: "app", isTransient: false });
    },
  );

  it("gives the ids that are outside the data range", async () => {
    const msg = "No authority error: [6999000000000000037,6999000000000000074]";
    const failure = await failureOf(refusal(1160104, 403, { msg }));
    expect(failure).toBeInstanceOf(DataRangeError);
    expect(failure).toMatchObject({ ids: ["6999000000000000037", "6999000000000000074"] });
  });

  it("takes the log id from the body where the header has none, in both spellings", async () => {
    const of = (error: object) => ({ ...(refusal(1161404, 400, { error }) as object), headers: {} }) as Scripted;
    expect(await failureOf(of({ logid: "a" }))).toMatchObject({ requestId: "a" });
    expect(await failureOf(of({ log_id: "b" }))).toMatchObject({ requestId: "b" });
  });

  it("keeps the vendor's words, which may quote people, and the token out of its errors", async () => {
    const failure = await failureOf(refusal(1161404, 400, { msg: "no such user 张三 zhang@example.com" }));
    expect(`${failure.message} ${JSON.stringify(failure)}`).not.toMatch(/张三|zhang|t-1/);
    expect(failure.message).toContain("1161404");
    expect(failure.message).toContain("log-1161404");
  });

  it("gives up on being throttled after a bounded number of times", async () => {
    const { feishuCall } = scriptedClient(Array.from({ length: 40 }, () => refusal(99991400, 429)));
    await expect(feishuCall(write)).rejects.toThrow(ThrottledError);
  });
});
