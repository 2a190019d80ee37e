import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { refuseOnAws } from "../../functions/config/deployable.ts";
import type { ConfigFault } from "../../functions/config/fault.ts";
import { parseConfig } from "../../functions/config/parse-config.ts";
import { valid } from "./valid.ts";

const refused = (text: string): ConfigFault[] => {
  const parsed = parseConfig(text);
  if ("faults" in parsed) throw new Error(JSON.stringify(parsed.faults));
  return refuseOnAws(parsed.config);
};

describe("refuseOnAws()", () => {
  it("takes a real tenant's configuration", () => {
    expect(refused(`${valid}aws: { alarms: none }\n`)).toEqual([]);
    expect(refused(readFileSync(new URL("../../docs/access-review.example.yaml", import.meta.url), "utf8"))).toEqual(
      [],
    );
  });

  it("refuses the shipped one, which reviews the sandbox, and points to the example", () => {
    const faults = refused(readFileSync(new URL("../../access-review.yaml", import.meta.url), "utf8"));
    expect(faults.length).toBeGreaterThan(1);
    const sources = faults.slice(0, -2).map((_fault, index) => `sources[${index}].baseUrl`);
    expect(faults.map(({ key }) => key)).toEqual([...sources, "messages[0].baseUrl", "aws"]);
    expect(faults.every(({ message }) => message.includes("docs/access-review.example.yaml"))).toBe(true);
  });

  it.each(["", "aws: { alarmEmails: [] }\n", "aws: { tags: { team: a } }\n"])(
    "refuses where nobody is told of alarms, and nobody said so on purpose: %j",
    (aws) => {
      const [fault, ...others] = refused(`${valid}${aws}`);
      expect(others).toEqual([]);
      expect(fault?.key).toBe("aws");
      expect(fault?.message).toMatch(/alarmEmails: .*alarmTopicArn.*alarms: none/);
    },
  );

  it.each([
    "alarms: none",
    "alarmEmails: [a@example.com]",
    'alarmTopicArn: "arn:aws:sns:eu-central-1:123456789012:alarms"',
  ])("takes %s", (aws) => {
    expect(refused(`${valid}aws: { ${aws} }\n`)).toEqual([]);
  });

  it("takes a topic of the stack's own region alone, as CloudWatch does", () => {
    const keysIn = (region: string) =>
      refused(
        `${valid}aws: { env: { region: ${region} }, alarmTopicArn: "arn:aws:sns:eu-central-1:123456789012:alarms" }\n`,
      ).map(({ key }) => key);
    expect(keysIn("eu-central-1")).toEqual([]);
    expect(keysIn("eu-west-1")).toEqual(["aws.alarmTopicArn"]);
  });

  it("refuses secrets that only one's own machine has, plain http and a missing schedule, all at once", () => {
    const text = valid
      .replace(/^schedule: .*\n/m, "")
      .replace("https://open.feishu.cn", "http://127.0.0.1:8080")
      .replace("secretsmanager:people/read", "env:READ_APP")
      .replace("secretsmanager:people/write", "file:write.json");
    expect(refused(text).map(({ key }) => key)).toEqual([
      "schedule",
      "sources[0].baseUrl",
      "sources[0].credentials.read",
      "sources[0].credentials.write",
      "aws",
    ]);
  });

  it("refuses to make more secrets than a stack can hold, unless somebody else makes them", () => {
    const sources = Array.from(
      { length: 151 },
      (_, at) =>
        `  - { id: t${at}, provider: feishu-corehr, baseUrl: "https://open.feishu.cn", credentials: { read: "secretsmanager:${at}/r", write: "secretsmanager:${at}/w" } }`,
    );
    const text = valid.replace(/sources:[\s\S]*policy:/, `sources:\n${sources.join("\n")}\npolicy:`);
    expect(refused(`${text}aws: { alarms: none }\n`).map(({ key }) => key)).toEqual(["aws.createSecrets"]);
    expect(refused(`${text}aws: { alarms: none, createSecrets: false }\n`)).toEqual([]);
  });

  it("does not mind the store, which the stack's own bucket replaces", () => {
    expect(refused(`${valid.replace("./reviews", "s3://elsewhere/reviews")}aws: { alarms: none }\n`)).toEqual([]);
  });
});
