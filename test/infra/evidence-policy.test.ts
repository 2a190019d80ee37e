import { describe, expect, it } from "vitest";
import { valid } from "../config/valid.ts";
import { decideIn, textOf } from "./iam-evaluator.ts";
import { manySources, resourcesOf, synthesise, twoSources } from "./synthesised.ts";

const decider = "arn:aws:iam::123456789012:role/reviewers";
const cloudDecider = "arn:aws:iam::123456789012:user/cloud";
const admin = "arn:aws:iam::123456789012:role/admin";
const template = synthesise(
  `${twoSources}aws: { deciders: { people: ["${decider}"], people-cn: ["${cloudDecider}"] }, retention: { days: 100 } }\n`,
);
const everything = [{ Effect: "Allow" as const, Action: "*", Resource: "*" }];
const decide = decideIn(template, { [admin]: everything });

const idOf = (type: string, prefix: string): string =>
  resourcesOf(template, type).find(([id]) => id.startsWith(prefix))![0];
const bucket = `<${idOf("AWS::S3::Bucket", "evidence")}.Arn>`;
const roleOf = (stage: string): string => idOf("AWS::IAM::Role", stage);
const stages = ["snapshot", "assess", "expire", "approve", "stop", "restore", "seal"];
const everybody = [...stages.map(roleOf), decider, cloudDecider, admin, "arn:aws:iam::123456789012:user/stranger"];

const evidence = "reviews/people/2026-10-01T020000Z/evidence.json";
const checkpoint = "checkpoints/people/2026-10-01T020000Z/snapshot.json";
/** Who asks, as AWS knows it: a role's unique id and the name of its session. */
const userId = "AROAEXAMPLE:jane@example.com";
const decisions = `decisions/people/${userId}/2026-10-02.csv`;
const handedIn = { "s3:if-none-match": "*", "aws:userid": userId };

/** A PUT as the store makes it. */
const locked = {
  "s3:if-none-match": "*",
  "s3:object-lock-mode": "GOVERNANCE",
  "s3:object-lock-retain-until-date": "2027-01-09T02:00:00Z",
  "s3:object-lock-remaining-retention-days": "99",
};
const without = (key: keyof typeof locked) =>
  Object.fromEntries(Object.entries(locked).filter(([name]) => name !== key));

type Request = { action: string; key: string; context?: Record<string, string> };

/** Those of everybody who may do it. */
const allowed = ({ action, key, context = {} }: Request): string[] =>
  everybody.filter(
    (principal) => decide({ principal, action: `s3:${action}`, resource: `${bucket}/${key}`, context }) === "allow",
  );

const put = (key: string, context: Record<string, string> = {}) => allowed({ action: "PutObject", key, context });

describe("guardEvidence()", () => {
  it("lets the stage alone whose object it is add to reviews, locked and only once", () => {
    expect(put(evidence, locked)).toEqual([roleOf("seal")]);
  });

  it.each([
    ["that could write over what is there", without("s3:if-none-match")],
    ["without a lock", without("s3:object-lock-mode")],
    ["locked without an end", without("s3:object-lock-retain-until-date")],
    ["locked for less than the configuration says", { ...locked, "s3:object-lock-remaining-retention-days": "98" }],
    ["under another lock", { ...locked, "s3:object-lock-mode": "COMPLIANCE" }],
    ["without TLS", { ...locked, "aws:SecureTransport": "false" }],
    ["over an old TLS", { ...locked, "s3:TlsVersion": "1.1" }],
    ["from a copy, which has no condition", { ...without("s3:if-none-match"), "s3:x-amz-copy-source": "elsewhere/x" }],
  ])("refuses to everybody a write to reviews %s", (_what, context) => {
    expect(put(evidence, context as Record<string, string>)).toEqual([]);
  });

  it.each([
    ["DeleteObject", evidence],
    ["DeleteObjectVersion", evidence],
    ["DeleteObjectVersion", decisions],
  ])("refuses %s of %s to everybody", (action, key) => {
    expect(allowed({ action, key })).toEqual([]);
  });

  it("lets the stage alone whose checkpoint it is rewrite a checkpoint, without a lock, and nobody delete it", () => {
    expect(put(checkpoint)).toEqual([roleOf("snapshot")]);
    expect(allowed({ action: "DeleteObject", key: checkpoint })).toEqual([]);
  });

  it("lets those whom the configuration names hand in decisions on their source, and take them back, and nobody else", () => {
    expect(put(decisions, handedIn)).toEqual([decider]);
    expect(put(decisions.replace("people", "people-cn"), handedIn)).toEqual([cloudDecider]);
    expect(allowed({ action: "DeleteObject", key: decisions, context: handedIn })).toEqual([decider]);
  });

  it.each([
    ["into another's folder", "decisions/people/AROAEXAMPLE:joe@example.com/2026-10-02.csv"],
    ["below another's folder, into one of their own name", `decisions/people/AROAEXAMPLE:joe/${userId}/2026-10-02.csv`],
    ["into no folder", "decisions/people/2026-10-02.csv"],
    ["beside the signed decisions of the desk", "decisions/people/signed/2026-10-01T020000Z/1.json"],
    ["of no source", `decisions/${userId}/2026-10-02.csv`],
  ])("lets no decider hand in decisions %s", (_what, key) => {
    expect(put(key, handedIn)).toEqual([]);
    expect(allowed({ action: "DeleteObject", key, context: handedIn })).toEqual([]);
  });

  it("lets nobody write over a decision that was handed in", () => {
    expect(put(decisions, { "aws:userid": userId })).toEqual([]);
  });

  it("lets nobody decide where the configuration names nobody", () => {
    const nobody = decideIn(synthesise(valid), { [admin]: everything });
    expect(
      nobody({ principal: admin, action: "s3:PutObject", resource: `${bucket}/${decisions}`, context: handedIn }),
    ).toBe("deny");
  });

  it("lets seal alone add to the tables that questions are asked of", () => {
    expect(put("tables/grants/people/2026-10-01T020000Z.txt")).toEqual([roleOf("seal")]);
  });

  it("refuses anything beside reviews, checkpoints, decisions and tables", () => {
    expect(put("elsewhere.txt", locked)).toEqual([]);
  });
});

