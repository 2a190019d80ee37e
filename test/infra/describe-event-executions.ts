import { pathToFileURL } from "node:url";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
} from "@aws-sdk/client-sfn";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { Context, SQSEvent } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { dayMs, isoInstant } from "../../functions/basics/time.ts";
import type { Config } from "../../functions/config/config.ts";
import { waitingEvents } from "../../functions/events/event-book.ts";
import type { Store } from "../../functions/review/ports.ts";
import { startSweep } from "../../functions/runtime/events/aws-services.ts";
import { workOffQueue } from "../../functions/runtime/events/lambda-events.ts";
import { systemClock } from "../../functions/runtime/system-clock.ts";
import { dateAt } from "../../functions/sandbox/company/company.ts";
import { type Sandbox, startSandbox } from "../../functions/sandbox/sandbox.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { sweeping } from "../config/valid.ts";
import { eventOf, keys, sealed, signedBy } from "../events/sent-event.ts";
import { motoStartMs } from "../moto-server.ts";
import { configOver, type Deployed, deploy, temporaryFolder } from "./deployed.ts";
import { definitionIn, execute } from "./executed-machine.ts";
import { synthesise } from "./synthesised.ts";

const deskText = `desk: { url: https://reviews.example.com, hosting: aws, signIn: { provider: feishu, credentials: secretsmanager:desk, tenant: ${keys.tenant} } }\n`;
const machine = definitionIn(synthesise(`${sweeping.replace("mode: report", "mode: enforce")}${deskText}events: {}\n`));

type Handler = (event: unknown, context: Context) => Promise<Record<string, unknown>>;

const handlerOf = async (stage: string): Promise<Handler> => {
  switch (stage) {
    case "snapshot":
      return (await import("../../functions/take-snapshot.ts")).handler;
    case "assess":
      return (await import("../../functions/assess-grants.ts")).handler;
    case "expire":
      return (await import("../../functions/expire-grants.ts")).handler;
    default:
      return (await import("../../functions/seal-evidence.ts")).handler;
  }
};

const context = (): Context =>
  ({ awsRequestId: crypto.randomUUID(), getRemainingTimeInMillis: () => 900_000 }) as Context;

let folder: ReturnType<typeof temporaryFolder>;
let aws: Deployed;
let sqs: SQSClient;
let sandbox: Sandbox;
let config: Config;
let store: Store;
let queueUrl: string;
let deadUrl: string;

/** Starts AWS and founds a company before the tests of a file. */
function setUp(): void {
  beforeAll(async () => {
    folder = temporaryFolder();
    aws = await deploy();
    for (const [name, value] of Object.entries(aws.environment)) vi.stubEnv(name, value);
    vi.stubEnv("POWERTOOLS_LOG_LEVEL", "SILENT");
    vi.stubEnv("POWERTOOLS_METRICS_DISABLED", "true");
    sqs = new SQSClient({});
    vi.useFakeTimers({ toFake: ["Date"], shouldAdvanceTime: true });
    await foundCompany();
  }, motoStartMs);
  afterAll(async () => {
    vi.useRealTimers();
    await sandbox.close();
    vi.unstubAllEnvs();
    folder.remove();
    await aws.stop();
  });
}

/** A company with one complete review, and the queues as the stack has them, but that a message is shown at once. */
const foundCompany = async (): Promise<void> => {
  sandbox = await startSandbox({ people: 40, pace: 60 });
  await aws.putSecret("people/read", sandbox.apps.read);
  await aws.putSecret("people/write", sandbox.apps.write);
  const { appId, encryptKey: eventEncryptKey, verificationToken: eventVerificationToken } = keys;
  await aws.putSecret("desk", { appId, appSecret: "a-secret", eventEncryptKey, eventVerificationToken });
  const signIn = {
    provider: "feishu" as const,
    baseUrl: sandbox.url,
    credentials: "secretsmanager:desk",
    tenant: keys.tenant,
  };
  config = configOver(sandbox, ["people"], (shipped) => {
    shipped.mode = "enforce";
    for (const rule of shipped.policy.rules) if (rule.id === "leaver") Object.assign(rule, { sweep: true });
    Object.assign(shipped.policy.guard, { maxExpiries: 100, maxShare: 1 });
    Object.assign(shipped.desk!, { url: "https://reviews.example.com", hosting: "aws", signIn });
    shipped.events = { baseUrl: sandbox.url, credentials: "secretsmanager:desk", tenant: keys.tenant, sources: null };
  });
  vi.stubEnv("CONFIG_FILE", pathToFileURL(folder.write("config.json", config)).href);
  const bucket = await aws.newBucket();
  vi.stubEnv("EVIDENCE_BUCKET", bucket);
  store = await aws.storeOf(bucket);
  const named = (name: string) => `${name}-${crypto.randomUUID()}.fifo`;
  const made = await sqs.send(new CreateQueueCommand({ QueueName: named("dead"), Attributes: { FifoQueue: "true" } }));
  deadUrl = made.QueueUrl!;
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: deadUrl, AttributeNames: ["QueueArn"] }),
  );
  const redrive = JSON.stringify({ deadLetterTargetArn: Attributes!.QueueArn, maxReceiveCount: 2 });
  const queue = await sqs.send(
    new CreateQueueCommand({
      QueueName: named("events"),
      Attributes: { FifoQueue: "true", VisibilityTimeout: "0", RedrivePolicy: redrive },
    }),
  );
  queueUrl = queue.QueueUrl!;
  vi.stubEnv("EVENT_QUEUE", queueUrl);
  const { stateMachineArn } = await new SFNClient({}).send(
    new CreateStateMachineCommand({
      name: `review-${crypto.randomUUID()}`,
      definition: JSON.stringify({ StartAt: "End", States: { End: { Type: "Succeed" } } }),
      roleArn: "arn:aws:iam::123456789012:role/machine",
    }),
  );
  vi.stubEnv("REVIEW_MACHINE", stateMachineArn!);
  await review({ source: "people", begin: true });
};

