import { App, Stack } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../functions/config/parse-config.ts";
import { AccessReview } from "../../infra/access-review.ts";
import type { AccessReviewStack } from "../../infra/access-review-stack.ts";
import { valid } from "../config/valid.ts";
import { textOf } from "./iam-evaluator.ts";
import { allowedTo, appOver, type Resource, resourcesOf, templateAlone, twoSources } from "./synthesised.ts";

const stackOver = (text: string, region?: string): AccessReviewStack =>
  appOver(text, region ? { region } : {}).node.findChild("AccessReview") as AccessReviewStack;

const configOf = (text: string) => {
  const parsed = parseConfig(text);
  if ("faults" in parsed) throw new Error(JSON.stringify(parsed.faults));
  return parsed.config;
};

// Each synthesis takes a second: a few stacks, each with many settings, answer for all.
const withMessages = `${twoSources}messages: [{ to: feishu-webhook, credentials: "secretsmanager:hook" }]\n`;
const plainStack = stackOver(withMessages);
const plain = Template.fromStack(plainStack);

const fullStack = stackOver(
  `${withMessages}aws:
  stackName: reviews-eu
  env: { account: "999999999999", region: eu-west-1 }
  terminationProtection: false
  tags: { team: governance }
  fixedEgress: true
  deleteAfterDays: 1000
  replicateTo: { bucket: copies, keyArn: "arn:aws:kms:eu-central-1:111111111111:key/1a2b", account: "111111111111" }
`,
);
const full = Template.fromStack(fullStack);

const takenKey = "arn:aws:kms:us-gov-west-1:123456789012:key/1a2b";
const taken = Template.fromStack(
  stackOver(
    `${valid}aws:
  evidenceBucket: left-behind
  evidenceKey: ${takenKey}
  vpc: { id: vpc-0123456789abcdef0, subnets: [subnet-0a0a0a0a, subnet-0b0b0b0b] }
`.replaceAll("arn:aws:", "arn:aws-us-gov:"),
    "us-gov-west-1",
  ),
);

const evidenceBucketOf = (template: Template): Resource =>
  resourcesOf(template, "AWS::S3::Bucket").find(([id]) => id.startsWith("evidence"))![1];

describe("AccessReviewStack", () => {
  it("is protected from being deleted, unless the configuration says otherwise", () => {
    expect([plainStack, fullStack].map(({ terminationProtection }) => terminationProtection)).toEqual([true, false]);
  });

  it("is deployed where the configuration says, else wherever CloudFormation is asked to", () => {
    expect([fullStack.account, fullStack.region]).toEqual(["999999999999", "eu-west-1"]);
    expect(plainStack.resolve(plainStack.region)).toEqual({ Ref: "AWS::Region" });
  });

  it("asks nobody for the zones of its network, so that a synthesis takes no credentials", () => {
    expect(fullStack.availabilityZones.every((zone) => fullStack.resolve(zone)["Fn::Select"])).toBe(true);
    expect(JSON.stringify(full.toJSON())).not.toContain("dummy");
  });

  it("gives nothing a name that another stack of the account has too", () => {
    const ofOthers = /^(Name|\w+Name)$/;
    // Names of what belongs to another resource, and metrics, which have a dimension for the stack.
    const notItsOwn = new Set(["DatabaseName", "TrailName", "PolicyName", "MetricName"]);
    const namesIn = (from: Template): string[] =>
      Object.values(from.toJSON().Resources as Record<string, Resource & { Type: string }>).flatMap(
        ({ Type, Properties }) =>
          Object.entries(Properties ?? {})
            .filter(([key, value]) => ofOthers.test(key) && !notItsOwn.has(key) && typeof value === "string")
            .map(([, value]) => `${Type} ${value}`),
      );
    const shared = namesIn(full).filter((name) => namesIn(plain).includes(name));
    // A secret is named by the configuration, and a saved query belongs to its workgroup.
    expect(shared.filter((name) => !/^AWS::(SecretsManager::Secret|Athena::NamedQuery) /.test(name))).toEqual([]);
    expect(namesIn(full)).toContain("AWS::Lambda::Function reviews-eu-snapshot");
    expect(namesIn(full)).toContain("AWS::KMS::Alias alias/reviews-eu-store");
  });

  it("tells its metrics from another stack's", () => {
    const measured = resourcesOf(plain, "AWS::CloudWatch::Alarm").flatMap(([, { Properties }]) => {
      const parts = (Properties.Metrics as { MetricStat?: { Metric: Record<string, unknown> } }[] | undefined) ?? [];
      return [Properties, ...parts.flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : []))];
    });
    const ours = measured.filter(({ Namespace }) => Namespace === "AccessReview");
    expect(ours.length).toBeGreaterThan(10);
    for (const { Dimensions } of ours)
      expect(Dimensions).toContainEqual({ Name: "stack", Value: { Ref: "AWS::StackName" } });
    const [[, dashboard]] = resourcesOf(plain, "AWS::CloudWatch::Dashboard") as [[string, Resource]];
    expect(textOf(dashboard.Properties.DashboardBody)).toMatch(/\{AccessReview,service,stack,source,rule\}.* stack=/);
  });

  it.each(["S3::Bucket", "Lambda::Function", "KMS::Key", "IAM::Role", "SecretsManager::Secret", "EC2::VPC"])(
    "tags every AWS::%s",
    (type) => {
      const Tags = Match.arrayWith([{ Key: "team", Value: "governance" }]);
      full.allResourcesProperties(`AWS::${type}`, { Tags });
    },
  );
});

