import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openStore } from "../../functions/runtime/open-stage.ts";
import { readSecret } from "../../functions/runtime/secrets.ts";
import { openProxy } from "../http/open-proxy.ts";

const closers: (() => unknown)[] = [];
beforeEach(() => {
  // The SDK's own chain looks for these: nothing of this machine's is to be found.
  const aws = { AWS_ACCESS_KEY_ID: "testing", AWS_SECRET_ACCESS_KEY: "testing", AWS_REGION: "us-east-1" };
  for (const [name, value] of Object.entries(aws)) vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closers.splice(0)) await close();
});

/** Services of AWS that nobody but the proxy can reach: one secret, and a bucket with one object. */
async function openAws(scheme: "http" | "https", user?: string) {
  vi.stubEnv("AWS_ENDPOINT_URL", `${scheme}://aws.invalid`);
  const server = createServer((request, response) => {
    const isSecret = String(request.headers["x-amz-target"]).endsWith("GetSecretValue");
    const body = isSecret ? JSON.stringify({ SecretString: '{"appId":"cli_a"}' }) : "whole";
    response.writeHead(200, { "content-length": body.length, etag: '"e"' }).end(body);
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const proxy = await openProxy({ port: (server.address() as AddressInfo).port, ...(user ? { user } : {}) });
  closers.push(
    proxy.close,
    () => server.close(),
    () => server.closeAllConnections(),
  );
  return proxy;
}

describe("the proxies of the environment", () => {
  it("lead to S3", async () => {
    const { asked, address } = await openAws("http");
    const store = await openStore("s3://b/p", { http_proxy: address, AWS_ENDPOINT_URL: "set" });
    expect(Buffer.from((await store.get("a"))?.body ?? []).toString()).toBe("whole");
    expect(asked).toEqual([expect.stringMatching(/^GET http:\/\/(b\.)?aws\.invalid\//)]);
  });

  it("lead to Secrets Manager", async () => {
    const { asked, address } = await openAws("http");
    const secret = await readSecret("secretsmanager:people/read", ["appId"], { env: { HTTP_PROXY: address } });
    expect(secret).toEqual({ appId: "cli_a" });
    expect(asked).toEqual(["POST http://aws.invalid/"]);
  });

  it("are left aside for hosts that NO_PROXY names", async () => {
    vi.stubEnv("AWS_MAX_ATTEMPTS", "1");
    const { asked, address } = await openAws("http");
    const env = { HTTP_PROXY: address, NO_PROXY: ".invalid" };
    await expect(readSecret("secretsmanager:people/read", ["appId"], { env })).rejects.toThrow(/ENOTFOUND|EAI_AGAIN/);
    expect(asked).toEqual([]);
  });

  it.each(["http", "https"] as const)("are named where they want a user and a password: %s", async (scheme) => {
    const { asked, address } = await openAws(scheme, "lin:s3cret");
    const env = { HTTP_PROXY: address, HTTPS_PROXY: address };
    const store = await openStore("s3://b/p", env);
    await expect(store.get("a")).rejects.toThrow(
      "Cannot read s3://b/p/a as the proxy wants a user and a password (HTTP 407)",
    );
    expect(asked).toHaveLength(1);
    await expect(readSecret("secretsmanager:people/read", ["appId"], { env })).rejects.toThrow(
      "Cannot read secretsmanager:people/read as the proxy wants a user and a password (HTTP 407)",
    );
  });
});
