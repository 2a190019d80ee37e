import { createHash, createHmac, randomUUID } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { sha256Of } from "../../functions/basics/hash.ts";
import { dayMs } from "../../functions/basics/time.ts";
import type { ObjectStore } from "../../functions/review/ports.ts";
import { readCallerId } from "../../functions/store/s3-caller.ts";
import { openS3Store } from "../../functions/store/s3-store.ts";
import { describeStore } from "../contracts/store-contract.ts";
import { type MotoServer, motoStartMs, startMoto } from "../moto-server.ts";

const bytes = (text: string) => Buffer.from(text);

let moto: MotoServer;
beforeAll(async () => {
  moto = await startMoto();
  for (const [name, value] of Object.entries(moto.environment)) vi.stubEnv(name, value);
}, motoStartMs);
afterAll(async () => {
  vi.unstubAllEnvs();
  await moto.stop();
});

const newBucket = async (isLocked = false): Promise<string> => {
  const bucket = `reviews-${randomUUID()}`;
  await new S3Client({}).send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: isLocked }));
  return bucket;
};

const clientOfSmallPages = (): S3Client => {
  const client = new S3Client({});
  client.middlewareStack.add((next) => (args) => next({ ...args, input: { ...args.input, MaxKeys: 2 } }), {
    step: "initialize",
  });
  return client;
};

const nothingToClean = async () => {};

describeStore("S3 store below a prefix", async () => ({
  store: openS3Store({ bucket: await newBucket(), prefix: "/some/prefix/" }),
  cleanup: nothingToClean,
}));

describeStore("S3 store at the root of a versioned bucket, listing two keys a page", async () => ({
  store: openS3Store({ bucket: await newBucket(true), prefix: "", client: clientOfSmallPages() }),
  cleanup: nothingToClean,
}));

describe("openS3Store()", () => {
  it("keeps its keys below the prefix, and sees nothing beside it", async () => {
    const bucket = await newBucket();
    const whole = openS3Store({ bucket, prefix: "" });
    await openS3Store({ bucket, prefix: "a" }).create("key", bytes("x"));
    await whole.create("ab/key", bytes("y"));
    expect(await keysOf(whole)).toEqual(["a/key", "ab/key"]);
    expect(await keysOf(openS3Store({ bucket, prefix: "a" }))).toEqual(["key"]);
    expect(openS3Store({ bucket, prefix: "a/" }).locate("key")).toBe(`s3://${bucket}/a/key`);
  });

  it("passes over the empty objects that the console makes for folders", async () => {
    const bucket = await newBucket();
    const store = openS3Store({ bucket, prefix: "a" });
    for (const Key of ["a/", "a/decisions/"])
      await new S3Client({}).send(new PutObjectCommand({ Bucket: bucket, Key, Body: bytes("") }));
    expect(await keysOf(store)).toEqual([]);
    expect(await namesIn(store, "")).toEqual(["decisions/"]);
    expect(await namesIn(store, "decisions/")).toEqual([]);
  });

  it("locks what is written under reviews/ for as long as retention says, and nothing else", async () => {
    const bucket = await newBucket(true);
    const now = () => Date.UTC(2126, 0, 1);
    const store = openS3Store({ bucket, prefix: "a", retention: { mode: "compliance", days: 10, now } });
    await store.create("reviews/people/x", bytes("x"));
    await store.replace("checkpoints/people/x", bytes("y"), null);
    const lockOf = async (Key: string) => {
      const head = await new S3Client({}).send(new HeadObjectCommand({ Bucket: bucket, Key }));
      return [head.ObjectLockMode, head.ObjectLockRetainUntilDate?.toISOString()];
    };
    expect(await lockOf("a/reviews/people/x")).toEqual(["COMPLIANCE", "2126-01-11T00:00:00.000Z"]);
    expect(await lockOf("a/checkpoints/people/x")).toEqual([undefined, undefined]);
  });

  it("says of reports what they are, so that a browser shows one by a presigned address instead of saving it", async () => {
    const bucket = await newBucket();
    const store = openS3Store({ bucket, prefix: "" });
    const typeOf = async (Key: string) => {
      await store.create(Key, bytes("x"));
      return (await new S3Client({}).send(new HeadObjectCommand({ Bucket: bucket, Key }))).ContentType;
    };
    expect(await typeOf("reviews/people/report.html")).toBe("text/html; charset=utf-8");
    expect(await typeOf("reviews/people/report.csv")).toBe("text/csv; charset=utf-8");
    expect(await typeOf("reviews/people/evidence.json")).toBe("application/json");
  });

  it("stores each object with its SHA-256", async () => {
    const bucket = await newBucket();
    await openS3Store({ bucket, prefix: "" }).create("key", bytes("abc"));
    const head = new HeadObjectCommand({ Bucket: bucket, Key: "key", ChecksumMode: "ENABLED" });
    expect((await new S3Client({}).send(head)).ChecksumSHA256).toBe("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
  });
});

describe("createFrom(), of more than it holds in memory", () => {
  const large = async function* (): AsyncGenerator<Uint8Array> {
    for (let chunk = 0; chunk < 9; chunk++) yield Buffer.alloc(1024 * 1024, chunk);
  };

  it("writes it once, locked, with its SHA-256, and leaves no file behind", async () => {
    const folder = mkdtempSync(join(tmpdir(), "s3-store-"));
    vi.stubEnv("TMPDIR", folder);
    const bucket = await newBucket(true);
    const now = () => Date.UTC(2126, 0, 1);
    const store = openS3Store({ bucket, prefix: "", retention: { mode: "governance", days: 10, now } });
    const { sha256 } = await store.createFrom("reviews/people/x", large());
    expect(await store.createFrom("reviews/people/x", large())).toEqual({ result: "exists", sha256 });
    expect(await sha256Of((await store.stream("reviews/people/x", 4_000_000))!)).toBe(sha256);
    const head = new HeadObjectCommand({ Bucket: bucket, Key: "reviews/people/x", ChecksumMode: "ENABLED" });
    expect(await new S3Client({}).send(head)).toMatchObject({
      ObjectLockMode: "GOVERNANCE",
      ChecksumSHA256: Buffer.from(sha256, "hex").toString("base64"),
    });
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith("access-review-") && name.endsWith(".part"))).toEqual(
      [],
    );
  });
});

