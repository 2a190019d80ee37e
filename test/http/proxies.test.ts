import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type Proxies, proxiesOf } from "../../functions/basics/proxies.ts";
import type { NoReplyError } from "../../functions/http/errors.ts";
import { openJsonCall } from "../../functions/http/json-call.ts";
import { openProxy } from "./open-proxy.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const get = { name: "readThing", method: "GET" as const, path: "/thing" };

/** The host behind the proxy: it answers with the `Host` that it was called by. */
async function openOrigin(): Promise<number> {
  const server = createServer((request, response) => response.end(JSON.stringify({ host: request.headers.host })));
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  closers.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  return (server.address() as AddressInfo).port;
}

async function proxied(options: { refusal?: number; user?: string } = {}) {
  const port = await openOrigin();
  const proxy = await openProxy({ port, ...options });
  closers.push(proxy.close);
  const callBy = (baseUrl: string, proxies: Proxies) => {
    const caller = openJsonCall({ baseUrl, proxies });
    closers.push(() => caller.close());
    return caller.call(get);
  };
  const failureBy = (baseUrl: string, proxies: Proxies) =>
    callBy(baseUrl, proxies).then(
      () => expect.fail("it passed"),
      (error: NoReplyError) => error,
    );
  return { port, proxy, callBy, failureBy };
}

describe("openJsonCall() by way of a proxy", () => {
  it("reaches the host through a tunnel, which the proxy cannot look into", async () => {
    const { proxy, callBy } = await proxied();
    const reply = await callBy("http://provider.invalid", { HTTP_PROXY: proxy.address });
    expect(reply.json).toEqual({ host: "provider.invalid" });
    expect(proxy.asked).toEqual(["CONNECT provider.invalid:80"]);
  });

  it("shows the proxy the user and the password of its address", async () => {
    const { proxy, callBy } = await proxied({ user: "lin:s3c/ret" });
    const HTTP_PROXY = proxy.address.replace("//", "//lin:s3c%2Fret@");
    expect((await callBy("http://provider.invalid", { HTTP_PROXY })).status).toBe(200);
  });

  it("ends in its time where the proxy takes the connection and never answers", async () => {
    const silent = createTcpServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    closers.push(() => silent.close());
    const HTTP_PROXY = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const caller = openJsonCall({ baseUrl: "http://provider.invalid", proxies: { HTTP_PROXY }, wholeMs: 200 });
    closers.push(() => caller.close());
    await expect(caller.call(get)).rejects.toMatchObject({ name: "NoReplyError" });
  });

  it("takes HTTPS_PROXY for https alone, and HTTP_PROXY for http alone", async () => {
    const { proxy, port, callBy, failureBy } = await proxied();
    await callBy(`http://127.0.0.1:${port}`, { HTTPS_PROXY: proxy.address });
    expect(proxy.asked).toEqual([]);
    await failureBy("https://provider.invalid", { HTTP_PROXY: proxy.address });
    expect(proxy.asked).toEqual([]);
    await failureBy("https://provider.invalid", { HTTPS_PROXY: proxy.address });
    expect(proxy.asked).toEqual(["CONNECT provider.invalid:443"]);
  });

  it.each(["127.0.0.1", "example.com, 127.0.0.1", "*"])("calls itself whom NO_PROXY names: %s", async (NO_PROXY) => {
    const { proxy, port, callBy } = await proxied();
    await callBy(`http://127.0.0.1:${port}`, { HTTP_PROXY: proxy.address, NO_PROXY });
    expect(proxy.asked).toEqual([]);
  });

  it("calls by way of the proxy whom NO_PROXY does not name", async () => {
    const { proxy, callBy } = await proxied();
    await callBy("http://provider.invalid", { HTTP_PROXY: proxy.address, NO_PROXY: "other.invalid,127.0.0.1" });
    expect(proxy.asked).toHaveLength(1);
  });

  it.each([
    ["wants a user and a password", ""],
    ["refuses the user and the password", "//lin:wrong@"],
  ])("says that the proxy %s (407), once and without the password", async (said, user) => {
    const { proxy, failureBy } = await proxied({ user: "lin:right" });
    const HTTPS_PROXY = user === "" ? proxy.address : proxy.address.replace("//", user);
    const { message, lasts } = await failureBy("https://provider.invalid", { HTTPS_PROXY });
    expect(message).toContain(`the proxy 127.0.0.1:${proxy.port} (HTTPS_PROXY) ${said} (HTTP 407)`);
    expect(message).not.toContain("wrong");
    expect(lasts).toBe("permanent");
  });

  it.each([
    [403, "permanent"],
    [503, "passing"],
  ])("says that the proxy does not let calls through where it answers %i", async (refusal, lasts) => {
    const { proxy, failureBy } = await proxied({ refusal });
    const error = await failureBy("https://provider.invalid", { HTTPS_PROXY: proxy.address });
    expect(error.message).toContain(`does not let calls through to provider.invalid (HTTP ${refusal})`);
    expect(error.lasts).toBe(lasts);
  });

  it("names the proxy, not the host, where the proxy cannot be reached", async () => {
    const { proxy, failureBy } = await proxied();
    proxy.close();
    const closed = await failureBy("https://provider.invalid", { HTTPS_PROXY: proxy.address });
    expect(closed.message).toContain(`the proxy 127.0.0.1:${proxy.port} (HTTPS_PROXY) refuses connections`);
    const unknown = await failureBy("https://provider.invalid", { HTTPS_PROXY: "http://no-such-proxy.invalid:3128" });
    expect(unknown.message).toContain("no address is known for the proxy no-such-proxy.invalid:3128 (HTTPS_PROXY)");
  });
});

describe("proxiesOf()", () => {
  it("reads names in upper and lower case, the lower case first, and addresses without a scheme", () => {
    const env = { https_proxy: "proxy.example:3128", HTTPS_PROXY: "http://other:1", HTTP_PROXY: " http://plain:2 " };
    expect(proxiesOf({ ...env, no_proxy: ".example.com" })).toEqual({
      HTTPS_PROXY: "http://proxy.example:3128",
      HTTP_PROXY: "http://plain:2",
      NO_PROXY: ".example.com",
    });
  });

  it("has none where nothing is set, or nothing is in it", () => {
    expect(proxiesOf({ HTTP_PROXY: "", https_proxy: " ", PATH: "/bin" })).toEqual({});
  });

  it("names every variable at fault, and quotes no address: a password may be in it", () => {
    const env = { https_proxy: "socks5://lin:s3cret@proxy:1080", HTTP_PROXY: "http://lin:s3cret@:x" };
    const fault = (() => {
      try {
        return JSON.stringify(proxiesOf(env));
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(fault).toMatch(/^HTTP_PROXY is not the address of a proxy: .*\nhttps_proxy is not the address of a proxy/);
    expect(fault).not.toContain("s3cret");
  });

  it("names a password with a bare %, which no call could show to the proxy", () => {
    expect(() => proxiesOf({ HTTPS_PROXY: "http://lin:50%off@proxy:3128" })).toThrow(
      /^HTTPS_PROXY has a % in its user or password that begins no %XX: write %25 for a %$/,
    );
    expect(proxiesOf({ HTTPS_PROXY: "http://lin:50%25off@proxy:3128" })).toHaveProperty("HTTPS_PROXY");
  });
});
