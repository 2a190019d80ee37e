import { type IGrantable, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Config } from "../functions/config/config.ts";

/**
 * Lets a stage publish to the topics that the configuration names, and to no other. A topic with a key of its own has to
 * let the stage's role use that, too.
 */
export function grantPublishing(stage: IGrantable, { messages }: Config): void {
  const resources = [...new Set(messages.flatMap((message) => (message.to === "sns" ? [message.topicArn] : [])))];
  if (resources.length === 0) return;
  stage.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions: ["sns:Publish"], resources }));
}