describe("create(), on a bucket that retains what is written", () => {
  it("writes objects that nobody can delete or write over", async () => {
    const bucket = await newBucket(true);
    const client = new S3Client({});
    const retention = { Mode: "COMPLIANCE", Days: 400 } as const;
    const rule = { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention: retention } } as const;
    await client.send(new PutObjectLockConfigurationCommand({ Bucket: bucket, ObjectLockConfiguration: rule }));
    const store = openS3Store({ bucket, prefix: "" });
    await store.create("reviews/people/evidence.json", bytes("{}"));
    const [version] = (await client.send(new ListObjectVersionsCommand({ Bucket: bucket }))).Versions!;
    const remove = { Bucket: bucket, Key: "reviews/people/evidence.json", VersionId: version!.VersionId };
    await expect(client.send(new DeleteObjectCommand(remove))).rejects.toMatchObject({ name: "AccessDenied" });
    expect(await store.create("reviews/people/evidence.json", bytes("[]"))).toBe("exists");
    expect(Buffer.from((await store.get("reviews/people/evidence.json"))!.body).toString()).toBe("{}");
  });
});

describe("get(), of a bucket that keeps versions", () => {
  it("says which version was read, and nothing of versions where there are none", async () => {
    const [versioned, plain] = [await newBucket(true), await newBucket()];
    const versions: (string | undefined)[] = [];
    for (const text of ["a", "b"]) {
      await new S3Client({}).send(new PutObjectCommand({ Bucket: versioned, Key: "decisions/one.csv", Body: text }));
      versions.push((await openS3Store({ bucket: versioned, prefix: "" }).get("decisions/one.csv"))?.version);
    }
    expect(versions).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)]);
    expect(versions[0]).not.toBe(versions[1]);
    const store = openS3Store({ bucket: plain, prefix: "" });
    await store.create("decisions/one.csv", bytes("a"));
    expect((await store.get("decisions/one.csv"))?.version).toBeUndefined();
  });
});

describe("get(), on a machine whose clock is two days ahead", () => {
  it("asks once for an object that is not there, and reads one that is", async () => {
    const store = openS3Store({ bucket: await newBucket(), prefix: "" });
    await store.create("there", bytes("x"));
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 2 * dayMs, shouldAdvanceTime: true });
    const requests = countRequests();
    try {
      expect(await Promise.all([1, 2, 3].map(() => store.get("absent")))).toEqual([null, null, null]);
      expect(requests.count()).toBe(3);
      expect(Buffer.from((await store.get("there"))!.body)).toEqual(bytes("x"));
    } finally {
      requests.stop();
      vi.useRealTimers();
    }
  });
});

/** Counts the HTTP requests of this process. */
function countRequests(): { count: () => number; stop: () => void } {
  let begun = 0;
  const note = (): void => void begun++;
  subscribe("http.client.request.start", note);
  return { count: () => begun, stop: () => void unsubscribe("http.client.request.start", note) };
}

describe("get(), create(), replace() and list(), of a bucket that does not exist", () => {
  it("name it, and take nothing for absent", async () => {
    const store = openS3Store({ bucket: "no-such-bucket-here", prefix: "" });
    const fault = "There is no bucket no-such-bucket-here";
    await expect(store.get("a")).rejects.toThrow(fault);
    await expect(store.create("a", bytes("x"))).rejects.toThrow(fault);
    await expect(store.replace("a", bytes("x"), '"etag"')).rejects.toThrow(fault);
    await expect(keysOf(store)).rejects.toThrow(fault);
  });
});