const review = (input: Record<string, unknown>) =>
  execute(machine, {
    input,
    invoke: async (stage, event) => {
      const answer = await (await handlerOf(stage))(event, context());
      if (typeof answer.lookAgainAt === "string") vi.setSystemTime(answer.lookAgainAt);
      // Lambda speaks JSON.
      return JSON.parse(JSON.stringify(answer));
    },
  });

const gone = new Set<string>();

/** An employee's id whose holder has something and works here, and who leaves now. */
const leave = (): string => {
  const now = sandbox.now();
  const { backgroundHolders } = sandbox.company;
  const here = backgroundHolders.filter((id) => !gone.has(id));
  const { holderId } = sandbox.grants().find((grant) => here.includes(grant.holderId))!;
  gone.add(holderId);
  sandbox.happen([{ op: "leave", at: now, holderId, lastDay: dateAt(now - dayMs) }]);
  return holderId;
};
const heldBy = (holderId: string) => sandbox.grants().filter((grant) => grant.holderId === holderId);

const left = (id: string, employee: string, createdMs = Date.now()) =>
  eventOf({
    id,
    type: "corehr.offboarding.status_updated_v2",
    event: { status: 3, employment_id: employee },
    created: String(createdMs),
  });

/** Sends the vendor's request through API Gateway; gives the status of the answer. */
const send = async (value: object, of = keys): Promise<number> => {
  const body = sealed(value, of);
  const { timestamp, nonce, signature } = signedBy(body, of);
  const { handler } = await import("../../functions/serve-desk.ts");
  const answer = await handler(
    {
      version: "2.0",
      routeKey: "$default",
      rawPath: "/events/feishu",
      rawQueryString: "",
      headers: {
        "content-type": "application/json",
        host: "reviews.example.com",
        "x-lark-request-timestamp": timestamp,
        "x-lark-request-nonce": nonce,
        "x-lark-signature": signature,
      },
      requestContext: { http: { method: "POST", path: "/events/feishu" }, domainName: "reviews.example.com" },
      body: Buffer.from(body).toString("base64"),
      isBase64Encoded: true,
    } as never,
    {} as never,
  );
  return (answer as { statusCode: number }).statusCode;
};

/** What Lambda does with the queue, once: a message whose function failed is shown again. */
const pump = async (work: (event: SQSEvent) => Promise<unknown> = workOff): Promise<number> => {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
  );
  if (Messages.length === 0) return 0;
  const isDone = await work({ Records: [] }).then(
    () => true,
    () => false,
  );
  for (const { ReceiptHandle } of isDone ? Messages : [])
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
  return Messages.length;
};
const workOff = async (event: SQSEvent): Promise<unknown> =>
  (await import("../../functions/work-off-events.ts")).handler(event, context());

const executions = async (): Promise<Record<string, unknown>[]> => {
  const sfn = new SFNClient({});
  const { executions: begun = [] } = await sfn.send(
    new ListExecutionsCommand({ stateMachineArn: process.env.REVIEW_MACHINE }),
  );
  const described = await Promise.all(
    begun.map(({ executionArn }) => sfn.send(new DescribeExecutionCommand({ executionArn }))),
  );
  const orders = described.map(({ input }) => JSON.parse(input!) as Record<string, unknown>);
  return orders.sort((a, b) => (String(a.review) < String(b.review) ? -1 : 1));
};

const waitingIds = async (): Promise<string[]> => (await waitingEvents(store)).map(({ id }) => id).sort();
const countIn = async (QueueUrl: string): Promise<number> => {
  const AttributeNames = ["ApproximateNumberOfMessages" as const];
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
  return Number(Attributes!.ApproximateNumberOfMessages);
};
const pass = (ms: number): void => void vi.setSystemTime(Date.now() + ms);

