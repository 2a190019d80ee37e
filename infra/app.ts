import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { AccessReviewStack } from "./access-review-stack.ts";
import { readDeployable } from "./deployable-config.ts";

const app = new App();
const fileName: string = app.node.tryGetContext("config") ?? "access-review.yaml";
const read = readDeployable(fileName);

if ("refusal" in read) {
  process.stderr.write(`${read.refusal}\n`);
  process.exitCode = 2;
} else {
  new AccessReviewStack(app, read.config.aws.stackName, { config: read.config });
  // A finding that nobody acknowledged fails the synthesis.
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
}
