import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { HomeModel, ReceiptModel, ReviewModel } from "../../functions/desk/model.ts";
import { jsonOf, type RunningCli, runCli, startCli } from "./cli-process.ts";
import { openBrowser } from "./desk-browser.ts";
import { makeFolder } from "./reviewed-company.ts";

const shipped = readFileSync(new URL("../../access-review.yaml", import.meta.url), "utf8");
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A folder with a configuration: the shipped one, or what is made of it. */
const folderWith = (text: string): { folder: string; remove(): void } => {
  const place = makeFolder();
  writeFileSync(join(place.folder, "access-review.yaml"), text);
  return place;
};

const openFolder = (text: string): { folder: string } => {
  const place = folderWith(text);
  ends.push(place.remove);
  return place;
};

const json = { accept: "application/json" };

describe("serve", () => {
  let place: { folder: string; remove(): void };
  let serving: RunningCli;
  let url: string;
  beforeAll(async () => {
    place = folderWith(shipped);
    serving = startCli(place, ["serve", "--port", "0"]);
    url = await serving.printed(/^复核台（监听 .*）：(http:\S+)$/m);
  });
  afterAll(async () => {
    serving.kill("SIGKILL");
    await serving.ended;
    place.remove();
  });

  it("lets a newcomer decide as a manager of the embedded company: sign in as the first one suggested, keep, submit", async () => {
    const { go, signIn } = openBrowser();
    const signedIn = await signIn(url);
    expect({ location: signedIn.headers.get("location"), body: await signedIn.text() }).toMatchObject({
      location: "/",
    });
    const home = (await (await go(`${url}/`)).json()) as HomeModel;
    const { path, progress } = home.tasks[0]!;
    expect(progress.toDecide).toBeGreaterThan(0);
    const shown = await go(`${url}${path}`);
    const token = shown.headers.get("x-csrf-token")!;
    const model = (await shown.json()) as ReviewModel;
    const row = model.rows.find(({ effects }) => effects.keep.works)!;
    const until = model.keepChoices.longest;
    // Without a token of the page nothing is stored, be the cookie as it should.
    const forged = await go(`${url}${model.decisionsPath}`, { method: "POST", body: "{}", headers: { origin: url } });
    expect(forged.status).toBe(403);
    const submitted = await go(`${url}${model.decisionsPath}`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: url, "x-csrf-token": token },
      body: JSON.stringify({
        requestId: "a-newcomers-request",
        decisions: [{ grantId: row.grantId, seen: row.seen, decision: "keep", until, reason: "still needed" }],
      }),
    });
    expect(submitted.status).toBe(201);
    expect(((await submitted.json()) as ReceiptModel).counts.keep).toBe(1);
  });

  it("answers its health, and says nothing of anybody to whoever is not signed in", async () => {
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: "ok" });
    expect((await fetch(`${url}/`, { headers: json })).status).toBe(401);
  });

  it("refuses a port that is taken, and says so (2)", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo;
    const run = await runCli(openFolder(shipped), "serve", "--port", String(port));
    taken.close();
    expect(run).toMatchObject({ code: 2 });
    expect(run.stderr).toContain(`Cannot listen at 127.0.0.1:${port} (EADDRINUSE)`);
  });

  it("ends within five seconds of SIGTERM, though a request hangs, with 0", async () => {
    const hanging = new AbortController();
    const half = fetch(`${url}/sign-out`, {
      method: "POST",
      // A body of which no end comes.
      body: new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode("a")) }),
      duplex: "half",
      signal: hanging.signal,
    } as RequestInit).catch(() => {});
    await fetch(`${url}/health`);
    const toldAt = performance.now();
    serving.kill("SIGTERM");
    const { code } = await serving.ended;
    expect(performance.now() - toldAt).toBeLessThan(5_000);
    expect(code).toBe(0);
    hanging.abort();
    await half;
  });
});

describe("serve, where it cannot be", () => {
  it.each([
    ["without a desk", shipped.replace(/^desk:\n( .*\n)+/m, ""), [], /has no desk: write desk\.url and desk\.signIn/],
    [
      "that the stack serves",
      shipped
        .replace(/url: http:.*\n/, "url: https://reviews.example.com\n  hosting: aws\n")
        .replace("provider: sandbox }", "provider: feishu, credentials: env:DESK, tenant: t }"),
      [],
      /desk\.hosting is aws/,
    ],
    [
      "in plain text for other machines",
      shipped,
      ["--listen", "0.0.0.0"],
      /--listen 0\.0\.0\.0 can be reached from other machines, and desk\.url is http/,
    ],
    ["at no port", shipped, ["--port", "99999"], /--port 99999 is no port/],
    [
      "at no address of this machine",
      shipped,
      ["--listen", "127.0.0.1.example"],
      /--listen 127\.0\.0\.1\.example can be reached/,
    ],
  ])("refuses a desk %s (2), and begins nothing", async (_what, text, words, message) => {
    const place = openFolder(text);
    const run = await runCli({ ...place, env: { DESK: '{"appId":"a","appSecret":"b"}' } }, "serve", ...words);
    expect({ code: run.code, stderr: run.stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(message) as string,
    });
  });

  it("names every secret of the desk that is not to be used", async () => {
    const text = shipped.replace("{ provider: sandbox }", "{ provider: feishu, credentials: env:DESK, tenant: t }");
    const own = text.replace(/(operators|approvers): .*\n/g, "");
    const run = await runCli({ ...openFolder(own), env: { DESK: '{"appId":"a"}' } }, "serve", "--json");
    expect(run.code).toBe(2);
    expect(jsonOf(run).faults.join()).toMatch(/desk\.signIn\.credentials: .*appSecret is missing/);
  });
});
