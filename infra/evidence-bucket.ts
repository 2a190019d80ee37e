import { CfnOutput, Duration, RemovalPolicy } from "aws-cdk-lib";
import { type IGrantable, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";

/** Where every review is kept: versioned, private, over TLS alone, and still there when the stack is gone. */
export const createEvidenceBucket = (scope: Construct): Bucket => {
  const bucket = new Bucket(scope, "evidence", {
    versioned: true,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    removalPolicy: RemovalPolicy.RETAIN,
    // Checkpoints are rewritten after every few pages: without this each rewriting would be kept for ever.
    lifecycleRules: [{ prefix: "checkpoints/", noncurrentVersionExpiration: Duration.days(7) }],
  });
  new CfnOutput(scope, "EvidenceBucket", { value: bucket.bucketName, description: "For --store s3://…" });
  return bucket;
};

/**
 * Lets a stage read the store, add to reviews and rewrite checkpoints. What was decided, and what stands in a review, it
 * cannot delete: `Bucket.grantReadWrite` would allow that, and changing retention, with wildcards.
 */
export const grantReviewing = (bucket: Bucket, stage: IGrantable): void => {
  const below = (...prefixes: string[]) => prefixes.map((prefix) => bucket.arnForObjects(`${prefix}/*`));
  const allow = (action: string, resources: string[]): void => {
    stage.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions: [action], resources }));
  };
  allow("s3:ListBucket", [bucket.bucketArn]);
  allow("s3:GetObject", below("reviews", "checkpoints", "decisions"));
  allow("s3:PutObject", below("reviews", "checkpoints"));
  allow("s3:DeleteObject", below("checkpoints"));
};
