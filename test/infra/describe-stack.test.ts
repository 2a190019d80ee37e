import { describe, expect, it } from "vitest";
import { parseConfig } from "../../functions/config/parse-config.ts";
import { describeStacks, type StackTemplate } from "../../infra/describe-stack.ts";
import { valid } from "../config/valid.ts";
import { synthesise } from "./synthesised.ts";

const said = (text: string): string => {
  const template = synthesise(text).toJSON() as StackTemplate;
  const parsed = parseConfig(text);
  if ("faults" in parsed) throw new Error(JSON.stringify(parsed.faults));
  return describeStacks([template], parsed.config, "my.yaml").join("\n");
};

describe("describeStacks()", () => {
  it("counts each type of resource, and says what stands each month and what is left to do", () => {
    const text = said(valid);
    expect(text).toMatch(/^\d{2,} resources of \d{2} types:\n/);
    expect(text).toMatch(/ {2}3 {2}AWS::KMS::Key\n/);
    expect(text).toMatch(/About US\$ [5-8]\.\d\d a month while nothing runs/);
    expect(text).toContain("npx cdk deploy -c config=my.yaml");
    expect(text).toContain("enter the JSON of each secret: people/read, people/write");
  });

  it("counts a fixed address with its gateway, and secrets that others make", () => {
    const text = said(`${valid}\naws: { fixedEgress: true, createSecrets: false }\n`);
    expect(Number(/US\$ ([\d.]+) a month/.exec(text)?.[1])).toBeGreaterThan(35);
    expect(text).toContain("make, and enter the JSON of each secret");
    expect(text).toContain("nobody is told of alarms");
  });
});
