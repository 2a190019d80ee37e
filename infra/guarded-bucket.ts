import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type CfnBucket,
  ObjectOwnership,
} from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";

/** The properties of every bucket of the stack: private, TLS only, retained when the stack is deleted, but for a stack that never came to be. */
export const guarded = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
} satisfies BucketProps;

/** Keeps a bucket's policy for as long as the bucket: without its policy evidence could be deleted. */
export function keepPolicy({ policy }: Bucket): void {
  policy?.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
}

/**
 * The bucket of the other buckets' access logs. S3 delivers access logs only to a bucket with S3-managed encryption and
 * without Object Lock.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
 */
export function createAccessLogs(scope: Construct): Bucket {
  const logs = new Bucket(scope, "access logs", {
    ...guarded,
    versioned: true,
    encryption: BucketEncryption.S3_MANAGED,
    lifecycleRules: [{ expiration: Duration.days(400), noncurrentVersionExpiration: Duration.days(30) }],
  });
  keepPolicy(logs);
  return logs;
}

/** Turns a bucket's access log on, below `prefix` in the log bucket. */
export function logAccess(bucket: Bucket, logs: Bucket, prefix = ""): void {
  logs.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal("logging.s3.amazonaws.com")],
      actions: ["s3:PutObject"],
      resources: [logs.arnForObjects(`${prefix}*`)],
      conditions: {
        ArnLike: { "aws:SourceArn": bucket.bucketArn },
        StringEquals: { "aws:SourceAccount": Stack.of(bucket).account },
      },
    }),
  );
  (bucket.node.defaultChild as CfnBucket).loggingConfiguration = {
    destinationBucketName: logs.bucketName,
    ...(prefix ? { logFilePrefix: prefix } : {}),
  };
}
