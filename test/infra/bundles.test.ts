import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { CreateTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parseConfig } from "../../functions/config/parse-config.ts";
import { checkpointKey, reviewKeys } from "../../functions/review/keys.ts";
import { readApp } from "../../functions/sandbox/feishu/apps.ts";
import { type Sandbox, startSandbox } from "../../functions/sandbox/sandbox.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { stageEntries } from "../../infra/stage-function.ts";
import { valid } from "../config/valid.ts";
import { motoStartMs } from "../moto-server.ts";
import { expectationNow } from "../sandbox/expectation.ts";
import {
  type Bundles,
  bundle,
  codeFiles,
  coldFiles,
  contentsOf,
  emittedIn,
  figuresIn,
  type Invoked,
  invoke,
  invokeWarm,
  sourcesOf,
  stages,
} from "./bundled.ts";
import { configOver, type Deployed, deploy } from "./deployed.ts";
import { describeRefusals } from "./describe-refusals.ts";

/** What shells and JSON would each like to have their way with. */
const reason = `it's "half" of $HOME & 50 % 已收回`;

const review = "2026-10-01T020000Z";

const projectFolder = join(import.meta.dirname, "../..");

/** The module that does a function's work, by its path. */
const workOf = (stage: string): string => {
  if (stage === "approve") return "functions/ledger/plans.ts";
  if (stage === "stop") return "functions/ledger/stop.ts";
  return `functions/stages/${stage}/${entryOf(stage)}`;
};

const entryOf = (stage: string): string => stageEntries[stage as keyof typeof stageEntries];

/** The functions that call a provider or send messages, and so read secrets. */
const callers = stages.filter((stage) => !["assess", "approve", "stop"].includes(stage));

const deskUrl = "https://reviews.example.com";
const deskText = `desk: { url: ${deskUrl}, hosting: aws, signIn: { provider: feishu, credentials: secretsmanager:desk, tenant: t } }\nevents: {}\n`;

let bundles: Bundles;
let aws: Deployed;
let sandbox: Sandbox;

beforeAll(async () => {
  const told = 'messages:\n  - { to: sns, topicArn: "arn:aws:sns:us-east-1:123456789012:access-reviews" }\n';
  const parsed = parseConfig(valid.replace("zh: 已收回", `zh: ${JSON.stringify(reason)}`) + told + deskText);
  if ("faults" in parsed) throw new Error(JSON.stringify(parsed.faults));
  bundles = bundle(parsed.config);
  aws = await deploy();
  for (const [name, value] of Object.entries(aws.environment)) vi.stubEnv(name, value);
  sandbox = await startSandbox({ people: 40, pace: 60 });
}, motoStartMs);
afterAll(async () => {
  vi.unstubAllEnvs();
  await sandbox.close();
  await aws.stop();
  bundles.remove();
});

const all = async (keys: AsyncIterable<string>): Promise<string[]> => {
  const list: string[] = [];
  for await (const key of keys) list.push(key);
  return list;
};

/** A bundle's modules: those that a cold start reads, and all there are. */
const codeOf = (stage: string): { cold: string; all: string } => {
  const folder = bundles.folderOf(stage);
  return { cold: textOf(coldFiles(folder)), all: textOf(codeFiles(folder)) };
};

const textOf = (files: string[]): string => files.map((file) => readFileSync(file, "utf8")).join("\n");

