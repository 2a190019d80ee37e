import { CfnOutput, Stack } from "aws-cdk-lib";
import type { NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs";
import type { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";
import { createEvidenceBucket, grantReviewing } from "./evidence-bucket.ts";
import { createReviewSchedules } from "./review-schedule.ts";
import { createReviewStateMachine } from "./review-state-machine.ts";
import { createSourceSecrets, grantSecrets } from "./source-secrets.ts";
import { createStageFunction, type StageName } from "./stage-function.ts";
import type { ToolVersion } from "./tool-version.ts";

/** Access reviews on AWS: the evidence, the sources' secrets, a Lambda for each stage, and the schedule that runs them. */
export class AccessReviewStack extends Stack {
  constructor(scope: Construct, id: string, { config, tool }: { config: Config; tool: ToolVersion }) {
    super(scope, id, { description: "Access reviews that run by themselves" });

    const bucket = createEvidenceBucket(this);
    const secrets = createSourceSecrets(this, config);
    const environment = {
      EVIDENCE_BUCKET: bucket.bucketName,
      TOOL_VERSION: tool.version,
      ...(tool.commit ? { TOOL_COMMIT: tool.commit } : {}),
    };

    const stage = (name: StageName, isWriter = false): NodejsFunction => {
      const lambda = createStageFunction(this, name, { config, environment });
      grantReviewing(bucket, lambda);
      grantSecrets(secrets, lambda, isWriter ? ["read", "write"] : ["read"]);
      return lambda;
    };

    const snapshot = stage("snapshot");
    const assess = stage("assess");
    const expire = stage("expire", true);
    const seal = stage("seal");
    stage("restore", true);

    const review = createReviewStateMachine(this, { snapshot, assess, expire, seal });
    createReviewSchedules(this, config, review);
    new CfnOutput(this, "ReviewStateMachine", {
      value: review.stateMachineArn,
      description: "Runs the life of a review",
    });
  }
}