describe("what outlives the stack", () => {
  it.each([
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::KMS::Key",
    "AWS::SecretsManager::Secret",
    "AWS::EC2::EIP",
  ])("is every %s, but not where the stack never came to be", (type) => {
    const found = resourcesOf(full, type);
    expect(found.length).toBeGreaterThan(0);
    for (const [, { DeletionPolicy, UpdateReplacePolicy }] of found)
      expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(["RetainExceptOnCreate", "Retain"]);
  });

  it("are secrets tagged for their use, so that a stack that makes none finds them", () => {
    const tags = resourcesOf(plain, "AWS::SecretsManager::Secret").map(([, { Properties }]) => [
      Properties.Name,
      (Properties.Tags as { Key: string; Value: string }[]).find(({ Key }) => Key === "access-review")?.Value,
    ]);
    expect(Object.fromEntries(tags)).toEqual({
      "people/read": "read",
      "people/write": "write",
      "cn/both": "both",
      hook: "messages",
    });
  });
});

describe("encryptLogs()", () => {
  it("encrypts every log group with the stack's key, which CloudWatch Logs may use for logs of this account alone", () => {
    const [[key]] = resourcesOf(full, "AWS::KMS::Key").filter(([id]) => id.startsWith("storekey")) as [
      [string, Resource],
    ];
    const groups = resourcesOf(full, "AWS::Logs::LogGroup");
    expect(groups.length).toBeGreaterThan(9);
    for (const [, { Properties }] of groups) expect(Properties.KmsKeyId).toEqual({ "Fn::GetAtt": [key, "Arn"] });
    const logs = {
      Principal: { Service: "logs.amazonaws.com" },
      Condition: { ArnLike: { "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:999999999999:*" } },
    };
    full.hasResourceProperties("AWS::KMS::Key", {
      KeyPolicy: { Statement: Match.arrayWith([Match.objectLike(logs)]) },
    });
  });
});

