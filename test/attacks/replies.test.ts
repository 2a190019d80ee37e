import { describe, expect, it } from "vitest";
import { ApiError, NoReplyError, UnexpectedReplyError } from "../../functions/http/errors.ts";
import type { JsonReply, JsonRequest } from "../../functions/http/json-call.ts";
import { createPageChains } from "../../functions/http/pages.ts";
import { withoutSecrets } from "../../functions/http/secrets-in-replies.ts";

// What a hostile or broken provider may put into a reply, and what becomes of it. A reply's size, depth, codings and deadline
// are in test/http/json-call.test.ts: 8 MB, 64 levels, one minute for the whole call.

const secret = 'k3y/of+the"app=äö';
const request: JsonRequest = {
  name: "readThing",
  method: "GET",
  path: "/thing",
  headers: { authorization: "Bearer t-g0123456789abcdef" },
};

const replyOf = (json: unknown, headers: Record<string, string> = {}): JsonReply => ({
  status: 200,
  headers,
  json,
  sha256: "hash",
});

const answered = (reply: JsonReply) => withoutSecrets(async () => reply, [secret])(request);

const echoes: [string, string][] = [
  ["as it is", secret],
  ["as a URL has it", encodeURIComponent(secret)],
  ["as JSON within a text has it", JSON.stringify({ secret })],
  ["in base64", Buffer.from(secret).toString("base64")],
  ["in base64, among other things", Buffer.from(`id:${secret}:end`).toString("base64")],
  ["in base64 for URLs", Buffer.from(`i:${secret}`).toString("base64url")],
];

/** The parts of the secret that no record may show, in any of its forms. */
const traces = [
  secret.slice(0, 12),
  encodeURIComponent(secret).slice(0, 12),
  Buffer.from(secret).toString("base64").slice(4, 16),
];

describe("a secret that a reply echoes is blanked", () => {
  it.each(echoes)("%s, in texts, names of fields and headers", async (_how, echo) => {
    const { json, headers } = await answered(
      replyOf({ msg: `got ${echo}`, deep: [{ [echo]: [echo] }], kept: "as it was" }, { "x-tt-logid": echo }),
    );
    const shown = JSON.stringify([json, headers]);
    expect(shown).toContain("[secret]");
    for (const trace of traces) expect(shown).not.toContain(JSON.stringify(trace).slice(1, -1));
    expect(json).toMatchObject({ kept: "as it was" });
  });

  it.each(echoes)("%s, in errors", async (_how, echo) => {
    const failing = withoutSecrets(async () => {
      throw new UnexpectedReplyError("readThing", 200, `no JSON (${echo})`);
    }, [secret]);
    const { message } = (await failing(request).catch((error: Error) => error)) as Error;
    expect(message).toContain("[secret]");
    for (const trace of traces) expect(message).not.toContain(trace);
  });

  it("the token of the call itself too", async () => {
    const { json } = await answered(replyOf({ msg: "Invalid access token t-g0123456789abcdef" }));
    expect(json).toEqual({ msg: "Invalid access token [secret]" });
  });
});

describe("texts of a reply that an error quotes are plain and have an end", () => {
  const hostile = `\u001b]0;owned\u0007\u202E${"x".repeat(10_000)}`;

  it.each([
    ["a code", () => new ApiError({ call: "readThing", code: hostile, status: 400, reason: "no", requestId: null })],
    ["a log id", () => new ApiError({ call: "readThing", code: "1", status: 400, reason: "no", requestId: hostile })],
    ["a reason", () => new ApiError({ call: "readThing", code: "1", status: 400, reason: hostile, requestId: null })],
    ["a content type", () => new UnexpectedReplyError("readThing", 200, `12 bytes (${hostile})`)],
    ["a cause", () => new NoReplyError("readThing", { code: hostile })],
  ])("%s", (_what, make) => {
    const { message } = make();
    expect(message.length).toBeLessThan(800);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
    expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  it("an item that was not asked for", async () => {
    const listing = { id: "a", call: "listThings", words: "list the things" };
    const marks = { hasMore: false, pageToken: null, ids: [], stranger: hostile };
    const read = createPageChains().read(
      { listing, token: null },
      async () => ({}),
      () => marks,
    );
    const { message } = (await read.catch((error: Error) => error)) as Error;
    expect(message.length).toBeLessThan(500);
    expect(message).toContain("\\u001B");
  });
});
