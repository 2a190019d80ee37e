import { AnyPrincipal, Effect, PolicyStatement, type PolicyStatementProps } from "aws-cdk-lib/aws-iam";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import type { AwsConfig } from "../functions/config/config.ts";
import type { StageName } from "./stage-function.ts";
import { assessmentKeys, progressKeys, storeRights } from "./store-rights.ts";

/**
 * Who may write: each function by the ARN of its role, and the deciders by source. `retention`: how long evidence is
 * locked. `breakGlass`: who alone may lift a lock.
 */
export type Writers = { roleArns: Partial<Record<StageName, string>> } & Pick<
  AwsConfig,
  "retention" | "deciders" | "breakGlass"
>;

/** The caller's id by AWS: a user's unique id, or a role's unique id with the name of the session. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: IAM fills it in
const callerId = "${aws:userid}";

/**
 * The folder of a source's decisions that only the calling decider may write to. The folder's name proves who handed a
 * file in.
 */
export function ownDecisions(bucket: IBucket, source: string): string {
  return bucket.arnForObjects(`decisions/${source}/${callerId}/*`);
}

/** The condition of a statement that is for everybody but these roles and users. */
export function unless(arns: readonly string[]): Record<string, Record<string, unknown>> {
  return arns.length > 0 ? { StringNotEquals: { "aws:PrincipalArn": arns } } : {};
}

/**
 * Denies everybody, administrators included: writing outside of one's own prefix, changing or deleting evidence, adding
 * evidence without the configured lock, and writing or deleting another person's decisions. A deny outweighs every
 * other permission.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html (aws:userid)
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
 */
export function guardEvidence(bucket: IBucket, { roleArns, retention, deciders, breakGlass }: Writers): void {
  const keys = (...patterns: string[]): string[] => patterns.map((pattern) => bucket.arnForObjects(pattern));
  const [reviews, checkpoints, tables, decisions, drift] = keys(
    ...["reviews/*", "checkpoints/*", "tables/*", "decisions/*", "drift/*"],
  ) as [string, string, string, string, string];
  const deny = (sid: string, actions: string[], props: PolicyStatementProps): void => {
    bucket.addToResourcePolicy(
      new PolicyStatement({
        sid,
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: actions.map((action) => `s3:${action}`),
        ...props,
      }),
    );
  };
  const put = (sid: string, props: PolicyStatementProps): void => deny(sid, ["PutObject"], props);

  const functions = unless(Object.values(roleArns));
  put("OnlyStagesWrite", { resources: [reviews, checkpoints, tables, drift], conditions: functions });
  put("OnlyAssessAssesses", { resources: keys(assessmentKeys), conditions: unless([roleArns.assess!]) });

  const decidingRoles = decidingFunctions(roleArns);
  const deciding = Object.entries(deciders).filter(([, arns]) => arns.length > 0);
  // One statement for all sources with the same deciders, as S3 takes 20 KB of policy.
  const byDeciders = [...Map.groupBy(deciding, ([, arns]) => [...arns].sort().join(" ")).values()];
  byDeciders.forEach((sources, at) => {
    deny(`OnlyDecidersDecide${at + 1}`, ["PutObject", "DeleteObject"], {
      resources: keys(...sources.map(([source]) => `decisions/${source}/*`)),
      conditions: unless([...sources[0]![1], ...decidingRoles.map(({ roleArn }) => roleArn)]),
    });
  });
  decidingRoles.forEach(({ key, roleArn }, at) => {
    put(`OnlyItsFunctionDecides${at + 1}`, { resources: keys(key), conditions: unless([roleArn]) });
  });
  const decided = [
    ...deciding.map(([source]) => ownDecisions(bucket, source)),
    ...keys(...decidingRoles.map(({ key }) => key)),
  ];
  deny("NothingElseIsWritten", ["PutObject", "DeleteObject"], {
    notResources: [reviews, checkpoints, tables, drift, ...decided],
  });

  put("WrittenOnce", { resources: [reviews, decisions, drift], conditions: { Null: { "s3:if-none-match": "true" } } });
  const mode = retention.mode.toUpperCase();
  put("LockedAsConfigured", { resources: [reviews], conditions: { StringNotEquals: { "s3:object-lock-mode": mode } } });
  put("LockedUntil", { resources: [reviews], conditions: { Null: { "s3:object-lock-retain-until-date": "true" } } });
  // A day less, as S3 rounds the remaining days down when the request arrives.
  put("LockedForLong", {
    resources: [reviews],
    conditions: { NumericLessThan: { "s3:object-lock-remaining-retention-days": `${retention.days - 1}` } },
  });
  deny("LockedForNoLonger", ["PutObject", "PutObjectRetention"], {
    resources: [reviews],
    conditions: { NumericGreaterThan: { "s3:object-lock-remaining-retention-days": `${retention.days}` } },
  });
  deny("LockedInNoOtherMode", ["PutObjectRetention"], {
    resources: [reviews],
    conditions: { StringEquals: { "s3:object-lock-mode": mode === "COMPLIANCE" ? "GOVERNANCE" : "COMPLIANCE" } },
  });
  deny("NothingElseIsLocked", ["PutObjectRetention"], { notResources: [reviews] });
  // The bucket deletes what is tagged as a checkpoint: a stop that was tagged so would end by itself.
  const tagging = ["PutObjectTagging", "PutObjectVersionTagging", "DeleteObjectTagging", "DeleteObjectVersionTagging"];
  deny("OnlyStagesTag", tagging, { resources: keys("*"), conditions: functions });
  deny("OnlyProgressIsTagged", tagging, { notResources: keys(progressKeys) });
  deny("NothingIsHeldOrReplicated", ["PutObjectLegalHold", "ReplicateObject", "ReplicateDelete", "ReplicateTags"], {
    resources: keys("*"),
  });
  deny("LocksAreKept", ["BypassGovernanceRetention"], { resources: keys("*"), conditions: unless(breakGlass) });

  deny("NothingIsDeleted", ["DeleteObject"], { resources: [reviews, checkpoints, drift] });
  deny("VersionsAreKept", ["DeleteObjectVersion"], { resources: [reviews, decisions, drift] });
}

/** The functions that write decisions, each with the keys of its own. */
function decidingFunctions(roleArns: Writers["roleArns"]): { key: string; roleArn: string }[] {
  return Object.entries(roleArns).flatMap(([name, roleArn]) =>
    storeRights[name as StageName].writes
      .filter((key) => key.startsWith("decisions/"))
      .map((key) => ({ key, roleArn })),
  );
}
