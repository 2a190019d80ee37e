import { Fn, Stack, Tags } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { AccessReview, type AccessReviewProps } from "./access-review.ts";

/** Where the stack is deployed where the configuration does not say: the account and region of the caller's profile. */
export type CallersPlace = { account?: string | undefined; region?: string | undefined };

/** A stack that holds access reviews and nothing else, as `aws` in the configuration names, tags and places it. */
export class AccessReviewStack extends Stack {
  readonly accessReview: AccessReview;

  constructor(scope: Construct, id: string, { place = {}, ...props }: AccessReviewProps & { place?: CallersPlace }) {
    const { stackName, terminationProtection, env = {} } = props.config.aws;
    const { account = place.account, region = place.region } = env;
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