describe("createEgress()", () => {
  it("says which address is fixed, and by which id another stack takes it over", () => {
    full.hasOutput("EgressAddress", {});
    full.hasOutput("EgressAllocation", {});
    const other = Template.fromStack(stackOver(`${valid}aws: { fixedEgress: eipalloc-0123456789abcdef0 }\n`));
    other.resourceCountIs("AWS::EC2::EIP", 0);
    other.hasResourceProperties("AWS::EC2::NatGateway", { AllocationId: "eipalloc-0123456789abcdef0" });
  });

  it("places every function into a VPC that exists, with a group that lets HTTPS out and nothing in", () => {
    taken.resourceCountIs("AWS::EC2::VPC", 0);
    taken.resourceCountIs("AWS::EC2::NatGateway", 0);
    taken.hasResourceProperties("AWS::EC2::SecurityGroup", {
      VpcId: "vpc-0123456789abcdef0",
      SecurityGroupEgress: [Match.objectLike({ CidrIp: "0.0.0.0/0", FromPort: 443, ToPort: 443 })],
    });
    taken.allResourcesProperties("AWS::Lambda::Function", {
      VpcConfig: { SubnetIds: ["subnet-0a0a0a0a", "subnet-0b0b0b0b"], SecurityGroupIds: [Match.anyValue()] },
    });
  });

  it("leaves groups to their owner, where some are named", () => {
    const vpc = "{ id: vpc-0123456789abcdef0, subnets: [subnet-0a0a0a0a], securityGroups: [sg-0c0c0c0c] }";
    const placed = Template.fromStack(stackOver(`${valid}aws: { tracing: false, vpc: ${vpc} }\n`));
    placed.resourceCountIs("AWS::EC2::SecurityGroup", 0);
    placed.allResourcesProperties("AWS::Lambda::Function", {
      VpcConfig: Match.objectLike({ SecurityGroupIds: ["sg-0c0c0c0c"] }),
    });
    // And untraced: no function may send a trace.
    const actions = allowedTo(placed, "").flatMap(({ Action }) => Action);
    expect(actions.filter((action) => action.startsWith("xray:"))).toEqual([]);
  });
});

describe("createEvidenceBucket()", () => {
  it("deletes what is about people after deleteAfterDays, versions and all, and nothing else", () => {
    const rulesOf = ({ Properties }: Resource) =>
      (Properties.LifecycleConfiguration as { Rules: Record<string, unknown>[] }).Rules;
    const added = rulesOf(evidenceBucketOf(full)).filter(({ ExpirationInDays }) => ExpirationInDays === 1000);
    expect(added.map(({ Prefix }) => Prefix).sort()).toEqual(["decisions/", "drift/", "reviews/", "tables/"]);
    for (const rule of added)
      expect(rule).toMatchObject({ NoncurrentVersionExpiration: { NoncurrentDays: 1 }, Status: "Enabled" });
    const [, records] = resourcesOf(full, "AWS::S3::Bucket").find(([id]) => id.startsWith("auditrecords"))!;
    expect(rulesOf(records)).toEqual([expect.objectContaining({ ExpirationInDays: 1000 })]);
  });

  it("takes a bucket that exists, under the same policy, which stays with it", () => {
    expect(resourcesOf(taken, "AWS::S3::Bucket").filter(([id]) => id.startsWith("evidence"))).toEqual([]);
    const [, policy] = resourcesOf(taken, "AWS::S3::BucketPolicy").find(
      ([, { Properties }]) => Properties.Bucket === "left-behind",
    )!;
    expect(policy.DeletionPolicy).toBe("RetainExceptOnCreate");
    const sidsOf = ({ Properties }: Resource): string[] =>
      (Properties.PolicyDocument as { Statement: { Sid?: string }[] }).Statement.flatMap(({ Sid }) => Sid ?? []);
    const [, own] = resourcesOf(plain, "AWS::S3::BucketPolicy").find(([id]) => id.startsWith("evidence"))!;
    expect(sidsOf(policy)).toEqual(sidsOf(own));
    expect(JSON.stringify(policy.Properties)).toMatch(/aws:SecureTransport.*s3:TlsVersion/);
    const Variables = Match.objectLike({ EVIDENCE_BUCKET: "left-behind" });
    taken.allResourcesProperties("AWS::Lambda::Function", { Environment: { Variables } });
    const decrypting = allowedTo(taken, "snapshotrole").filter(({ Action }) => Action.includes("kms:Decrypt"));
    expect(decrypting.flatMap((statement) => statement.Resource)).toContain(
      JSON.stringify(takenKey.replace("arn:aws:", "arn:aws-us-gov:")),
    );
  });
});

