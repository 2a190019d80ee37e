import { Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { describe, expect, it } from "vitest";
import { valid } from "../config/valid.ts";
import { appOver, manySources, twoSources } from "./synthesised.ts";

const findingsOf = (text: string, region?: string): string | null => {
  const app = appOver(text, region ? { region } : {});
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  try {
    app.synth();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
};

const everySetting = `${twoSources.replace("mode: report", "mode: enforce")}
aws:
  fixedEgress: true
  alarmEmails: [a@example.com]
  deciders: { people: ["arn:aws:iam::123456789012:role/reviewers"] }
  deleteAfterDays: 1000
  tags: { team: governance }
  replicateTo: { bucket: copies, keyArn: "arn:aws:kms:eu-west-1:123456789012:key/1a2b" }
`;

const takenOver = `${valid}aws:
  evidenceBucket: left-behind
  evidenceKey: arn:aws:kms:eu-central-1:123456789012:key/1a2b
  vpc: { id: vpc-0123456789abcdef0, subnets: [subnet-0123456789abcdef0] }
`;

const eachItsOwn = `${manySources(41, (at) => `tenant-${at}`)}aws: { createSecrets: false }\nmessages: [{ to: feishu-webhook, credentials: "secretsmanager:hook" }]\n`;

describe("acknowledgeFindings()", () => {
  it.each([
    ["as small as can be", valid],
    ["with every setting", everySetting],
    ["over more than 40 sources, whose secrets others make", eachItsOwn],
  ])("leaves cdk-nag's AwsSolutions nothing to find in a stack %s", (_what, text) => {
    expect(findingsOf(text)).toBeNull();
  });

  it.each([
    ["with every setting", everySetting],
    ["over a bucket and a network that exist", takenOver],
  ])("leaves nothing to find in a stack of a known region %s", (_what, text) => {
    expect(findingsOf(text, "eu-central-1")).toBeNull();
  });
});
