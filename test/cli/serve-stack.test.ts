import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import {
  CreateBucketCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HomeModel, ReviewModel } from "../../functions/desk/model.ts";
import { parseEvent } from "../../functions/runtime/lambda-event.ts";
import { toIdType } from "../../functions/sandbox/company/ids.ts";
import { type Sandbox, startSandbox } from "../../functions/sandbox/sandbox.ts";
import { type MotoServer, motoStartMs, startMoto } from "../moto-server.ts";
import { jsonOf, type Place, type RunningCli, runCli, startCli } from "./cli-process.ts";
import { openBrowser } from "./desk-browser.ts";
import { makeFolder } from "./reviewed-company.ts";

const bucket = "evidence-of-a-stack";
const store = ["--store", `s3://${bucket}`];
const webhook = JSON.stringify({ url: "https://open.feishu.cn/open-apis/bot/v2/hook/nobody" });

type Invocation = { name: string; type: string; event: Record<string, unknown> };

/** Lambda, as far as somebody invokes it: it says what each function was asked. */
const serveLambda = async (): Promise<{ endpoint: string; invoked: Invocation[]; server: Server }> => {
  const invoked: Invocation[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const name = /functions\/([^/]+)\/invocations/.exec(request.url ?? "")?.[1] ?? "";
    const event = JSON.parse(Buffer.concat(chunks).toString()) as Invocation["event"];
    const type = String(request.headers["x-amz-invocation-type"]);
    invoked.push({ name, type, event });
    response.writeHead(type === "Event" ? 202 : 200).end(type === "Event" ? "" : "{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, invoked, server };
};

describe("serve --stack", () => {
  let moto: MotoServer;
  let sandbox: Sandbox;
  let lambda: Awaited<ReturnType<typeof serveLambda>>;
  let place: ReturnType<typeof makeFolder>;
  let serving: RunningCli;
  let there: Place;
  let url: string;
  let s3: S3Client;

  /** Whoever reviews most, and so may do everything here. */
  let manager = "";

  const configFor = (subject: string): string => `
language: en
sources:
  - id: people
    provider: feishu-corehr
    baseUrl: ${sandbox.url}
    credentials: { read: env:READ_APP, write: env:WRITE_APP }
    pace: 600
    reviewers: { order: [manager] }
policy:
  decideWithinDays: 14
  guard: { maxExpiries: 1 }
  rules:
    - id: leaver
      when: holder.status == "left"
      then: expire
      overridable: false
      reason: { en: Has left, zh: 已离职 }
    - id: quarterly
      when: holder.status == "active"
      then: flag
      reason: { en: Each is confirmed, zh: 逐项确认 }
mode: enforce
messages: [{ to: feishu-webhook, credentials: env:HOOK }]
desk:
  url: http://127.0.0.1:8443
  hosting: self
  signIn: { provider: feishu, baseUrl: "${sandbox.url}", credentials: env:DESK, tenant: ${sandbox.desk.tenant} }
  operators: [${subject}]
  approvers: [${subject}]
aws: { retention: { mode: governance, days: 100 } }
`;

  beforeAll(async () => {
    [moto, sandbox, lambda] = await Promise.all([startMoto(), startSandbox({ people: 40, pace: 600 }), serveLambda()]);
    place = makeFolder();
    const { DESK, ...env } = {
      ...moto.environment,
      AWS_ENDPOINT_URL_LAMBDA: lambda.endpoint,
      DESK: JSON.stringify({ appId: sandbox.desk.appId, appSecret: sandbox.desk.appSecret }),
    };
    there = { folder: place.folder, env: { ...env, DESK } };
    const { AWS_ENDPOINT_URL: endpoint, AWS_REGION: region } = moto.environment;
    const credentials = { accessKeyId: "testing", secretAccessKey: "testing" };
    s3 = new S3Client({ endpoint: endpoint!, region: region!, credentials, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
    const file = join(place.folder, "access-review.yaml");
    writeFileSync(file, configFor("on_nobody"));
    const reviewing = { ...there, env: { ...there.env, HOOK: webhook } };
    const reviewed = await runCli(reviewing, "snapshot", ...store, "--review", "2026-10-01T020000Z", "--json");
    expect(reviewed).toMatchObject({ code: 0 });
    await runCli(reviewing, "assess", ...store, "--json");
    const { sources } = jsonOf(await runCli(reviewing, "status", ...store, "--json")) as {
      sources: { reviewers: { id: string | null }[] }[];
    };
    manager = sources[0]!.reviewers.find(({ id }) => id !== null)!.id!;
    writeFileSync(file, configFor(toIdType(manager, "union_id")));
    // Without the secret of the webhook: messages are the stack's.
    serving = startCli(there, ["serve", "--port", "0", "--stack", "AccessReview", ...store]);
    url = await serving.printed(/The desk: (http:\S+) /);
  }, motoStartMs);
  afterAll(async () => {
    serving.kill("SIGKILL");
    await serving.ended;
    place.remove();
    lambda.server.close();
    await Promise.all([sandbox.close(), moto.stop()]);
  });

  const keysBelow = async (prefix: string): Promise<string[]> => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
    return Contents.map(({ Key }) => Key!);
  };

  it("takes decisions and approvals into the bucket as its policy wants them: locked, tagged, and nothing beside", async () => {
    const probesBefore = await keysBelow("checkpoints/_probe");
    const browser = openBrowser();
    expect((await browser.signIn(url, manager)).status).toBe(302);
    const { tasks, heldPlans } = (await (await browser.go(`${url}/`)).json()) as HomeModel;
    const { path } = tasks[0]!;
    const { rows, decisionsPath } = (await (await browser.go(`${url}${path}`)).json()) as ReviewModel;
    const row = rows.find(({ effects }) => effects.revoke.code !== "own")!;
    const decisions = [{ grantId: row.grantId, seen: row.seen, decision: "revoke", reason: "not needed" }];
    const decided = await browser.post(`${url}${decisionsPath}`, { requestId: "request-of-stack", decisions });
    expect(decided.status).toBe(201);
    const { planHash, approvePath } = heldPlans[0]!;
    const approved = await browser.post(`${url}${approvePath}`, { planHash, reason: "looked at all" });
    expect(approved.status).toBe(201);
    const [approval, ...others] = await keysBelow("reviews/people/2026-10-01T020000Z/approvals/");
    expect(others).toEqual([]);
    const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: approval }));
    expect(head.ObjectLockMode).toBe("GOVERNANCE");
    const [agreed] = await keysBelow("checkpoints/people/2026-10-01T020000Z/desk/");
    const { TagSet = [] } = await s3.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: agreed }));
    expect(TagSet).toEqual([{ Key: "access-review", Value: "checkpoint" }]);
    expect(await keysBelow("decisions/people/signed/")).toHaveLength(1);
    // The proof that a place honours conditions is a write that the stack's bucket refuses.
    expect(await keysBelow("checkpoints/_probe")).toEqual(probesBefore);
    expect(await keysBelow("reviews/people/2026-10-01T020000Z/messages/")).toEqual([]);
  });

  it("stops, resumes, tells and reminds by the stack's functions, by events that they take", async () => {
    const browser = openBrowser();
    await browser.signIn(url, manager);
    const from = lambda.invoked.length;
    const reason = "an audit";
    expect((await browser.post(`${url}/sources/people/stop`, { reason })).status).toBe(200);
    expect((await browser.post(`${url}/sources/people/resume`, { reason })).status).toBe(200);
    expect((await browser.post(`${url}/reviews/people/2026-10-01T020000Z/remind`, {})).status).toBe(200);
    const invoked = lambda.invoked.slice(from);
    const by = expect.stringContaining(`(${toIdType(manager, "union_id")})`) as string;
    expect(invoked).toEqual([
      { name: "AccessReview-stop", type: "RequestResponse", event: { source: "people", stop: true, by, reason } },
      { name: "AccessReview-send", type: "Event", event: { source: "people" } },
      { name: "AccessReview-stop", type: "RequestResponse", event: { source: "people", resume: true, by, reason } },
      { name: "AccessReview-send", type: "Event", event: { source: "people" } },
      {
        name: "AccessReview-send",
        type: "Event",
        event: { source: "people", review: "2026-10-01T020000Z", remind: true },
      },
    ]);
    for (const { name, event } of invoked) {
      const fields = name.endsWith("stop") ? (["stop", "resume", "by", "reason"] as const) : (["remind"] as const);
      expect(() => parseEvent(event, fields)).not.toThrow();
    }
  });

  it("is refused over a directory, and with a sign-in or events that no stack has (2)", async () => {
    const run = await runCli(there, "serve", "--stack", "AccessReview", "--store", "reviews");
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining("--stack means the bucket of a stack")]);
  });
});
