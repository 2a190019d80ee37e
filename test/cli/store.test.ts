import { once } from "node:events";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { reasons, runCli } from "./cli-process.ts";
import { makeFolder } from "./reviewed-company.ts";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const listed =
  "<ListBucketResult><CommonPrefixes><Prefix>reviews/reviews/</Prefix></CommonPrefixes></ListBucketResult>";

const openFolder = () => {
  const place = makeFolder();
  ends.push(place.remove);
  return place;
};

const awsAt = ({ port }: AddressInfo) => ({
  AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "testing",
  AWS_SECRET_ACCESS_KEY: "testing",
});

describe("an S3-like store", () => {
  it("is refused by the first write where it ignores If-None-Match", async () => {
    const server = createServer((request, response) => {
      if (request.method === "PUT") return response.writeHead(200, { etag: '"e"' }).end();
      const isList = request.url?.includes("list-type");
      if (isList) return response.end(listed);
      return response.writeHead(404).end("<Error><Code>NoSuchKey</Code></Error>");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    ends.push(() => server.close());
    const env = awsAt(server.address() as AddressInfo);
    const run = await runCli({ ...openFolder(), env }, "stop", ...reasons, "--store", "s3://bucket/reviews");
    expect(run).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Cannot use s3://bucket as a store as it ignores If-None-Match") as string,
    });
  });
});

describe("an S3-like store without conditional writes", () => {
  it("is refused with what to use instead", async () => {
    const server = createServer((request, response) => {
      if (request.method === "PUT")
        return response.writeHead(501).end("<Error><Code>NotImplemented</Code><Message>no</Message></Error>");
      if (request.url?.includes("list-type")) return response.end(listed);
      return response.writeHead(404).end("<Error><Code>NoSuchKey</Code></Error>");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    ends.push(() => server.close());
    const run = await runCli(
      { ...openFolder(), env: awsAt(server.address() as AddressInfo) },
      "stop",
      ...reasons,
      "--store",
      "s3://bucket/reviews",
    );
    expect(run).toMatchObject({ code: 1, stdout: "" });
    expect(run.stderr).toContain("This store knows no conditional writes (If-None-Match): use AWS S3");
  });
});

describe("a directory that cannot be written to", () => {
  it.each([
    ["/proc/no-such/store", /Cannot .* in \/proc\/no-such\/store as .*no directory can be made there.*\(ENOENT\)/],
    ["/dev/null/store", /a file stands where a directory belongs.*\(ENOTDIR\)/],
  ])("ends the first write to %s with what to mend", async (store, said) => {
    const review = await runCli(openFolder(), "review", "--store", store);
    expect(review).toMatchObject({ code: 1, stderr: expect.stringMatching(said) as string });
  });

  it.each([
    ["nowhere", /a link leads nowhere: name a directory on a disk \(ENOENT\)/],
    ["itself", /its links lead in a circle: name a directory on a disk \(ELOOP\)/],
  ])("says of a link to %s that it is one", async (target, said) => {
    const place = openFolder();
    symlinkSync(target === "itself" ? join(place.folder, "store") : "/no/such", join(place.folder, "store"));
    const run = await runCli(place, "stop", ...reasons);
    expect(run).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(said) as string });
  });

  it("names a file that stands in its way", async () => {
    const place = openFolder();
    mkdirSync(join(place.folder, "store"));
    writeFileSync(join(place.folder, "store/checkpoints"), "");
    const run = await runCli(place, "stop", ...reasons);
    expect(run).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/a file where a directory belongs|a file stands/) as string,
    });
  });
});
