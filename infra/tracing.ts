import { Stack, Token } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { Config } from "../functions/config/config.ts";
import { canTrace } from "../functions/config/deployable.ts";

/** Whether X-Ray traces functions and state machines: as configured, else where the region has it, as far as that is known. */
export function isTraced(scope: Construct, { aws }: Config): boolean {
  const { region } = Stack.of(scope);
  return aws.tracing ?? (Token.isUnresolved(region) || canTrace(region));
}
