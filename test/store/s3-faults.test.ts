import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { S3Client } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { ObjectStore } from "../../functions/review/ports.ts";
import { openS3Store } from "../../functions/store/s3-store.ts";

type Reply = { status: number; headers?: Record<string, string>; body?: string | Error };

const errorReply = (status: number, code: string, message = ""): Reply => ({
  status,
  body: `<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
});

const pageReply = (keys: string[], next: string): Reply => ({
  status: 200,
  body: `<ListBucketResult>${next}${keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join("")}</ListBucketResult>`,
});

const more = (token: string) =>
  `<IsTruncated>true</IsTruncated><NextContinuationToken>${token}</NextContinuationToken>`;

/** A store on an S3 that plays these replies in order, and what it was asked and how long the store waited. */
const playing = (...replies: Reply[]) => playingTo({}, ...replies);

const playingTo = (options: { isUnproven?: boolean }, ...replies: Reply[]) => {
  const asked: string[] = [];
  const pauses: number[] = [];
  const handle = async (request: { method: string; path: string; query: Record<string, unknown> }) => {
    asked.push(`${request.method} ${request.path}${request.query["continuation-token"] ?? ""}`);
    const { status, headers = {}, body = "" } = replies.shift() ?? errorReply(400, "NothingMoreToPlay");
    const stream = body instanceof Error ? breakingStream(body) : Readable.from([Buffer.from(body)]);
    return { response: { statusCode: status, headers, body: stream } };
  };
  const unused = { updateHttpClientConfig: () => {}, httpHandlerConfigs: () => ({}) };
  const client = new S3Client({
    region: "us-east-1",
    endpoint: "http://127.0.0.1:1",
    credentials: { accessKeyId: "testing", secretAccessKey: "testing" },
    maxAttempts: 1,
    requestHandler: { handle: handle as never, ...unused },
  });
  const sleep = async (ms: number) => pauses.push(ms);
  return { store: openS3Store({ bucket: "b", prefix: "p", client, sleep, ...options }), asked, pauses };
};

const breakingStream = (error: Error): Readable =>
  Readable.from(
    (async function* () {
      yield Buffer.from("half");
      throw error;
    })(),
  );

const keysOf = async (store: ObjectStore): Promise<string[]> => {
  const keys: string[] = [];
  for await (const key of store.list("")) keys.push(key);
  return keys;
};

const whole: Reply = { status: 200, headers: { etag: '"e"', "content-length": "5" }, body: "whole" };

describe("get()", () => {
  it("does not take a refusal for an absent key: it names the permissions, and no person", async () => {
    const { store } = playing(
      errorReply(403, "AccessDenied", "User: arn:aws:sts::1:assumed-role/r/someone@example.com"),
    );
    const error = await store.get("a").catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ name: "StoreError", message: expect.stringContaining("AccessDenied (HTTP 403") });
    expect(error).toMatchObject({
      message: expect.stringContaining("Grant s3:GetObject and s3:ListBucket on bucket b"),
    });
    expect(JSON.stringify([error, String(error)])).not.toContain("example");
  });

  it("reads again what broke off", async () => {
    const { store, asked } = playing({ ...whole, body: new Error("aborted") }, { ...whole, body: "who" }, whole);
    expect(Buffer.from((await store.get("a"))!.body).toString()).toBe("whole");
    expect(asked).toEqual(["GET /b/p/a", "GET /b/p/a", "GET /b/p/a"]);
  });

  it("throws where it breaks off each time", async () => {
    const broken: Reply = { ...whole, body: new Error("aborted") };
    const { store, asked } = playing(broken, broken, broken, whole);
    await expect(store.get("a")).rejects.toThrow("Cannot read s3://b/p/a");
    expect(asked).toHaveLength(3);
  });
});

describe("create()", () => {
  const conflict = errorReply(409, "ConditionalRequestConflict");

  it("tries again after a conflict with another write, waiting longer each time", async () => {
    const { store, asked, pauses } = playing(conflict, conflict, { status: 200, headers: { etag: '"e"' } });
    expect(await store.create("a", Buffer.from("x"))).toBe("created");
    expect(asked).toEqual(["PUT /b/p/a", "PUT /b/p/a", "PUT /b/p/a"]);
    expect(pauses[0]).toBeLessThanOrEqual(100);
    expect(pauses[1]).toBeGreaterThanOrEqual(100);
  });

  it("gives up on a conflict that does not end", async () => {
    const { store, pauses } = playing(...Array.from({ length: 20 }, () => conflict));
    await expect(store.create("a", Buffer.from("x"))).rejects.toThrow("ConditionalRequestConflict (HTTP 409");
    expect(pauses).toHaveLength(7);
  });

  it("does not take a refusal for an object that is there", async () => {
    const { store, asked } = playing(errorReply(403, "AccessDenied"));
    await expect(store.create("a", Buffer.from("x"))).rejects.toThrow("Grant s3:PutObject");
    expect(asked).toHaveLength(1);
  });
});

describe("the first write of a store that may only be like S3", () => {
  const written: Reply = { status: 200, headers: { etag: '"e"' } };
  const unmet = errorReply(412, "PreconditionFailed");
  const head: Reply = { status: 404 };

  it("is refused where the place ignores If-None-Match, with what to use instead", async () => {
    const { store, asked } = playingTo({ isUnproven: true }, written, written, written);
    await expect(store.create("reviews/people/a", Buffer.from("x"))).rejects.toThrow(
      /^Cannot use s3:\/\/b as a store as it ignores If-None-Match: .*written twice.*Use AWS S3/,
    );
    expect(asked).toEqual(["PUT /b/p/checkpoints/_probe", "PUT /b/p/checkpoints/_probe"]);
  });

  it.each([
    ["for the first time", [written, unmet, head]],
    ["again", [unmet, head]],
  ])("is proved %s by an object of its own, once for all writes", async (_when, replies) => {
    const { store, asked } = playingTo({ isUnproven: true }, ...replies, written, written);
    expect(await store.create("reviews/people/a", Buffer.from("x"))).toBe("created");
    expect(await store.replace("checkpoints/people/b", Buffer.from("x"), null)).toBe('"e"');
    expect(asked.slice(-2)).toEqual(["PUT /b/p/reviews/people/a", "PUT /b/p/checkpoints/people/b"]);
    expect(asked).toHaveLength(replies.length + 2);
  });

  it("is not proved where only decisions are handed in, whose writers may write nothing else", async () => {
    const { store, asked } = playingTo({ isUnproven: true }, written);
    expect(await store.create("decisions/people/a.csv", Buffer.from("x"))).toBe("created");
    expect(asked).toHaveLength(1);
  });
});

describe("replace()", () => {
  it("is null where S3 finds no object to compare the etag with", async () => {
    const { store } = playing(errorReply(404, "NoSuchKey"));
    expect(await store.replace("a", Buffer.from("x"), '"e"')).toBeNull();
  });
});

describe("list()", () => {
  it("asks for every page once", async () => {
    const { store, asked } = playing(pageReply(["p/a"], more("1")), pageReply([], more("2")), pageReply(["p/b"], ""));
    expect(await keysOf(store)).toEqual(["a", "b"]);
    expect(asked).toEqual(["GET /b/", "GET /b/1", "GET /b/2"]);
  });

  it("throws where a page is missing, instead of giving half a list", async () => {
    const { store } = playing(pageReply(["p/a"], more("1")), errorReply(404, "NoSuchKey"));
    await expect(keysOf(store)).rejects.toThrow("Cannot list s3://b/p/ as S3 answered NoSuchKey");
  });

  it.each([
    ["without a token", [pageReply(["p/a"], "<IsTruncated>true</IsTruncated>")]],
    ["with the token it was asked with", [pageReply(["p/a"], more("1")), pageReply(["p/b"], more("1"))]],
  ])("throws where the list is cut short %s", async (_, replies) => {
    await expect(keysOf(playing(...replies).store)).rejects.toThrow("cut the list short without a new token");
  });

  it.each([
    ["twice", "p/a"],
    ["out of order", "p/A"],
  ])("throws where a key comes %s", async (_, second) => {
    const { store } = playing(pageReply(["p/a"], more("1")), pageReply([second], ""));
    await expect(keysOf(store)).rejects.toThrow("listed keys twice or out of order");
  });
});

describe("listFolder()", () => {
  const folderPage = (keys: string[], folders: string[], next = ""): Reply => {
    const prefixes = folders.map((folder) => `<CommonPrefixes><Prefix>${folder}</Prefix></CommonPrefixes>`).join("");
    return pageReply(keys, `${next}${prefixes}`);
  };
  const namesOf = async (store: ObjectStore): Promise<string[]> => {
    const names: string[] = [];
    for await (const name of store.listFolder("f/")) names.push(name);
    return names;
  };

  it("puts a page's folders among its keys, and asks for every page once", async () => {
    const { store, asked } = playing(
      folderPage(["p/f/", "p/f/a-b", "p/f/a0"], ["p/f/a/"], more("1")),
      folderPage(["p/f/c"], ["p/f/b/"]),
    );
    expect(await namesOf(store)).toEqual(["a-b", "a/", "a0", "b/", "c"]);
    expect(asked).toEqual(["GET /b/", "GET /b/1"]);
  });

  it.each([
    ["twice", "p/f/a/"],
    ["out of order", "p/f/A/"],
  ])("throws where a folder comes %s", async (_, second) => {
    const { store } = playing(folderPage([], ["p/f/a/"], more("1")), folderPage([], [second]));
    await expect(namesOf(store)).rejects.toThrow("listed keys twice or out of order");
  });

  it("throws where a page is missing", async () => {
    const { store } = playing(folderPage([], ["p/f/a/"], more("1")), errorReply(404, "NoSuchKey"));
    await expect(namesOf(store)).rejects.toThrow("Cannot list s3://b/p/f/ as S3 answered NoSuchKey");
  });
});

describe("the store's own client, over HTTP", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] }));
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
  });

  /** A store at a server that answers SlowDown so often, and then that all is well; and when each call came, in fake seconds. */
  const throttledStore = async (slowDowns: number) => {
    const cameAt: number[] = [];
    const server = createServer((request, response) => {
      request.resume();
      cameAt.push(Date.now() / 1000);
      response.sendDate = false;
      if (cameAt.length > slowDowns) return void response.writeHead(200, { etag: '"e"' }).end();
      response.writeHead(503, { "content-type": "application/xml" }).end(errorReply(503, "SlowDown").body);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close().closeAllConnections());
    vi.stubEnv("AWS_ENDPOINT_URL", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    for (const [name, value] of Object.entries({ AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "testing" }))
      vi.stubEnv(name, value);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "testing");
    return { store: openS3Store({ bucket: "b", prefix: "p", isPathStyle: true }), cameAt };
  };

  /** The end of some work, while fake time goes on by a tenth of a second each time the machine has read its sockets. */
  const ended = async <Result>(work: Promise<Result>): Promise<Result | Error> => {
    let end: Result | Error | undefined;
    const settled = work.catch((error: Error) => error).then((result) => (end = result));
    for (let turns = 0; end === undefined && turns < 200_000; turns += 1) {
      await nextTurn();
      if (turns % 20 === 0) vi.advanceTimersByTime(100);
    }
    return await settled;
  };

  it("tries a throttled call eight times, with growing pauses, and succeeds on the eighth", async () => {
    const { store, cameAt } = await throttledStore(7);
    expect(await ended(store.create("a", Buffer.from("x")))).toBe("created");
    expect(cameAt).toHaveLength(8);
    expect(cameAt.at(-1)! - cameAt[0]!).toBeGreaterThan(1);
  });

  it.each(["create", "get", "list"] as const)("says after the eighth try of %s that S3 throttles", async (call) => {
    const { store, cameAt } = await throttledStore(1000);
    const calls = {
      create: () => store.create("a", Buffer.from("x")),
      get: () => store.get("a"),
      list: () => keysOf(store),
    };
    const error = await ended<unknown>(calls[call]());
    expect(String(error)).toMatch(
      /^StoreError: Cannot .* as S3 answered SlowDown \(HTTP 503, .*\), 8 times in a row\. S3 takes fewer requests .*run it again/,
    );
    // A create asks last whether its write was carried out, which is tried as often.
    expect(cameAt).toHaveLength(call === "create" ? 16 : 8);
  });
});
