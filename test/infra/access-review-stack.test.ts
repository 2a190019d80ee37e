import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { parseEvent } from "../../functions/runtime/lambda-event.ts";
import { sweeping, valid } from "../config/valid.ts";
import { textOf } from "./iam-evaluator.ts";
import { allowedTo, resourcesOf, synthesise, twoSources } from "./synthesised.ts";

const stages = ["snapshot", "assess", "expire", "approve", "stop", "restore", "seal", "check"];
const template = synthesise(twoSources);

describe("AccessReviewStack()", () => {
  it.each(stages)(
    "runs %s on Node 24 and ARM64, for as long as Lambda allows, with JSON logs that are not kept for ever",
    (stage) => {
      const functions = resourcesOf(template, "AWS::Lambda::Function").filter(([id]) => id.startsWith(stage));
      expect(functions).toHaveLength(1);
      const [, { Properties }] = functions[0]!;
      expect(Properties).toMatchObject({
        Runtime: "nodejs24.x",
        Architectures: ["arm64"],
        Timeout: 900,
        MemorySize: 512,
        TracingConfig: { Mode: "Active" },
        LoggingConfig: { LogFormat: "JSON", LogGroup: { Ref: expect.stringMatching(`^${stage}log`) } },
      });
      const logs = resourcesOf(template, "AWS::Logs::LogGroup").filter(([id]) => id.startsWith(stage));
      expect(logs.map(([, { Properties: log }]) => log.RetentionInDays)).toEqual([365]);
    },
  );

  it("tells every stage the bucket, and the version that evidence names", () => {
    const [bucket] = resourcesOf(template, "AWS::S3::Bucket").find(([id]) => id.startsWith("evidence"))!;
    const variables = {
      EVIDENCE_BUCKET: { Ref: bucket },
      STACK_NAME: "AccessReview",
      TOOL_VERSION: "1.2.3",
      TOOL_COMMIT: "1a2b3c4",
    };
    template.allResourcesProperties("AWS::Lambda::Function", { Environment: { Variables: variables } });
  });

  it("leaves behind what was invoked without waiting, and could not be carried out", () => {
    const [[queue]] = resourcesOf(template, "AWS::SQS::Queue") as [[string, unknown]];
    const deadLetters = { DeadLetterConfig: { TargetArn: { "Fn::GetAtt": [queue, "Arn"] } } };
    template.allResourcesProperties("AWS::Lambda::Function", deadLetters);
  });

  it("names functions so that a command of docs/aws.md finds them", () => {
    const names = resourcesOf(template, "AWS::Lambda::Function").map(([, { Properties }]) => Properties.FunctionName);
    expect(names.sort()).toEqual(stages.map((stage) => `AccessReview-${stage}`).sort());
  });

  it("has no other functions, such as those that CDK adds for its own ends", () => {
    template.resourceCountIs("AWS::Lambda::Function", stages.length);
  });

  it("names no partition, so that it deploys in China too", () => {
    expect(JSON.stringify(template.toJSON())).not.toMatch(/arn:aws(-cn)?:/);
  });
});

describe("createEvidenceBucket()", () => {
  it("keeps every version, out of the public's reach, and outlives the stack", () => {
    template.hasResource("AWS::S3::Bucket", {
      DeletionPolicy: "RetainExceptOnCreate",
      UpdateReplacePolicy: "Retain",
      Properties: {
        VersioningConfiguration: { Status: "Enabled" },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
      },
    });
  });

  it("is spoken to over TLS alone", () => {
    const deny = { Effect: "Deny", Principal: { AWS: "*" }, Action: "s3:*" };
    template.hasResourceProperties("AWS::S3::BucketPolicy", {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ ...deny, Condition: { Bool: { "aws:SecureTransport": "false" } } }),
        ]),
      },
    });
  });

  const evidence = resourcesOf(template, "AWS::S3::Bucket").find(([id]) => id.startsWith("evidence"))![1].Properties;

  it("has Object Lock without a default, so that checkpoints stay mutable, and a key of its own", () => {
    expect(evidence).toMatchObject({ ObjectLockEnabled: true });
    expect(evidence).not.toHaveProperty("ObjectLockConfiguration");
    expect(JSON.stringify(evidence.BucketEncryption)).toMatch(/"storekey.*"aws:kms"/);
    template.hasResourceProperties("AWS::KMS::Key", { EnableKeyRotation: true });
  });

  it("keeps who asked it for what, in a bucket that S3 alone writes to", () => {
    const { DestinationBucketName } = evidence.LoggingConfiguration as { DestinationBucketName: { Ref: string } };
    expect(DestinationBucketName.Ref).toMatch(/^accesslogs/);
    template.hasResourceProperties("AWS::S3::BucketPolicy", {
      Bucket: DestinationBucketName,
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: "Allow",
            Principal: { Service: "logging.s3.amazonaws.com" },
            Action: "s3:PutObject",
          }),
        ]),
      },
    });
  });

  it("lets what the store tags as a review's checkpoint go after 60 days, and nothing else", () => {
    const { Rules } = evidence.LifecycleConfiguration as { Rules: Record<string, unknown>[] };
    expect(Rules.filter(({ ExpirationInDays }) => ExpirationInDays)).toEqual([
      expect.objectContaining({
        Prefix: "checkpoints/",
        TagFilters: [{ Key: "access-review", Value: "checkpoint" }],
        ExpirationInDays: 60,
      }),
    ]);
    expect(Rules.map(({ Prefix }) => Prefix)).toEqual(["checkpoints/", "checkpoints/"]);
  });
});