describe("createStageFunction()", () => {
  it("puts the configuration beside each bundle, where the stage finds it, and says where in the TypeScript an error was thrown, where Node is told to read source maps", async () => {
    for (const stage of stages) {
      expect(JSON.parse(readFileSync(join(bundles.folderOf(stage), "config.json"), "utf8"))).toMatchObject({
        sources: [{ id: "people" }],
        policy: { rules: [{ reason: { zh: reason } }] },
      });
    }
    const environment = { NODE_OPTIONS: "--enable-source-maps" };
    const { error, said } = await invoke(bundles, "snapshot", { event: { source: "nobody" }, environment });
    expect(error?.message).toBe("Cannot find source nobody: the configuration has people");
    const [, path, line] = /\/(functions\/[\w/-]+\.ts):(\d+):\d+/.exec(said)!;
    const lines = readFileSync(join(projectFolder, path!), "utf8").split("\n");
    expect(
      lines
        .slice(Number(line) - 1)
        .join("\n")
        .trim(),
    ).toMatch(/^(if .* )?throw new Error\(\s*`Cannot find source/);
  });

  it.each(stages)("bundles %s in less than 2 MB, of which a cold start reads less than 0.5", (stage) => {
    const { all, cold } = codeOf(stage);
    expect(Buffer.byteLength(all)).toBeLessThan(2_000_000);
    expect(Buffer.byteLength(cold)).toBeLessThan(500_000);
  });

  it.each(stages)("bundles %s of the product and libraries alone: no embedded company, no command line", (stage) => {
    const sources = sourcesOf(bundles.folderOf(stage));
    expect(sources).toContain(workOf(stage));
    // A path from another folder would be the machine's that bundled it, and another bundle on each.
    const isShipped = (path: string) => /^(functions|node_modules)\//.test(path);
    expect(sources.filter((path) => !isShipped(path))).toEqual([]);
    const notForLambda = /^functions\/(sandbox|cli)[/.]|^node_modules\/(aws-cdk-lib|esbuild|vitest)\//;
    expect(sources.filter((path) => notForLambda.test(path))).toEqual([]);
  });

  it("parses no YAML in Lambda, calls no provider where none is called, and brings rules along only where they are judged", () => {
    const stagesWith = (word: string): string[] => stages.filter((stage) => codeOf(stage).all.includes(word));
    expect(stagesWith("YAMLParseError")).toEqual([]);
    expect(stagesWith("GetSecretValue")).toEqual(callers);
    expect(stagesWith("tenant_access_token")).toEqual(callers);
    expect(stagesWith("EvaluationError")).toEqual(["assess", "expire"]);
    expect(stagesWith("GetPublicKey")).toEqual(["seal"]);
  });

  it("reads no more at a cold start than the store, its figures and what every invocation does", () => {
    const coldWith = (word: string): string[] => stages.filter((stage) => codeOf(stage).cold.includes(word));
    expect(coldWith("ListObjectsV2")).toEqual(stages);
    // Of Secrets Manager, KMS, providers and messages, HTML, a parser of CSV and the language of rules.
    const later = [
      "secretsmanager-fips",
      "TrentService",
      "tenant_access_token",
      "</html>",
      "CSV_INVALID",
      "EvaluationError",
    ];
    const laterIn = (text: string): string[] => later.filter((word) => text.includes(word));
    expect(laterIn(stages.map((stage) => codeOf(stage).all).join())).toEqual(later);
    expect(laterIn(stages.map((stage) => codeOf(stage).cold).join())).toEqual([]);
  });

  it.each(stages)(
    "writes what a cold start of %s reads in characters of a byte each, as V8 reads them fastest",
    (stage) => {
      // Latin-1: a regular expression cannot always be written in ASCII.
      expect(/[\u0100-\uffff]/.exec(codeOf(stage).cold)).toBe(null);
    },
  );

  it("loads no stage with another", async () => {
    const entries = stages.map((stage) => `functions/${entryOf(stage)}`);
    const { metafile } = await build({
      entryPoints: entries,
      absWorkingDir: projectFolder,
      bundle: true,
      platform: "node",
      format: "esm",
      write: false,
      metafile: true,
      packages: "external",
      outdir: "nowhere",
    });
    const inputsOf = (entry: string): Set<string> => {
      const reached = new Set([entry]);
      for (const path of reached)
        for (const { path: imported } of metafile.inputs[path]?.imports ?? []) reached.add(imported);
      return reached;
    };
    const isStage = (path: string): boolean => path.startsWith("functions/stages/");
    const works = stages.map(workOf).filter(isStage);
    for (const [at, entry] of entries.entries()) {
      const inputs = inputsOf(entry);
      expect(inputs).toContain(workOf(stages[at]!));
      expect(works.filter((path) => path !== workOf(stages[at]!) && inputs.has(path))).toEqual([]);
    }
  });
});

/** A request as API Gateway hands it on. */
const requestOf = (path: string, headers: Record<string, string> = {}) => ({
  version: "2.0",
  routeKey: "$default",
  rawPath: path,
  rawQueryString: "",
  headers: { host: "reviews.example.com", accept: "text/html", ...headers },
  requestContext: {
    domainName: "reviews.example.com",
    http: { method: "GET", path, protocol: "HTTP/1.1" },
    requestId: "1",
  },
  isBase64Encoded: false,
});

describe("the desk's bundle", () => {
  const ask = async (paths: string[], environment: Record<string, string>) => {
    const invoked = await invokeWarm(bundles, "desk", { events: paths.map((path) => requestOf(path)), environment });
    return invoked.map(({ answer, said }) => {
      const answered = answer as {
        statusCode: number;
        headers: Record<string, string>;
        body: string;
        cookies?: string[];
      };
      return { ...answered, said };
    });
  };
  beforeAll(() => {
    const config = configOver(sandbox, ["people"]);
    const signIn = {
      provider: "feishu" as const,
      baseUrl: sandbox.url,
      credentials: "secretsmanager:desk",
      tenant: "t",
    };
    bundles.configure({ ...config, desk: { ...config.desk!, url: deskUrl, hosting: "aws", signIn } });
  });

  it("is read at a cold start in less than 700 kB, without pages and the report, and has nothing that reads a configuration or removes", () => {
    const { all, cold } = codeOf("desk");
    expect(Buffer.byteLength(cold)).toBeLessThan(700_000);
    expect(cold).not.toContain("</html>");
    for (const word of ["YAMLParseError", "GetPublicKey", "CSV_INVALID_CLOSING"]) expect(cold).not.toContain(word);
    expect(all).not.toContain("YAMLParseError");
    const sources = sourcesOf(bundles.folderOf("desk"));
    expect(sources).toContain("functions/desk/app.ts");
    expect(
      sources.filter((path) => /^functions\/(sandbox|cli|stages\/(expire|restore|seal|snapshot))[/.]/.test(path)),
    ).toEqual([]);
  });

  it("says that it is not available where its secret is not to be read, and what is wrong in its log alone", async () => {
    const bucket = await aws.newBucket();
    await aws.putSecret("desk", { appId: "cli_x", canary: "a-secret-that-must-never-be-seen" });
    const [refused] = await ask(["/health"], environmentOf(bucket));
    expect([refused!.statusCode, refused!.body]).toEqual([503, expect.stringContaining("try again in a minute")]);
    expect(refused!.said).toMatch(/"level":"ERROR".*appSecret is missing/);
    expect(JSON.stringify(refused)).not.toContain("must-never-be-seen");
  });

  it("answers its health, leads whoever is not signed in to the sign-in, and that to the provider", async () => {
    const environment = environmentOf(await aws.newBucket());
    await aws.putSecret("desk", { appId: sandbox.desk.appId, appSecret: sandbox.desk.appSecret });
    const [health, anybody, begun] = await ask(["/health", "/", "/sign-in"], environment);
    expect(JSON.parse(health!.body)).toEqual({ status: "ok" });
    expect(anybody!.statusCode).toBe(401);
    expect(begun!.statusCode).toBe(302);
    expect(new URL(begun!.headers.location!).searchParams.get("redirect_uri")).toBe(`${deskUrl}/signed-in`);
    expect(begun!.cookies!.join()).toMatch(/^__Host-desk-sign-in=.*Secure/);
  });
});

describe("the bundle of the function that works events off", () => {
  it("is small, has nothing of the stages and of the desk's pages, and answers that nothing waits", async () => {
    const { all, cold } = codeOf("events");
    expect(Buffer.byteLength(all)).toBeLessThan(2_000_000);
    expect(Buffer.byteLength(cold)).toBeLessThan(500_000);
    const sources = sourcesOf(bundles.folderOf("events"));
    expect(sources).toContain("functions/events/work.ts");
    expect(sources.filter((path) => /^functions\/(sandbox|cli|desk\/pages|stages)[/.]/.test(path))).toEqual([]);
    const environment = {
      ...environmentOf(await aws.newBucket()),
      EVENT_QUEUE: "https://sqs.us-east-1.amazonaws.com/123456789012/events.fifo",
    };
    const { answer, error } = await invoke(bundles, "events", { event: { Records: [] }, environment });
    expect([answer, error]).toEqual([{ status: "done", worked: 0, failedEvents: 0 }, null]);
  });
});

const [firstSecret, rotatedSecret] = [readApp.appSecret, "sandbox-read-secret-2"];
afterAll(() => {
  readApp.appSecret = firstSecret;
});

const environmentOf = (bucket: string): Record<string, string> => ({ ...aws.environment, EVIDENCE_BUCKET: bucket });

describe("the bundles, each in a process of its own, over Secrets Manager, KMS and S3", () => {
  const canary = "a-secret-that-must-never-be-seen";
  const said: Invoked[] = [];
  let bucket = "";
  let environment: Record<string, string> = {};
  const call = async (stage: string, more: object = {}): Promise<Invoked> => {
    const invoked = await invoke(bundles, stage, { event: { source: "people", review, ...more }, environment });
    said.push(invoked);
    return invoked;
  };

  /** The vendor's console gives the read app another secret, and somebody enters it. */
  const rotate = async (): Promise<void> => {
    readApp.appSecret = rotatedSecret;
    await aws.putSecret("people/read", { ...readApp, canary });
  };

  beforeAll(async () => {
    bundles.configure(configOver(sandbox, ["people"]));
    bucket = await aws.newBucket();
    await aws.putSecret("people/read", { ...sandbox.apps.read, canary });
    await aws.putSecret("people/write", { ...sandbox.apps.write, canary });
    environment = environmentOf(bucket);
  });

  it("live a whole review, whose secret is rotated in the middle, and undo it", async () => {
    const revocations = expectationNow(sandbox).revoked.length;
    expect((await call("snapshot")).answer).toMatchObject({ source: "people", review, status: "done" });
    expect((await call("assess")).answer).toMatchObject({ status: "done", items: expect.any(Number) });
    await rotate();
    expect((await call("stop", { stop: true, by: "Lin", reason: "looking" })).answer).toMatchObject({
      stopped: true,
    });
    const stopped = (await call("expire")).answer;
    expect(stopped).toMatchObject({ status: "held", limits: [{ name: "stopped" }] });
    expect(stopped?.notice).toContain(`--payload '{"source":"people","resume":true,"by":"NAME","reason":"WHY"}'`);
    expect((await call("stop", { resume: true, by: "Lin", reason: "looked" })).answer).toMatchObject({
      stopped: false,
    });
    expect((await call("expire")).answer).toMatchObject({ status: "done", revoked: revocations });
    expect((await call("seal")).answer).toMatchObject({ status: "done", balanced: true, revoked: revocations });
    expect((await call("restore", { all: true, by: "Lin", reason: "a mistake" })).answer).toMatchObject({
      status: "done",
    });
    expect((await call("seal", { overdueAfterDays: 10 })).answer).toMatchObject({ overdueDays: 0, notSealedDays: 0 });
    expect(said.map(({ error }) => error)).toEqual(said.map(() => null));
  });

  it("check by the stack's own secrets whether reviews could read and remove, and tell people, without a write or a message", async () => {
    await aws.putSecret("hook", { ...sandbox.webhook, canary });
    // Whoever decides last in the shipped company has left this one, which is another.
    const config = configOver(sandbox, ["people"], ({ sources }) => {
      for (const source of sources) {
        const { reviewers } = source as { reviewers: object };
        Object.assign(source, { reviewers: { ...reviewers, order: ["manager"], fallback: null } });
      }
    });
    bundles.configure({
      ...config,
      messages: [{ to: "feishu-webhook", credentials: "secretsmanager:hook", occasions: ["ended"] }],
    });
    const { answer, error } = await call("check");
    expect(error).toBeNull();
    expect(answer).toMatchObject({ source: "people", status: "done", missing: 0 });
    const { checks } = answer as { checks: { call: string; passed: boolean }[] };
    expect(checks.length).toBeGreaterThan(5);
    expect(checks.at(-1)!.call).toMatch(/^feishu-webhook /);
    expect(sandbox.chat.messages).toEqual([]);
  });

  it("tell people by every way there is, of the end of that review", async () => {
    await aws.putSecret("bot", { ...sandbox.bot, canary });
    await aws.putSecret("hook", { ...sandbox.webhook, canary });
    const { TopicArn } = await new SNSClient({}).send(new CreateTopicCommand({ Name: "access-reviews" }));
    const occasions = ["ended" as const];
    bundles.configure({
      ...configOver(sandbox, ["people"]),
      messages: [
        {
          to: "feishu-chat",
          chatId: sandbox.chat.chatId,
          baseUrl: sandbox.url,
          credentials: "secretsmanager:bot",
          occasions,
        },
        { to: "feishu-webhook", credentials: "secretsmanager:hook", occasions },
        { to: "sns", topicArn: TopicArn!, occasions },
        { to: "feishu-webhook", credentials: "secretsmanager:nobodys", occasions },
      ],
    });
    const event = { source: "people", review };
    const [sent, again] = await invokeWarm(bundles, "send", { events: [event, event], environment });
    said.push(sent!);
    const { answer } = sent!;
    expect(answer).toMatchObject({ status: "done", messagesSent: 3, messagesFailed: 1 });
    expect(answer?.messageFaults).toEqual([expect.stringContaining("Create the secret nobodys")]);
    expect(sandbox.chat.messages.map(({ via }) => via)).toEqual(["app", "webhook"]);
    expect(again!.answer).toMatchObject({ messagesSent: 0, messagesFailed: 0 });
  });

  it("lock all that lies under reviews/, so that S3 refuses to delete it, and nothing else", async () => {
    const client = new S3Client({});
    const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
    const locks = await Promise.all(
      Versions.map(async ({ Key, VersionId }) => {
        const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key, VersionId }));
        return { Key: Key!, lock: head.ObjectLockMode };
      }),
    );
    expect(locks.length).toBeGreaterThan(10);
    expect(locks.filter(({ Key, lock }) => Key.startsWith("reviews/") !== (lock === "GOVERNANCE"))).toEqual([]);
    const evidence = { Bucket: bucket, Key: reviewKeys("people", review).evidence };
    const { VersionId } = await client.send(new GetObjectCommand(evidence));
    await expect(client.send(new DeleteObjectCommand({ ...evidence, VersionId }))).rejects.toThrow(
      /AccessDenied|Access Denied|WORM/i,
    );
    const again = new PutObjectCommand({ ...evidence, Body: "other", IfNoneMatch: "*" });
    await expect(client.send(again)).rejects.toMatchObject({ name: "PreconditionFailed" });
  });

  it("tag the checkpoints of reviews, which the bucket lets go, and neither leases nor what is for ever", async () => {
    const client = new S3Client({});
    const keys = await all((await aws.storeOf(bucket)).list(""));
    const tagged: string[] = [];
    for (const Key of keys) {
      const { TagSet = [] } = await client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key }));
      if (TagSet.some((tag) => tag.Key === "access-review" && tag.Value === "checkpoint")) tagged.push(Key);
    }
    expect(tagged).toContain(checkpointKey("people", review, "snapshot.json"));
    expect(tagged).toEqual(keys.filter((key) => key.startsWith(`checkpoints/people/${review.slice(0, 1)}`)));
    expect(keys.filter((key) => key.startsWith("checkpoints/_leases/"))).not.toEqual([]);
  });

  it("say in figures how it went", () => {
    const figuresOf = (status: string) => figuresIn(said.find(({ answer }) => answer && status in answer)!.said);
    expect(figuresOf("holders")).toMatchObject({
      incomplete: 0,
      failures: 0,
      rateLimitRefusals: 0,
      calls: expect.any(Number),
    });
    expect(figuresOf("findings")).toMatchObject({ brakeTripped: 0, findings: expect.any(Number) });
    expect(figuresOf("balanced")).toMatchObject({ unresolved: 0, unbalanced: 0, durationMs: expect.any(Number) });
    expect(figuresOf("overdueDays")).toMatchObject({ overdueDays: 0 });
    const overAll = emittedIn(said.map((each) => each.said).join("\n")).filter((line) => !line.source && !line.stage);
    const names = overAll.flatMap((line) =>
      Object.keys(line).filter((key) => !["_aws", "service", "stack"].includes(key)),
    );
    expect([...new Set(names)].sort()).toEqual([
      "LeaverHours",
      "acts",
      "badDecisionFiles",
      "brakeTripped",
      "incomplete",
      "messagesFailed",
      "notBegunDays",
      "notSealedDays",
      "notSweptDays",
      "stopped",
      "unbalanced",
      "unresolved",
    ]);
  });

  it("show a secret nowhere: neither in what they say nor in what they store", async () => {
    const { read, write } = sandbox.apps;
    const everything = JSON.stringify(said) + (await contentsOf(aws, bucket));
    expect(everything).toContain(read.appId);
    for (const secret of [canary, firstSecret, rotatedSecret, write.appSecret])
      expect(everything).not.toContain(secret);
    expect(everything).not.toMatch(/t-g[0-9a-f]{20}|Bearer /);
  });

  it("say nobody's name nor e-mail in logs", async () => {
    const [, name, email] = /"name":"([^"]+)","email":"([^"]+@[^"]+)"/.exec(await contentsOf(aws, bucket))!;
    expect(JSON.stringify(said)).not.toContain(name!);
    expect(JSON.stringify(said)).not.toContain(email!);
  });
});

describe("the bundles, where the configuration wants ids alone, over a review that is open while the next is asked for", () => {
  const earlier = "2026-07-01T020000Z";
  let environment: Record<string, string> = {};
  let bucket = "";
  const call = (stage: string, more: object): Promise<Invoked> =>
    invoke(bundles, stage, { event: { source: "people", ...more }, environment });

  it("do not begin that one before the state machine has seal close the earlier, and keep no name nor e-mail", async () => {
    await aws.putSecret("people/read", readApp);
    const { KeyMetadata } = await new KMSClient({}).send(
      new CreateKeyCommand({ KeyUsage: "SIGN_VERIFY", KeySpec: "ECC_NIST_P256" }),
    );
    bucket = await aws.newBucket();
    environment = { ...environmentOf(bucket), SIGNING_KEY: KeyMetadata!.Arn! };
    // Without removals, as moto signs no digest, and longer evidence than 4,096 bytes is signed by that.
    bundles.configure({ ...configOver(sandbox, ["people"]), mode: "report", people: "ids" });
    for (const stage of ["snapshot", "assess"]) expect((await call(stage, { review: earlier })).error).toBeNull();
    const refused = await call("snapshot", { review });
    expect(refused.error?.message).toContain(`as ${earlier} is open: seal that one first`);
    expect((await call("seal", { review, earlier: true })).answer).toMatchObject({ sealedEarlier: 1 });
    const kept = await contentsOf(aws, bucket);
    expect(kept).toContain('"name":null,"email":null');
    expect(kept).not.toMatch(/@[a-z]+\.(com|example)/);
  });

  it("sign the evidence, which verify sees offline", async () => {
    const store = await aws.storeOf(bucket);
    const verified = await verifyEvidence({ store, source: "people", review: earlier }, null);
    expect(verified).toMatchObject({ faults: [], signedBy: expect.any(String) });
  });
});

describeRefusals(() => ({ bundles, aws, sandbox }), "one of each kind");
