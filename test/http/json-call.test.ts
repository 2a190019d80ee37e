import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createSocketServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { NoReplyError, UnexpectedReplyError } from "../../functions/http/errors.ts";
import { type JsonCaller, openJsonCall } from "../../functions/http/json-call.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
  options = {},
): Promise<JsonCaller> {
  const server = createServer(handler).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const caller = openJsonCall({ baseUrl: `http://127.0.0.1:${port}`, ...options });
  closers.push(
    () => server.close(),
    () => server.closeAllConnections(),
    () => caller.close(),
  );
  return caller;
}

const get = { name: "readThing", method: "GET" as const, path: "/thing" };

describe("openJsonCall()", () => {
  it("gives status, headers, JSON and the hash of the bytes, and repeats repeated keys", async () => {
    const { call } = await serve((request, response) => {
      response.writeHead(400, { "X-Tt-Logid": "log-1" }).end(JSON.stringify({ url: request.url }));
    });
    const reply = await call({
      ...get,
      query: [
        ["id", "a"],
        ["id", "b c"],
      ],
    });
    expect(reply.status).toBe(400);
    expect(reply.headers["x-tt-logid"]).toBe("log-1");
    expect(reply.json).toEqual({ url: "/thing?id=a&id=b+c" });
    expect(reply.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it("tells that an answer is there before it gives what it says", async () => {
    const all = Promise.withResolvers<void>();
    let asked = 0;
    const { call } = await serve(async (_request, response) => {
      if (++asked === 3) all.resolve();
      await all.promise;
      response.end("{}");
    });
    const steps: string[] = [];
    const one = async (id: string): Promise<void> => {
      await call(get, () => steps.push(`told ${id}`));
      steps.push(`read ${id}`);
    };
    await Promise.all([one("a"), one("b"), one("c")]);
    expect(steps.filter((step) => step.startsWith("told"))).toHaveLength(3);
    for (const id of ["a", "b", "c"]) expect(steps.indexOf(`told ${id}`)).toBeLessThan(steps.indexOf(`read ${id}`));
  });

  it("sends a body as JSON, and none where there is none", async () => {
    const { call } = await serve(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const type = request.headers["content-type"] ?? null;
      response.end(JSON.stringify({ type, body: Buffer.concat(chunks).toString() }));
    });
    const post = { ...get, method: "POST" as const };
    expect((await call({ ...post, body: { a: 1 } })).json).toEqual({
      type: "application/json; charset=utf-8",
      body: '{"a":1}',
    });
    expect((await call(post)).json).toEqual({ type: null, body: "" });
  });

  it("offers no HTTP/2, which the bundles leave out", async () => {
    const hello = Promise.withResolvers<Buffer>();
    const server = createSocketServer((socket) =>
      socket.once("data", (bytes) => {
        hello.resolve(bytes);
        socket.destroy();
      }),
    ).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const caller = openJsonCall({ baseUrl: `https://127.0.0.1:${port}` });
    closers.push(
      () => server.close(),
      () => caller.close(),
    );
    await expect(caller.call(get)).rejects.toThrow(NoReplyError);
    // The protocols that a client speaks are in its first message, each after its length.
    const offered = (await hello.promise).toString("latin1");
    expect(offered).toContain("\x08http/1.1");
    expect(offered).not.toContain("\x02h2");
  });

  it("takes a gateway's HTML page for no answer of the provider's", async () => {
    const { call } = await serve((_request, response) => response.writeHead(502).end("<html>Bad Gateway</html>"));
    await expect(call(get)).rejects.toThrow(UnexpectedReplyError);
  });

  it("refuses an answer that is too large", async () => {
    const { call } = await serve((_request, response) => response.end(JSON.stringify("x".repeat(2000))), {
      maxBytes: 1000,
    });
    await expect(call(get)).rejects.toThrow(UnexpectedReplyError);
  });

  it("says that no answer came when the connection drops, before or within the answer", async () => {
    const before = await serve((request) => request.socket.destroy());
    await expect(before.call(get)).rejects.toThrow(NoReplyError);
    const within = await serve((request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("{", () => request.socket.destroy());
    });
    await expect(within.call(get)).rejects.toThrow(NoReplyError);
  });

  it("says that no answer came when it takes too long", async () => {
    const { call } = await serve(() => {}, { timeoutMs: 50 });
    await expect(call(get)).rejects.toThrow(/UND_ERR_(CONNECT|HEADERS)_TIMEOUT/);
  });

  it("keeps headers, query and body out of its errors", async () => {
    const { call } = await serve((request) => request.socket.destroy());
    const secret = {
      ...get,
      query: [["q", "s3cret"]] as const,
      headers: { authorization: "Bearer s3cret" },
      body: "s3cret",
    };
    const error = await call({ ...secret, method: "POST" }).catch((failure: Error) => failure);
    expect(error).toBeInstanceOf(NoReplyError);
    expect(String((error as Error).message)).not.toContain("s3cret");
  });
});
