import { Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { describe, expect, it } from "vitest";
import { valid } from "../config/valid.ts";
import { appOver, twoSources } from "./synthesised.ts";

const findingsOf = (text: string): string | null => {
  const app = appOver(text);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  try {
    app.synth();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
};

const everySetting = `${twoSources.replace("mode: report", "mode: enforce")}
aws: { fixedEgress: true, alarmEmails: [a@example.com], deciders: ["arn:aws:iam::123456789012:role/reviewers"] }
`;

const manySources = valid.replace(
  /sources:[\s\S]*policy:/,
  `sources:
${Array.from({ length: 41 }, (_, at) => `  - { id: s${at}, provider: feishu-corehr, baseUrl: "https://open.feishu.cn", credentials: { read: "secretsmanager:r", write: "secretsmanager:w" } }`).join("\n")}
policy:`,
);

describe("acknowledgeFindings()", () => {
  it.each([
    ["as small as can be", valid],
    ["with every setting", everySetting],
    ["over more than 40 sources", manySources],
  ])("leaves cdk-nag's AwsSolutions nothing to find in a stack %s", (_what, text) => {
    expect(findingsOf(text)).toBeNull();
  });
});