describe("least privilege", () => {
  it("leaves no role an action with a wildcard, nor every resource but where AWS allows nothing else", () => {
    const statements = allowedTo(template, "");
    expect(statements.length).toBeGreaterThan(stages.length);
    expect(statements.flatMap(({ Action }) => Action).filter((action) => action.includes("*"))).toEqual([]);
    const everywhere = statements.filter(({ Resource }) => Resource.includes('"*"')).flatMap(({ Action }) => Action);
    expect(
      everywhere.filter((action) => !/^(xray:|logs:\w*(LogDeliver|ResourcePolic|LogGroups))/.test(action)),
    ).toEqual([]);
  });

  it("gives every function a role of its own, without policies that AWS keeps", () => {
    const roles = resourcesOf(template, "AWS::Lambda::Function").map(([, { Properties }]) =>
      JSON.stringify(Properties.Role),
    );
    expect(new Set(roles).size).toBe(stages.length);
    const managed = resourcesOf(template, "AWS::IAM::Role").filter(
      ([, { Properties }]) => Properties.ManagedPolicyArns,
    );
    expect(managed).toEqual([]);
  });
});

describe("createSourceSecrets()", () => {
  it("creates every secret under the name that the configuration gives it, once", () => {
    const names = resourcesOf(template, "AWS::SecretsManager::Secret").map(([, { Properties }]) => Properties.Name);
    expect(names.sort()).toEqual(["cn/both", "people/read", "people/write"]);
  });

  it("leaves what they hold to be entered by hand", () => {
    const [[, { Properties }]] = resourcesOf(template, "AWS::SecretsManager::Secret") as [
      [string, { Properties: object }],
    ];
    expect(Properties).not.toHaveProperty("SecretString");
  });
});

describe("createReviewSchedules()", () => {
  const schedulesOf = (text: string): Record<string, unknown>[] =>
    resourcesOf(synthesise(text), "AWS::Scheduler::Schedule").map(([, { Properties }]) => Properties);
  const monthly = valid.replace("0 2 1 1,4,7,10 ? *", "30 6 ? * MON#1 *");
  const [schedule, watch] = schedulesOf(monthly) as [Record<string, unknown>, Record<string, unknown>];
  const targetOf = ({ Target }: Record<string, unknown>) =>
    Target as { Arn: unknown; Input: string; RetryPolicy: object; DeadLetterConfig: { Arn: unknown } };

  it("begins one execution by the configuration's cron, in its time zone, within a quarter of an hour", () => {
    expect(schedule).toMatchObject({
      ScheduleExpression: "cron(30 6 ? * MON#1 *)",
      ScheduleExpressionTimezone: "Europe/Berlin",
      State: "ENABLED",
      FlexibleTimeWindow: { Mode: "FLEXIBLE", MaximumWindowInMinutes: 15 },
    });
    expect(JSON.parse(targetOf(schedule).Input)).toEqual({ scheduledAt: "<aws.scheduler.scheduled-time>" });
    expect(targetOf(schedule).Arn).toEqual({ Ref: expect.stringMatching(/^review/) });
  });

  it("begins the watch for overdue reviews every day", () => {
    expect(watch).toMatchObject({ ScheduleExpression: "rate(1 day)", State: "ENABLED" });
    expect(targetOf(watch).Arn).toEqual({ Ref: expect.stringMatching(/^watch/) });
    expect(schedulesOf(twoSources)).toHaveLength(2);
  });

  it("tries again what could not be begun, then keeps it as a dead letter", () => {
    for (const each of [schedule, watch]) {
      expect(targetOf(each).RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 21_600, MaximumRetryAttempts: 20 });
      expect(targetOf(each).DeadLetterConfig.Arn).toEqual({
        "Fn::GetAtt": [expect.stringMatching(/^deadletters/), "Arn"],
      });
    }
  });

  it("begins sweeps by a schedule of their own, in the machine of the reviews", () => {
    const [, sweep, ...others] = schedulesOf(sweeping) as [object, Record<string, unknown>, ...object[]];
    expect(sweep).toMatchObject({
      ScheduleExpression: "cron(30 6 * * ? *)",
      ScheduleExpressionTimezone: "Asia/Shanghai",
      State: "ENABLED",
    });
    expect(JSON.parse(targetOf(sweep).Input)).toEqual({ scheduledAt: "<aws.scheduler.scheduled-time>", sweep: true });
    expect(targetOf(sweep).Arn).toEqual({ Ref: expect.stringMatching(/^review/) });
    expect(others).toHaveLength(1);
  });

  it("begins nothing where the schedule is switched off", () => {
    const states = schedulesOf(monthly.replace("schedule: {", "schedule: { enabled: false,")).map(({ State }) => State);
    expect(states).toEqual(["DISABLED", "DISABLED"]);
  });
});