describe("create() and replace(), when the connection breaks", () => {
  let bucket: string;
  let calm: ObjectStore;
  beforeAll(async () => {
    bucket = await newBucket();
    calm = openS3Store({ bucket, prefix: "" });
  });
  const shaky = (breaks: Break[], maxAttempts = 2) =>
    openS3Store({ bucket, prefix: "", client: shakyClient(breaks, maxAttempts) });

  it("count as done what was carried out before the answer was lost and the client tried again", async () => {
    expect(await shaky(["after"]).create("again", bytes("x"))).toBe("created");
    const { etag } = (await calm.get("again"))!;
    const next = await shaky(["after"]).replace("again", bytes("y"), etag);
    expect(next).toBe((await calm.get("again"))!.etag);
  });

  it("count as done what was carried out before the last answer was lost", async () => {
    expect(await shaky(["after"], 1).create("last", bytes("x"))).toBe("created");
  });

  it("try again what was never carried out", async () => {
    expect(await shaky(["before"]).create("never", bytes("x"))).toBe("created");
  });

  it("do not count as theirs what another wrote meanwhile, even the same bytes", async () => {
    await calm.create("other", bytes("x"));
    expect(await shaky(["before"]).create("other", bytes("x"))).toBe("exists");
    expect(await shaky(["after"]).replace("other", bytes("y"), '"an older etag"')).toBeNull();
  });

  it("throw where nobody knows, and leave the next step to a person", async () => {
    const store = shaky(["before", "before", "before", "before"]);
    await expect(store.create("nobody", bytes("x"))).rejects.toThrow("S3 gave no answer (ECONNRESET)");
  });
});

type Break = "before" | "after";

/** A client whose first requests break off before S3 has them, or after S3 has carried them out. */
const shakyClient = (breaks: Break[], maxAttempts: number): S3Client => {
  const { requestHandler } = new S3Client({}).config;
  const reset = Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
  const handle: typeof requestHandler.handle = async (request, options) => {
    const breaking = breaks.shift();
    if (breaking === "before") throw reset;
    const reply = await requestHandler.handle(request, options);
    if (breaking === "after") throw reset;
    return reply;
  };
  return new S3Client({ maxAttempts, requestHandler: Object.assign(Object.create(requestHandler), { handle }) });
};

const namesIn = async (store: ObjectStore, folder: string): Promise<string[]> => {
  const names: string[] = [];
  for await (const name of store.listFolder(folder)) names.push(name);
  return names;
};

const keysOf = async (store: ObjectStore): Promise<string[]> => {
  const keys: string[] = [];
  for await (const key of store.list("")) keys.push(key);
  return keys;
};

describe("readCallerId()", () => {
  it("gives the id by which AWS knows whoever has these credentials", async () => {
    expect(await readCallerId(new S3Client({}), moto.endpoint)).toMatch(/^A[A-Z0-9]{15,}$/);
  });

  it("says what it is for where nobody answers", async () => {
    const nobody = readCallerId(new S3Client({}), "http://127.0.0.1:1");
    await expect(nobody).rejects.toThrow(/Cannot tell by which id AWS knows you .*127\.0\.0\.1:1/);
  });
});

/**
 * The signature that S3 expects of an address, by the credentials of moto's environment; moto itself looks at none.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
function signatureOf({ host, pathname, searchParams }: URL): string {
  const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
  const encode = (text: string): string =>
    encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = [...searchParams]
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join("&");
  const request = ["GET", pathname, query, `host:${host}`, "", "host", "UNSIGNED-PAYLOAD"].join("\n");
  const [, day, region, service, last] = searchParams.get("X-Amz-Credential")!.split("/") as [
    string,
    string,
    string,
    string,
    string,
  ];
  const hash = createHash("sha256").update(request).digest("hex");
  const text = ["AWS4-HMAC-SHA256", searchParams.get("X-Amz-Date"), [day, region, service, last].join("/"), hash].join(
    "\n",
  );
  return [region, service, last, text].reduce(hmac, hmac("AWS4testing", day)).toString("hex");
}

describe("link()", () => {
  const key = "reviews/people/2026-10-01T020000Z/report.html";

  it("gives an address by which whoever has no credentials reads the object, and only for so long", async () => {
    const store = openS3Store({ bucket: await newBucket(), prefix: "some folder/" });
    await store.create(key, bytes("<p>a report</p>"));
    const address = new URL(await store.link!(key, 3_600));
    expect(address.searchParams.get("X-Amz-Expires")).toBe("3600");
    expect(address.searchParams.get("X-Amz-SignedHeaders")).toBe("host");
    const reply = await fetch(address);
    expect([reply.status, await reply.text()]).toEqual([200, "<p>a report</p>"]);
    expect(address.searchParams.get("X-Amz-Signature")).toBe(signatureOf(address));
  });

  it("names the bucket's region where the client's is another, as the address would lead nowhere", async () => {
    const bucket = `reviews-${randomUUID()}`;
    const region = "eu-west-1";
    const CreateBucketConfiguration = { LocationConstraint: region } as const;
    await new S3Client({ region }).send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration }));
    const store = openS3Store({ bucket, prefix: "" });
    await expect(store.link!(key, 60)).rejects.toThrow(`as bucket ${bucket} is in ${region}: set AWS_REGION=${region}`);
  });
});
