import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { awsSchema } from "../../functions/config/aws.ts";
import type { AwsConfig } from "../../functions/config/config.ts";
import { refuseInRegion, refuseOnAws } from "../../functions/config/deployable.ts";
import { parseConfig } from "../../functions/config/parse-config.ts";
import { valid } from "./valid.ts";

const faultsOf = (text: string): string[] => {
  const parsed = parseConfig(text);
  return "faults" in parsed ? parsed.faults.map(({ key, message }) => `${key}: ${message}`) : [];
};

const parsed = (text: string) => {
  const result = parseConfig(text);
  if ("faults" in result) throw new Error(JSON.stringify(result.faults));
  return result.config;
};

const awsOf = (text: string): AwsConfig => parsed(text).aws;

describe("awsSchema", () => {
  it("leaves out what is left out, and protects the stack", () => {
    expect(awsOf(valid)).toMatchObject({ stackName: "AccessReview", tags: {}, terminationProtection: true });
    expect(awsOf(valid)).not.toHaveProperty("env");
  });

  it("takes every setting of a stack", () => {
    const settings = {
      stackName: "reviews-eu",
      env: { account: "012345678901", region: "eu-central-1" },
      tags: { "cost centre": "4711", 部门: "信息安全" },
      terminationProtection: false,
      evidenceBucket: "left-behind",
      evidenceKey: "arn:aws:kms:eu-central-1:123456789012:key/1a2b",
      vpc: { id: "vpc-0123456789abcdef0", subnets: ["subnet-0123456789abcdef0"], securityGroups: ["sg-0123abcd"] },
      tracing: false,
    };
    expect(awsOf(`${valid}aws: ${JSON.stringify(settings)}\n`)).toMatchObject(settings);
    const others = {
      fixedEgress: "eipalloc-0123456789abcdef0",
      deleteAfterDays: 900,
      replicateTo: { bucket: "copies", keyArn: "arn:aws:kms:eu-west-1:123456789012:key/1a2b", account: "123456789012" },
    };
    expect(awsOf(`${valid}aws: ${JSON.stringify(others)}\n`)).toMatchObject(others);
  });

  it("names every fault at once", () => {
    const faults = faultsOf(`${valid}aws:
  stackName: my_reviews
  env: { account: 123456789012, region: Frankfurt }
  tags: { "aws:team": a, access-review: read, team: "a*b", size: 3 }
  terminationProtection: "no"
  evidenceBucket: s3://left-behind
  evidenceKey: alias/reviews
  fixedEgress: 203.0.113.7
  vpc: { id: my-vpc, subnets: [] }
  tracing: often
  deleteAfterDays: 0.5
  replicateTo: { bucket: Copies }
`);
    expect(faults.map((fault) => fault.slice(0, fault.indexOf(": "))).sort()).toEqual(
      [
        ...["stackName", "env.account", "env.region", "tags.team", "tags.size", "terminationProtection"],
        ...["tags.aws:team", "tags.access-review", "evidenceBucket", "evidenceKey", "fixedEgress", "fixedEgress"],
        ...["vpc.id", "vpc.subnets", "tracing", "deleteAfterDays", "replicateTo.bucket", "replicateTo.keyArn"],
        ...["deleteAfterDays", "replicateTo", "deleteAfterDays", "deleteAfterDays"],
      ]
        .map((key) => `aws.${key}`)
        .sort(),
    );
    expect(faults).toContainEqual(expect.stringMatching(/^aws\.env\.account: .*"123456789012"/));
  });
});

describe("awsFaults()", () => {
  it.each([
    ["{ fixedEgress: true, vpc: { id: vpc-01234567, subnets: [subnet-01234567] } }", "aws.fixedEgress"],
    ['{ evidenceKey: "arn:aws:kms:eu-central-1:123456789012:key/1a2b" }', "aws.evidenceKey"],
    ["{ evidenceBucket: left-behind, deleteAfterDays: 900 }", "aws.deleteAfterDays"],
    ["{ alarms: none, alarmEmails: [a@example.com] }", "aws.alarms"],
    ['{ alarms: none, alarmTopicArn: "arn:aws:sns:eu-central-1:123456789012:alarms" }', "aws.alarms"],
    [
      '{ alarmEmails: [a@example.com], alarmTopicArn: "arn:aws:sns:eu-central-1:123456789012:alarms" }',
      "aws.alarmEmails",
    ],
    ['{ alarmTopicArn: "arn:aws:sns:eu-central-1:123456789012:alarms.fifo" }', "aws.alarmTopicArn"],
    ["{ alarms: nobody }", "aws.alarms"],
    ["{ deleteAfterDays: 800 }", "aws.deleteAfterDays"],
    ["{ deleteAfterDays: 400, retention: { days: 30 } }", "aws.deleteAfterDays"],
  ])("refuses %s, which contradicts itself or what is locked or kept", (aws, key) => {
    const faults = faultsOf(`${valid}aws: ${aws}\n`);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(new RegExp(`^${key}: `));
  });

  it("counts a keep for as long as the guard lets it", () => {
    const keeping = valid.replace("policy:\n", "policy:\n  guard: { maxKeepDays: 1200 }\n");
    expect(faultsOf(`${keeping}aws: { deleteAfterDays: 1200 }\n`)).toHaveLength(1);
    expect(faultsOf(`${keeping}aws: { deleteAfterDays: 1201 }\n`)).toEqual([]);
  });
});

