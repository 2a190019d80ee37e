import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { valid } from "../config/valid.ts";
import { motoStartMs, startMoto } from "../moto-server.ts";
import { actionsByType } from "./deployer-actions.ts";
import { resourcesOf, synthesise, twoSources } from "./synthesised.ts";

type Policy = { Statement: { Sid: string; Action: string[]; Resource: string }[] };

const policyIn = (file: string): { policy: Policy; text: string } => {
  const text = readFileSync(new URL(`../../docs/${file}`, import.meta.url), "utf8");
  return { policy: JSON.parse(text) as Policy, text };
};
const core = policyIn("deployer-policy.json");
const network = policyIn("deployer-policy-network.json");
const actionsOf = ({ policy }: { policy: Policy }): string[] => policy.Statement.flatMap(({ Action }) => Action);

const typesIn = (text: string): string[] => {
  const resources = Object.values(synthesise(text).toJSON().Resources as Record<string, { Type: string }>);
  return [...new Set(resources.map(({ Type }) => Type))];
};

const desk =
  'desk: { url: "https://reviews.example.com", hosting: aws, domain: { name: reviews.example.com, certificateArn: "arn:aws:acm:eu-central-1:123456789012:certificate/1a2b" }, signIn: { provider: feishu, baseUrl: "https://open.feishu.cn", credentials: "secretsmanager:desk", tenant: 2ed263bf32cf1651 }, operators: ["on_1"] }\n';
const messages = 'messages: [{ to: feishu-webhook, credentials: "secretsmanager:hook" }]\n';
const mails = "aws: { alarmEmails: [a@example.com] }\n";
const everything = `${twoSources}${messages}${desk}events: {}\naws: { fixedEgress: true, alarmEmails: [a@example.com] }\n`;

describe("docs/deployer-policy.json", () => {
  it("lets CloudFormation make, change and delete every resource of a stack, and with the network's policy of any stack", () => {
    const lackedBy = (types: string[], allowed: string[]): string[] =>
      types.flatMap((type) => {
        const actions = actionsByType[type];
        if (actions === undefined) return [`${type} is not in the table`];
        return actions.split(" ").filter((action) => action !== "" && !allowed.includes(action));
      });
    expect(lackedBy(typesIn(`${twoSources}${messages}${mails}`), actionsOf(core))).toEqual([]);
    expect(lackedBy(typesIn(everything), [...actionsOf(core), ...actionsOf(network)])).toEqual([]);
  });

  it("allows nothing that no resource of a stack needs, and no action by a wildcard", () => {
    const needed = new Set(Object.values(actionsByType).flatMap((actions) => actions.split(" ")));
    const ofCdk = ["s3:GetObject", "ssm:GetParameters"]; // its assets, and the version of its bootstrap
    const surplus = [...actionsOf(core), ...actionsOf(network)].filter((action) => !needed.has(action));
    expect(surplus.sort()).toEqual(ofCdk);
    const made = typesIn(everything);
    expect(Object.keys(actionsByType).filter((type) => !made.includes(type))).toEqual([]);
  });

  it("hands on roles of the stack alone, and changes functions, buckets and machines of the stack alone", () => {
    const resourceOf = (action: string): string | undefined =>
      core.policy.Statement.find(({ Action }) => Action.includes(action))?.Resource;
    expect(resourceOf("iam:PassRole")).toBe("arn:*:iam::*:role/AccessReview-*");
    expect(resourceOf("lambda:UpdateFunctionCode")).toBe("arn:*:lambda:*:*:function:AccessReview-*");
    expect(resourceOf("s3:PutBucketPolicy")).toBe("arn:*:s3:::accessreview-*");
    expect(resourceOf("states:UpdateStateMachine")).toBe("arn:*:states:*:*:stateMachine:AccessReview-*");
  });

  it("is a policy as IAM reads it", { timeout: motoStartMs }, async () => {
    const { endpoint } = await startMoto();
    // The service that is meant is read from the credential's scope. https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
    const authorization = "AWS4-HMAC-SHA256 Credential=testing/20261001/us-east-1/iam/aws4_request";
    for (const [at, { text }] of [core, network].entries()) {
      const asked = {
        Action: "CreatePolicy",
        Version: "2010-05-08",
        PolicyName: `deployer-${at}`,
        PolicyDocument: text,
      };
      const headers = { authorization };
      const answer = await fetch(endpoint, { method: "POST", headers, body: new URLSearchParams(asked) });
      expect(await answer.text()).toContain(`:policy/deployer-${at}</Arn>`);
    }
  });

  it("fits into a managed policy of IAM, which takes 6,144 characters without blanks", () => {
    for (const { text } of [core, network]) expect(text.replace(/\s/g, "").length).toBeLessThanOrEqual(6144);
  });
});

describe("docs/deploy.md", () => {
  const texts = ["deploy.md", "deploy.zh.md"].map((file) =>
    readFileSync(new URL(`../../docs/${file}`, import.meta.url), "utf8"),
  );
  const commandsIn = (text: string): string[] =>
    [...text.matchAll(/```\n(.*?)```/gs)].flatMap(([, block]) => block!.trim().split("\n"));

  it("has the same commands in both languages", () => {
    const [english, chinese] = texts.map(commandsIn);
    expect(english!.length).toBeGreaterThan(20);
    expect(chinese).toEqual(english);
  });

  it("names functions, machines and outputs that a stack has", () => {
    const template = synthesise(valid);
    const names = ["AWS::Lambda::Function", "AWS::StepFunctions::StateMachine"].flatMap((type) =>
      resourcesOf(template, type).map(([, { Properties }]) => Properties.FunctionName ?? Properties.StateMachineName),
    );
    const outputs = Object.keys(template.findOutputs("*"));
    for (const text of texts) {
      const named = [...text.matchAll(/AccessReview-[a-z]+/g)].map(([name]) => name);
      expect(named.length).toBeGreaterThan(1);
      expect(named.filter((name) => !names.includes(name))).toEqual([]);
    }
    for (const output of ["CheckAccess", "ReviewEverySource", "EvidenceBucket"]) {
      expect(outputs).toContain(output);
      for (const text of texts) expect(text).toContain(`\`${output}\``);
    }
  });
});
