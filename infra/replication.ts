import { Aws, Duration } from "aws-cdk-lib";
import { MathExpression, Metric } from "aws-cdk-lib/aws-cloudwatch";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Key } from "aws-cdk-lib/aws-kms";
import type { Bucket, CfnBucket, IBucket } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import type { AwsConfig } from "../functions/config/config.ts";
import { acknowledgeReplication } from "./nag-acknowledgements.ts";

type Replicated = { bucket: Bucket; key: Key; to: NonNullable<AwsConfig["replicateTo"]> };

/** What a second region needs: checkpoints begin anew there, and a stop is below reviews/ as well. */
const replicatedPrefixes = ["reviews/", "decisions/", "tables/", "drift/"];

/**
 * Copies what is added to the bucket from then on to another bucket, with its lock. The other bucket has versions and
 * Object Lock, and its owner lets the role in (docs/deploy.md, "A second region"). Deletions are not copied.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html#object-lock-managing-replication
 */
export function replicate(scope: Construct, { bucket, key, to }: Replicated): void {
  const role = new Role(scope, "replication role", { assumedBy: new ServicePrincipal("s3.amazonaws.com") });
  const target = `arn:${Aws.PARTITION}:s3:::${to.bucket}`;
  const copied = replicatedPrefixes.map((prefix) => bucket.arnForObjects(`${prefix}*`));
  const copies = replicatedPrefixes.map((prefix) => `${target}/${prefix}*`);
  const allow = (actions: string[], resources: string[]): void => {
    role.addToPolicy(new PolicyStatement({ actions: actions.map((action) => `s3:${action}`), resources }));
  };
  allow(["GetReplicationConfiguration", "ListBucket"], [bucket.bucketArn]);
  allow(
    [
      "GetObjectVersionForReplication",
      "GetObjectVersionAcl",
      "GetObjectVersionTagging",
      "GetObjectRetention",
      "GetObjectLegalHold",
    ],
    copied,
  );
  const change = to.account ? ["ObjectOwnerOverrideToBucketOwner"] : [];
  allow(["ReplicateObject", "ReplicateTags", ...change], copies);
  acknowledgeReplication(role, [...copied, ...copies]);
  key.grant(role, "kms:Decrypt");
  role.addToPolicy(new PolicyStatement({ actions: ["kms:Encrypt", "kms:GenerateDataKey"], resources: [to.keyArn] }));

  (bucket.node.defaultChild as CfnBucket).replicationConfiguration = {
    role: role.roleArn,
    rules: replicatedPrefixes.map((prefix, priority) => ({
      id: prefix,
      priority,
      status: "Enabled",
      filter: { prefix },
      deleteMarkerReplication: { status: "Disabled" },
      sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
      destination: {
        bucket: target,
        encryptionConfiguration: { replicaKmsKeyId: to.keyArn },
        // Figures in CloudWatch (AWS/S3, OperationsFailedReplication).
        metrics: { status: "Enabled" },
        ...(to.account ? { account: to.account, accessControlTranslation: { owner: "Destination" } } : {}),
      },
    })),
  };
}

/**
 * How many objects S3 could not copy, over all rules. S3 does not try again.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/viewing-replication-metrics.html
 */
export function failedCopies(bucket: IBucket, to: Replicated["to"]): MathExpression {
  const period = Duration.hours(1);
  const ofRule = (rule: string): Metric =>
    new Metric({
      namespace: "AWS/S3",
      metricName: "OperationsFailedReplication",
      dimensionsMap: { SourceBucket: bucket.bucketName, DestinationBucket: to.bucket, RuleId: rule },
      statistic: "Sum",
      period,
    });
  const named = replicatedPrefixes.map((prefix) => [prefix.replace("/", ""), ofRule(prefix)] as const);
  return new MathExpression({
    expression: named.map(([name]) => `FILL(${name}, 0)`).join(" + "),
    usingMetrics: Object.fromEntries(named),
    label: "copies failed",
    period,
  });
}
