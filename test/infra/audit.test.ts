import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { alarmPhrases } from "../../infra/alarm-phrases.ts";
import { valid } from "../config/valid.ts";
import { decideIn } from "./iam-evaluator.ts";
import { resourcesOf, synthesise } from "./synthesised.ts";

const withAws = (settings: string): string => `${valid}aws: { ${settings} }\n`;
const template = synthesise(withAws("retention: { mode: compliance, days: 100 }"));
const without = synthesise(withAws("audit: false"));

const bucketId = (prefix: string): string =>
  resourcesOf(template, "AWS::S3::Bucket").find(([id]) => id.startsWith(prefix))![0];

describe("createAudit()", () => {
  it("records every read and write of evidence and decisions, and files that prove themselves", () => {
    const values = ["reviews/", "decisions/"].map((prefix) => ({
      "Fn::Join": ["", [{ "Fn::GetAtt": [bucketId("evidence"), "Arn"] }, `/${prefix}`]],
    }));
    template.hasResourceProperties("AWS::CloudTrail::Trail", {
      TrailName: "AccessReview-audit",
      IsLogging: true,
      EnableLogFileValidation: true,
      EventSelectors: Match.arrayWith([
        Match.objectLike({
          ReadWriteType: "All",
          DataResources: [{ Type: "AWS::S3::Object", Values: values }],
        }),
      ]),
    });
  });

  it("keeps the records as long as the evidence is kept, and lets nobody delete one", () => {
    const [, { Properties, DeletionPolicy }] = resourcesOf(template, "AWS::S3::Bucket").find(([id]) =>
      id.startsWith("auditrecords"),
    )!;
    expect(DeletionPolicy).toBe("RetainExceptOnCreate");
    expect(Properties.ObjectLockConfiguration).toMatchObject({
      Rule: { DefaultRetention: { Mode: "COMPLIANCE", Days: 100 } },
    });
    const admin = "arn:aws:iam::123456789012:role/admin";
    const decide = decideIn(template, { [admin]: [{ Effect: "Allow", Action: "*", Resource: "*" }] });
    const resource = `<${bucketId("auditrecords")}.Arn>/AWSLogs/1.json.gz`;
    for (const action of ["DeleteObject", "DeleteObjectVersion", "BypassGovernanceRetention"])
      expect(decide({ principal: admin, action: `s3:${action}`, resource })).toBe("deny");
  });

  it("is left out where the configuration switches it off", () => {
    without.resourceCountIs("AWS::CloudTrail::Trail", 0);
    expect(resourcesOf(without, "AWS::S3::Bucket").filter(([id]) => id.startsWith("audit"))).toEqual([]);
  });
});

type Pattern = { source: string[]; detail: { eventName: string[] } };

const rulesOf = (from: typeof template): [string, Pattern, { Arn: unknown; Input: string }[]][] =>
  resourcesOf(from, "AWS::Events::Rule").map(([id, { Properties }]) => [
    id,
    Properties.EventPattern as Pattern,
    Properties.Targets as { Arn: unknown; Input: string }[],
  ]);

describe("alarmOnTampering()", () => {
  it.each([
    ["aws.kms", "DisableKey"],
    ["aws.kms", "ScheduleKeyDeletion"],
    ["aws.kms", "PutKeyPolicy"],
    ["aws.s3", "PutBucketPolicy"],
    ["aws.s3", "DeleteBucketPolicy"],
    ["aws.s3", "PutBucketVersioning"],
    ["aws.s3", "PutBucketLifecycle"],
    ["aws.cloudtrail", "StopLogging"],
    ["aws.cloudtrail", "DeleteTrail"],
    ["aws.cloudtrail", "PutEventSelectors"],
  ])("tells by the topic of alarms of %s %s, names nobody, and says what to do", (source, event) => {
    const [[topic]] = resourcesOf(template, "AWS::SNS::Topic") as [[string, unknown]];
    const found = rulesOf(template).filter(
      ([, pattern]) => pattern.source[0] === source && pattern.detail.eventName.includes(event),
    );
    expect(found).toHaveLength(1);
    expect(found[0]![2]).toEqual([
      expect.objectContaining({ Arn: { Ref: topic }, Input: JSON.stringify(alarmPhrases.zh.tampered) }),
    ]);
  });

  it("stands without a trail of the stack, as the account may have one", () => {
    expect(rulesOf(without).map(([, { source }]) => source[0])).toEqual(["aws.kms", "aws.s3"]);
  });

  it("lets EventBridge through to the topic, and to the key that encrypts it", () => {
    const eventBridge = { Service: "events.amazonaws.com" };
    for (const [type, field, actions] of [
      ["AWS::SNS::TopicPolicy", "PolicyDocument", "sns:Publish"],
      ["AWS::KMS::Key", "KeyPolicy", ["kms:Decrypt", "kms:GenerateDataKey*"]],
    ] as const) {
      const statements = resourcesOf(template, type).flatMap(
        ([, { Properties }]) => (Properties[field] as { Statement: Record<string, unknown>[] }).Statement,
      );
      const its = statements.filter(({ Principal }) => JSON.stringify(Principal) === JSON.stringify(eventBridge));
      const allowed = its
        .flatMap(({ Action }) => Action)
        .filter((action) => /Publish|Decrypt|DataKey/.test(`${action}`));
      expect([...new Set(allowed)]).toEqual([actions].flat());
    }
  });
});
