import { describe, expect, it } from "vitest";
import { textOf } from "./iam-evaluator.ts";
import { manySources, resourcesOf, synthesise } from "./synthesised.ts";

const ofThousand = synthesise(
  `${manySources(1_000, (at) => `tenant-${at}`).replace("mode: report", "mode: enforce")}aws: { createSecrets: false }\nlanguage: en\nmessages: [{ to: feishu-webhook, credentials: "secretsmanager:hook" }]\n`,
);

const lengthOf = (value: unknown): number => JSON.stringify(value).length;

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
describe("a stack over a thousand sources, each with an app of its own", () => {
  it("stays below CloudFormation's 500 resources, 200 outputs and a template of 1 MB", () => {
    const { Resources, Outputs } = ofThousand.toJSON() as Record<string, object>;
    expect(Object.keys(Resources!).length).toBeLessThan(150);
    expect(Object.keys(Outputs!).length).toBeLessThan(200);
    expect(lengthOf(ofThousand.toJSON())).toBeLessThan(1_000_000);
  });

  it("stays below what S3, IAM, Athena and CloudWatch take of one thing", () => {
    for (const [, { Properties }] of resourcesOf(ofThousand, "AWS::S3::Bucket")) {
      const { Rules } = (Properties.LifecycleConfiguration ?? { Rules: [] }) as { Rules: unknown[] };
      expect(Rules.length).toBeLessThan(1_000);
    }
    for (const [, { Properties }] of resourcesOf(ofThousand, "AWS::IAM::Policy")) {
      expect(lengthOf(Properties.PolicyDocument)).toBeLessThan(10_240);
    }
    for (const [, { Properties }] of resourcesOf(ofThousand, "AWS::Athena::NamedQuery")) {
      expect(String(Properties.QueryString).length).toBeLessThan(262_144);
    }
    const [[, dashboard]] = resourcesOf(ofThousand, "AWS::CloudWatch::Dashboard") as [
      [string, { Properties: { DashboardBody: unknown } }],
    ];
    const { widgets } = JSON.parse(textOf(dashboard.Properties.DashboardBody)) as {
      widgets: { properties: { metrics?: unknown[] } }[];
    };
    for (const { properties } of widgets) expect(properties.metrics?.length ?? 0).toBeLessThan(20);
  });

  const alarms = resourcesOf(ofThousand, "AWS::CloudWatch::Alarm").map(([id, { Properties }]) => ({
    id,
    ...Properties,
  }));

  it.each([
    ["alarmbraketripped", "brakeTripped", ["assess", "expire"]],
    ["alarmsnapshotincomplete", "incomplete", ["snapshot"]],
    ["alarmremovalsunresolved", "unresolved", ["expire", "seal"]],
    ["alarmdecisionsunreadable", "badDecisionFiles", ["assess", "expire"]],
    ["alarmreviewunbalanced", "unbalanced", ["seal"]],
    ["alarmdidnotbegin", "notBegunDays", ["seal"]],
    ["alarmnotsealed", "notSealedDays", ["seal"]],
    ["alarmremovalsstopped", "stopped", ["expire", "stop"]],
    ["alarmreviewleftopen", "leftOpen", ["seal"]],
  ])("has one alarm %s over all, which says by what command to see which source it is", (prefix, figure, stages) => {
    const found = alarms.filter(({ id }) => id.startsWith(prefix));
    expect(found).toEqual([
      expect.objectContaining({
        MetricName: figure,
        Dimensions: [
          { Name: "service", Value: "access-review" },
          { Name: "stack", Value: { Ref: "AWS::StackName" } },
        ],
      }),
    ]);
    const says = textOf((found[0] as Record<string, unknown>).AlarmDescription);
    expect(says.length).toBeLessThan(900);
    expect(says).toContain(`($.${figure} > 0)`);
    for (const stage of stages) expect(says).toMatch(new RegExp(`<${stage}log`));
  });

  it("lets each stage read the secrets that are tagged for its use, and makes none", () => {
    expect(resourcesOf(ofThousand, "AWS::SecretsManager::Secret")).toEqual([]);
    const tagsFor = (stage: string) =>
      resourcesOf(ofThousand, "AWS::IAM::Policy")
        .filter(([id]) => id.startsWith(stage))
        .flatMap(
          ([, { Properties }]) => (Properties.PolicyDocument as { Statement: Record<string, unknown>[] }).Statement,
        )
        .filter(({ Action }) => JSON.stringify(Action).includes("GetSecretValue"))
        .map(({ Condition }) => Condition);
    const tagged = (...values: string[]) => [{ StringEquals: { "aws:ResourceTag/access-review": values } }];
    expect(tagsFor("snapshot")).toEqual(tagged("read", "both"));
    expect(tagsFor("expire")).toEqual(tagged("read", "write", "both"));
    expect(tagsFor("send")).toEqual(tagged("messages"));
    expect(tagsFor("assess")).toEqual([]);
  });
});

describe("a stack that makes as many secrets as it may", () => {
  const full = synthesise(`${manySources(150, (at) => `tenant-${at}`)}`);

  it("stays below CloudFormation's 500 resources and what IAM takes of one policy, and of one role", () => {
    expect(resourcesOf(full, "AWS::SecretsManager::Secret")).toHaveLength(300);
    expect(Object.keys((full.toJSON() as { Resources: object }).Resources).length).toBeLessThan(500);
    for (const [, { Properties }] of resourcesOf(full, "AWS::IAM::ManagedPolicy")) {
      expect(characters(Properties.PolicyDocument)).toBeLessThan(6_144);
    }
    for (const [, { Properties }] of resourcesOf(full, "AWS::IAM::Policy")) {
      expect(characters(Properties.PolicyDocument)).toBeLessThan(10_240);
    }
    const policies = resourcesOf(full, "AWS::IAM::ManagedPolicy").map(([, { Properties }]) =>
      JSON.stringify(Properties.Roles),
    );
    for (const role of new Set(policies))
      expect(policies.filter((each) => each === role).length).toBeLessThanOrEqual(10);
  });
});

/** How long a policy is once deployed: a secret's reference becomes its ARN, of up to 100 characters here. */
const characters = (policy: unknown): number =>
  JSON.stringify(policy, (_key, value) =>
    typeof value === "object" && value !== null && "Ref" in value && String(value.Ref).startsWith("secret")
      ? "x".repeat(100)
      : value,
  ).length;
