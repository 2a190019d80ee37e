import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { valid } from "../config/valid.ts";
import { allowedTo, resourcesOf, synthesise, twoSources } from "./synthesised.ts";

const stages = ["snapshot", "assess", "expire", "restore", "seal"];
const template = synthesise(twoSources);

const secretsReadBy = (stage: string): string[] => {
  const readable = allowedTo(template, stage)
    .filter(({ Action }) => Action.includes("secretsmanager:GetSecretValue"))
    .flatMap(({ Resource }) => Resource);
  return resourcesOf(template, "AWS::SecretsManager::Secret")
    .filter(([id]) => readable.some((resource) => resource.includes(id)))
    .map(([, { Properties }]) => String(Properties.Name))
    .sort();
};

const keysOf = (stage: string, action: string): string[] =>
  allowedTo(template, stage)
    .filter(({ Action }) => Action.includes(action))
    .flatMap(({ Resource }) => Resource)
    .map((resource) => /"\/(\w+\/\*)"/.exec(resource)?.[1] ?? resource)
    .sort();

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
    const [[bucket]] = resourcesOf(template, "AWS::S3::Bucket") as [[string, unknown]];
    const variables = { EVIDENCE_BUCKET: { Ref: bucket }, TOOL_VERSION: "1.2.3", TOOL_COMMIT: "1a2b3c4" };
    template.allResourcesProperties("AWS::Lambda::Function", { Environment: { Variables: variables } });
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
      DeletionPolicy: "Retain",
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

  it("ages out old versions of checkpoints, and of nothing else", () => {
    const [[, { Properties }]] = resourcesOf(template, "AWS::S3::Bucket") as [[string, { Properties: object }]];
    expect(Properties).toMatchObject({
      LifecycleConfiguration: {
        Rules: [{ Prefix: "checkpoints/", NoncurrentVersionExpiration: { NoncurrentDays: 7 }, Status: "Enabled" }],
      },
    });
  });
});

describe("grantReviewing()", () => {
  it.each(stages)("lets %s add to reviews, rewrite checkpoints, and delete nothing but those", (stage) => {
    expect(keysOf(stage, "s3:GetObject")).toEqual(["checkpoints/*", "decisions/*", "reviews/*"]);
    expect(keysOf(stage, "s3:PutObject")).toEqual(["checkpoints/*", "reviews/*"]);
    expect(keysOf(stage, "s3:DeleteObject")).toEqual(["checkpoints/*"]);
    const actions = allowedTo(template, stage).flatMap(({ Action }) => Action.filter((name) => name.startsWith("s3:")));
    expect(actions.sort()).toEqual(["s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"]);
  });

  it("leaves no role an action with a wildcard, nor every resource but X-Ray's", () => {
    const statements = allowedTo(template, "");
    expect(statements.length).toBeGreaterThan(stages.length);
    expect(statements.flatMap(({ Action }) => Action).filter((action) => action.includes("*"))).toEqual([]);
    const everywhere = statements.filter(({ Resource }) => Resource.includes('"*"')).flatMap(({ Action }) => Action);
    expect(everywhere.filter((action) => !action.startsWith("xray:"))).toEqual([]);
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

describe("grantSecrets()", () => {
  it.each(["expire", "restore"])("lets %s read what writes", (stage) => {
    expect(secretsReadBy(stage)).toEqual(["cn/both", "people/read", "people/write"]);
  });

  it.each(["snapshot", "assess", "seal"])("keeps from %s what only writes", (stage) => {
    expect(secretsReadBy(stage)).toEqual(["cn/both", "people/read"]);
  });
});

describe("createReviewSchedules()", () => {
  it("begins a review of each source by the configuration's cron, in its time zone", () => {
    const monthly = synthesise(valid.replace("0 2 1 1,4,7,10 ? *", "30 6 ? * MON#1 *"));
    const at = ({ Properties }: { Properties: Record<string, unknown> }) => [
      Properties.ScheduleExpression,
      Properties.ScheduleExpressionTimezone,
      Properties.State,
    ];
    const schedules = resourcesOf(monthly, "AWS::Scheduler::Schedule").map(([, schedule]) => at(schedule));
    expect(schedules).toEqual([["cron(30 6 ? * MON#1 *)", "Europe/Berlin", "ENABLED"]]);
  });

  it("starts one execution a source, which names its review by the instant it was due", () => {
    const [[machine]] = resourcesOf(template, "AWS::StepFunctions::StateMachine") as [[string, unknown]];
    const targets = resourcesOf(template, "AWS::Scheduler::Schedule").map(
      ([, { Properties }]) => Properties.Target as { Arn: unknown; Input: string },
    );
    expect(targets.map(({ Arn }) => Arn)).toEqual([{ Ref: machine }, { Ref: machine }]);
    expect(targets.map(({ Input }) => JSON.parse(Input))).toEqual([
      { source: "people", scheduledAt: "<aws.scheduler.scheduled-time>" },
      { source: "people-cn", scheduledAt: "<aws.scheduler.scheduled-time>" },
    ]);
  });
});
