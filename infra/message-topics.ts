import { type IGrantable, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Config } from "../functions/config/config.ts";

/**
 * Grants a stage: publish to the topics in the configuration, and to no other topic. If a topic is encrypted with its
 * own key, the key's policy must allow the stage's role as well.
 */
export function grantPublishing(stage: IGrantable, { messages }: Config): void {
  const resources = [...new Set(messages.flatMap((message) => (message.to === "sns" ? [message.topicArn] : [])))];
  if (resources.length === 0) return;
  stage.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions: ["sns:Publish"], resources }));
}