describe("replicate()", () => {
  it("copies evidence, decisions and tables with their locks to another region's bucket, and lets S3 do nothing else", () => {
    const { Rules } = evidenceBucketOf(full).Properties.ReplicationConfiguration as {
      Rules: { Filter: { Prefix: string } }[];
    };
    expect(Rules.map(({ Filter }) => Filter.Prefix)).toEqual(["reviews/", "decisions/", "tables/", "drift/"]);
    for (const rule of Rules)
      expect(rule).toMatchObject({
        Status: "Enabled",
        DeleteMarkerReplication: { Status: "Disabled" },
        SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: "Enabled" } },
        Destination: {
          Account: "111111111111",
          AccessControlTranslation: { Owner: "Destination" },
          EncryptionConfiguration: { ReplicaKmsKeyID: "arn:aws:kms:eu-central-1:111111111111:key/1a2b" },
        },
      });
    const actions = allowedTo(full, "replicationrole").flatMap(({ Action }) => Action);
    expect(actions).toEqual(expect.arrayContaining(["s3:GetObjectRetention", "s3:ReplicateObject", "kms:Decrypt"]));
    expect(actions.filter((action) => /Delete|\*/.test(action))).toEqual([]);
  });

  it("rings where an object could not be copied, whichever rule was to copy it, and only where there are copies", () => {
    type Failing = { Metrics: { MetricStat?: { Metric: { MetricName: string; Dimensions: { Value: unknown }[] } } }[] };
    const ringing = (from: Template): Failing[] =>
      resourcesOf(from, "AWS::CloudWatch::Alarm")
        .filter(([id]) => id.startsWith("alarmcopiesfailed"))
        .map(([, { Properties }]) => Properties as unknown as Failing);
    expect(ringing(plain)).toEqual([]);
    const [{ Metrics }] = ringing(full) as [Failing];
    const metrics = Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []);
    expect(metrics.map(({ MetricName }) => MetricName)).toEqual(Array(4).fill("OperationsFailedReplication"));
    const rules = metrics.flatMap(({ Dimensions }) => Dimensions.map(({ Value }) => Value));
    expect(rules).toEqual(expect.arrayContaining(["copies", "reviews/", "decisions/", "tables/", "drift/"]));
  });
});

describe("AccessReview", () => {
  const unbundled = { ...templateAlone, context: { "aws:cdk:bundling-stacks": [] } };
  const governance = new Stack(new App(unbundled), "Governance");
  const review = new AccessReview(governance, "Reviews", { config: configOf(valid) });

  it("is part of somebody's own stack, and says what it made", () => {
    const { bucket, topic, machine, functions, deskUrl } = review;
    const named = [bucket.bucketName, topic.topicArn, machine.stateMachineArn, functions.stop.functionArn];
    expect(governance.resolve(named)).toEqual([
      { Ref: expect.stringMatching(/^Reviewsevidence/) },
      { Ref: expect.stringMatching(/^Reviewsalarms/) },
      { Ref: expect.stringMatching(/^Reviewsreview/) },
      { "Fn::GetAtt": [expect.stringMatching(/^Reviewsstop/), "Arn"] },
    ]);
    expect(deskUrl).toBeNull();
    const own = Template.fromStack(governance);
    own.hasResourceProperties("AWS::Lambda::Function", { FunctionName: "Governance-snapshot" });
  });

  it("is alone in its stack, as names begin with the stack's", () => {
    const more = (): AccessReview => new AccessReview(governance, "More", { config: configOf(valid) });
    expect(more).toThrow(/Governance has an AccessReview already/);
  });

  it("refuses what its region does not have, before CloudFormation does", () => {
    const text = `${valid}aws: { tracing: true }\n`;
    expect(() => stackOver(text, "cn-north-1")).toThrow(/aws\.tracing: .*cn-north-1/);
  });

  it("leaves logical ids as they were when the stack held the resources itself, so that an upgrade replaces nothing", () => {
    const ids = Object.keys(plain.toJSON().Resources);
    expect(ids.filter((id) => /^Default/.test(id))).toEqual([]);
    for (const name of ["evidence", "storekey", "signingkey", "snapshot"])
      expect(ids.some((id) => new RegExp(`^${name}[0-9A-F]{8}$`).test(id))).toBe(true);
  });
});