/** What any change of a handler or of the queue may break: a leaver's sweep, drift, and what cannot be worked off. */
export function describeEventExecutions(): void {
  describe("events of a desk that the stack serves, over the real handlers, a company, S3 and SQS", () => {
    setUp();

    it("sweeps a leaver within minutes, once, whatever is sent twice, late or forged; and the evidence holds", async () => {
      const leaver = leave();
      expect(await send(left("e1", leaver))).toBe(200);
      expect(await send(left("e1", leaver))).toBe(200);
      expect(await send(left("e2", leaver, Date.now() - 3 * dayMs))).toBe(200);
      expect(await send(left("e3", "7000000000000000001"), { ...keys, encryptKey: "another" })).toBe(401);
      expect(await waitingIds()).toEqual(["e1"]);
      // A moment later, as further events of the same person may come.
      await pump();
      expect(await executions()).toEqual([]);
      pass(2 * 60_000);
      await pump();
      const [order, ...others] = await executions();
      expect([order, others]).toEqual([
        { source: "people", sweep: true, holders: [leaver], review: expect.stringMatching(/-sweep$/) as string },
        [],
      ]);
      expect(await waitingIds()).toEqual([]);
      const { error } = await review(order!);
      expect(error).toBeNull();
      expect(heldBy(leaver)).toEqual([]);
      const sweep = String(order!.review);
      expect((await verifyEvidence({ store, source: "people", review: sweep }, null)).faults).toEqual([]);
      expect(await send(left("e1", leaver))).toBe(200);
      await pump();
      expect(await executions()).toHaveLength(1);
    });

    it("records drift at once, and the next report tells of it", async () => {
      const { roleId, holderId } = sandbox.grants()[0]!;
      const type = "corehr.org_role_authorization.updated_v1";
      const event = {
        role_id: roleId,
        management_scope_list: [{ management_dimension: "department", obj_id: "1" }],
        employment_id_list: [holderId],
      };
      expect(await send(eventOf({ id: "d1", type, event, created: String(Date.now()) }))).toBe(200);
      await pump();
      const record = await store.getJson(`drift/people/${isoInstant(Date.now()).slice(0, 7)}/d1.json`);
      expect(record).toMatchObject({ kind: "drift", roleId, event: "d1" });
    });

    it("keeps apart what cannot be worked off, and does it once the message is moved back", async () => {
      const begun = (await executions()).length;
      await send(left("g1", leave()));
      pass(2 * 60_000);
      const bucket = process.env.EVIDENCE_BUCKET!;
      vi.stubEnv("EVIDENCE_BUCKET", "no-such-bucket");
      for (let tries = 0; tries < 4; tries += 1) await pump();
      expect([await countIn(queueUrl), await countIn(deadUrl)]).toEqual([0, 1]);
      vi.stubEnv("EVIDENCE_BUCKET", bucket);
      expect(await waitingIds()).toEqual(["g1"]);
      const moved = {
        QueueUrl: queueUrl,
        MessageBody: "{}",
        MessageGroupId: "events",
        MessageDeduplicationId: "moved",
      };
      await sqs.send(new SendMessageCommand(moved));
      await pump();
      expect(await executions()).toHaveLength(begun + 1);
    });
  });
}

/** What costs two sweeps more. Without S3 and SQS, order-sweep.test.ts and work.test.ts test each part of it. */
export function describeRareEventExecutions(): void {
  describe("events of a desk that the stack serves, in rarer cases", () => {
    setUp();

    it("begins one sweep though a worker is killed right after it, and the next only once that one is sealed", async () => {
      const begun = (await executions()).length;
      const [one, other] = [leave(), leave()];
      await send(left("f1", one));
      pass(2 * 60_000);
      const killed: Store = {
        ...store,
        create: (key, body) =>
          key.includes("_events/seen/") ? Promise.reject(new Error("killed")) : store.create(key, body),
      };
      await pump(() =>
        workOffQueue(config, {
          store: killed,
          clock: systemClock,
          queue: { wake: async () => {} },
          startSweep: (order) => startSweep(process.env, order),
          shouldStop: () => false,
          ring: () => {},
          note: () => {},
        }),
      );
      expect([await waitingIds(), await countIn(queueUrl)]).toEqual([["f1"], 1]);
      await send(left("f2", other));
      await pump();
      pass(2 * 60_000);
      await pump();
      const [order, ...none] = (await executions()).slice(begun);
      expect([await waitingIds(), none]).toEqual([["f2"], []]);
      await review(order!);
      pass(2 * 60_000);
      await pump();
      expect(await waitingIds()).toEqual([]);
      const [next, ...more] = (await executions()).slice(begun + 1);
      expect(more).toEqual([]);
      await review(next!);
      expect([...heldBy(one), ...heldBy(other)]).toEqual([]);
    });
  });
}