describe("refuseOnAws()", () => {
  it("refuses to delete a review before the next one has read it", () => {
    const yearly = valid.replace("0 2 1 1,4,7,10 ? *", "0 2 1 1 ? 2027/3");
    const text = `${yearly}aws: { alarms: none, deleteAfterDays: 1000 }\n`;
    expect(refuseOnAws(parsed(text)).map(({ key }) => key)).toEqual(["aws.deleteAfterDays"]);
    expect(refuseOnAws(parsed(text.replace("1000", "1200")))).toEqual([]);
  });
});

describe("refuseInRegion()", () => {
  const desk = (hosting: string): string =>
    `${valid}desk: { url: "https://reviews.example.cn", hosting: ${hosting}, signIn: { provider: feishu, baseUrl: "https://open.feishu.cn", credentials: "secretsmanager:desk", tenant: 2ed263bf32cf1651 }, operators: ["on_1"] }\n`;

  it("refuses a desk that AWS serves in China, where nobody would be let in, and not one of the own network", () => {
    const faults = refuseInRegion(parsed(desk("aws")), "cn-north-1");
    expect(faults.map(({ key }) => key)).toEqual(["desk.hosting"]);
    expect(faults[0]!.message).toMatch(/ICP.*self/);
    expect(refuseInRegion(parsed(desk("self")), "cn-northwest-1")).toEqual([]);
    expect(refuseInRegion(parsed(desk("aws")), "ap-southeast-1")).toEqual([]);
  });

  it("refuses ARNs of another partition, tracing where there is none, and a copy in the stack's own region, all at once", () => {
    const text = `${valid}aws:
  tracing: true
  breakGlass: ["arn:aws:iam::123456789012:role/emergency"]
  deciders: { people: ["arn:aws-cn:iam::123456789012:role/reviewers"] }
  replicateTo: { bucket: copies, keyArn: "arn:aws-cn:kms:cn-north-1:123456789012:key/1a2b" }
`;
    expect(
      refuseInRegion(parsed(text), "cn-north-1")
        .map(({ key }) => key)
        .sort(),
    ).toEqual(["aws.breakGlass[0]", "aws.replicateTo.keyArn", "aws.tracing"]);
    expect(
      refuseInRegion(
        parsed(`${valid}aws: { breakGlass: ["arn:aws-us-gov:iam::123456789012:role/e"] }\n`),
        "us-gov-west-1",
      ),
    ).toEqual([]);
  });

  it("looks at the region that the configuration names, before anything is synthesised", () => {
    const text = `${desk("aws")}aws: { alarms: none, env: { region: cn-north-1 } }\n`;
    expect(refuseOnAws(parsed(text)).map(({ key }) => key)).toEqual(["desk.hosting"]);
  });
});

describe("docs/access-review.example.yaml", () => {
  const example = readFileSync(new URL("../../docs/access-review.example.yaml", import.meta.url), "utf8");
  const section = example.slice(example.indexOf("\naws:\n"));
  const keysAfter = (pattern: RegExp): string[] => [...section.matchAll(pattern)].map(([, key]) => key!);

  it("names every setting of the stack", () => {
    const named = [...keysAfter(/^ {2}(\w+):/gm), ...keysAfter(/^ {2}# (\w+):/gm)];
    expect(named.sort()).toEqual(Object.keys(awsSchema.shape).sort());
  });

  it("shows each that is commented out as it can be written", () => {
    const lines = new Map([...section.matchAll(/^ {2}# (\w+): .*$/gm)].map(([line, key]) => [key!, line.slice(4)]));
    const written = (...keys: string[]): string => keys.map((key) => `  ${lines.get(key)}\n`).join("");
    expect(lines.size).toBeGreaterThan(10);
    for (const key of lines.keys()) {
      const beside = key === "evidenceKey" ? ["evidenceBucket"] : [];
      expect([key, faultsOf(`${valid}aws:\n${written(...beside, key)}`)]).toEqual([key, []]);
    }
  });
});