describe("createEgress()", () => {
  it("places no function in a network unless it is asked for, then every one, behind one address", () => {
    template.resourceCountIs("AWS::EC2::VPC", 0);
    const fixed = synthesise(`${valid}aws: { fixedEgress: true }\n`);
    fixed.resourceCountIs("AWS::EC2::NatGateway", 1);
    fixed.resourceCountIs("AWS::EC2::EIP", 1);
    fixed.allResourcesProperties("AWS::Lambda::Function", { VpcConfig: Match.anyValue() });
    fixed.resourceCountIs("AWS::Lambda::Function", stages.length);
    fixed.hasOutput("EgressAddress", {});
  });
});

describe("aws.proxy", () => {
  const proxy =
    'proxy: { https: "http://proxy.example.com:3128", noProxy: [".example.cn", s3.eu-central-1.amazonaws.com] }';

  it("gives every function the proxy and the hosts that are called without it, and none of both unless asked for", () => {
    const names = (stack: typeof template) =>
      Object.values(stack.findResources("AWS::Lambda::Function")).map(
        ({ Properties }) => Properties.Environment.Variables,
      );
    for (const variables of names(template)) expect(Object.keys(variables).join()).not.toContain("PROXY");
    const proxied = names(synthesise(`${valid}aws: { ${proxy} }\n`));
    expect(proxied).toHaveLength(stages.length);
    for (const variables of proxied)
      expect(variables).toMatchObject({
        HTTPS_PROXY: "http://proxy.example.com:3128",
        NO_PROXY: ".example.cn,s3.eu-central-1.amazonaws.com",
      });
  });

  it("lets the proxy's port out of a network with a fixed address", () => {
    const fixed = synthesise(`${valid}aws: { fixedEgress: true, ${proxy} }\n`);
    fixed.hasResourceProperties("AWS::EC2::SecurityGroup", {
      SecurityGroupEgress: Match.arrayWith([Match.objectLike({ FromPort: 3128, ToPort: 3128 })]),
    });
  });
});

describe("printCommands()", () => {
  const outputs = template.findOutputs("*") as Record<string, { Value: unknown }>;
  const commandOf = (id: string): string => textOf(outputs[id]!.Value);

  it.each([
    ["ApprovePlan", "approve"],
    ["StopRemovals", "stop"],
    ["ResumeRemovals", "stop"],
    ["UndoReview", "restore"],
    ["CheckAccess", "check"],
    ["Runsnapshot", "snapshot"],
    ["Runseal", "seal"],
  ])("prints %s as a command that its stage takes", (id, stage) => {
    const [, name, event] = /--function-name (\S+) .*--payload '(.*)'/.exec(commandOf(id))!;
    expect(name).toBe(`AccessReview-${stage}`);
    const given = JSON.parse(event!.replace("PLAN_HASH", "0".repeat(64)).replace("REVIEW_ID", "2026-10-01T020000Z"));
    const extra = ["approve", "by", "reason", "stop", "resume", "all"] as const;
    expect(parseEvent(given, extra)).toEqual(given);
  });

  it("prints for each secret how its value is entered from a file, and what the file holds", () => {
    const secrets = Object.entries(outputs as Record<string, { Value: string; Description: string }>).filter(([id]) =>
      id.startsWith("PutSecret"),
    );
    expect(secrets.map(([, { Value }]) => Value)).toEqual(
      ["people/read", "people/write", "cn/both"].map(
        (name) =>
          `aws secretsmanager put-secret-value --secret-id ${name} --secret-string file://${name.replace("/", "-")}.json`,
      ),
    );
    for (const [, { Description }] of secrets) expect(Description).toContain('{"appId","appSecret"}');
  });

  it("prints how to learn the SHA-256 of the key that signs evidence", () => {
    expect(commandOf("SigningKeySha256")).toMatch(/^aws kms get-public-key --key-id .+ \| base64 -d \| sha256sum$/);
  });

  it("prints how to begin a review of all sources, and of one", () => {
    expect(commandOf("ReviewEverySource")).toMatch(/:stateMachine:AccessReview-review --input '\{\}'$/);
    expect(commandOf("ReviewOneSource")).toMatch(/--input '\{"source":"people"\}'$/);
  });
});
