import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { awsSchema } from "../../functions/config/aws.ts";
import { deskSchema } from "../../functions/config/desk.ts";
import { eventsSchema } from "../../functions/config/events.ts";
import { parseConfig } from "../../functions/config/parse-config.ts";
import { guardSchema, policySchema } from "../../functions/config/policy.ts";

const read = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");
const yaml = /```yaml\n([\s\S]*?)```/.exec(read("configuration.zh.md"))?.[1] ?? "";

describe("docs/configuration.zh.md", () => {
  it("shows a configuration that is taken as it stands", () => {
    const parsed = parseConfig(yaml);
    expect("faults" in parsed ? parsed.faults : []).toEqual([]);
  });

  it.each([
    ["aws", awsSchema],
    ["desk", deskSchema],
    ["events", eventsSchema],
    ["policy", policySchema],
    ["policy.guard", guardSchema],
  ])("explains every key of %s", (_part, { shape }) => {
    const keys = Object.keys(shape);
    expect(keys.length).toBeGreaterThan(3);
    expect(keys.filter((key) => !new RegExp(`[\\s{]${key}:`).test(yaml))).toEqual([]);
  });
});
