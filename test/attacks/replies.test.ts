import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { ApiError, NoReplyError, UnexpectedReplyError } from "../../functions/http/errors.ts";
import { type JsonReply, type JsonRequest, openJsonCall } from "../../functions/http/json-call.ts";
import { createPageChains } from "../../functions/http/pages.ts";
import { withoutSecrets } from "../../functions/http/secrets-in-replies.ts";
import { decodeEnvelope } from "../../functions/providers/feishu/envelope.ts";

// What a hostile or broken provider may put into a reply, and what becomes of it. A reply's size, depth, codings and deadline
// are in test/http/json-call.test.ts: 8 MB, 64 levels, one minute for the whole call.

const secret = 'k3y/of+the "app"=&äö';
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
  ["as a URL has it, in small letters", encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())],
  ["as a form has it", new URLSearchParams({ secret }).toString()],
  ["as a URL with nothing left plain has it", Buffer.from(secret).toString("hex").replace(/../g, "%$&")],
  ["as JSON within JSON has it", JSON.stringify(JSON.stringify({ secret }))],
  ["as a page has it", secret.replaceAll("&", "&amp;").replaceAll('"', "&quot;")],
  ["in hexadecimal digits", Buffer.from(`id:${secret}`).toString("hex")],
  ["in large hexadecimal digits", Buffer.from(secret).toString("hex").toUpperCase()],
  ["in capitals", secret.toUpperCase()],
];

/** The parts of the secret that no record may show, in any of its forms. */
const traces = [
  secret.slice(0, 12),
  encodeURIComponent(secret).slice(0, 12),
  Buffer.from(secret).toString("base64").slice(4, 16),
  Buffer.from(secret).toString("hex").slice(0, 12),
];

describe("a secret that a reply echoes is blanked", () => {
  it.each(echoes)("%s, in texts, names of fields and headers", async (_how, echo) => {
    const { json, headers } = await answered(
      replyOf({ msg: `got ${echo}`, deep: [{ [echo]: [echo] }], kept: "as it was" }, { "x-tt-logid": echo }),
    );
    const shown = JSON.stringify([json, headers]);
    expect(shown).toContain("[secret]");
    for (const trace of traces)
      expect(shown.toLowerCase()).not.toContain(JSON.stringify(trace).slice(1, -1).toLowerCase());
    expect(json).toMatchObject({ kept: "as it was" });
  });

  it.each(echoes)("%s, in errors", async (_how, echo) => {
    const failing = withoutSecrets(async () => {
      throw new UnexpectedReplyError("readThing", 200, `no JSON (${echo})`);
    }, [secret]);
    const { message } = (await failing(request).catch((error: Error) => error)) as Error;
    expect(message).toContain("[secret]");
    for (const trace of traces) expect(message.toLowerCase()).not.toContain(trace.toLowerCase());
  });

  // Whoever quotes a text cuts it at 200 characters, at a comma or a semicolon: the half of a secret that is left is none to look for.
  const marked = "k3y;of,the/app=0123456789abcdef";

  it.each(
    [170, 190, 198, 0].flatMap((before) =>
      ["content-type", "location", "content-encoding"].map((name): [number, string] => [before, name]),
    ),
  )("after %i characters of a header that an error quotes: %s", async (before, name) => {
    const value = `${"y".repeat(before)}${marked}`;
    const headers = { [name]: name === "location" ? `http://${value}/` : value };
    const server = createServer((_, response) =>
      response.writeHead("location" in headers ? 302 : 200, headers).end("<p>"),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const { call, close } = openJsonCall({ baseUrl: `http://127.0.0.1:${port}` });
    const { message } = (await withoutSecrets(call, [marked])(request).catch((error: Error) => error)) as Error;
    await close();
    server.close();
    expect(message).toContain("the answer is unexpected");
    expect(message).not.toMatch(/y*k3|0123/);
  });

  it.each([870, 880, 895, 899])("at %i characters of an error, where it is cut", async (before) => {
    const failing = withoutSecrets(async () => {
      throw new UnexpectedReplyError("readThing", 200, `${"y".repeat(before)}${marked}`);
    }, [marked]);
    const { message } = (await failing(request).catch((error: Error) => error)) as Error;
    expect(message).not.toMatch(/k3|0123/);
  });

  it("wherever it stands in a text, and however long the text is", async () => {
    const texts = Array.from(
      { length: 40 },
      (_, at) => `${"z".repeat(at)}${marked.toUpperCase()}${"z".repeat(40 - at)}`,
    );
    const { json } = (await withoutSecrets(async () => replyOf({ texts }), [marked])(request)) as { json: typeof kept };
    const kept = { texts: texts.map((_, at) => `${"z".repeat(at)}[secret]${"z".repeat(40 - at)}`) };
    expect(json).toEqual(kept);
  });

  it("the token of the call itself too", async () => {
    const { json } = await answered(replyOf({ msg: "Invalid access token t-g0123456789abcdef" }));
    expect(json).toEqual({ msg: "Invalid access token [secret]" });
  });
});

describe("texts of a reply that an error quotes are plain and have an end", () => {
  const missing = (permissions: string[]) => {
    const error = { permission_violations: permissions.map((subject) => ({ subject })) };
    const reply = { ...replyOf({ code: 99991672, msg: "no scope", error }), status: 400 };
    try {
      return expect.fail(String(decodeEnvelope("readThing", reply)));
    } catch (thrown) {
      return thrown as Error;
    }
  };
  const hostile = `\u001b]0;owned\u0007\u202E${"x".repeat(10_000)}`;

  it.each([
    ["a code", () => new ApiError({ call: "readThing", code: hostile, status: 400, reason: "no", requestId: null })],
    ["a log id", () => new ApiError({ call: "readThing", code: "1", status: 400, reason: "no", requestId: hostile })],
    ["a reason", () => new ApiError({ call: "readThing", code: "1", status: 400, reason: hostile, requestId: null })],
    ["a permission", () => missing([hostile, "corehr:x"])],
    ["a cause", () => new NoReplyError("readThing", { code: hostile })],
  ])("%s", (_what, make) => {
    const { message } = make();
    expect(message.length).toBeLessThan(1_000);
    expect(message).not.toContain("x".repeat(201));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
    expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  it.each([
    ["a content type", { "content-type": "x".repeat(10_000) }],
    ["an address to go to", { location: `http://${`${"x".repeat(60)}.`.repeat(100)}cn/`, "content-type": "text/html" }],
    ["a content coding", { "content-encoding": "x".repeat(10_000) }],
  ])("%s", async (_what, headers) => {
    const server = createServer((_, response) =>
      response.writeHead("location" in headers ? 302 : 200, headers).end("<p>"),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const { call, close } = openJsonCall({ baseUrl: `http://127.0.0.1:${port}` });
    const { message } = (await call(request).catch((error: Error) => error)) as Error;
    await close();
    server.close();
    expect(message).toContain("the answer is unexpected");
    expect(message).not.toMatch(/[x.]{201}/);
    expect(message.length).toBeLessThan(600);
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
