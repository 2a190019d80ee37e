import { Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../functions/config/parse-config.ts";
import { valid } from "../config/valid.ts";
import { decideIn } from "./iam-evaluator.ts";
import { allowedTo, appOver, resourcesOf, synthesise, twoSources } from "./synthesised.ts";

const signIn = "signIn: { provider: feishu, credentials: secretsmanager:desk/app, tenant: 2ed263bf32cf1651 }";
const certificateArn = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-4e5f";
const domain = `domain: { name: reviews.example.com, certificateArn: "${certificateArn}" }`;
const deskOf = (more: string): string => `desk: { url: https://reviews.example.com, ${more}, ${signIn} }\n`;
const told = `messages: [{ to: feishu-webhook, credentials: "secretsmanager:hook" }]\n`;

const decider = "arn:aws:iam::123456789012:role/reviewers";
const admin = "arn:aws:iam::123456789012:role/admin";
const deciders = `aws: { deciders: { people: ["${decider}"] }, retention: { days: 100 } }\n`;

const served = synthesise(`${twoSources}${deskOf(`hosting: aws, ${domain}`)}${told}${deciders}`);
const elsewhere = synthesise(`${twoSources}${deskOf("hosting: self")}${deciders}`);
const elsewhereTold = synthesise(`${twoSources}${deskOf("hosting: self")}${told}${deciders}`);
const without = synthesise(`${twoSources}${deciders}`);

type Template = typeof served;

const idOf = (template: Template, type: string, prefix: string): string =>
  resourcesOf(template, type).find(([id]) => id.startsWith(prefix))![0];

/** Whether a role, or whoever it is, may do that. */
const open = (template: Template) => {
  const decide = decideIn(template, { [admin]: [{ Effect: "Allow" as const, Action: "*", Resource: "*" }] });
  const bucket = `<${idOf(template, "AWS::S3::Bucket", "evidence")}.Arn>`;
  const roleOf = (name: string): string =>
    name.startsWith("arn:") ? name : idOf(template, "AWS::IAM::Role", `${name}role`);
  const may = (name: string, action: string, key: string, context = {}): boolean =>
    decide({ principal: roleOf(name), action: `s3:${action}`, resource: `${bucket}/${key}`, context }) === "allow";
  return { may };
};

const review = "2026-10-01T020000Z";
const signed = `decisions/people/signed/${review}/2026-10-02T030000Z-0123456789abcdef.json`;
const once = { "s3:if-none-match": "*" };
const locked = {
  ...once,
  "s3:object-lock-mode": "GOVERNANCE",
  "s3:object-lock-retain-until-date": "2027-01-09T02:00:00Z",
  "s3:object-lock-remaining-retention-days": "99",
};
const others = ["snapshot", "assess", "expire", "approve", "stop", "restore", "seal"];

describe("the desk of a stack", () => {
  it.each([
    ["that serves it", served, ["send"]],
    ["that somebody else serves", elsewhere, []],
  ])("alone writes what people decide signed in, once, in a stack %s", (_what, template, more) => {
    const { may } = open(template);
    expect(may("desk", "PutObject", signed, once)).toBe(true);
    expect(may("desk", "PutObject", signed)).toBe(false);
    for (const name of [...others, ...more, decider, admin])
      expect([name, may(name, "PutObject", signed, { ...once, "aws:userid": "signed" })]).toEqual([name, false]);
    for (const action of ["DeleteObject", "DeleteObjectVersion"]) expect(may("desk", action, signed)).toBe(false);
  });

  it.each([
    ["that serves it", served],
    ["that somebody else serves", elsewhere],
  ])(
    "reads reviews, and writes approvals, its leases and what it agrees by: nothing else of a review, in a stack %s",
    (_what, template) => {
      const { may } = open(template);
      const folder = `reviews/people/${review}`;
      expect(may("desk", "GetObject", `${folder}/assessments/0001/plan.json`)).toBe(true);
      expect(may("desk", "PutObject", `${folder}/approvals/${"0".repeat(64)}.json`, locked)).toBe(true);
      expect(may("desk", "PutObject", `checkpoints/people/${review}/desk/0123456789abcdef.json`)).toBe(true);
      expect(may("desk", "PutObject", "checkpoints/_desk/signed-out/0123.json")).toBe(true);
      for (const name of [
        "assessments/0001/plan.json",
        "receipts/a.intent.json",
        "evidence.json",
        "messages/a.intent.json",
      ])
        expect([name, may("desk", "PutObject", `${folder}/${name}`, locked)]).toEqual([name, false]);
      for (const key of [
        "checkpoints/people/stop.json",
        "reviews/people/stops/x-stop.json",
        `decisions/people/${decider}/a.csv`,
      ])
        expect([key, may("desk", "PutObject", key, locked)]).toEqual([key, false]);
    },
  );

  it.each([
    ["that serves it", served, ["send", "stop"]],
    ["that somebody else serves", elsewhere, ["stop"]],
    ["that somebody else serves and that tells people", elsewhereTold, ["send", "stop"]],
  ])("invokes stop and send, and no function that removes, in a stack %s", (_what, template, names) => {
    const invoked = allowedTo(template, "deskrole")
      .filter(({ Action }) => Action.includes("lambda:InvokeFunction"))
      .flatMap(({ Resource }) => Resource);
    expect(invoked.map((arn) => /"([a-z]+)[0-9A-F]*","Arn"/.exec(arn)?.[1]).sort()).toEqual(names);
  });

  it("may nothing more where somebody else serves it than where the stack does, but for the secret that it reads there", () => {
    const actionsOf = (template: Template): string[] => [
      ...new Set(allowedTo(template, "deskrole").flatMap(({ Action }) => Action)),
    ];
    const more = actionsOf(elsewhereTold).filter((action) => !actionsOf(served).includes(action));
    expect(more).toEqual([]);
    expect(actionsOf(elsewhereTold)).not.toContain("secretsmanager:GetSecretValue");
  });

  it("reads its own secret and no provider's", () => {
    const secrets = resourcesOf(served, "AWS::SecretsManager::Secret");
    const names = new Map(secrets.map(([id, { Properties }]) => [id, Properties.Name as string]));
    const read = allowedTo(served, "deskrole")
      .filter(({ Action }) => Action.includes("secretsmanager:GetSecretValue"))
      .flatMap(({ Resource }) => Resource.map((ref) => names.get((JSON.parse(ref) as { Ref: string }).Ref)));
    expect(read).toEqual(["desk/app"]);
  });

  it("stands behind an API that logs neither codes nor people, throttles, and has its own domain as its only address", () => {
    served.hasResourceProperties("AWS::ApiGatewayV2::Api", { ProtocolType: "HTTP", DisableExecuteApiEndpoint: true });
    const [[, { Properties: stage }]] = resourcesOf(served, "AWS::ApiGatewayV2::Stage") as [
      [string, { Properties: Record<string, object> }],
    ];
    expect(stage.DefaultRouteSettings).toMatchObject({ ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 });
    const { Format } = stage.AccessLogSettings as { Format: string };
    expect(Object.keys(JSON.parse(Format) as object)).toContain("status");
    expect(Format).not.toMatch(/query|cookie|authorizer|header|userAgent/i);
    served.hasResourceProperties("AWS::ApiGatewayV2::DomainName", {
      DomainName: "reviews.example.com",
      DomainNameConfigurations: [
        { CertificateArn: certificateArn, SecurityPolicy: "TLS_1_2", EndpointType: "REGIONAL" },
      ],
    });
    served.resourceCountIs("AWS::ApiGatewayV2::ApiMapping", 1);
    served.resourceCountIs("AWS::Lambda::Url", 0);
    served.hasResourceProperties("AWS::Lambda::Function", { FunctionName: "AccessReview-desk", Timeout: 28 });
  });

  it("rings where it fails or makes people wait, and says what to do", () => {
    const alarms = resourcesOf(served, "AWS::CloudWatch::Alarm").filter(([id]) => /^alarmdesk(fails|slow)/.test(id));
    expect(alarms.map(([, { Properties }]) => Properties.MetricName).sort()).toEqual(["5xx", "Latency"]);
    for (const [, { Properties }] of alarms)
      expect(Properties).toMatchObject({
        AlarmActions: [{}],
        AlarmDescription: expect.stringMatching(/.{40}/) as string,
      });
  });

  it("is nothing of a stack without one; of one that somebody else serves a role to assume alone", () => {
    for (const template of [without, elsewhere]) {
      template.resourceCountIs("AWS::ApiGatewayV2::Api", 0);
      expect(resourcesOf(template, "AWS::Lambda::Function").filter(([id]) => id.startsWith("desk"))).toEqual([]);
    }
    expect(resourcesOf(without, "AWS::IAM::Role").filter(([id]) => id.startsWith("desk"))).toEqual([]);
    expect(Object.keys(elsewhere.findOutputs("DeskRole"))).toEqual(["DeskRole"]);
    expect(JSON.stringify(elsewhere.findOutputs("ServeDesk"))).toContain("serve --stack AccessReview --store s3://");
  });

  it.each([
    ["with a domain", `hosting: aws, ${domain}`],
    ["at the API's own address", "hosting: aws"],
    ["served elsewhere", "hosting: self"],
  ])("leaves cdk-nag nothing to find %s, and no partition by name", (_what, more) => {
    const app = appOver(`${valid}${deskOf(more)}${told}`);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
  });
});

describe("desk.domain", () => {
  const faultsOf = (more: string): string[] => {
    const parsed = parseConfig(`${valid}${deskOf(more)}`);
    return "faults" in parsed ? parsed.faults.map(({ message }) => message) : [];
  };

  it.each([
    ["of a desk that somebody else serves", `hosting: self, ${domain}`, /is of hosting: aws/],
    [
      "that is not the host of desk.url",
      `hosting: aws, ${domain.replace("reviews.", "desk.")}`,
      /is not the host of desk\.url/,
    ],
    [
      "whose certificate is none",
      "hosting: aws, domain: { name: reviews.example.com, certificateArn: mine }",
      /ARN of a certificate/,
    ],
    [
      "that is no host",
      `hosting: aws, domain: { name: "https://x", certificateArn: "${certificateArn}" }`,
      /must be a host/,
    ],
  ])("is refused %s", (_what, more, message) => {
    expect(faultsOf(more).join("\n")).toMatch(message);
  });
});
