import { AnyPrincipal, Effect, PolicyStatement, type PolicyStatementProps } from "aws-cdk-lib/aws-iam";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import type { AwsConfig } from "../functions/config/config.ts";

/**
 * The ARNs of the roles and users that may write: the stages, and the deciders by source. `retention`: how long
 * evidence is locked.
 */
export type Writers = { stageRoleArns: string[] } & Pick<AwsConfig, "retention" | "deciders">;

/** The caller's id by AWS: a user's unique id, or a role's unique id with the name of the session. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: IAM fills it in
const callerId = "${aws:userid}";

/**
 * The folder of a source's decisions that only the calling decider may write to. The folder's name proves who handed a
 * file in.
 */
export function ownDecisions(bucket: Bucket, source: string): string {
  return bucket.arnForObjects(`decisions/${source}/${callerId}/*`);
}

/**
 * Denies everybody, administrators included: writing outside of one's own prefix, changing or deleting evidence, adding
 * evidence without a lock, and writing or deleting another person's decisions. A deny outweighs every other permission.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html (aws:userid)
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
 */
export function guardEvidence(bucket: Bucket, { stageRoleArns, retention, deciders }: Writers): void {
  const [reviews, checkpoints, decisions, tables] = ["reviews", "checkpoints", "decisions", "tables"].map((prefix) =>
    bucket.arnForObjects(`${prefix}/*`),
  ) as [string, string, string, string];
  const deny = (sid: string, props: PolicyStatementProps): void => {
    bucket.addToResourcePolicy(
      new PolicyStatement({ sid, effect: Effect.DENY, principals: [new AnyPrincipal()], ...props }),
    );
  };
  const unless = (arns: string[]) => (arns.length > 0 ? { StringNotEquals: { "aws:PrincipalArn": arns } } : {});
  const put = { actions: ["s3:PutObject"], resources: [reviews] };

  deny("OnlyStagesWrite", {
    actions: ["s3:PutObject"],
    resources: [reviews, checkpoints, tables],
    conditions: unless(stageRoleArns),
  });
  const deciding = Object.entries(deciders).filter(([, arns]) => arns.length > 0);
  deciding.forEach(([source, arns], at) => {
    deny(`OnlyDecidersDecide${at + 1}`, {
      actions: ["s3:PutObject", "s3:DeleteObject"],
      resources: [bucket.arnForObjects(`decisions/${source}/*`)],
      conditions: unless(arns),
    });
  });
  deny("NothingElseIsWritten", {
    actions: ["s3:PutObject", "s3:DeleteObject"],
    notResources: [reviews, checkpoints, tables, ...deciding.map(([source]) => ownDecisions(bucket, source))],
  });
  deny("DecisionsAreHandedInOnce", {
    actions: ["s3:PutObject"],
    resources: [decisions],
    conditions: { Null: { "s3:if-none-match": "true" } },
  });
  deny("EvidenceIsWrittenOnce", { ...put, conditions: { Null: { "s3:if-none-match": "true" } } });
  deny("EvidenceIsLocked", {
    ...put,
    conditions: { StringNotEquals: { "s3:object-lock-mode": retention.mode.toUpperCase() } },
  });
  deny("EvidenceIsLockedUntil", { ...put, conditions: { Null: { "s3:object-lock-retain-until-date": "true" } } });
  // A day less, as S3 rounds the remaining days down when the request arrives.
  deny("EvidenceIsLockedForLong", {
    ...put,
    conditions: { NumericLessThan: { "s3:object-lock-remaining-retention-days": `${retention.days - 1}` } },
  });
  deny("EvidenceIsNotDeleted", { actions: ["s3:DeleteObject", "s3:DeleteObjectVersion"], resources: [reviews] });
  deny("OnlyStagesClearCheckpoints", {
    actions: ["s3:DeleteObject"],
    resources: [checkpoints],
    conditions: unless(stageRoleArns),
  });
  deny("DecisionsKeepTheirVersions", { actions: ["s3:DeleteObjectVersion"], resources: [decisions] });
}
