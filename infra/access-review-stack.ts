import { Fn, Stack, Tags } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { AccessReview, type AccessReviewProps } from "./access-review.ts";

/**
 * A stack that holds access reviews and nothing else, as `aws` in the configuration names, tags and places it. Without a
 * place the template is for any region but China's: CloudFormation fills in where it is.
 */
export class AccessReviewStack extends Stack {
  readonly accessReview: AccessReview;

  constructor(scope: Construct, id: string, props: AccessReviewProps) {
    const { stackName, terminationProtection, env: { account, region } = {} } = props.config.aws;
    super(scope, id, {
      description: "Access reviews that run by themselves",
      stackName,
      terminationProtection,
      env: { ...(account ? { account } : {}), ...(region ? { region } : {}) },
    });
    // CDK leaves "Default" out of logical ids: those of stacks that held the resources themselves stay as they are.
    this.accessReview = new AccessReview(this, "Default", props);
    // CDK puts the roles of schedules beside the construct, not into it.
    for (const [name, value] of Object.entries(props.config.aws.tags)) Tags.of(this).add(name, value);
  }

  /** Asked of CloudFormation, not of the account while synthesising: a synthesis takes no credentials. */
  override get availabilityZones(): string[] {
    return [Fn.select(0, Fn.getAzs()), Fn.select(1, Fn.getAzs())];
  }
}
