import { Validations } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { AwsSolutionsChecks } from "cdk-nag";
import { describe, expect, it } from "vitest";
import type { AccessReviewStack } from "../../infra/access-review-stack.ts";
import { inChina } from "./china-table.ts";
import { appOver, type Resource, resourcesOf, twoSources } from "./synthesised.ts";

/** Every setting that a stack of this partition can have at once. */
const everySetting = (partition: string, otherRegion: string, hosting: "self" | "aws"): string =>
  `${twoSources.replace("mode: report", "mode: enforce")}messages:
  - { to: feishu-webhook, credentials: "secretsmanager:hook" }
  - { to: sns, topicArn: "arn:${partition}:sns:${otherRegion}:123456789012:access-reviews" }
desk:
  url: https://reviews.example.com
  hosting: ${hosting}
  signIn: { provider: feishu, baseUrl: "https://open.feishu.cn", credentials: "secretsmanager:desk", tenant: 2ed263bf32cf1651 }
  operators: ["on_1"]
events: {}
aws:
  fixedEgress: true
  alarmEmails: [a@example.com]
  tags: { team: governance }
  deleteAfterDays: 1000
  breakGlass: ["arn:${partition}:iam::123456789012:role/emergency"]
  deciders: { people: ["arn:${partition}:iam::123456789012:role/reviewers"] }
  replicateTo: { bucket: copies, keyArn: "arn:${partition}:kms:${otherRegion}:123456789012:key/1a2b" }
`;

const china = [
  ["cn-north-1", "cn-northwest-1"],
  ["cn-northwest-1", "cn-north-1"],
] as const;

const elsewhere = [
  ["us-gov-west-1", "us-gov-east-1", "aws-us-gov"],
  ["us-gov-east-1", "us-gov-west-1", "aws-us-gov"],
  ["il-central-1", "eu-central-1", "aws"],
  ["ap-east-1", "ap-southeast-1", "aws"],
] as const;

/** The template of a stack in which cdk-nag finds nothing. */
const cleanTemplate = (text: string, region: string): Template => {
  const app = appOver(text, { region });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
  return Template.fromStack(app.node.findChild("AccessReview") as AccessReviewStack);
};

const principalsOf = (text: string): string[] => [...text.matchAll(/"Service":"([^"]+)"/g)].map(([, name]) => name!);

describe.each(china)("a stack in %s", (region, other) => {
  const template = cleanTemplate(everySetting("aws-cn", other, "self"), region);
  const text = JSON.stringify(template.toJSON());

  it("is made of what the table has looked up, type by type and property by property", () => {
    const resources = Object.values(template.toJSON().Resources as Record<string, Resource & { Type: string }>);
    const unread = resources.flatMap(({ Type, Properties = {} }) => {
      const known = inChina.get(Type);
      if (!known) return [Type];
      return Object.keys(Properties).flatMap((name) => (known.properties.has(name) ? [] : [`${Type}.${name}`]));
    });
    expect([...new Set(unread)]).toEqual([]);
  });

  it("traces nothing, has no address of Lambda's and no API, nor lets anybody sign in by Cognito", () => {
    for (const [, { Properties }] of resourcesOf(template, "AWS::Lambda::Function")) {
      expect(Properties).not.toHaveProperty("TracingConfig");
      expect(Properties.Runtime).toBe("nodejs24.x");
    }
    for (const [, { Properties }] of resourcesOf(template, "AWS::StepFunctions::StateMachine"))
      expect(JSON.stringify(Properties.TracingConfiguration ?? {})).not.toContain("true");
    expect(text).not.toMatch(/xray:|AWS::Lambda::Url|AWS::ApiGateway|AWS::Cognito/);
    expect(text).not.toMatch(/Async(EventsReceived|EventAge|EventsDropped)|states:::http:invoke/);
  });

  it("names no other partition, and no address but principals, which are the same everywhere", () => {
    expect([...text.matchAll(/arn:(aws[a-z-]*):/g)].filter(([, partition]) => partition !== "aws-cn")).toEqual([]);
    const hosts = [...text.matchAll(/[\w.-]+\.amazonaws\.com(\.cn)?/g)].map(([host]) => host);
    expect(hosts.filter((host) => !principalsOf(text).includes(host))).toEqual([]);
    for (const principal of principalsOf(text)) expect(principal).toMatch(/^[a-z0-9.-]+\.amazonaws\.com$/);
  });

  it("signs with a key that KMS has in every region", () => {
    const specs = resourcesOf(template, "AWS::KMS::Key").map(
      ([, { Properties }]) => Properties.KeySpec ?? "SYMMETRIC_DEFAULT",
    );
    expect(specs.sort()).toEqual(["ECC_NIST_P256", "SYMMETRIC_DEFAULT", "SYMMETRIC_DEFAULT"]);
  });
});

describe.each(elsewhere)("a stack in %s", (region, other, partition) => {
  it("synthesises clean, the desk included, and names no other partition", () => {
    const template = cleanTemplate(everySetting(partition, other, "aws"), region);
    const text = JSON.stringify(template.toJSON());
    expect([...text.matchAll(/arn:(aws[a-z-]*):/g)].filter(([, named]) => named !== partition)).toEqual([]);
    template.resourceCountIs("AWS::ApiGatewayV2::Api", 1);
    template.allResourcesProperties("AWS::Lambda::Function", { TracingConfig: { Mode: "Active" } });
  });
});
