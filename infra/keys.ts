import { RemovalPolicy, Stack } from "aws-cdk-lib";
import { type IGrantable, PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key, KeySpec, KeyUsage } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";

/**
 * The key that encrypts evidence and alarms. CloudWatch may use the key: otherwise alarms could not publish to the
 * encrypted topic.
 */
export function createStoreKey(scope: Construct): Key {
  const key = new Key(scope, "store key", {
    description: "Evidence of access reviews, and their alarms",
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
      actions: ["kms:Decrypt", "kms:GenerateDataKey"],
      resources: ["*"], // in a key's own policy: this key
      conditions: { StringEquals: { "aws:SourceAccount": Stack.of(scope).account } },
    }),
  );
  return key;
}

/** The asymmetric key that signs evidence. The private key never leaves KMS. Retained when the stack is deleted. */
export function createSigningKey(scope: Construct): Key {
  return new Key(scope, "signing key", {
    description: "Signs the evidence of access reviews",
    keySpec: KeySpec.ECC_NIST_P256,
    keyUsage: KeyUsage.SIGN_VERIFY,
    removalPolicy: RemovalPolicy.RETAIN,
  });
}

/** Grants a stage: sign evidence. */
export function grantSigning(key: Key, stage: IGrantable): void {
  key.grant(stage, "kms:Sign", "kms:GetPublicKey");
}