describe("the size of policies", () => {
  const isIntrinsic = (value: unknown): boolean => /^(Ref|Fn::\w+)$/.test(Object.keys(value ?? {}).join());
  const longestArn = "a".repeat(80);
  const sizeOf = (document: unknown): number =>
    JSON.stringify(document, (_, value) => (isIntrinsic(value) ? textOf(value).replace(/<[^>]+>/g, longestArn) : value))
      .length;

  it("leaves room in what S3 takes of a bucket's policy and IAM of a role's, with deciders of 20 sources", () => {
    const sources = Array.from({ length: 20 }, (_, at) => `tenant-${at}: ["${decider}"]`);
    const large = synthesise(`${manySources(40)}aws: { deciders: { ${sources.join(", ")} } }\n`);
    const sizes = (type: string): number[] =>
      resourcesOf(large, type).map(([, { Properties }]) => sizeOf(Properties.PolicyDocument));
    expect(Math.max(...sizes("AWS::S3::BucketPolicy"))).toBeLessThan(20 * 1024);
    expect(Math.max(...sizes("AWS::IAM::Policy"))).toBeLessThan(10_240);
  });
});

describe("grantStore()", () => {
  it("lets every function read what it works on, and list", () => {
    const readers = (key: string): string[] =>
      stages.filter((stage) => allowed({ action: "GetObject", key }).includes(roleOf(stage)));
    expect(readers(evidence)).toEqual(stages);
    expect(readers(checkpoint)).toEqual(stages.filter((stage) => stage !== "stop"));
    expect(readers(decisions)).toEqual(["assess", "expire", "seal"]);
    const listing = everybody.filter(
      (principal) => decide({ principal, action: "s3:ListBucket", resource: bucket }) === "allow",
    );
    expect(listing).toEqual([...stages.map(roleOf), decider, cloudDecider, admin]);
  });

  it.each([
    "BypassGovernanceRetention",
    "PutObjectLegalHold",
    "PutBucketPolicy",
    "PutLifecycleConfiguration",
    "PutObjectAcl",
  ])("lets no stage %s", (action) => {
    for (const resource of [bucket, `${bucket}/${evidence}`]) {
      const may = stages.filter(
        (stage) => decide({ principal: roleOf(stage), action: `s3:${action}`, resource }) === "allow",
      );
      expect(may).toEqual([]);
    }
  });
});

describe("grantDeciding()", () => {
  it("shows deciders the reviews and the decisions of their source, not the checkpoints", () => {
    for (const key of [evidence, decisions]) {
      expect(allowed({ action: "GetObject", key })).not.toContain(cloudDecider);
    }
    expect(allowed({ action: "GetObject", key: evidence })).toContain(decider);
    expect(allowed({ action: "GetObject", key: decisions })).toContain(decider);
    expect(allowed({ action: "GetObject", key: checkpoint })).not.toContain(decider);
  });
});

describe("grantSecrets()", () => {
  const readersOf = (name: string): string[] => {
    const [id] = resourcesOf(template, "AWS::SecretsManager::Secret").find(
      ([, { Properties }]) => Properties.Name === name,
    )!;
    return stages.filter(
      (stage) =>
        decide({ principal: roleOf(stage), action: "secretsmanager:GetSecretValue", resource: `<${id}>` }) === "allow",
    );
  };

  it("lets those stages read a secret that call the provider by it, and no other", () => {
    expect(readersOf("people/read")).toEqual(["snapshot", "expire", "restore", "seal"]);
    expect(readersOf("people/write")).toEqual(["expire", "restore"]);
  });
});

describe("grantSigning()", () => {
  it("lets seal alone sign", () => {
    const key = `<${idOf("AWS::KMS::Key", "signing")}.Arn>`;
    const signers = stages.filter(
      (stage) => decide({ principal: roleOf(stage), action: "kms:Sign", resource: key }) === "allow",
    );
    expect(signers).toEqual(["seal"]);
  });
});
