import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, createServer as createSocketServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { NoReplyError, ThrottledError, UnexpectedReplyError } from "../../functions/http/errors.ts";
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

  it.each([429, 503])(
    "takes an HTML page with status %i for a refusal of too many calls, to be waited for",
    async (status) => {
      const { call } = await serve((_request, response) =>
        response.writeHead(status, { "retry-after": "7" }).end("<html>Slow down</html>"),
      );
      const error = await call(get).catch((failure: unknown) => failure);
      expect(error).toBeInstanceOf(ThrottledError);
      expect(error).toMatchObject({ status, retryAfterMs: 7_000, askedBy: "retry-after" });
    },
  );

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

  const plain = Buffer.from('{"name":"角色"}');
  it.each([
    ["gzip", gzipSync(plain)],
    ["deflate", deflateSync(plain)],
    ["deflate", deflateRawSync(plain)],
    ["br", brotliCompressSync(plain)],
    ["zstd", zstdCompressSync(plain)],
    ["gzip, br", brotliCompressSync(gzipSync(plain))],
    ["identity, GZIP", gzipSync(plain)],
    // As proxies leave it that inflate or deflate an answer, and not its headers.
    ["", gzipSync(plain)],
    ["gzip", Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), plain])],
  ])("asks for no compression, and reads %s all the same", async (coding, body) => {
    const asked: unknown[] = [];
    const { call } = await serve((request, response) => {
      asked.push(request.headers["accept-encoding"]);
      response.writeHead(200, { "content-encoding": coding }).end(body);
    });
    expect((await call(get)).json).toEqual({ name: "角色" });
    expect(asked).toEqual(["identity"]);
  });

  it("inflates no more than the bound, and nothing that it does not know or that is broken", async () => {
    const { call } = await serve((request, response) => {
      const coding = request.url === "/odd" ? "compress" : "gzip";
      const body = request.url === "/bomb" ? gzipSync(Buffer.alloc(10_000_000, 0x20)) : gzipSync(plain).subarray(0, 15);
      response.writeHead(200, { "content-encoding": coding }).end(body);
    });
    await expect(call({ ...get, path: "/bomb" })).rejects.toThrow("more than 8388608 bytes");
    await expect(call({ ...get, path: "/odd" })).rejects.toThrow("compressed as compress");
    await expect(call(get)).rejects.toThrow("15 bytes that are not gzip");
  });

  it("reads JSON after a byte order mark", async () => {
    const { call } = await serve((_request, response) => response.end(`\uFEFF{"code":0}`));
    expect((await call(get)).json).toEqual({ code: 0 });
  });

  it("reads JSON 64 levels deep, and refuses deeper JSON; brackets within texts are no levels", async () => {
    let depth = 64;
    const { call } = await serve((_request, response) =>
      response.end(`${"[".repeat(depth)}${JSON.stringify('"[[[')}${"]".repeat(depth)}`),
    );
    await call(get);
    depth = 65;
    await expect(call(get)).rejects.toThrow("nested more than 64 deep");
  });

  it("calls a login page and a redirect what they are, with host and content type", async () => {
    const { call } = await serve((request, response) => {
      if (request.url === "/moved") response.writeHead(302, { location: "https://login.example/?next=s3cret" }).end();
      else response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("<html>Sign in</html>");
    });
    await expect(call(get)).rejects.toThrow(
      /127\.0\.0\.1:\d+ answers a web page \(text\/html, 20 bytes\), such as a login page/,
    );
    const moved = await call({ ...get, path: "/moved" }).catch((error: Error) => error.message);
    expect(moved).toMatch(/127\.0\.0\.1:\d+ redirects to login\.example \(no content type\)/);
    expect(moved).not.toContain("s3cret");
  });

  it.each([
    ["of another content type", 200, { "content-type": "Text/HTML; charset=gbk" }],
    ["without a content type", 200, {}],
    ["served as text", 403, { "content-type": "text/plain" }],
    ["by which a network asks for a login", 511, { "content-type": "text/html" }],
  ])("calls a login page that, be it %s", async (_what, status, headers) => {
    const { call } = await serve((_request, response) =>
      response.writeHead(status, headers).end("\n<!DOCTYPE html><html><body>登录</body></html>"),
    );
    const error = await call(get).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ name: "UnexpectedReplyError", trouble: null });
    expect((error as Error).message).toMatch(/answers a web page \(.+, 48 bytes\), such as a login page/);
  });

  it("calls a redirect that where its body is JSON", async () => {
    const { call } = await serve((_request, response) =>
      response.writeHead(307, { location: "/sso", "content-type": "application/json" }).end('{"code":0}'),
    );
    await expect(call(get)).rejects.toThrow(/redirects to 127\.0\.0\.1:\d+ \(application\/json\)/);
  });

  it("says that a host speaks no TLS, which no other try mends", async () => {
    const server = createServer((_request, response) => response.end("{}")).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const caller = openJsonCall({ baseUrl: `https://localhost:${port}` });
    closers.push(
      () => server.close(),
      () => caller.close(),
    );
    const error = await caller.call(get).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ name: "NoReplyError", lasts: "permanent" });
    expect((error as Error).message).toMatch(
      /localhost:\d+ speaks no TLS that this machine knows \([A-Z_]+\); check baseUrl/,
    );
  });

  it("gives a whole call one deadline, however steadily its body trickles", async () => {
    const { call } = await serve(
      (_request, response) => {
        const trickle = setInterval(() => response.write(" "), 20);
        response.on("close", () => clearInterval(trickle));
      },
      { wholeMs: 200 },
    );
    await expect(call(get)).rejects.toThrow(/no answer came: nothing whole came from 127\.0\.0\.1:\d+ within 0\.2 s/);
  });

  it("names the address that refuses connections, and the host that has no address", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const refused = openJsonCall({ baseUrl: `http://127.0.0.1:${port}` });
    const nowhere = openJsonCall({ baseUrl: "http://no-such-host.invalid" });
    closers.push(
      () => refused.close(),
      () => nowhere.close(),
    );
    await expect(refused.call(get)).rejects.toThrow(`127.0.0.1 port ${port} refuses connections (ECONNREFUSED)`);
    await expect(nowhere.call(get)).rejects.toThrow(
      /no address is known for no-such-host\.invalid \((ENOTFOUND|EAI_AGAIN)\)/,
    );
  });

  it("says what is wrong with a certificate and what to do, which no other try mends", async () => {
    const folder = mkdtempSync(join(tmpdir(), "certificate-"));
    closers.push(() => rmSync(folder, { recursive: true }));
    const made = ["-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")];
    execFileSync(
      "openssl",
      ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "1", ...made],
      { stdio: "ignore" },
    );
    const [key, cert] = ["key.pem", "cert.pem"].map((name) => readFileSync(join(folder, name), "utf8"));
    const server = createSecureServer({ key, cert }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const caller = openJsonCall({ baseUrl: `https://localhost:${port}` });
    closers.push(
      () => server.close(),
      () => caller.close(),
    );
    const error = await caller.call(get).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ name: "NoReplyError", lasts: "permanent" });
    expect((error as Error).message).toMatch(
      /localhost:\d+ cannot be trusted: its certificate is of an authority .*NODE_EXTRA_CA_CERTS/,
    );
  });

  it.each([
    ["CERT_HAS_EXPIRED", "its certificate has expired"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "its certificate is for another name"],
    ["HOSTNAME_MISMATCH", "its certificate is for another name"],
    ["CERT_SIGNATURE_FAILURE", "its certificate is not signed as it says"],
  ])("tells %s apart", (code, said) => {
    const cause = Object.assign(new Error("secret"), { code });
    const error = new NoReplyError("readThing", cause, { host: "open.feishu.cn", wholeMs: 60_000 });
    expect(error.message).toContain(`open.feishu.cn cannot be trusted: ${said} (${code})`);
    expect(error.lasts).toBe("permanent");
  });
});
