import { Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { describe, expect, it } from "vitest";
import { refuseOnAws } from "../../functions/config/deployable.ts";
import { parseConfig } from "../../functions/config/parse-config.ts";
import { sweeping } from "../config/valid.ts";
import { definitionIn, execute } from "./executed-machine.ts";
import { decideIn } from "./iam-evaluator.ts";
import { allowedTo, appOver, resourcesOf, synthesise } from "./synthesised.ts";

const deskOf = (hosting: string): string =>
  `desk: { url: https://reviews.example.com, hosting: ${hosting}, signIn: { provider: feishu, credentials: secretsmanager:desk/app, tenant: 2ed263bf32cf1651 } }\n`;
const text = `${sweeping.replace("mode: report", "mode: enforce")}${deskOf("aws")}events: {}\n`;
const admin = "arn:aws:iam::123456789012:role/admin";

const template = synthesise(text);
const decide = decideIn(template, { [admin]: [{ Effect: "Allow" as const, Action: "*", Resource: "*" }] });
const idOf = (type: string, prefix: string): string =>
  resourcesOf(template, type).find(([id]) => id.startsWith(prefix))![0];
const bucket = `<${idOf("AWS::S3::Bucket", "evidence")}.Arn>`;
const roles = resourcesOf(template, "AWS::IAM::Role")
  .map(([id]) => /^([a-z]+)role/.exec(id)?.[1])
  .filter((name) => name !== undefined);
const once = { "s3:if-none-match": "*" };

/** Whoever may do it, of all functions and an administrator. */
const allowed = (action: string, key: string, context: Record<string, string> = {}): string[] =>
  [...roles, admin].filter(
    (name) =>
      decide({
        principal: name === admin ? admin : idOf("AWS::IAM::Role", `${name}role`),
        action: `s3:${action}`,
        resource: `${bucket}/${key}`,
        context,
      }) === "allow",
  );

const queueOf = (prefix: string) =>
  resourcesOf(template, "AWS::SQS::Queue").find(([id]) => id.startsWith(prefix))! as [string, { Properties: object }];

describe("a stack whose desk receives events", () => {
  it("is refused no more, and wants the keys of events in a managed secret", () => {
    const faultsOf = (more: string): string[] => {
      const parsed = parseConfig(`${sweeping}${deskOf("aws")}${more}aws: { alarms: none }\n`);
      return "faults" in parsed ? ["?"] : refuseOnAws(parsed.config).map(({ key }) => key);
    };
    expect(faultsOf("events: {}\n")).toEqual([]);
    expect(faultsOf("events: { credentials: env:EVENTS }\n")).toEqual(["events.credentials"]);
  });

  it("lets the desk alone store an event, once, and nobody delete it", () => {
    const event = "checkpoints/_events/waiting/0a1b.json";
    expect(allowed("PutObject", event, once)).toEqual(["desk"]);
    expect(allowed("DeleteObject", event)).toEqual([]);
    for (const key of ["checkpoints/_events/seen/0a1b.json", "checkpoints/_events/sweeps/people.json"])
      expect([key, allowed("PutObject", key, once)]).toEqual([key, ["events"]]);
  });

  it("lets the function that works events off alone write drift, once, and those read it who write reports", () => {
    const record = "drift/people/2026-10/0a1b.json";
    expect(allowed("PutObject", record, once)).toEqual(["events"]);
    expect(allowed("PutObject", record)).toEqual([]);
    for (const action of ["DeleteObject", "DeleteObjectVersion"]) expect(allowed(action, record)).toEqual([]);
    expect(allowed("GetObject", record).filter((name) => name !== admin)).toEqual(
      roles.filter((name) => ["assess", "seal", "desk", "events"].includes(name)),
    );
    expect(allowed("PutObject", "checkpoints/people/drift/0a1b.json")).toEqual(["events"]);
  });

  it("lets that function write nothing of a review, read no secret, and begin executions of the reviews' machine alone", () => {
    for (const key of ["snapshot.json", "receipts/a.intent.json", "evidence.json", "approvals/a.json"])
      expect(allowed("PutObject", `reviews/people/2026-10-01T020000Z/${key}`, once)).not.toContain("events");
    const statements = allowedTo(template, "eventsrole");
    const actions = statements.flatMap(({ Action }) => Action).filter((action) => !/^(s3|kms|logs|xray):/.test(action));
    expect([...new Set(actions)].sort()).toEqual([
      "sqs:DeleteMessage",
      "sqs:GetQueueAttributes",
      "sqs:ReceiveMessage",
      "sqs:SendMessage",
      "states:StartExecution",
    ]);
    const started = statements.filter(({ Action }) => Action.includes("states:StartExecution"));
    expect(started.flatMap(({ Resource }) => Resource).join()).toMatch(/^\{"Ref":"review[0-9A-F]+"\}$/);
  });

  it("lets the desk send to the queue, and neither receive from it nor begin anything", () => {
    const statements = allowedTo(template, "deskrole").filter(({ Action }) => /sqs:|states:/.test(Action.join()));
    expect(statements.flatMap(({ Action }) => Action)).toEqual(["sqs:SendMessage"]);
    const queues = statements.flatMap(({ Resource }) => Resource).map((arn) => /"([a-z]+)[0-9A-F]{8}"/.exec(arn)?.[1]);
    expect(queues).toEqual(["eventsqueue"]);
  });

  it("holds a message back for two minutes, gives one invocation at a time, and keeps apart what failed five times", () => {
    const [deadId] = queueOf("eventdeadletters");
    expect(queueOf("eventsqueue")[1].Properties).toMatchObject({
      FifoQueue: true,
      DelaySeconds: 120,
      VisibilityTimeout: 360,
      SqsManagedSseEnabled: true,
      RedrivePolicy: { deadLetterTargetArn: { "Fn::GetAtt": [deadId, "Arn"] }, maxReceiveCount: 5 },
    });
    template.hasResourceProperties("AWS::Lambda::EventSourceMapping", { BatchSize: 10 });
    template.hasResourceProperties("AWS::Lambda::Function", { FunctionName: "AccessReview-events", Timeout: 300 });
  });

  it("rings for what nobody worked off, what fails for long, and a data range that was narrowed; each says what to do", () => {
    const alarms = resourcesOf(template, "AWS::CloudWatch::Alarm").filter(([id]) => /^alarm(event|datarange)/.test(id));
    expect(alarms.map(([id]) => id.replace(/[0-9A-F]{8}$/, "")).sort()).toEqual([
      "alarmdatarangenarrowed",
      "alarmeventdeadletters",
      "alarmeventsstuck",
    ]);
    for (const [, { Properties }] of alarms)
      expect(Properties).toMatchObject({
        AlarmActions: [{}],
        AlarmDescription: expect.stringMatching(/.{60}/) as string,
      });
  });

  it("forgets what was worked off after 48 hours, the mark later than the event", () => {
    const [, { Properties }] = resourcesOf(template, "AWS::S3::Bucket").find(([id]) => id.startsWith("evidence"))!;
    const { Rules } = Properties.LifecycleConfiguration as { Rules: { Prefix: string; ExpirationInDays: number }[] };
    const daysOf = (prefix: string) => Rules.find(({ Prefix }) => Prefix === prefix)!.ExpirationInDays;
    expect([daysOf("checkpoints/_events/waiting/"), daysOf("checkpoints/_events/seen/")]).toEqual([3, 10]);
  });

  it("says in the command of the secret what it holds", () => {
    const outputs = Object.values(template.findOutputs("*")) as { Description?: string }[];
    expect(outputs.map(({ Description }) => Description).join("\n")).toContain(
      '{"appId","appSecret","eventEncryptKey","eventVerificationToken"}',
    );
  });

  it("leaves cdk-nag nothing to find, and is nothing of a stack that receives none", () => {
    const app = appOver(text);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
    for (const other of [`${sweeping}${deskOf("aws")}`, `${sweeping}${deskOf("self")}events: {}\n`]) {
      const without = synthesise(other);
      without.resourceCountIs("AWS::Lambda::EventSourceMapping", 0);
      expect(resourcesOf(without, "AWS::SQS::Queue")).toHaveLength(1);
    }
  });
});

describe("the state machine of such a stack", () => {
  const machine = definitionIn(template);
  const invoke = async () => ({ status: "done" });
  const review = "2026-10-02T013000Z-sweep";

  it("hands the holders of a sweep to the snapshot, and to no other stage", async () => {
    const input = { source: "people", review, sweep: true, holders: ["69", "70"] };
    const { invoked, error } = await execute(machine, { input, invoke });
    const event = { source: "people", review };
    expect(error).toBeNull();
    expect(invoked).toEqual([
      ["seal", { ...event, earlier: true }],
      ["snapshot", { ...event, holders: ["69", "70"] }],
      ...["assess", "expire", "seal"].map((stage) => [stage, event]),
    ]);
  });

  it("hands on none where the input names none: the function takes that as no word of holders", async () => {
    const { invoked } = await execute(machine, { input: { source: "people", review }, invoke });
    expect(invoked.find(([stage]) => stage === "snapshot")![1]).toEqual({ source: "people", review, holders: null });
  });
});
