import { describe, expect, it } from "vitest";
import { textOf } from "./iam-evaluator.ts";
import { resourcesOf, synthesise, twoSources } from "./synthesised.ts";

const template = synthesise(twoSources);

/** The one resource of a type whose logical id begins so. */
const only = (type: string, prefix = ""): [string, Record<string, unknown>] => {
  const found = resourcesOf(template, type).filter(([id]) => id.startsWith(prefix));
  expect(found).toHaveLength(1);
  return [found[0]![0], found[0]![1].Properties];
};

/** How CDK begins the logical id of the query that an output asks. */
const camel = (output: string): string => output.replace("Ask", "").toLowerCase();

describe("createReviewQuestions()", () => {
  const [results, bucket] = only("AWS::S3::Bucket", "queryresults");
  const [, workgroup] = only("AWS::Athena::WorkGroup");

  it("limits what a query scans, and lets nobody have its answer elsewhere or in the clear", () => {
    const [key] = resourcesOf(template, "AWS::KMS::Key").find(([id]) => id.startsWith("storekey"))!;
    expect(workgroup).toMatchObject({
      Name: "AccessReview",
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: true,
        BytesScannedCutoffPerQuery: 20_000_000_000,
        ResultConfiguration: {
          EncryptionConfiguration: { EncryptionOption: "SSE_KMS", KmsKey: { "Fn::GetAtt": [key, "Arn"] } },
        },
      },
    });
    const { ResultConfiguration } = workgroup.WorkGroupConfiguration as { ResultConfiguration: object };
    expect(textOf((ResultConfiguration as { OutputLocation: unknown }).OutputLocation)).toBe(`s3://<${results}>/`);
  });

  it("keeps answers for a month, apart from the evidence, with who asked the bucket for them", () => {
    const { Rules } = bucket.LifecycleConfiguration as { Rules: { ExpirationInDays: number; Status: string }[] };
    expect(Rules).toEqual([expect.objectContaining({ ExpirationInDays: 30, Status: "Enabled" })]);
    // Where versions were kept, an answer that expired would still be there.
    expect(bucket).not.toHaveProperty("VersioningConfiguration");
    expect(bucket.LoggingConfiguration).toMatchObject({ LogFilePrefix: "query-results/" });
  });

  it("saves each query in both languages, over every source that is configured", () => {
    const saved = resourcesOf(template, "AWS::Athena::NamedQuery").map(([, { Properties }]) => Properties);
    expect(saved.map(({ Name }) => Name).sort()).toEqual([
      "came-and-went",
      "conflicts-over-time",
      "grants-of-one-person",
      "how-long-leavers-kept-access",
      "roles-that-only-grow",
      "who-kept-what",
    ]);
    for (const { QueryString, WorkGroup } of saved) {
      expect(WorkGroup).toBe("AccessReview");
      expect(QueryString).toMatch(/^-- .*[\u4e00-\u9fff].*\n-- [A-Z]/);
      const reads = String(QueryString).match(
        /FROM (grants|decisions|outcomes|findings|drift)\n\s+WHERE source IN \('people', 'people-cn'\)/g,
      );
      expect(new Set(reads).size).toBe(reads?.length);
      expect(reads).toHaveLength(String(QueryString).match(/FROM (grants|decisions|outcomes|findings|drift)/g)!.length);
    }
  });

  it("prints each as a command that asks it, with a parameter where it takes one", () => {
    const outputs = template.findOutputs("*") as Record<string, { Value: unknown }>;
    for (const [id, { Properties }] of resourcesOf(template, "AWS::Athena::NamedQuery")) {
      const [, output] = Object.entries(outputs).find(([name]) => name.startsWith("Ask") && id.includes(camel(name)))!;
      const command = textOf(output.Value);
      expect(command).toContain(`--named-query-id <${id}.NamedQueryId>`);
      expect(command.includes("--execution-parameters")).toBe(String(Properties.QueryString).includes("?"));
    }
  });
});
